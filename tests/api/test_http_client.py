"""The connections that requests go over."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from langdock_usage.api.http_client import POOLS, http_client

IN_FLIGHT = 4 * POOLS
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

Connections = list[asyncio.Task[None]]


@asynccontextmanager
async def host(connections: Connections) -> AsyncIterator[str]:
    """Its base URL; notes each connection, and keeps it open for the next request."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        connections.append(task)
        while await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(0.02)
            writer.write(ANSWER)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, backlog=IN_FLIGHT) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await asyncio.gather(*connections)


def test_requests_go_over_connections_that_are_open_already() -> None:
    """Of both hosts, the API's and that of its links."""
    connections: Connections = []

    async def run() -> None:
        places = asyncio.Semaphore(IN_FLIGHT)
        async with (
            host(connections) as api,
            host(connections) as storage,
            http_client(api) as http,
        ):

            async def export() -> None:
                async with places:
                    for base_url in (api, storage):
                        assert (await http.get(base_url)).text == "ok"

            await asyncio.gather(*(export() for _ in range(3 * IN_FLIGHT)))

    # in a thread of its own, because Playwright keeps an event loop in this one
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(run())).result()
    assert len(connections) <= 2 * IN_FLIGHT
