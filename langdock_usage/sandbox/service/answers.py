"""How an export is written: the CSV file, the rows as JSON, and the envelopes around them."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from langdock_usage.sandbox.service.period import Period
from langdock_usage.sandbox.workspace.rows import UsageRow

DATA_TYPE = "api_keys"

TOKEN_COLUMNS = (
    "sum_prompt_tokens",
    "sum_completion_tokens",
    "cached_prompt_tokens",
    "cache_creation_tokens",
    "no_cache_tokens",
)


def row_dicts(
    rows: Sequence[UsageRow], period: Period, org_id: str, byok: bool
) -> list[dict[str, str | int]]:
    """The rows as column → value; a workspace without its own keys has no token columns at all.

    Neither the name of the column `model` nor how JSON states a cost is documented; here a cost is
    a string, so that it stays exact.
    """
    start, end = (at.astimezone(UTC).date().isoformat() for at in (period.start, period.end))
    dicts = []
    for row in rows:
        values: dict[str, str | int] = {
            "period_start": start,
            "period_end": end,
            "org_id": org_id,
            "api_key_id": row.api_key_id,
            "api_key_name": row.api_key_name,
        }
        if row.model is not None:
            values["model"] = row.model
        values["requests"] = row.requests
        values["total_cost_usd"] = f"{row.total_cost_usd:f}"
        if byok:
            values |= {column: getattr(row, column) for column in TOKEN_COLUMNS}
        dicts.append(values)
    return dicts


def csv_bytes(columns: Sequence[str], dicts: Sequence[dict[str, str | int]]) -> bytes:
    """A CSV file in UTF-8 with a header, lines ended by LF."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(dicts)
    return text.getvalue().encode()


def file_path(org_id: str, period: Period, token: str) -> str:
    days = f"{period.start.date()}-{period.end.date()}"
    return f"api-keys-usage/{org_id}/api-keys-usage-{days}-{token}.csv"


def link_envelope(path: str, url: str, record_count: int, period: Period) -> dict[str, Any]:
    return {
        "success": True,
        "data": {
            "filePath": path,
            "downloadUrl": url,
            "dataType": DATA_TYPE,
            "recordCount": record_count,
            "dateRange": {"from": _with_offset(period.start), "to": _with_offset(period.end)},
        },
    }


def rows_envelope(dicts: Sequence[dict[str, str | int]]) -> dict[str, Any]:
    return {
        "success": True,
        "data": list(dicts),
        "metadata": {"dataType": DATA_TYPE, "recordCount": len(dicts)},
    }


def _with_offset(instant: datetime) -> str:
    text = instant.isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z" if instant.tzname() == "UTC" else text
