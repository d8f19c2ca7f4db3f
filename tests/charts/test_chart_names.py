"""Names of keys, models and teams are hostile: no chart runs them, and none is left empty."""

import sys
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import pandas as pd
import pytest
import vl_convert
from playwright.sync_api import Browser

import langdock_usage as lu
from langdock_usage import charts
from langdock_usage.charts.drawing.names import TURNED
from langdock_usage.charts.drawing.style import Style
from langdock_usage.ingest.reference_files import load_file
from langdock_usage.metrics.usage import Usage
from langdock_usage.raw.reference.kinds.keys import KEYS
from langdock_usage.report.kernel.display import chart_bundle
from langdock_usage.report.language import Language
from langdock_usage.report.sealed import seal
from tests.support.data.databases import UsageRow, add_usage, edited
from tests.support.pages.quick import quick_report
from tests.support.pages.reports import Opened

# of two days a month
pytestmark = pytest.mark.filterwarnings(
    "ignore::langdock_usage.errors.IncompletePeriod",
    "ignore::langdock_usage.errors.TooLittleHistory",
)

MARK = "zq"  # in every name, and in nothing else


def hostile_names() -> list[str]:
    """15 names, as many as a chart shows: in the first 8, every sign of which nothing is seen."""
    unseen = [chr(n) for n in range(sys.maxunicode + 1) if unicodedata.category(chr(n)) in HIDDEN]
    names = ["".join(unseen[n::8]) for n in range(8)]
    names += ["\ufffe\uffff\ufdd0\U0001ffff\ue000", "\" + alert(1) + \"' + alert(1) + '", "a\\"]
    names += ["</script><script>alert(1)</script>", "\\ud800 \\u2028 \\x00 \\", "${1}`{{7*7}}` %s"]
    names += ["L" * 300]
    return [f"{MARK}{n}{name}" for n, name in enumerate(names)]


HIDDEN = ("Cc", "Cf", "Zl", "Zp")
NAMES = hostile_names()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months in which each name is that of a key, a model and a team."""
    database = tmp_path_factory.mktemp("hostile") / "usage.duckdb"
    rows = [
        UsageRow(
            date(2026, month, day),
            f"key-{n}",
            name,
            name[::-1] if day == 1 else name,
            requests=10,
            total_cost_usd=Decimal(100 - n - month),
            tokens=(1000, 100, 10 * n, 0, 1000 - 10 * n),
        )
        for n, name in enumerate(NAMES)
        for month in (9, 10)
        for day in (1, 2)
    ]
    add_usage(database, rows)
    keys = database.with_name("keys.csv")
    keys.write_text("api_key_id,team\n" + "".join(f"key-{n},{n}\n" for n in range(len(NAMES))))
    load_file(KEYS, database, keys)
    with edited(database) as connection:  # a file with such teams would be refused
        for n, name in enumerate(NAMES):
            query = "update loaded_key_owners set team = ? where team = ?"
            connection.execute(query, [name, str(n)])
    return database


MONTH = "2026-10"
SAVED = {"saving_low_usd": -1.0, "saving_high_usd": 2.0, "saving_inferred_usd": None}
EVENT: dict[str, object] = {
    "first_day": pd.Timestamp("2026-10-01"),
    "last_day": pd.Timestamp("2026-10-02"),
}
EVENT |= {"org_id": "org-1", "cost_usd": 2.0, "expected_usd": 1.0, "excess_usd": 1.0}
NAMED = ("team", "api_key_name", "model", "kind", "cause", "expected_note")
EVENTS = [
    EVENT | dict.fromkeys(NAMED, name) | {"api_key_id": f"key-{n}"} for n, name in enumerate(NAMES)
]
BUDGETS = [
    {"org_id": NAMES[0], "scope": "key", "name": name, "budget_usd": 9.0, "state": name}
    | dict.fromkeys(("cost_usd", "expected_usd"), 8.0)
    for name in NAMES
]


def days_ahead(usage: Usage) -> pd.DataFrame:
    """Days that are to come, with a band."""
    days = usage.forecast_days(MONTH).assign(org_id=NAMES[0])
    days["low_running_usd"] = days["expected_running_usd"] - 1
    return days.assign(high_running_usd=days["expected_running_usd"] + 1)


def days_of_budgets(usage: Usage) -> pd.DataFrame:
    return days_ahead(usage).drop(columns="org_id").merge(pd.DataFrame(BUDGETS), how="cross")


CHARTS: dict[str, Callable[[Usage], Any]] = {
    "cost_per_day": lambda usage: charts.cost_per_day(
        usage.daily_cost(MONTH), usage.daily_cost("2026-09")
    ),
    "cost_per_key": lambda usage: charts.cost_per_key(usage.cost_per_key(MONTH)),
    "cost_per_model": lambda usage: charts.cost_per_model(usage.cost_per_model(MONTH)),
    "cost_per_team": lambda usage: charts.cost_per_team(usage.cost_per_team(MONTH)),
    "cost_calendar": lambda usage: charts.cost_calendar(
        usage.cost_per_period(by=None), style=Style(month=lambda _: NAMES[0])
    ),
    "cost_per_month": lambda usage: charts.cost_per_month(usage.monthly_cost(by="model")),
    "cost_per_key_and_model": lambda usage: charts.cost_per_key_and_model(
        usage.cost_per_key_and_model(MONTH)
    ),
    "cache_efficiency": lambda usage: charts.cache_efficiency(
        usage.cache_efficiency(MONTH, by="key")
    ),
    "cache_over_time": lambda usage: charts.cache_over_time(
        usage.monthly_cost(by="model"), "model"
    ),
    "cache_savings": lambda usage: charts.cache_savings(usage.cost_per_key(MONTH).assign(**SAVED)),
    "cache_savings_over_time": lambda usage: charts.cache_savings_over_time(
        usage.monthly_cost(by="key").assign(**SAVED)
    ),
    # months have no names; a month is named here so that there is one to look for
    "cache_savings_per_month": lambda usage: charts.cache_savings_per_month(
        usage.monthly_cost(by=None).assign(**SAVED), style=Style(month=lambda _: NAMES[0])
    ),
    "cost_against_cache": lambda usage: charts.cost_against_cache(
        usage.cost_per_key(MONTH),
        models=usage.cost_per_model(MONTH).assign(break_even_low=0.25, break_even_high=1.0),
    ),
    "cost_explorer": lambda usage: charts.cost_explorer(usage.daily_cost()),
    "cost_over_months": lambda usage: charts.cost_over_months(usage.monthly_cost(by="team")),
    "changes": lambda usage: charts.changes(usage.compare("2026-09", MONTH, by="model")),
    "key_story": lambda usage: charts.key_story(usage.key_story(["key-0", "key-9"])),
    "cache_use": lambda usage: charts.cache_use(usage.cache_efficiency(MONTH, by="key")),
    "bridge_explorer": lambda usage: charts.bridge_explorer(
        usage.bridge("2026-09", MONTH, "key_and_model")
    ),
    "anomaly_explorer": lambda usage: charts.anomaly_explorer(
        usage.daily_cost(MONTH), pd.DataFrame(EVENTS)
    ),
    "forecast": lambda usage: charts.forecast(days_ahead(usage)),
    "forecast_explorer": lambda usage: charts.forecast_explorer({0.8: days_ahead(usage)}),
    "budgets": lambda _: charts.budgets(pd.DataFrame(BUDGETS)),
    "budget_explorer": lambda usage: charts.budget_explorer(
        pd.DataFrame(BUDGETS),
        days_of_budgets(usage),
    ),
    "waterfall": lambda usage: charts.waterfall(
        usage.bridge("2026-09", MONTH, None), usage.bridge("2026-09", MONTH, "key")
    ),
}


def places_of(vega: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where in a chart the names stand, as Vega gets it."""
    if isinstance(vega, dict):
        for key, value in vega.items():
            if MARK in key or MARK[::-1] in key:
                yield (*path, "a key")
            yield from places_of(value, (*path, str(key)))
    elif isinstance(vega, list):
        for value in vega:
            yield from places_of(value, (*path, "[]"))
    elif isinstance(vega, str) and (MARK in vega or MARK[::-1] in vega):
        yield path


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.TooLittleHistory")
@pytest.mark.parametrize("name", charts.__all__)
def test_names_are_data_and_never_stand_in_an_expression(name: str, hostile: Path) -> None:
    bundle, _ = CHARTS[name](lu.open(hostile))._repr_mimebundle_()
    vega = vl_convert.vegalite_to_vega(bundle["application/vnd.vegalite.v5+json"])
    places = set(places_of(vega))
    assert any(path[:3] == ("data", "[]", "values") for path in places)
    for path in places:
        assert path[:3] == ("data", "[]", "values") or path == ("scales", "[]", "domain", "[]")
    # a picture of it can be read, whatever stands in the names
    picture = ElementTree.fromstring(bundle["image/svg+xml"])
    assert sum(1 for element in picture.iter() if element.get("aria-roledescription")) > 2


def marks_of(opened: Opened) -> list[int]:
    drawn = opened.page.locator(".chart[role=img]")
    return [drawn.nth(n).locator("svg .role-mark path").count() for n in range(drawn.count())]


def test_every_chart_of_the_report_is_drawn(
    browser: Browser, hostile: Path, tmp_path: Path
) -> None:
    opened = Opened(browser, quick_report(hostile, MONTH, tmp_path / "report.html"))
    assert opened.complaints == []
    marks = marks_of(opened)
    assert len(marks) == 11
    assert all(marks), marks
    bars = opened.page.locator("#keys ~ .chart .mark-rect path")
    assert bars.count() == len(NAMES)
    rows = opened.page.locator("[data-file^=keys-2026] tbody td:first-child bdi")
    # HTML has no NUL, and takes CR for LF
    shown = [name.replace("\0", "").replace("\r", "\n") for name in NAMES]
    shown = [
        f"\u2068{name}\u2069 (key-{n})" if TURNED.search(name) else name
        for n, name in enumerate(shown)
    ]
    assert rows.all_text_contents() == shown
    opened.page.locator("[data-file^=keys-2026] th button").first.click()
    assert sorted(rows.all_text_contents()) == sorted(shown)
    opened.context.close()


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.TooLittleHistory")
def test_every_chart_to_explore_is_drawn(browser: Browser, hostile: Path, tmp_path: Path) -> None:
    book: Any = nbformat.v4
    bundles = [chart_bundle(draw(lu.open(hostile))) for draw in CHARTS.values()]
    shown = [book.new_output("display_data", data=data, metadata=own) for data, own in bundles]
    notebook = book.new_notebook(cells=[book.new_code_cell("", outputs=shown)])
    html = tmp_path / "charts.html"
    html.write_text(seal(notebook, {}, "charts", Language("en")), encoding="utf-8")
    opened = Opened(browser, html)
    assert opened.complaints == []
    marks = marks_of(opened)
    assert len(marks) == len(CHARTS)
    assert all(marks), dict(zip(CHARTS, marks, strict=True))
    opened.context.close()
