"""A host that answers with any bytes, in any way."""

import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread

Answer = bytes | Callable[[socket.socket], None]
CLOSE = b"Connection: close\r\n"


@dataclass
class Host:
    """What it answers to whatever it is asked, and what it was asked."""

    url: str
    answer: Answer = b""
    requests: list[bytes] = field(default_factory=list)

    def serve(self, connection: socket.socket) -> None:
        """Answer once."""
        with connection, suppress(OSError):
            request = _request(connection)
            if not request:
                return
            self.requests.append(request)
            if isinstance(self.answer, bytes):
                connection.sendall(self.answer)
            else:
                self.answer(connection)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass


def _request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        if not (more := connection.recv(65536)):
            return b""
        request += more
    head, _, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    while length and len(body) < int(length[1]):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def host() -> Iterator[Host]:
    """A host on a port of its own, each connection in a thread."""

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                Thread(target=one.serve, args=[connection], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0), backlog=200) as listener:
        one = Host(f"http://127.0.0.1:{listener.getsockname()[1]}")
        Thread(target=accept, daemon=True).start()
        yield one
        listener.shutdown(socket.SHUT_RDWR)


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A proper answer with this body, and perhaps with headers that lie about it."""
    length = [] if any("Length" in line or "Transfer" in line for line in headers) else [len(body)]
    lines = [f"HTTP/1.1 {status}", *headers, *(f"Content-Length: {size}" for size in length)]
    return "\r\n".join(lines).encode() + b"\r\n" + CLOSE + b"\r\n" + body


def endless(
    begin: bytes, again: bytes, pause_seconds: float = 0.0
) -> Callable[[socket.socket], None]:
    """Begins like this, and goes on like that for ever."""

    def send(connection: socket.socket) -> None:
        connection.sendall(begin)
        while True:
            connection.sendall(again)
            time.sleep(pause_seconds)

    return send
