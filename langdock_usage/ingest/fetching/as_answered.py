"""Many exports asked for at once, their answers one by one as they come."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from itertools import islice
from typing import Any

from langdock_usage.windows import Period

Answer = asyncio.Task[bytes | None]

AT_ONCE = 200  # exports asked for, or waiting for their turn


async def as_answered(
    windows: Iterable[Period], ask: Callable[[Period], Coroutine[Any, Any, bytes | None]]
) -> AsyncGenerator[tuple[Period, Answer], None]:
    """Each period with its task, which is done.

    Close it (`contextlib.aclosing`) where it is left early: that ends what is still under way.
    """
    todo = iter(windows)
    asked: dict[Answer, Period] = {}
    try:
        while True:
            for window in islice(todo, AT_ONCE - len(asked)):
                asked[asyncio.create_task(ask(window))] = window
            if not asked:
                return
            done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield asked.pop(task), task
    finally:
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
