"""A small database of made-up usage, for tests that need exact sums and nasty names."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from langdock_usage.store.database import open_for_writing

INSERT_EXPORT = (
    "insert into exports (export_id, org_id, window_start, window_end, timezone, group_by, "
    "fetched_at, record_count, sha256, source, superseded_by) "
)


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
    connection = open_for_writing(path)
    connection.begin()
    for day, of_day in by_day.items():
        export_id = f"{org}-{day}"
        morning = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
        fetched = morning + timedelta(days=of_day[0].days)
        connection.execute(
            INSERT_EXPORT + "values (?, ?, ?, ?, ?, 'model', ?, ?, ?, 'made up', null)",
            [
                export_id,
                org,
                day,
                day + timedelta(days=of_day[0].days - 1),
                zone,
                fetched,
                len(of_day),
                f"{day.toordinal():064x}",
            ],
        )
        connection.executemany(
            "insert into export_rows values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [_values(export_id, row) for row in of_day],
        )
    connection.commit()
    connection.close()
    return path


def restate(path: Path, row: Row, fetched: datetime) -> None:
    """A newer export of a day with this one row instead of all that the older one said."""
    connection = open_for_writing(path)
    connection.execute(
        INSERT_EXPORT
        + """
        select 'restated', org_id, window_start, window_end, timezone, group_by, ?, 1, sha256,
            source, null
        from exports where window_start = ?
        """,
        [fetched, row.day],
    )
    connection.execute(
        "update exports set superseded_by = 'restated' "
        "where window_start = ? and export_id <> 'restated'",
        [row.day],
    )
    connection.execute(
        "insert into export_rows values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        _values("restated", row),
    )
    connection.close()


def _values(export_id: str, row: Row) -> list[object]:
    tokens = row.tokens or (None,) * 5
    return [export_id, row.key, row.name, row.model, row.requests, row.cost, *tokens]


NASTY_NAMES = (
    "</script><script>document.title='owned'</script>",
    "Quote \" and ' and & <b>bold</b>",
    "Right\u202eto left\u2066 mark",
    "Rocket 🚀 Zürich, \"GmbH\"; 'x'",
    "L" * 300,
    '=HYPERLINK("http://evil.example")',
)


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
    connection = open_for_writing(path)
    connection.begin()
    connection.execute(
        INSERT_EXPORT
        + """
        select 'export-' || day, 'org-1', date '2026-10-01' + day::int,
            date '2026-10-01' + day::int,
            'Europe/Berlin', 'model', '2026-11-10 08:00+00', $keys * $models,
            lpad(hex(day), 64, '0'), 'made up', null
        from range($days) as days(day)
        """,
        {"days": days, "keys": keys, "models": models},
    )
    connection.execute(
        """
        insert into export_rows
        select 'export-' || day, 'key-' || lpad(key::varchar, 4, '0'),
            'Team ' || key || ' <script>alert("x")</script> ' || repeat('long ', key % 9),
            'vendor/model-' || model, 10 + key % 7,
            ((1 + key) * (1 + model) * (1 + day))::decimal(15, 0) * 0.00001,
            1000 * (1 + key % 5), 100, 1000 * (key % 5), 0, 1000
        from range($keys) as keys(key), range($models) as models(model), range($days) as days(day)
        """,
        {"days": days, "keys": keys, "models": models},
    )
    connection.commit()
    connection.close()
    return path
