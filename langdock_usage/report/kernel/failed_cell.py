"""What is said of a notebook in which a cell failed."""

from langdock_usage.errors import ReportError


def failed_cell(notebook: str, source: str, name: str, text: str) -> ReportError:
    """The error, which names the cell by its words: papermill counts a cell more than there is."""
    begins = next(filter(None, source.splitlines()), "")[:60]
    what = " ".join(text.split())
    return ReportError(
        f"The notebook {notebook} failed in the cell that begins {begins!r}: {name}: {what}"
    )
