"""The parts of an export that was too large for one answer, as one CSV."""

import csv
import io
from collections.abc import Sequence
from decimal import Context, Decimal

from langdock_usage.errors import ExportFormatError
from langdock_usage.raw.exports import Row, grain_of, parse_rows
from langdock_usage.raw.header import TOKENS

EXACT = Context(prec=60)


def combine(parts: Sequence[bytes]) -> bytes | None:
    """One row per API key, model and raw model, amounts added up; None where no part has data.

    Columns are those of the first part. A count that is empty in one part is unknown in the sum.
    Raises ExportFormatError where a part is not an export, or has other columns.
    """
    if len(parts) <= 1:
        return parts[0] if parts else None
    read = [parse_rows(part, f"part {n} of the export") for n, part in enumerate(parts, start=1)]
    first_header = read[0][0]
    names = first_header.names
    total: dict[tuple[str, ...], Row] = {}
    for header, rows in read:
        if header.names != names:
            raise ExportFormatError("The parts of a split export have different columns.")
        for row in rows:
            grain = grain_of(row)
            total[grain] = _added(total[grain], row) if grain in total else row
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writerow(dict(zip(names, first_header.originals, strict=True)))
    first = min((row["period_start"] for row in total.values()), default="")
    last = max((row["period_end"] for row in total.values()), default="")
    for row in total.values():
        writer.writerow({**row, "period_start": first, "period_end": last})
    return text.getvalue().encode()


def _added(row: Row, later: Row) -> Row:
    """The later row, its amounts added to those of the earlier one."""
    counts = {
        name: str(int(row[name]) + int(later[name])) if row[name] and later[name] else ""
        for name in ("requests", *TOKENS)
        if name in later
    }
    cost = EXACT.add(Decimal(row["total_cost_usd"]), Decimal(later["total_cost_usd"]))
    return {**later, **counts, "total_cost_usd": f"{cost:f}"}
