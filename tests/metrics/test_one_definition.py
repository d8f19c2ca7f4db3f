"""A metric is the same whoever asks: views, questions, the report, and sums in plain Python."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import langdock_usage as lu
from langdock_usage.metrics.groups import COLUMNS, By
from tests.support.data.awkward import ORGS, Counted, build_awkward
from tests.support.pages.quick import quick_report
from tests.support.pages.report_html import summary_of
from tests.support.queries import rows

pytestmark = pytest.mark.filterwarnings(
    "ignore::langdock_usage.errors.IncompletePeriod", "ignore::langdock_usage.errors.LeftOut"
)

GROUPS: dict[str, tuple[str, Callable[[Counted], tuple[Any, ...]]]] = {
    "cost_per_key": ("api_key_id", lambda row: (row.key,)),
    "cost_per_model": ("model", lambda row: (row.model,)),
    "cost_per_key_and_model": ("api_key_id, model", lambda row: (row.key, row.model)),
    "cost_per_team": ("team", lambda row: (row.team,)),
    "cost_per_cost_center": ("cost_center", lambda row: (row.cost_center,)),
}
METRICS = (
    "requests",
    "total_cost_usd",
    "input_tokens",
    "cost_per_request_usd",
    "cache_hit_ratio",
    "cost_per_million_tokens_usd",
)


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Counted]]:
    database = tmp_path_factory.mktemp("awkward") / "usage.duckdb"
    return database, build_awkward(database)


def metrics(some: Iterable[Counted]) -> tuple[Any, ...]:
    """The metrics of a group of rows, from the text of their definitions."""
    some = list(some)
    known = [row for row in some if row.input_tokens is not None and row.tokens]
    requests = sum(row.requests for row in some)
    cost = sum((row.cost for row in some), Decimal(0))
    inputs = sum(row.input_tokens or 0 for row in known)
    cached = sum(row.tokens[2] for row in known if row.tokens)
    tokens = inputs + sum(row.tokens[1] for row in known if row.tokens)
    known_cost = sum((row.cost for row in known), Decimal(0))
    return (
        requests,
        cost,
        inputs if known else None,
        close(cost / requests) if requests else None,
        close(Decimal(cached) / inputs) if inputs else None,
        close(1_000_000 * known_cost / tokens) if tokens else None,
    )


def close(value: Decimal) -> Any:
    return pytest.approx(float(value), rel=1e-12)


def of_month(counted: list[Counted], view: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    groups = defaultdict(list)
    for row in counted:
        if row.month:
            groups[row.month, row.org_id, *GROUPS[view][1](row)].append(row)
    return {group: metrics(some) for group, some in groups.items()}


@pytest.mark.parametrize("view", GROUPS)
def test_view_says_what_plain_sums_say(awkward: tuple[Path, list[Counted]], view: str) -> None:
    database, counted = awkward
    columns = f"month, org_id, {GROUPS[view][0]}, {', '.join(METRICS)}"
    answers = rows(database, f"select {columns} from {view}")
    size = len(METRICS)
    assert {row[:-size]: row[-size:] for row in answers} == of_month(counted, view)


@pytest.mark.parametrize("view", GROUPS)
def test_question_about_a_month_is_the_view_of_that_month(
    awkward: tuple[Path, list[Counted]], view: str
) -> None:
    usage = lu.open(awkward[0])
    assert usage.months() == ["2026-08", "2026-09", "2026-10"]
    for month in usage.months():
        asked = getattr(usage, view)(month, exact=True)
        seen = usage.sql(f"from {view} where month = ?", [f"{month}-01"], exact=True)
        columns = list(asked.columns)
        order = ["org_id", *GROUPS[view][0].split(", ")]
        assert_same(asked.sort_values(order), seen.sort_values(order)[columns])


@pytest.mark.parametrize("org", ORGS)
def test_report_says_what_plain_sums_say(
    awkward: tuple[Path, list[Counted]], org: str, tmp_path: Path
) -> None:
    database, counted = awkward
    for month in ("2026-09", "2026-10"):
        used = [row for row in counted if row.org_id == org and f"{row.month}"[:7] == month]
        html = quick_report(database, month, tmp_path / "report.html", org_id=org).read_text()
        summary = summary_of(html)
        assert figures(summary) == report_figures(used)
        for name, view in (("keys", "key"), ("models", "model"), ("teams", "team")):
            groups: dict[Any, list[Counted]] = defaultdict(list)
            for row in used:
                groups[GROUPS[f"cost_per_{view}"][1](row)].append(row)
            # nobody's is the team without a name
            stated = {
                (entry.get("id") or entry["name"] or ("unassigned" if view == "team" else None),):
                figures(entry) for entry in summary[name]
            }  # fmt: skip
            assert stated == {group: report_figures(some) for group, some in groups.items()}, name


def figures(entry: Any) -> tuple[Any, ...]:
    return entry["requests"], Decimal(entry["total_cost_usd"]), entry["cache_hit_ratio"]


def report_figures(some: list[Counted]) -> tuple[Any, ...]:
    requests, cost, _, _, cache_hit_ratio, _ = metrics(some)
    return requests, cost, cache_hit_ratio


@pytest.mark.parametrize("by", ["key", "model", "team", "cost_center"])
def test_questions_by_group_agree_with_each_other(
    awkward: tuple[Path, list[Counted]], by: By
) -> None:
    usage = lu.open(awkward[0])
    view = getattr(usage, f"cost_per_{by}")
    for org in ORGS:
        of_key = view("2026-10", org=org, exact=True).set_index(_column(by))
        others = {
            "monthly_cost": usage.monthly_cost("2026-10", by=by, org=org, exact=True),
            "cache_efficiency": usage.cache_efficiency("2026-10", by=by, org=org, exact=True),
            "compare": usage.compare("2026-09", "2026-10", by=by, org=org, exact=True)
            .rename(columns={"cost_after_usd": "total_cost_usd"})
            .rename(columns=lambda name: name.replace("_after", ""))
            .query("requests > 0 or total_cost_usd > 0"),
        }
        for name, frame in others.items():
            shared = [column for column in METRICS if column in frame]
            assert len(shared) >= 5, name
            answered = frame.set_index(_column(by))[shared]
            assert_same(answered.sort_index(), of_key.loc[answered.index, shared].sort_index())
            assert len(answered) == len(of_key)
        by_period = usage.cost_per_period("2026-10", by=by, org=org, exact=True)
        sums = by_period.groupby(_column(by), dropna=False)["total_cost_usd"].sum()
        assert dict(sums[sums != 0]) == dict(of_key["total_cost_usd"])


def _column(by: By) -> str:
    return COLUMNS[by or ""]


def assert_same(one: Any, other: Any) -> None:
    """The same values to the last digit, and missing in the same places."""
    texts = [
        [tuple(map(str, row)) for row in frame.itertuples(index=False, name=None)]
        for frame in (one, other)
    ]
    assert texts[0] == texts[1]
