"""Many exports requested at once, their answers one by one as they come."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from itertools import islice
from typing import Any

from langdock_usage.windows import Period

Answer = asyncio.Task[bytes | None]

AT_ONCE = 200  # exports requested, or waiting for their turn


async def as_completed(
    windows: Iterable[Period], request: Callable[[Period], Coroutine[Any, Any, bytes | None]]
) -> AsyncGenerator[tuple[Period, Answer], None]:
    """Each period with its task, which is done.

    Close it (`contextlib.aclosing`) where it is left early: that ends what is still under way.
    """
    todo = iter(windows)
    tasks: dict[Answer, Period] = {}
    try:
        while True:
            for window in islice(todo, AT_ONCE - len(tasks)):
                tasks[asyncio.create_task(request(window))] = window
            if not tasks:
                return
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield tasks.pop(task), task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
