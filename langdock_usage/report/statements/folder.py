"""The folder of statements: what an earlier run wrote there gives way to the new ones."""

from pathlib import Path
from shutil import copyfile

from langdock_usage.errors import ReportError
from langdock_usage.files import atomic_write, remove_stale
from langdock_usage.report.previous_report import summary_of_report

CONTROL = "control"
FOLDER = "statements"
_ENDINGS = (".html", ".ipynb", ".xlsx", ".pdf")


def replace_statements(folder: Path, made: Path) -> None:
    """Put what stands in `made` into `folder`, in place of the statements of an earlier run.

    Raises ReportError where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        remove_stale(folder)
        new = {path.name for path in made.iterdir()}
        for path in sorted(made.iterdir()):
            with atomic_write(folder / path.name) as unfinished:
                copyfile(path, unfinished)
        for page in folder.glob("*.html"):
            if "due_usd" in summary_of_report(page):
                for old in map(page.with_suffix, _ENDINGS):
                    if old.name not in new:
                        old.unlink(missing_ok=True)
    except OSError as error:
        raise ReportError(f"Cannot write statements into {folder}: {error.strerror}.") from error
