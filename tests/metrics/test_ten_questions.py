"""Ten questions of an analyst: the calls that the notebook shows agree with SQL written by hand.

The SQL starts from what was received, not from the views that the calls use.
"""

import json
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

import langdock_usage as lu
from langdock_usage.ingest.reference_files import load_file
from langdock_usage.metrics.usage import Usage
from langdock_usage.raw.reference.kinds.keys import KEYS
from langdock_usage.sandbox.workspace.owners import keys_file
from langdock_usage.sandbox.workspace.workspace import SANDBOX_ORG_ID
from tests.support.command import ROOT

# every day once; a key with a row per model
DAYS = """
with stated as (
    select exports.window_start as day, export_rows.*
    from exports
    join export_rows using (export_id)
    where group_by = 'model' and exports.window_start = exports.window_end and superseded_by is null
),
october as (from stated where day between '2026-10-01' and '2026-10-31'),
owners as (  -- on any day of October 2026: the latest line of each key
    select api_key_id, arg_max(team, coalesce(valid_from, '2000-01-01')) as team,
        arg_max(cost_center, coalesce(valid_from, '2000-01-01')) as cost_center
    from key_owners
    group by api_key_id
),
-- Claude's columns leave the cache out of the prompt, all others count it in
inputs as (
    select *, if(
        model like 'claude-%',
        sum_prompt_tokens + cached_prompt_tokens + cache_creation_tokens,
        sum_prompt_tokens
    ) as input
    from october
)
"""

Rows = list[tuple[Any, ...]]
Shown = Callable[[Any], Rows]


def columns(*names: str) -> Shown:
    return lambda frame: [tuple(row) for row in frame[list(names)].itertuples(index=False)]


def value(answer: Any) -> Rows:
    return [(answer.date() if isinstance(answer, pd.Timestamp) else answer,)]


ANSWERS: dict[str, tuple[Shown, str]] = {
    "Which key grew most since August?": (
        columns("api_key_id", "change_usd"),
        """select api_key_id,
               (sum(total_cost_usd) filter (where month(day) = 10)
                - sum(total_cost_usd) filter (where month(day) = 8))::varchar::double as change
           from stated where day between '2026-08-01' and '2026-10-31' and month(day) <> 9
           group by api_key_id order by change desc nulls last limit 1""",
    ),
    "What share of Claude's input is cached, per team?": (
        columns("team", "cache_hit_ratio"),
        """select coalesce(team, 'unassigned') as team, sum(cached_prompt_tokens) / sum(input)
           from inputs left join owners using (api_key_id)
           where model like 'claude-%' group by all order by sum(input) desc""",
    ),
    "What did the revoked key cost in its last week?": (
        value,
        """select sum(total_cost_usd)::varchar::double from stated
           where api_key_name = 'Pilot 2025' and day > (
               select max(day) - 7 from stated where api_key_name = 'Pilot 2025')""",
    ),
    "Which keys belong to nobody, and what do they cost?": (
        columns("api_key_id", "total_cost_usd"),
        """select api_key_id, sum(total_cost_usd)::varchar::double as cost from october
           where api_key_id not in (select api_key_id from key_owners)
           group by api_key_id order by cost desc""",
    ),
    "Which was the costliest day?": (
        value,
        "select day from stated group by day order by sum(total_cost_usd) desc limit 1",
    ),
    "Who uses the new model?": (
        columns("api_key_id", "requests"),
        """select api_key_id, sum(requests) from stated where model = 'claude-sonnet-5-5'
           group by api_key_id order by sum(total_cost_usd) desc""",
    ),
    "What does a request cost, model by model?": (
        columns("model", "cost_per_request_usd"),
        """select model, sum(total_cost_usd) / sum(requests) from october
           group by model order by sum(total_cost_usd) desc""",
    ),
    "What does each cost centre pay, to the last digit?": (
        columns("cost_center", "total_cost_usd"),
        """select coalesce(cost_center, 'unassigned') as payer, sum(total_cost_usd) as cost
           from october left join owners using (api_key_id) group by all order by cost desc""",
    ),
    "What was this key called before?": (
        value,
        """select list(distinct api_key_name) from stated
           where api_key_name <> 'Finance, Rechnungseingang' and api_key_id in (
               select api_key_id from stated where api_key_name = 'Finance, Rechnungseingang')""",
    ),
    "Who writes to the cache and never reads there?": (
        columns("api_key_id", "cache_creation_tokens"),
        """select api_key_id, sum(cache_creation_tokens) from october group by api_key_id
           having sum(cached_prompt_tokens) = 0 and sum(cache_creation_tokens) > 0""",
    ),
}


@pytest.fixture(scope="module")
def usage(year: Path, tmp_path_factory: pytest.TempPathFactory) -> Usage:
    folder = tmp_path_factory.mktemp("ten")
    database = folder / "year.duckdb"
    shutil.copyfile(year, database)
    keys = folder / "keys.csv"
    keys.write_text(keys_file(SANDBOX_ORG_ID, date(2026, 10, 1)), encoding="utf-8")
    load_file(KEYS, database, keys)
    return lu.open(database)


def calls() -> dict[str, str]:
    """Question and call, as the notebook has them."""
    notebook = json.loads((ROOT / "notebooks" / "explore.ipynb").read_text(encoding="utf-8"))
    text = "\n".join("".join(cell["source"]) for cell in notebook["cells"])
    return dict(re.findall(r"^- (.*\?) `(usage\..*)`$", text, re.MULTILINE))


def test_the_notebook_shows_ten() -> None:
    assert set(calls()) == set(ANSWERS)
    assert len(ANSWERS) == 10


@pytest.mark.parametrize("question", ANSWERS)
def test_call_agrees_with_sql_written_by_hand(question: str, usage: Usage) -> None:
    shown, query = ANSWERS[question]
    answer = shown(eval(calls()[question], {"usage": usage}))
    with duckdb.connect(str(usage.path), read_only=True) as connection:
        expected = connection.execute(DAYS + query).fetchall()
    assert expected and len(answer) == len(expected)
    for row, right in zip(answer, expected, strict=True):
        for one, other in zip(row, right, strict=True):
            # sums of floats, as pandas makes them, and quotients round in the last digit
            assert one == (pytest.approx(other, rel=1e-12) if isinstance(other, float) else other)
