"""What the report of a month said that was made before."""

import json
import re
from datetime import datetime
from pathlib import Path

SUMMARY = re.compile(r'<script type="application/json" id="report-summary">(.*?)</script>')


def moment_of_report(path: Path, org_id: str) -> str | None:
    """The moment (UTC) of the data that the report at `path` rests on.

    None where there is none that can be read, or where it is another workspace's.
    """
    try:
        found = SUMMARY.search(path.read_text(encoding="utf-8"))
        summary = json.loads(found[1]) if found else {}
        is_naive = datetime.fromisoformat(summary["data_of"]).tzinfo is None
        return str(summary["data_of"]) if is_naive and summary["org_id"] == org_id else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
