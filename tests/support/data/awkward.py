"""A database in which everything is there that makes numbers differ, and the rows that count."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds.keys import KEYS as KEYS_FILE
from tests.support.data.databases import TOKEN_COLUMNS, DatabaseBuilder, days

ORGS = ("org_a", "org_b")
KEYS = ("key_1", "key_2", "key_3", "key_4")
MODELS = ("inclusive", "exclusive", "in-no-cache", "", "modèle 模型")
OWNERS = """api_key_id,team,cost_center,owner,valid_from,successor_of
key_1,Product,4711,Ana,,
key_1,Sales,4712,Ben,2026-10-03,
key_2,Product,,,,
key_4,,,,,key_2
"""


@dataclass(frozen=True)
class Counted:
    """A row that counts, in plain Python: what `usage` has to say of it."""

    org_id: str
    first: date
    last: date
    key: str
    name: str
    model: str | None
    requests: int
    cost: Decimal
    tokens: tuple[int, ...] | None
    input_tokens: int | None

    @property
    def month(self) -> date | None:
        is_within = (self.first.year, self.first.month) == (self.last.year, self.last.month)
        return self.first.replace(day=1) if is_within else None

    @property
    def team(self) -> str:
        """The owner on the last day; key_4 follows key_2."""
        if self.key == "key_1":
            return "Sales" if self.last >= date(2026, 10, 3) else "Product"
        return "Product" if self.key in ("key_2", "key_4") else "unassigned"

    @property
    def cost_center(self) -> str:
        if self.key == "key_1":
            return "4712" if self.last >= date(2026, 10, 3) else "4711"
        return "unassigned"


def _tokens(model: str, chance: random.Random) -> tuple[tuple[int, ...] | None, int | None]:
    """Prompt, completion, cached, written, uncached; and the input, each token counted once."""
    if chance.random() < 0.2:  # a workspace that is BYOK in part
        return None, None
    cached, written, fresh = (chance.randrange(1, 10**6) for _ in range(3))
    completion = chance.randrange(10**6)
    if chance.random() < 0.2:
        return (fresh, completion, 0, 0, fresh), fresh
    if model == "exclusive":
        reads = 0 if chance.random() < 0.3 else cached
        return (fresh, completion, reads, written, fresh), fresh + reads + written
    if model == "in-no-cache":
        written = min(written, fresh)
        reads = 0 if chance.random() < 0.3 else cached
        return (fresh + reads, completion, reads, written, fresh), fresh + reads
    if model == "inclusive":
        total = cached + written + fresh
        return (total, completion, cached, written, fresh), total
    return (fresh + cached + 7, completion, cached, 1, fresh), None  # adds up in no way


def build_awkward(database: Path, seed: int = 1) -> list[Counted]:
    """August to October 2026 of two workspaces; the rows that count.

    August is one period, a period crosses into September, days are restated or without usage, days
    are missing, a longer period gives way to its days, an empty answer comes first.
    """
    chance = random.Random(seed)
    builder = DatabaseBuilder(database)
    builder.moment = datetime(2026, 11, 8, tzinfo=UTC)
    counted: list[Counted] = []
    with builder:
        for org in ORGS:
            periods = [
                (days("2026-08-01", "2026-08-25"), True),
                (days("2026-08-28", "2026-09-03"), True),
                (days("2026-10-01", "2026-10-02"), False),
                *((days(str(date(2026, 9, 5) + timedelta(n))), True) for n in range(0, 24, 3)),
                *((days(str(date(2026, 10, 1) + timedelta(n))), True) for n in range(9)),
            ]
            for period, counts in periods:
                for is_last in (False, True) if chance.random() < 0.4 else (True,):
                    rows, texts = [], []
                    for key in KEYS:
                        for model in MODELS:
                            if chance.random() < 0.5:
                                continue
                            tokens, input_tokens = _tokens(model, chance)
                            row = Counted(
                                org,
                                period.first,
                                period.last,
                                key,
                                f"{key} since {period.first}" if chance.random() < 0.2 else key,
                                model or None,
                                chance.choice((0, 1, 7, 10**9)),
                                Decimal(chance.randrange(10**14)).scaleb(-12),
                                tokens,
                                input_tokens,
                            )
                            rows.append(row)
                            texts.append(_as_text(row))
                    builder.keep(period, *texts, org_id=org)
                    if counts and is_last:
                        counted += rows
        builder.keep(days("2026-10-31"), org_id=ORGS[0])
    keys = database.with_name("awkward-keys.csv")
    keys.write_text(OWNERS, encoding="utf-8")
    load_file(KEYS_FILE, database, keys)
    return counted


def _as_text(row: Counted) -> dict[str, str]:
    tokens = map(str, row.tokens) if row.tokens else [""] * 5
    return {
        "org_id": row.org_id,
        "api_key_id": row.key,
        "api_key_name": row.name,
        "model": row.model or "",
        "requests": str(row.requests),
        "total_cost_usd": str(row.cost),
        **dict(zip(TOKEN_COLUMNS, tokens, strict=True)),
    }
