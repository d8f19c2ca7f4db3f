"""How the token columns of a row add up, found out row by row."""

from decimal import Decimal
from pathlib import Path

from langdock_usage.store.status import status
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.queries import rows


def test_unclear_rows_take_part_in_cost_never_in_a_ratio(database: Path) -> None:
    with DatabaseBuilder(database) as builder:
        builder.add(
            days("2026-10-05"),
            {"model": "a"},  # 100 = 60 + 30 + 10
            {"model": "b", "no_cache_tokens": "999", "total_cost_usd": "2"},
        )
    assert rows(
        database, "select total_cost_usd, input_tokens, cache_hit_ratio from cost_per_key"
    ) == [(Decimal("3.5"), 100, 0.3)]
    [workspace] = status(database)["workspaces"]
    assert workspace["token_accounting"] == {"inclusive": 1, "unclear": 1}


INCLUSIVE = ("100", "30", "10", "60")


WRITES = ("90", "30", "10", "60")


EXCLUSIVE = ("60", "30", "10", "60")


EITHER = ("60", "0", "10", "60")


NO_CACHING = ("60", "0", "0", "60")


UNCLEAR = ("77", "30", "10", "60")


TOO_MANY_WRITES = ("90", "30", "61", "60")  # more than the input outside of the cache


ONLY_EXCLUSIVE = ("60", "0", "61", "60")


Tokens = tuple[str, str, str, str]
CASES: list[tuple[Tokens, list[Tokens], str | None, int | None]] = [
    (INCLUSIVE, [], "inclusive", 100),
    (WRITES, [], "writes_in_no_cache", 90),
    (EXCLUSIVE, [], "exclusive", 100),
    (UNCLEAR, [], "unclear", None),
    (TOO_MANY_WRITES, [], "unclear", None),
    (ONLY_EXCLUSIVE, [], "exclusive", 121),
    (EITHER, [ONLY_EXCLUSIVE], "exclusive", 70),
    (("0", "0", "0", "0"), [], "inclusive", 0),
    # cached = 0 and creation > 0: the row follows its model
    (EITHER, [], "writes_in_no_cache", 60),
    (EITHER, [EXCLUSIVE], "exclusive", 70),
    (EITHER, [EXCLUSIVE, UNCLEAR], "exclusive", 70),
    (EITHER, [WRITES], "writes_in_no_cache", 60),
    (EITHER, [EXCLUSIVE, INCLUSIVE], "writes_in_no_cache", 60),
    (EITHER, [EXCLUSIVE, WRITES], "writes_in_no_cache", 60),
    # a row without any caching says nothing about its model
    (NO_CACHING, [EXCLUSIVE], "inclusive", 60),
    (EITHER, [EXCLUSIVE, NO_CACHING], "exclusive", 70),
    (EITHER, [NO_CACHING], "writes_in_no_cache", 60),
    (EITHER, [EXCLUSIVE, ("0", "0", "0", "0")], "exclusive", 70),
    (("", "30", "10", "60"), [], None, None),
    (("100", "30", "", "60"), [], None, None),
]
COLUMNS = ("sum_prompt_tokens", "cached_prompt_tokens", "cache_creation_tokens", "no_cache_tokens")


def test_token_accounting_row_by_row(database: Path) -> None:
    """Each case is a model of its own, with its row as the first key's, others as those of more."""
    stated = [
        {
            "model": f"model {case}",
            "api_key_id": f"key_{n}",
            **dict(zip(COLUMNS, values, strict=True)),
        }
        for case, (tokens, others, _, _) in enumerate(CASES)
        for n, values in enumerate([tokens, *others])
    ]
    with DatabaseBuilder(database) as builder:
        builder.add(days("2026-10-05"), *stated)
    found = rows(
        database,
        "select model, token_accounting, input_tokens from usage where api_key_id = 'key_0'",
    )
    answers = {model: (kind, input_tokens) for model, kind, input_tokens in found}
    for case, (tokens, others, kind, input_tokens) in enumerate(CASES):
        assert answers[f"model {case}"] == (kind, input_tokens), (tokens, others)
