"""What is used of budgets: which line holds, whom it means, and how a month stands."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import langdock_usage as lu
from langdock_usage.errors import ReferenceFileError
from langdock_usage.ingest.reference_files import load_file
from langdock_usage.ingest.templates import template
from langdock_usage.raw.reference.kinds.budgets import BUDGETS
from langdock_usage.raw.reference.kinds.keys import KEYS
from tests.support.data.databases import UsageRow, add_usage, days

D = Decimal
# key, its name before November, its name since, model, USD a day
USED = (
    ("key-1", "Search", "Search", "gpt-5", D(10)),
    ("key-2", "Helpdesk", "Support", "claude-opus-5", D(5)),
    ("key-3", "Test", "Test", "gpt-5", D("0.25")),
    ("key-4", "Support", "Archive", "mistral", D(1)),
)
KEYS_FILE = (
    "api_key_id,team,cost_center\nkey-1,Product,4711\nkey-2,support,4712\nkey-3,Support,4711\n"
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1 September to 10 November 2026, the same every day: 16.25 USD."""
    database = tmp_path_factory.mktemp("budgets") / "test.duckdb"
    rows = [
        UsageRow(day, key, new if day.month == 11 else old, model, 1, cost)
        for day in days("2026-09-01", "2026-11-10").days()
        for key, old, new, model, cost in USED
    ]
    add_usage(database, rows)
    return load(KEYS, database, KEYS_FILE)


def load(kind: Any, database: Path, text: str) -> Path:
    file = database.with_name("file.csv")
    file.write_text(text)
    load_file(kind, database, file)
    return database


def budgets(database: Path, lines: str, month: str = "2026-11") -> dict[Any, tuple[Any, ...]]:
    """Budget, cost, expected cost and state by scope and name, of a file with these lines."""
    usage = lu.open(load(BUDGETS, database, f"scope,name,amount_usd,valid_from\n{lines}"))
    return {
        (row["scope"], row["name"] if row["name"] == row["name"] else None): (
            *(row[name] for name in ("budget_usd", "cost_usd", "expected_usd")),
            row["state"],
        )
        for row in usage.budgets(month, exact=True).to_dict("records")
    }


def test_every_scope_in_its_order(database: Path) -> None:
    # 10 days are known, 30 are expected
    assert list(
        budgets(
            database,
            "model,GPT-5,400,\nkey,Search,100,\ncost_center,4711,99,\nteam,Product,300,\n"
            "team,unassigned,31,\nworkspace,,487.5,\n",
        ).items()
    ) == [
        (("workspace", None), (D("487.5"), D("162.5"), D("487.5"), "under")),
        (("team", "Product"), (D(300), D(100), D(300), "under")),
        (("team", "unassigned"), (D(31), D(10), D(30), "under")),
        (("cost_center", "4711"), (D(99), D("102.5"), D("307.5"), "over")),
        (("key", "Search"), (D(100), D(100), D(300), "at risk")),
        (("model", "GPT-5"), (D(400), D("102.5"), D("307.5"), "under")),
    ]


def test_a_name_means_what_is_called_so(database: Path) -> None:
    """Exactly if there is one, else in any case; a key by id, by its name, by an older one."""
    found = budgets(
        database,
        "team,support,1,\nteam,PRODUCT,1,\nteam,sUPPORT,1,2026-12\nkey,KEY-3,1,\nkey,Support,1,\n"
        "key,helpdesk,1,\nkey,archive,1,\nkey,key-1,1,\nteam,nobody,1,\n",
    )
    assert {pair: row[1] for pair, row in found.items()} == {
        ("team", "support"): D(50),
        ("team", "PRODUCT"): D(100),
        ("team", "nobody"): D(0),
        ("key", "KEY-3"): D("2.5"),
        ("key", "Support"): D(50),  # key-4 is no longer called so
        ("key", "helpdesk"): D(50),
        ("key", "archive"): D(10),
        ("key", "key-1"): D(100),
    }
    # two teams, and none is called exactly so
    assert budgets(database, "team,SUPPORT,1,")["team", "SUPPORT"][1] == D("52.5")


def test_the_newest_line_that_has_begun_holds(database: Path) -> None:
    lines = (
        "key,Search,1000,\nkey,search,310,2026-10\nkey,Search,300,2026-12\n"
        "team,Product,5,2026-12\nmodel,mistral,1,\nmodel,mistral,,2026-11\n"
    )
    assert budgets(database, lines) == {("key", "search"): (D(310), D(100), D(300), "under")}
    assert budgets(database, lines, "2026-10") == {
        ("key", "search"): (D(310), D(310), D(310), "under"),
        ("model", "mistral"): (D(1), D(31), D(31), "over"),
    }
    assert budgets(database, lines, "2026-09")["key", "Search"][0] == D(1000)
    assert budgets(database, lines, "2026-12")["team", "Product"] == (D(5), D(0), D(310), "at risk")


def test_nothing_is_a_budget(database: Path) -> None:
    usage = lu.open(load(BUDGETS, database, "scope,name,amount_usd\nkey,key-1,0\nkey,none,0\n"))
    found = usage.budgets("2026-11")
    assert list(found["state"]) == ["over", "under"]
    assert list(found["used_ratio"].isna()) == [True, True]
    assert list(found.columns) == [
        *("org_id", "scope", "name", "budget_usd", "cost_usd", "used_ratio"),
        *("expected_usd", "low_usd", "high_usd", "state"),
    ]


def test_a_band_above_the_budget_is_watched(tmp_path: Path) -> None:
    """Days of 8 and 12 USD: 10 in the mean, and more or less of them in a month."""
    rows = [
        UsageRow(day, "key-1", "A", "gpt-5", 1, D(8 + 4 * (day.toordinal() * 7 % 5 % 2)))
        for day in days("2026-08-01", "2026-11-10").days()
    ]
    database = add_usage(tmp_path / "test.duckdb", rows)
    forecast = lu.open(database).forecast("2026-11", exact=True).iloc[0]
    expected, high = forecast["expected_usd"], forecast["high_usd"]
    assert expected < high
    for amount, state in (
        (forecast["cost_so_far_usd"] - D("0.01"), "over"),
        (forecast["cost_so_far_usd"], "at risk"),
        (expected - 1, "at risk"),
        (expected + D("0.01"), "watch"),
        (high + D("0.01"), "under"),
    ):
        assert budgets(database, f"workspace,,{amount},\n")["workspace", None][3] == state


def test_without_a_band_there_is_still_a_state(tmp_path: Path) -> None:
    rows = [
        UsageRow(day, "k", "A", "m", 1, D(10)) for day in days("2026-11-01", "2026-11-10").days()
    ]
    database = add_usage(tmp_path / "test.duckdb", rows)
    with pytest.warns(lu.errors.TooLittleHistory):
        found = budgets(database, "workspace,,299,\nkey,A,301,\nmodel,m,99,\n")
    assert [row[3] for row in found.values()] == ["at risk", "under", "over"]


def test_workspaces_have_budgets_of_their_own(tmp_path: Path) -> None:
    database = tmp_path / "test.duckdb"
    for org, cost in (("org-1", D(1)), ("org-2", D(2))):
        add_usage(
            database,
            [
                UsageRow(date(2026, 10, day), f"key-{org}", org, "gpt-5", 1, cost)
                for day in range(1, 32)
            ],
            org_id=org,
        )
    load(
        BUDGETS,
        database,
        "scope,name,amount_usd,org_id\nworkspace,,50,\nworkspace,,70,org-2\nmodel,gpt-5,40,\n",
    )
    found = lu.open(database).budgets("2026-10")
    columns = ["org_id", "scope", "budget_usd", "cost_usd"]
    assert [tuple(row) for row in found[columns].to_numpy()] == [
        ("org-1", "workspace", 50, 31),
        ("org-2", "workspace", 70, 62),
        ("org-1", "model", 40, 31),
        ("org-2", "model", 40, 62),
    ]
    assert len(lu.open(database).budgets("2026-10", org="org-2")) == 2


def test_all_mistakes_are_told(database: Path) -> None:
    with pytest.raises(ReferenceFileError) as refused:
        load(
            BUDGETS,
            database,
            "scope,name,amount_usd,valid_from\n"
            "department,Sales,1,\nworkspace,Acme,1,\nteam,,1,\nteam,A,1e3,\nteam,A,-1,\n"
            "team,B,1,2026-10-01\nteam,C,1,\nteam,c,2,\nteam,C,3,\n",
        )
    said = str(refused.value).partition(": ")[2].split("; line ")
    assert [text[:60] for text in said] == [
        "line 2: scope: 'department': there is 'workspace', 'team', '",
        "3: the workspace has no name; leave 'Acme' out",
        "4: name is empty: which team?",
        "5: amount_usd: '1e3' is no amount; write it like 2500, with ",
        "6: amount_usd: '-1' is no amount; write it like 2500, with a",
        "6: says again what the team 'A' may spend since ever; see li",
        "7: valid_from: '2026-10-01' is not a month; write it as YYYY",
        "9: says again what the team 'C' may spend since ever; see li",
        "10: says again what the team 'C' may spend since ever; see l",
    ]
    with pytest.raises(ReferenceFileError, match="line 2: no line of the file has an amount_usd"):
        load(BUDGETS, database, "scope,name,amount_usd\nteam,A,\n")


def test_what_has_no_usage_is_said(database: Path, tmp_path: Path) -> None:
    file = tmp_path / "budgets.csv"
    file.write_text(
        "scope,name,amount_usd,org_id\nteam,produkt,1,\nteam,PRODUCT,1,\ncost_center,1,1,\n"
        "key,searsh,1,\nkey,HELPDESK,1,\nmodel,gpt-6,1,\nworkspace,,1,org-7\n"
    )
    assert load_file(BUDGETS, database, file).warnings == (
        "line 2: no usage of the team 'produkt' is known; did you mean 'Product'?",
        "line 4: no usage of the cost centre '1' is known; did you mean '4711'?",
        "line 5: no usage of the key 'searsh' is known; did you mean 'Search'?",
        "line 7: no usage of the model 'gpt-6' is known; did you mean 'gpt-5'?",
        "line 8: no usage of the workspace 'org-7' is known; did you mean 'org-1'?",
    )


def test_template_has_a_line_for_each_that_lacks_one(database: Path) -> None:
    load(
        BUDGETS,
        database,
        "scope,name,amount_usd,valid_from,note\nteam,SUPPORT,5,,x\nkey,Test,1,2026-10,\n"
        "model,gpt-5,9,,\n",
    )
    # October: 31 times 16.25, 10, 5, 0.25 and 1 USD
    assert template(BUDGETS, lu.open(database)).splitlines() == [
        "scope,name,amount_usd,valid_from,org_id,note,last_month_usd",
        "workspace,,,,,,503.75",
        "team,SUPPORT,5,,,x,",
        "team,Product,,,,,310",
        "cost_center,4711,,,,,317.75",
        "cost_center,4712,,,,,155",
        "key,Test,1,2026-10,,,",
        "key,Search,,,,,310",
        "key,Support,,,,,155",
        "key,Archive,,,,,31",
        "model,gpt-5,9,,,,",
    ]


def test_days_of_budgets_end_where_the_budgets_do(database: Path) -> None:
    """Of a key that costs 10 USD a day, a team of one that costs 5.25, and a name without usage."""
    lines = "workspace,,500,\nkey,Search,400,\nteam,Support,100,\nmodel,never,5,\n"
    usage = lu.open(load(BUDGETS, database, f"scope,name,amount_usd,valid_from\n{lines}"))
    days = usage.budget_days("2026-11")
    of_search = days[days["name"] == "Search"]
    # ten days are known, and thirty are in November
    assert list(of_search["running_usd"].dropna()) == [10.0 * n for n in range(1, 11)]
    assert list(of_search["expected_running_usd"]) == pytest.approx([10 * n for n in range(1, 31)])
    assert set(of_search["budget_usd"]) == {400}
    ends = days.groupby(["scope", "name"], dropna=False, sort=False).tail(1)
    expected = usage.budgets("2026-11")
    assert list(ends["scope"]) == list(expected["scope"])
    assert list(ends["expected_running_usd"]) == pytest.approx(list(expected["expected_usd"]))
