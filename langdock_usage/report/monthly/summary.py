"""The machine-readable summary that every report carries."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from langdock_usage.embedding import OURS, embedded_json
from langdock_usage.errors import InvalidRequest
from langdock_usage.report.monthly.data_status import DataStatus
from langdock_usage.report.page_size import room_bytes, rows_that_fit
from langdock_usage.text import exact
from langdock_usage.windows import month_before, parse_month

if TYPE_CHECKING:
    import pandas as pd

    from langdock_usage.metrics.usage import Usage
    from langdock_usage.report.monthly.months import Months, MonthTotal
    from langdock_usage.report.monthly.since import Since

ELEMENT = '<script type="application/json" id="report-summary">'

UNASSIGNED = "unassigned"
"""As the questions name what has no team."""


def summary_of(usage: "Usage", month: str, org_id: str) -> dict[str, object]:
    """The summary of a month, for a notebook that shows none of its own. Raises NoData."""
    from langdock_usage.report.monthly.months import Months

    before = f"{month_before(parse_month(month)).first:%Y-%m}"
    months = usage.monthly_cost((before, month), by=None, org=org_id, exact=True)
    exports = usage.exports(month, org=org_id)
    named = usage.sql("select name from workspace_names where org_id = ?", [org_id])["name"]
    found = summarise(
        Months(month, months),
        exports,
        DataStatus.of(
            usage.known_days(month, org=org_id),
            usage.reconciliation(month, org=org_id, exact=True),
            exports,
        ),
        keys=usage.cost_per_key(month, org=org_id, exact=True),
        models=usage.cost_per_model(month, org=org_id, exact=True),
        teams=usage.cost_per_team(month, org=org_id, exact=True),
        price_book=usage.prices(org=org_id).attrs["price_book"],
    )
    return found | ({"workspace": named[0]} if len(named) else {})


def summarise(
    months: "Months",
    exports: "pd.DataFrame",
    status: DataStatus,
    *,
    keys: "pd.DataFrame",
    models: "pd.DataFrame",
    teams: "pd.DataFrame",
    price_book: Mapping[str, object] | None = None,
    differing_invoices: Sequence[str] = (),
    changes: "Since | None" = None,
) -> dict[str, object]:
    """The month as plain JSON values; money as text, exact.

    `price_book` is what its prices are from, as a question about prices says in `attrs`;
    `differing_invoices` are numbers of invoices, `changes` is against the version before.

    `keys`, `models` and `teams` are frames of `usage.compare(…)` or `usage.cost_per_…(…)`. Of
    thousands of keys, or hundreds of models, those that cost least stand together in a last entry
    with `id` and `name` null, in which `others` says how many they are: sums stay whole.

    Raises InvalidRequest where the costs of one of them are not those of the month.
    """
    total, before = months.this, months.comparable(months.this)
    for name, frame in (("keys", keys), ("models", models), ("teams", teams)):
        _check_sum(total, name, frame)
    return {
        "month": f"{total.month:%Y-%m}",
        "org_id": str(exports["org_id"].iloc[0]),
        "currency": "USD",
        "total_cost_usd": exact(total.total_cost_usd),
        "change_usd": exact(total.total_cost_usd - before.total_cost_usd) if before else None,
        "requests": total.requests,
        "cache_hit_ratio": total.cache_hit_ratio,
        "data_of": data_of(exports).isoformat(),
        "verdict": {
            "final": status.is_final,
            "complete": status.is_complete,
            "reconciled": status.is_reconciled,
            "provisional_days": [str(day) for day in status.provisional_days],
            "missing_days": [str(day) for day in status.missing_days],
            "days_to_come": [str(day) for day in status.days_to_come],
            "reconciled_keys": status.compared_keys,
            "differing_keys": status.differing_keys,
            "difference_usd": exact(status.difference_usd),
            "differing_invoices": list(differing_invoices),
            "changed_since": changes.data_of if changes and changes.is_changed else None,
            "changed_usd": exact(changes.change) if changes and changes.is_changed else None,
        },
        "keys": _entries(keys, "keys", "api_key_id", "api_key_name"),
        "teams": _teams(teams),
        "models": _entries(models, "models", "model", "model"),
        "price_book": dict(price_book) if price_book else None,
    }


def shows_summary(notebook: Any) -> bool:
    """Whether a cell of an executed notebook shows the summary (`Report.summary`)."""
    return any(
        output.get("data", {}).get("text/html", "").startswith(ELEMENT)
        and OURS.items() <= output.metadata.items()
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    )


def element(summary: Mapping[str, object]) -> str:
    """The summary as it stands in a page, and in the output of a cell."""
    return f"{ELEMENT}{embedded_json(summary)}</script>"


def data_of(exports: "pd.DataFrame") -> Any:
    """When the last of the exports was received, in UTC."""
    return exports["fetched_at"].max().tz_convert("UTC").tz_localize(None)


def _check_sum(total: "MonthTotal", name: str, frame: "pd.DataFrame") -> None:
    from langdock_usage.charts.drawing.chart_data import cost_column, require
    from langdock_usage.charts.drawing.top_and_others import total_of

    require(frame, (), f"{name}=… of report.summary")
    cost = total_of(frame[cost_column(frame)]) or 0
    if cost != total.total_cost_usd:
        raise InvalidRequest(
            f"The {name} of the summary cost {cost} USD, and the month "
            f"{exact(total.total_cost_usd)} USD: give report.summary all {name} of the month, as a "
            "question answers with exact=True."
        )


def _teams(teams: "pd.DataFrame") -> list[dict[str, object]]:
    """Nobody's usage is that of the team null; without any team there are none."""
    if set(teams["team"]) <= {UNASSIGNED}:
        return []
    named = teams.assign(team=teams["team"].mask(teams["team"] == UNASSIGNED))
    entries = _entries(named, "teams", "team", "team")
    return [{key: value for key, value in entry.items() if key != "id"} for entry in entries]


def _entries(frame: "pd.DataFrame", table: str, id_: str, name: str) -> list[dict[str, object]]:
    from langdock_usage.charts.drawing.chart_data import cost_column, used
    from langdock_usage.charts.drawing.top_and_others import top_and_others

    cost = cost_column(frame)
    period = "_after" if cost == "cost_after_usd" else ""
    rows = used(frame).sort_values(cost, ascending=False, kind="stable", ignore_index=True)
    count = rows_that_fit(map(_known, rows[name]), room_bytes(table))
    others = len(rows) - count
    return [
        {
            "id": _known(row[id_]),
            "name": _known(row[name]),
            **({"others": others} if place == count else {}),
            "total_cost_usd": exact(row[cost]),
            "requests": int(row[f"requests{period}"]),
            "cache_hit_ratio": _known(row[f"cache_hit_ratio{period}"]),
        }
        for place, row in enumerate(top_and_others(rows, count).to_dict("records"))
    ]


def _known(value: Any) -> Any:
    return None if value is None or value != value else value
