"""Many exports asked for at once, their answers one by one in the order of their periods."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from itertools import islice
from typing import Any

from .windows import Period

Answer = asyncio.Task[bytes | None]


async def in_order(
    windows: Iterable[Period],
    ask: Callable[[Period], Coroutine[Any, Any, bytes | None]],
    ahead: int,
) -> AsyncGenerator[tuple[Period, Answer], None]:
    """Each period with its task, which is done; up to `ahead` are asked for before their turn.

    Close it (`contextlib.aclosing`) where it is left early: that ends what is still under way.
    """
    todo = iter(windows)
    asked: deque[tuple[Period, Answer]] = deque()
    try:
        while True:
            for window in islice(todo, ahead - len(asked)):
                asked.append((window, asyncio.create_task(ask(window))))
            if not asked:
                return
            await asyncio.wait([asked[0][1]])
            yield asked.popleft()
    finally:
        for _, task in asked:
            task.cancel()
        await asyncio.gather(*(task for _, task in asked), return_exceptions=True)
