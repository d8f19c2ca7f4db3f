"""A small database of made-up usage, for tests that need exact sums and nasty names."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from langdock_usage.raw.archive import RawExport
from langdock_usage.store.connection import open_for_writing
from langdock_usage.store.schema import count_exports
from langdock_usage.store.store import Store
from langdock_usage.windows import Period
from tests.support.made import TOKEN_COLUMNS, csv_of


@dataclass(frozen=True)
class Row:
    """One row of an export of a single day, or of `days` days."""

    day: date
    key: str
    name: str
    model: str | None
    requests: int
    cost: Decimal
    tokens: tuple[int, int, int, int, int] | None = None
    days: int = 1


def build(path: Path, rows: Iterable[Row], org: str = "org-1", zone: str = "Europe/Berlin") -> Path:
    """Write a database with one export per day of `rows`."""
    by_day: dict[date, list[Row]] = {}
    for row in rows:
        by_day.setdefault(row.day, []).append(row)
    exports = [
        (f"{org}-{day}", of_day, datetime(day.year, day.month, day.day, 5, tzinfo=UTC))
        for day, of_day in by_day.items()
    ]
    add(
        path,
        [
            (export_id, of_day, morning + timedelta(days=of_day[0].days))
            for export_id, of_day, morning in exports
        ],
        org=org,
        zone=zone,
    )
    return path


def restate(path: Path, row: Row, fetched: datetime) -> None:
    """A newer export of a day with this one row instead of all that the older one said."""
    add(path, [("restated", [row], fetched)])


def add(
    path: Path,
    exports: Iterable[tuple[str, list[Row], datetime]],
    *,
    org: str = "org-1",
    zone: str = "Europe/Berlin",
    group_by: str | None = "model",
) -> None:
    """Exports with these ids, of the days of their first row, received at these moments."""
    with TemporaryDirectory() as folder, Store(path) as store:
        some = []
        for export_id, rows, fetched in exports:
            first = rows[0]
            period = Period(first.day, first.day + timedelta(days=first.days - 1))
            csv = Path(folder) / f"{export_id}.csv"
            csv.write_bytes(csv_of([_as_text(row, org) for row in rows], period, timezone=zone))
            raw = RawExport(
                export_id=export_id,
                window=period,
                timezone=zone,
                group_by=group_by,
                fetched_at=fetched,
                source="made up",
                org_id=org,
                file=csv.name,
                sha256=f"{first.day.toordinal():064x}",
            )
            some.append((raw, csv, csv.name))
        store.add_exports(some)


def _as_text(row: Row, org: str) -> dict[str, str]:
    tokens = map(str, row.tokens) if row.tokens else [""] * 5
    return {
        "org_id": org,
        "api_key_id": row.key,
        "api_key_name": row.name,
        "model": row.model or "",
        "requests": str(row.requests),
        "total_cost_usd": f"{row.cost:f}",
        **dict(zip(TOKEN_COLUMNS, tokens, strict=True)),
    }


@contextmanager
def edited(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables themselves, for what no export can bring about."""
    with open_for_writing(path) as connection:
        yield connection
        count_exports(connection)


NASTY_NAMES = (
    "</script><script>document.title='owned'</script>",
    "Quote \" and ' and & <b>bold</b>",
    "Right\u202eto left\u2066 mark",
    "Rocket 🚀 Zürich, \"GmbH\"; 'x'",
    "L" * 300,
    '=HYPERLINK("http://evil.example")',
)

SHOWN_NAMES = [
    # signs that turn the direction of writing let a name read like another: its id stands beside it
    f"\u2068{name}\u2069 (key-{n})" if "\u202e" in name else name
    for n, name in enumerate(NASTY_NAMES)
]
"""As the report shows the names of `two_months`."""


def two_months() -> list[Row]:
    """September and October 2026: six keys with nasty names, three models, exact odd amounts."""
    rows = []
    for n in range(61):
        day = date(2026, 9, 1) + timedelta(days=n)
        for k, name in enumerate(NASTY_NAMES):
            for m, model in enumerate(("gpt-5", "claude-sonnet-4-5", None)):
                if (n + k + m) % 3 == 0:
                    continue
                prompt = 1000 * (n + 1) * (k + 1)
                cached = prompt // (m + 2)
                rows.append(
                    Row(
                        day,
                        f"key-{k}",
                        name,
                        model,
                        requests=10 + n * k + m,
                        cost=Decimal(f"{(n + 1) * (k + 1)}.{m}00000{k}7"),
                        tokens=(prompt, 500, cached, 0, prompt - cached),
                    )
                )
    return rows


def huge(path: Path, keys: int = 500, models: int = 40, days: int = 31) -> Path:
    """A workspace in which every key uses every model on every day of October 2026."""
    with edited(path) as connection:
        connection.begin()
        connection.execute(
            """
            insert into exports by name
            select
                'export-' || day as export_id,
                'org-1' as org_id,
                date '2026-10-01' + day::int as window_start,
                window_start as window_end,
                'Europe/Berlin' as timezone,
                'model' as group_by,
                '2026-11-10 08:00+00'::timestamptz as fetched_at,
                $keys * $models as record_count,
                lpad(hex(day), 64, '0') as sha256,
                'made up' as source
            from range($days) as days(day)
            """,
            {"days": days, "keys": keys, "models": models},
        )
        connection.execute(
            """
            insert into export_rows by name
            select
                'export-' || day as export_id,
                'org-1' as org_id,
                date '2026-10-01' + day::int as window_start,
                window_start as window_end,
                date '2026-10-01' as month,
                'key-' || lpad(key::varchar, 4, '0') as api_key_id,
                'Team ' || key || ' <script>alert("x")</script> ' || repeat('long ', key % 9)
                    as api_key_name,
                'vendor/model-' || model as model,
                10 + key % 7 as requests,
                ((1 + key) * (1 + model) * (1 + day))::decimal(15, 0) * 0.00001 as total_cost_usd,
                1000 * (1 + key % 5) as sum_prompt_tokens,
                100 as sum_completion_tokens,
                1000 * (key % 5) as cached_prompt_tokens,
                0 as cache_creation_tokens,
                1000 as no_cache_tokens,
                'inclusive' as row_accounting,
                sum_prompt_tokens as input_tokens
            from range($keys) as keys(key), range($models) as models(model),
                range($days) as days(day)
            """,
            {"days": days, "keys": keys, "models": models},
        )
        connection.commit()
    return path
