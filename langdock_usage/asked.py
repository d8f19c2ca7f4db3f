"""What a question is asked about: a period and filters, turned into parameters; or help."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from .errors import InvalidRequest, LeftOut, NoData
from .sql import read_sql
from .windows import ONE_DAY, Period, month_of, parse_day, parse_month

if TYPE_CHECKING:
    import duckdb

# "2026-10", "2026-10-05", a pair of months or days, or nothing: everything
Asked = str | date | Period | tuple[date | str, date | str] | None
Names = str | Sequence[str] | None

_A_PERIOD = "ask about a month (2026-10), a pair of days, or leave it out to ask about everything"


def as_period(asked: Asked) -> Period | None:
    """`"2026-10"`, a day, or a pair of months or days as a Period. Raises InvalidRequest.

    >>> print(as_period("2026-10"))
    2026-10-01 to 2026-10-31
    >>> print(as_period(("2026-09-15", "2026-10")))
    2026-09-15 to 2026-10-31
    """
    if asked is None or isinstance(asked, Period):
        return asked
    if isinstance(asked, str | date):
        return _days_of(asked)
    if not isinstance(asked, tuple | list) or len(asked) != 2:
        raise InvalidRequest(f"{asked!r} is not a period; {_A_PERIOD}.")
    first, last = asked
    return Period(_days_of(first).first, _days_of(last).last)


def as_moment(asked: datetime | str) -> datetime:
    """An aware moment; a day alone means its end in UTC. Raises InvalidRequest."""
    try:
        moment = datetime.fromisoformat(asked) if isinstance(asked, str) else asked
    except ValueError:
        raise InvalidRequest(
            f"{asked!r} is not a moment; write it like 2026-11-03 or 2026-11-03T18:00+01:00."
        ) from None
    if isinstance(asked, str) and len(asked) == len("2026-11-03"):
        return moment.replace(tzinfo=UTC) + timedelta(days=1, microseconds=-1)
    if moment.tzinfo is None:
        raise InvalidRequest(f"{asked} has no time zone; write it like {asked}+01:00.")
    return moment


def _days_of(asked: object) -> Period:
    if isinstance(asked, datetime):
        asked = asked.date()
    if isinstance(asked, date):
        return Period(asked, asked)
    if not isinstance(asked, str):
        raise InvalidRequest(f"{asked!r} is not a month or day; {_A_PERIOD}.")
    if asked.count("-") == 2:
        day = parse_day(asked)
        return Period(day, day)
    return parse_month(asked)


def period_parameters(
    connection: duckdb.DuckDBPyConnection, asked: Asked, org_id: str | None
) -> dict[str, date | None]:
    """`first` and `last`. Raises InvalidRequest, or NoData with the months that there are."""
    try:
        period = as_period(asked)
    except InvalidRequest as error:
        months = available_months(connection, org_id)
        if isinstance(asked, str) and months:
            raise InvalidRequest(_no_data(asked, months)) from error
        raise
    if period is None:
        return {"first": None, "last": None}
    days = {"first": period.first, "last": period.last}
    [(within, beyond)] = connection.execute(
        read_sql("periods_near"), {"org_id": org_id, **days}
    ).fetchall()
    if beyond:
        _say_what_cannot_be_split(period, [Period(*pair) for pair in beyond], within)
    elif not within:
        name = asked if isinstance(asked, str) else str(period)
        raise NoData(_no_data(name, available_months(connection, org_id)))
    return dict(days)


def _say_what_cannot_be_split(period: Period, beyond: list[Period], within: int) -> None:
    known = " and ".join(dict.fromkeys(str(known) for known in beyond))
    if not within:
        raise NoData(
            f"There is no data for {period} alone: one sum is known for {known}, which cannot be "
            "split. Ask about all of that, or fetch the days."
        )
    warnings.warn(
        f"One sum is known for {known}, which cannot be split: it is left out of {period}.",
        LeftOut,
        stacklevel=5,
    )


def available_months(connection: duckdb.DuckDBPyConnection, org_id: str | None) -> list[date]:
    """First days of the months of which something is known, oldest first."""
    rows = connection.execute(read_sql("available_months"), {"org_id": org_id}).fetchall()
    return [month for (month,) in rows]


def key_parameter(connection: duckdb.DuckDBPyConnection, asked: Names) -> list[str] | None:
    """Ids of the keys asked for by id or by any name that they ever had. Raises InvalidRequest."""
    if asked is None:
        return None
    rows = connection.execute(read_sql("key_names")).fetchall()
    ids = {api_key_id for api_key_id, _ in rows}
    by_name: dict[str, list[str]] = {}
    for api_key_id, name in rows:
        if name is not None:
            by_name.setdefault(name, []).append(api_key_id)
    return [_key(one, ids, by_name) for one in _several(asked)]


def _key(asked: str, ids: set[str], by_name: dict[str, list[str]]) -> str:
    if asked in ids:
        return asked
    having = by_name.get(asked, [])
    if len(having) > 1:
        raise InvalidRequest(
            f"{len(having)} API keys are or were called {asked!r}; "
            f"give the id: {', '.join(having)}."
        )
    if not having:
        raise InvalidRequest(
            f"There is no API key with the id or name {asked!r}; "
            f"{suggestion(asked, [*by_name, *sorted(ids)])}"
        )
    return having[0]


def model_parameter(connection: duckdb.DuckDBPyConnection, asked: Names) -> list[str] | None:
    """Names of the models asked for; `*` stands for any text. Raises InvalidRequest."""
    if asked is None:
        return None
    known = [model for (model,) in connection.execute(read_sql("model_names")).fetchall()]
    return chosen("model", asked, known)


def team_parameter(connection: duckdb.DuckDBPyConnection, asked: Names) -> list[str] | None:
    """Names of the teams asked for; `unassigned` is what has none. Raises InvalidRequest."""
    if asked is None:
        return None
    known = [team for (team,) in connection.execute(read_sql("team_names")).fetchall()]
    return chosen("team", asked, [*known, "unassigned"])


def chosen(what: str, asked: Names, known: Sequence[str]) -> list[str]:
    """The known names that are asked for; `*` stands for any text. Raises InvalidRequest."""
    found: list[str] = []
    for one in _several(asked):
        fitting = [one] if one in known else [name for name in known if _fits(name, one)]
        if not fitting:
            raise InvalidRequest(f"There is no {what} {one!r}; {suggestion(one, known)}")
        found += fitting
    return found


def known_choice(what: str, asked: str, known: Iterable[str]) -> None:
    """Refuse what is none of the known words. Raises InvalidRequest."""
    if asked not in (words := list(known)):
        raise InvalidRequest(f"{what}={asked!r}: {suggestion(asked, words)}")


def _fits(name: str, pattern: str) -> bool:
    # of the shell's signs the star alone, and not in the name itself
    return "*" in pattern and fnmatchcase(name, pattern.replace("[", "[[]").replace("?", "[?]"))


def _several(asked: Names) -> Iterable[str]:
    return [asked] if isinstance(asked, str) else list(asked or ())


def nearest(asked: str, known: Iterable[str]) -> list[str]:
    """Up to three known names like the one asked for, or with it in them."""
    folded: dict[str, str] = {}
    for name in known:
        folded.setdefault(name.casefold(), name)
    near = difflib.get_close_matches(asked.casefold(), folded, n=3, cutoff=0.6)
    near = near or [name for name in folded if asked and asked.casefold() in name][:3]
    return [folded[name] for name in near]


def suggestion(asked: str, known: Sequence[str], *, shown: int = 8) -> str:
    """`did you mean …?`, or what there is; a whole sentence."""
    if not known:
        return "there is none at all."
    near = nearest(asked, known)
    if near:
        return f"did you mean {' or '.join(map(repr, near))}?"
    more = f" and {len(known) - shown} more" if len(known) > shown else ""
    return f"there is {', '.join(repr(name) for name in known[:shown])}{more}."


def _no_data(asked: str, months: Sequence[date]) -> str:
    if not months:
        return (
            f"There is no data for {asked}: the database holds none yet; "
            "bring it in with `langdock-usage fetch`."
        )
    names = [f"{month:%Y-%m}" for month in months]
    # one wrong figure is a slip; among equals the latest month is meant
    same, near = max((sum(map(str.__eq__, name, asked)), name) for name in names)
    hint = f"; did you mean {near}?" if same >= 6 else "."
    return f"There is no data for {asked}; months available: {month_ranges(months)}{hint}"


def month_ranges(months: Iterable[date]) -> str:
    """`2025-11 to 2026-02, 2026-04`."""
    runs: list[Period] = []
    for month in map(month_of, sorted(months)):
        if runs and runs[-1].last + ONE_DAY == month.first:
            runs[-1] = Period(runs[-1].first, month.last)
        else:
            runs.append(month)
    ends = [dict.fromkeys(f"{day:%Y-%m}" for day in (run.first, run.last)) for run in runs]
    return ", ".join(" to ".join(names) for names in ends)
