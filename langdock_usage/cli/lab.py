"""JupyterLab on the notebook `explore`, with the database found."""

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from langdock_usage.errors import DatabaseMissing
from langdock_usage.report.notebooks import find_notebook

NOTEBOOK = "explore"
DEMO = Path("data/demo.duckdb")


@dataclass(frozen=True)
class Lab:
    """What to start: the notebook, the database that it will ask, and the remarks to make."""

    notebook: Path
    database: Path
    project: Path
    remarks: tuple[str, ...] = ()

    def start(self, arguments: Sequence[str]) -> None:
        """Become JupyterLab; `arguments` are for it. Does not return."""
        # the folder of the project, not of the notebook: reports and data lie beside it
        folder = f"--ServerApp.root_dir={self.project.absolute()}"
        command = [sys.executable, "-m", "jupyterlab", str(self.notebook), folder, *arguments]
        sys.stdout.flush()
        sys.stderr.flush()
        os.execve(  # noqa: S606
            sys.executable, command, {**os.environ, "LANGDOCK_USAGE_DB": str(self.database)}
        )


def prepare(database: Path, *, is_given: bool, project: Path = Path()) -> Lab:
    """Find the database, and the notebook of the project; the package's own is copied first.

    Without a database of one's own, and none asked for, it is the one of the demo.
    Raises DatabaseMissing.
    """
    remarks = []
    if not database.exists() and not is_given and DEMO.is_file():
        remarks.append(f"There is no database at {database} yet; this is the made-up one of demo.")
        database = DEMO
    if not database.exists():
        raise DatabaseMissing(
            f"There is no database at {database}; make one with `langdock-usage fetch`, "
            "or a made-up one with `langdock-usage demo`."
        )
    notebook = project / "notebooks" / f"{NOTEBOOK}.ipynb"
    if not notebook.is_file():
        notebook.parent.mkdir(exist_ok=True)
        shutil.copyfile(find_notebook(NOTEBOOK), notebook)
        remarks.append(f"{notebook} is yours: change it as you like.")
    return Lab(notebook, database.absolute(), project, tuple(remarks))
