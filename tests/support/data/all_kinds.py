"""A database with everything that engines may understand differently."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds.budgets import BUDGETS
from langdock_usage.raw.reference.kinds.expected import EXPECTED
from langdock_usage.raw.reference.kinds.invoices import INVOICES
from langdock_usage.raw.reference.kinds.prices import PRICES
from langdock_usage.raw.reference.kinds.rates import RATES
from langdock_usage.raw.reference.kinds.workspaces import WORKSPACES
from langdock_usage.raw.reference.reference_file import ReferenceFile
from tests.support.data.awkward import build_awkward
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.data.priced import HEADER, exclusive, inclusive, tokens, writes_in_no_cache

NUMBER = "0042"  # a workspace that is not 42
HOSTILE = "Ärzte/模型 100%[a]"
NAMES = ("", "Straße", "Ελληνικά", "русский", "עברית", "日本語", "'; drop--", "😀", "e\u0301", "é")
SEPTEMBER = [date(2026, 9, 1) + timedelta(days=n) for n in range(30)]
STATED: dict[ReferenceFile[Any], str] = {
    WORKSPACES: f"org_id,name\n{NUMBER},Zweiundvierzig\norg_a,模型\n",
    BUDGETS: "scope,name,amount_usd,valid_from\nworkspace,,12000.123456,\nteam,Product,1,2026-10\n",
    EXPECTED: "first_day,last_day,api_key_id,model,note\n2026-09-02,2026-09-03,key_1,,a 'note'\n",
    RATES: "day,currency,usd_per_unit\n2026-09-01,EUR,1.123456789\n",
    INVOICES: "period_start,period_end,amount,currency,number,org_id\n"
    f"2026-09-01,2026-09-30,10.01,EUR,A-1,{NUMBER}\n",
    PRICES: HEADER
    + "inclusive,,1.000000001,2.5,0.1,,,\n"
    + "exclusive,,3,15,0.3,3.75,6,\n"
    + "exclusive,2026-10-03,2.999999999,15,0.3,3.75,6,org_a\n"
    + "in-no-cache,,0,0,,,,\n",
}


def build_all_kinds(database: Path) -> None:
    """The awkward database, and a month of two more workspaces, far from UTC; people state things.

    Every day is stated and the month as well, which says something else. Amounts have 24 digits;
    names are in all scripts, and the newest have none. Two models have tiers.
    """
    build_awkward(database)
    with DatabaseBuilder(database) as builder:
        for org_id, timezone in ((NUMBER, "America/St_Johns"), (HOSTILE, "Pacific/Kiritimati")):
            for day in SEPTEMBER:
                # in the night after the third day, somewhere: late usage may still come, or not
                received = datetime(day.year, day.month, day.day, 18, 30, tzinfo=UTC)
                builder.keep(
                    days(str(day)),
                    *_rows(org_id, day),
                    org_id=org_id,
                    timezone=timezone,
                    received=received + timedelta(days=3, hours=day.day % 12),
                )
            whole = inclusive(7, 0, 0, 1, org_id=org_id, api_key_id="key_3", model="")
            builder.keep(
                days("2026-09-01", "2026-09-30"),
                whole | {"requests": "1000", "total_cost_usd": _amount(SEPTEMBER[0])},
                org_id=org_id,
                timezone=timezone,
                group_by=None,
                received=datetime(2026, 10, 9, tzinfo=UTC),
            )
    for kind, text in STATED.items():
        file = database.with_name(f"{kind.name}.csv")
        file.write_text(text, encoding="utf-8")
        load_file(kind, database, file)


def _amount(day: date) -> str:
    """No two sums of these are the same in floating point."""
    return f"{Decimal(day.toordinal() ** 4).scaleb(-24) + day.day:f}"


def _rows(org_id: str, day: date) -> list[dict[str, str]]:
    cost = {"org_id": org_id, "total_cost_usd": _amount(day)}
    name = {"api_key_name": NAMES[-day.day % len(NAMES)]}
    of_days = {
        "key_3": inclusive(100_000, 150_000, 10 * day.day, 7, model="gemini-2.5-pro"),
        "key_2": exclusive(0, day.day % 2, 10**9, 10**6, model="claude-sonnet-4-5", requests="1"),
        "key_1": writes_in_no_cache(3, 2, 1, 1, model="模型"),
        "key_4": tokens(5, 5, 5, 5, 5) | {"model": "inclusive"},
        "key 5 ": exclusive(2, 3, 4, 5, model="exclusive", requests="0"),
        "KEY_5": dict.fromkeys(tokens(0, 0, 0, 0, 0), "") | {"model": "gpt-5"},
    }
    return [cost | name | row | {"api_key_id": key} for key, row in of_days.items()]
