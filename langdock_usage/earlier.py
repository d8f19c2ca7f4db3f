"""What the report of a month said that was made before."""

import json
import re
from pathlib import Path

SUMMARY = re.compile(r'<script type="application/json" id="report-summary">(.*?)</script>')


def moment_of_report(path: Path) -> str | None:
    """The moment of the data that this report rests on; None where there is no such report."""
    try:
        found = SUMMARY.search(path.read_text(encoding="utf-8"))
        moment = json.loads(found[1])["data_of"] if found else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return moment if isinstance(moment, str) else None
