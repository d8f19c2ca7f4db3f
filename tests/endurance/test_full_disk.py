"""A disk that is full at some write or other: one line, and the next run does it all."""

import logging
from collections.abc import Iterator

import pytest

from tests.endurance import IS_LONG
from tests.endurance.commands import COMMANDS
from tests.endurance.trial import Trial

pytestmark = pytest.mark.slow

LOG = logging.getLogger(__name__)


def rooms() -> Iterator[int]:
    """How many bytes a file may have: too few for any log; in the long form ever more."""
    if not IS_LONG:
        yield 120
        return
    room = 10.0
    while True:
        yield int(room)
        room *= 1.3


@pytest.mark.parametrize("name", [*COMMANDS])
def test_full_disk(name: str, trial: Trial) -> None:
    command = COMMANDS[name]
    wrong: dict[str, str] = {}
    for room in rooms():
        run = trial.start(command)
        ended = run(file_bytes=room)
        if ended.status == 0:
            break
        lines = ended.stderr.splitlines()
        how = f"{name} with {room} bytes of room"
        is_clear = ended.status == 1 and lines and all(map(is_ours, lines))
        wrong[how] = trial.finish(command, run) if is_clear else f"{ended.status} {lines}"
        LOG.info("%s: %s", how, wrong[how] or lines[-1])
    assert wrong
    assert not any(wrong.values()), {how: what for how, what in wrong.items() if what}


def is_ours(line: str) -> bool:
    return line.startswith(("Error: ", "Warning: "))
