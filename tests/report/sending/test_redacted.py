"""A redacted report holds no name of a key, owner, team or cost centre, and the same numbers."""

import os
import shutil
from pathlib import Path

import pytest

import langdock_usage as lu
from langdock_usage.errors import PseudonymsError
from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds.budgets import BUDGETS
from langdock_usage.raw.reference.kinds.expected import EXPECTED
from langdock_usage.report.previous_report import summary_of_report
from langdock_usage.store.excerpt import redacted
from langdock_usage.store.pseudonyms import SECRET, explain, pseudonyms
from tests.support.command import assert_refused, call
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.keys import load
from tests.support.pages.quick import quick_report

NAMES = ("Kranichflug", "Sperberweg", "Möwenplatz", "Wiesenpieper", "CC-Zaunkönig", "key_öhrchen")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Two keys, one of which was renamed, with owners; distinctive names."""
    database = tmp_path / "usage.duckdb"
    with DatabaseBuilder(database) as builder:
        for day in days("2026-09-30", "2026-10-02").days():
            name = "Sperberweg" if day.day == 2 else "Kranichflug"
            one = {"api_key_id": "key_öhrchen", "api_key_name": name, "total_cost_usd": "7.25"}
            builder.keep(days(str(day)), one, {"api_key_id": "other", "total_cost_usd": "1"})
    load(database, "key_öhrchen,Möwenplatz,CC-Zaunkönig,Wiesenpieper,,\n")
    budgets = tmp_path / "budgets.csv"
    budgets.write_text(
        "scope,name,amount_usd,note\nworkspace,,20,\nteam,möwenplatz,10,for Wiesenpieper\n"
        "key,KRANICHFLUG,5,\nkey,other,6,\ncost_center,Sperberweg,1,\nmodel,gpt-5,9,\n",
        encoding="utf-8",
    )
    load_file(BUDGETS, database, budgets)
    expected = tmp_path / "expected.csv"
    expected.write_text(
        "first_day,last_day,api_key_id,model,note\n"
        "2026-10-01,2026-10-02,key_öhrchen,,Möwenplatz moves\n",
        encoding="utf-8",
    )
    load_file(EXPECTED, database, expected)
    return database


def test_no_name_is_left_in_the_page_or_the_notebook(database: Path, tmp_path: Path) -> None:
    result = call(tmp_path, *f"report --month 2026-10 --redact keys --db {database}".split())

    assert result.returncode == 0, result.stderr
    html = tmp_path / "reports" / "2026-10" / "monthly_report.redacted.html"
    assert tmp_path / result.stdout.strip() == html
    for file in (html, html.with_suffix(".ipynb")):
        text = file.read_text(encoding="utf-8")
        escaped = [name.encode("unicode_escape").decode() for name in NAMES]
        assert [name for name in (*NAMES, *escaped) if name in text] == []
        assert (database.parent / SECRET).read_text() not in text

    summary = summary_of_report(html)
    assert summary["total_cost_usd"] == "16.5"  # twice 7.25 + 1
    [first, _] = summary["keys"]
    assert (first["id"], first["total_cost_usd"]) == (first["name"], "14.5")

    explained = call(tmp_path, "redact", "explain", first["id"], "--db", str(database))
    assert explained.stdout == "key key_öhrchen (Kranichflug, Sperberweg)\n"
    team = summary["teams"][0]["name"]
    explained = call(tmp_path, "redact", "explain", team.upper(), "--db", str(database))
    assert explained.stdout == "team Möwenplatz\n"


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")
@pytest.mark.filterwarnings("ignore::langdock_usage.errors.TooLittleHistory")
def test_every_number_is_that_of_the_database(database: Path, tmp_path: Path) -> None:
    def numbers(path: Path) -> list[object]:
        with lu.open(path) as usage:
            keys = usage.cost_per_key("2026-10", exact=True).drop(
                columns=["api_key_id", "api_key_name"]
            )
            teams = usage.compare("2026-09", "2026-10", by="team", exact=True)
            return [keys.to_dict("records"), teams.drop(columns="team").to_dict("records")]

    with redacted(database) as copy:
        budgets = lu.open(copy).budgets("2026-10", exact=True)
        of_database = lu.open(database).budgets("2026-10", exact=True)
        assert [*budgets["cost_usd"]] == [*of_database["cost_usd"]]
        assert not {name.casefold() for name in NAMES} & {*budgets["name"].dropna().str.casefold()}
        assert numbers(copy) == numbers(database)
        assert quick_report(copy, "2026-10", tmp_path / "copy.html").stat().st_size > 10_000


def test_a_pseudonym_is_stable_here_and_another_elsewhere(database: Path, tmp_path: Path) -> None:
    first, again = pseudonyms(database), pseudonyms(database)
    assert first == again
    assert len({one.pseudonym for one in first}) == len(first) == 5  # two keys, and whose one is

    same_folder = database.with_name("other.duckdb")
    shutil.copyfile(database, same_folder)
    elsewhere = tmp_path / "elsewhere" / "usage.duckdb"
    elsewhere.parent.mkdir()
    shutil.copyfile(database, elsewhere)
    for other in (same_folder, elsewhere):
        assert not {one.pseudonym for one in pseudonyms(other)} & {one.pseudonym for one in first}


@pytest.mark.skipif(os.name != "posix", reason="modes of files are those of POSIX")
def test_a_secret_that_is_missing_or_no_secret_is_refused(database: Path, tmp_path: Path) -> None:
    with pytest.raises(PseudonymsError, match="There is no"):
        explain(database, "key-abc")

    pseudonyms(database)
    secret = database.parent / SECRET
    assert secret.stat().st_mode & 0o777 == 0o600
    secret.chmod(0o640)
    result = call(tmp_path, *f"report --month 2026-10 --redact keys --db {database}".split())
    assert_refused(result, 1, f"Others can read {secret}.*`chmod 600 {secret}`")
    assert not (tmp_path / "reports").exists()

    secret.chmod(0o600)
    secret.write_text("")
    with pytest.raises(PseudonymsError, match="damaged"):
        pseudonyms(database)
    result = call(tmp_path, *f"redact explain key-abc --db {database}".split())
    assert_refused(result, 1, "damaged")
