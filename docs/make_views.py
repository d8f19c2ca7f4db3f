"""Renews docs/views.md from the dictionary of columns and a new database.

    python docs/make_views.py

Everything above the line `GENERATED` is written by hand and stays as it is.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import langdock_usage as lu
from langdock_usage import columns
from langdock_usage.store.store import Store

PAGE = Path(__file__).with_name("views.md")
GENERATED = "<!-- From here on made by `python docs/make_views.py` -->\n"


def renewed(page: str) -> str:
    """The page with its generated part made again."""
    by_hand = page.partition(GENERATED)[0]
    with TemporaryDirectory() as folder:
        database = Path(folder) / "empty.duckdb"
        Store(database).__exit__(None, None, None)
        described = lu.open(database).describe()
    sections = []
    for view, grain in columns.views().items():
        sections += [f"## {view}", "", grain, "", "| column | type | unit | meaning |"]
        sections += ["| --- | --- | --- | --- |"]
        own = described[described["view_name"] == view]
        for column, kind in zip(own["column_name"], own["data_type"], strict=True):
            unit = columns.unit_of(column, view) or ""
            meaning = columns.meaning_of(column, view)
            sections += [f"| `{column}` | {kind} | {unit} | {meaning} |"]
        sections += [""]
    return by_hand + GENERATED + "\n" + "\n".join(sections).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
