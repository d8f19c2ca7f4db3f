"""Places that cannot be written, because something else stands there: one line, nothing changed."""

import logging
import shutil
from pathlib import Path

import pytest

from tests.endurance.commands import COMMANDS, DATABASE, Begin, tables_of
from tests.endurance.forks import Forks

pytestmark = pytest.mark.slow

LOG = logging.getLogger(__name__)

DATA = Path("data")
RAW = DATA / "raw" / "langdock"
# where a file stands in the place of a folder, or a folder in the place of a file
PLACES = {
    "first load": (DATA, DATA / "raw", RAW, DATABASE),
    "load": (RAW, DATABASE),
    "fetch": (RAW,),
    "unload": (RAW / "unloaded",),
    "rebuild": (RAW / "price_books", DATA / ".langdock.duckdb.rebuilding"),
    "keys load": (RAW / "keys",),
    "prices load": (RAW / "prices",),
    "keys template": (DATA / "keys.csv",),
    "export": (Path("costs.xlsx"),),
}


@pytest.mark.parametrize(
    ("name", "place"), [(name, place) for name, places in PLACES.items() for place in places]
)
def test_something_else_stands_there(
    name: str, place: Path, begin: Begin, forked: Forks, tmp_path: Path
) -> None:
    command, folder = COMMANDS[name], tmp_path / "work"
    arguments = begin.copy(command, folder)
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.rmtree(path)
    if not path.suffix:
        path.touch()
    else:
        path.unlink(missing_ok=True)
        (path / "something").mkdir(parents=True)
    ended = forked.run(folder, *arguments, sandbox=begin.sandbox)
    assert ended.status in (1, 2)
    lines = ended.stderr.splitlines()
    assert lines
    assert all(line.startswith(("Error: ", "Warning: ")) for line in lines), lines
    assert ended.stdout == ""
    LOG.info("%s with something else at %s: %s", name, place, lines[-1])
    if (folder / DATABASE).is_file():
        assert tables_of(folder) == tables_of(begin.three_days)
