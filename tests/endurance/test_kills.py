"""Commands that are killed, at random moments and at each call that writes.

The next run ends as if nothing had happened: the same tables, the same files, no process left.
"""

import logging
import random
from itertools import count, product

import pytest

from tests.endurance import IS_LONG
from tests.endurance.commands import COMMANDS
from tests.endurance.forks import CAN_TRACE
from tests.endurance.trial import Trial

pytestmark = pytest.mark.slow

IN_A_ROW = 3  # also while a run mends what the one before left
KILLS = 1_000 if IS_LONG else 30
# what changes a file, or the list of files
SYSTEM_CALLS = ("write", "pwrite64", "ftruncate", "rename", "unlink", "mkdir")
SHORT = [("load", "rename"), ("rebuild", "rename")]
AT_EACH = list(product(COMMANDS, SYSTEM_CALLS)) if IS_LONG else SHORT

LOG = logging.getLogger(__name__)  # shown with --log-cli-level=INFO


@pytest.mark.parametrize("name", [*COMMANDS])
def test_killed_at_random_moments(name: str, trial: Trial) -> None:
    command = COMMANDS[name]
    moments = random.Random(name if not IS_LONG else None)
    limit = trial.undisturbed(command).seconds
    killed = 0
    wrong: dict[str, str] = {}
    while killed < KILLS / len(COMMANDS):
        run, delays = trial.start(command), []
        for _ in range(moments.randint(1, IN_A_ROW) if IS_LONG else IN_A_ROW):
            delays.append(moments.uniform(0, limit))
            killed += run(kill_after_seconds=delays[-1]).is_killed
        how = f"{name}, killed after {delays} s"
        wrong[how] = trial.finish(command, run)
        LOG.info("%s: %s", how, wrong[how] or "as if nothing had happened")
    assert not any(wrong.values()), wrong


@pytest.mark.skipif(not CAN_TRACE, reason="needs strace")
@pytest.mark.parametrize(("name", "system_call"), AT_EACH)
def test_killed_at_each_call_that_writes(name: str, system_call: str, trial: Trial) -> None:
    command = COMMANDS[name]
    wrong: dict[str, str] = {}
    for number in count(1):
        run = trial.start(command)
        if not run(kill_at=(system_call, number)).is_killed:
            break
        how = f"{name}, killed at {system_call} number {number}"
        wrong[how] = trial.finish(command, run)
        LOG.info("%s: %s", how, wrong[how] or "as if nothing had happened")
    assert not any(wrong.values()), wrong
