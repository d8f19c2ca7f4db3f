"""What a question is asked about: a period and filters, turned into parameters; or help."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from langdock_usage.errors import InvalidRequest, LeftOut, NoData
from langdock_usage.metrics.incomplete import warn, warn_where_incomplete
from langdock_usage.periods import Asked as Asked
from langdock_usage.periods import as_period as as_period
from langdock_usage.sql import read_sql
from langdock_usage.text import suggestion
from langdock_usage.windows import ONE_DAY, Period, month_of

if TYPE_CHECKING:
    import duckdb

Names = str | Sequence[str] | None


def periods_asked(
    connection: duckdb.DuckDBPyConnection,
    asked: Sequence[Asked],
    org_id: str | None,
    moment: datetime | None,
) -> list[Period | None]:
    """The days of each, with one warning where not all of them are known.

    Raises InvalidRequest, or NoData with the months that there are.
    """
    periods = [_with_data(connection, one, org_id) for one in asked]
    warn_where_incomplete(connection, periods, org_id, moment)
    return periods


def ends_of(period: Period | None) -> dict[str, date | None]:
    """`first` and `last`, as the parameters of a query; None for everything."""
    return {
        "first": period.first if period else None,
        "last": period.last if period else None,
    }


def _with_data(
    connection: duckdb.DuckDBPyConnection, asked: Asked, org_id: str | None
) -> Period | None:
    try:
        period = as_period(asked)
    except InvalidRequest as error:
        months = available_months(connection, org_id)
        if isinstance(asked, str) and months:
            raise InvalidRequest(_with_months(str(error), asked, months)) from error
        raise
    if period is None:
        return None
    [(within, beyond)] = connection.execute(
        read_sql("metrics/lookup/periods_near"), {"org_id": org_id, **ends_of(period)}
    ).fetchall()
    if beyond:
        _say_what_cannot_be_split(period, [Period(*pair) for pair in beyond], within)
    elif not within:
        name = asked if isinstance(asked, str) else str(period)
        raise NoData(_no_data(name, available_months(connection, org_id)))
    return period


def _say_what_cannot_be_split(period: Period, beyond: list[Period], within: int) -> None:
    known = " and ".join(dict.fromkeys(str(known) for known in beyond))
    if not within:
        raise NoData(
            f"There is no data for {period} alone: one sum is known for {known}, which cannot be "
            "split. Ask about all of that, or fetch the days."
        )
    warn(
        f"One sum is known for {known}, which cannot be split: it is left out of {period}.",
        LeftOut,
    )


def available_months(connection: duckdb.DuckDBPyConnection, org_id: str | None) -> list[date]:
    """First days of the months of which something is known, oldest first."""
    rows = connection.execute(
        read_sql("metrics/lookup/available_months"), {"org_id": org_id}
    ).fetchall()
    return [month for (month,) in rows]


def key_parameter(connection: duckdb.DuckDBPyConnection, asked: Names) -> list[str] | None:
    """Ids of the keys asked for by id or by any name that they ever had; as in `chosen`."""
    if asked is None:
        return None
    names: dict[str, set[str]] = {}
    for api_key_id, name in connection.execute(read_sql("store/lookup/key_names")).fetchall():
        names.setdefault(api_key_id, set()).update([] if name is None else [name])
    return list(dict.fromkeys(key for one in _several(asked) for key in _keys(one, names)))


def _keys(asked: str, names: Mapping[str, set[str]]) -> list[str]:
    """Ids of the keys with this id or name, else with one that differs in case, else that fit."""
    if asked in names:
        return [asked]
    for fits in (str.__eq__, _same_word):
        having = [key for key, own in names.items() if any(fits(n, asked) for n in (key, *own))]
        if len(having) > 1:
            raise InvalidRequest(
                f"{len(having)} API keys are or were called {asked!r}; "
                f"give the id: {', '.join(having)}."
            )
        if having:
            return having
    fitting = [key for key, own in names.items() if any(_fits(n, asked) for n in (key, *own))]
    if not fitting:
        known = [*dict.fromkeys(name for own in names.values() for name in sorted(own)), *names]
        raise InvalidRequest(
            f"There is no API key with the id or name {asked!r}; {suggestion(asked, known)}"
        )
    return fitting


def model_parameter(connection: duckdb.DuckDBPyConnection, asked: Names) -> list[str] | None:
    """Names of the models asked for; `*` stands for any text. Raises InvalidRequest."""
    if asked is None:
        return None
    known = [
        model for (model,) in connection.execute(read_sql("metrics/lookup/model_names")).fetchall()
    ]
    return chosen("model", asked, known)


def team_parameter(connection: duckdb.DuckDBPyConnection, asked: Names) -> list[str] | None:
    """Names of the teams asked for; `unassigned` is what has none. Raises InvalidRequest."""
    if asked is None:
        return None
    known = [
        team for (team,) in connection.execute(read_sql("metrics/lookup/team_names")).fetchall()
    ]
    return chosen("team", asked, [*known, "unassigned"])


def chosen(what: str, asked: Names, known: Sequence[str]) -> list[str]:
    """The known names that are asked for. Raises InvalidRequest.

    Case does not matter, unless there is the very name; `*` stands for any text.
    """
    found: list[str] = []
    for one in _several(asked):
        fitting = [one] if one in known else [name for name in known if _same_word(name, one)]
        fitting = fitting or [name for name in known if _fits(name, one)]
        if not fitting:
            raise InvalidRequest(f"There is no {what} {one!r}; {suggestion(one, known)}")
        found += fitting
    return found


def known_choice(what: str, asked: str, known: Iterable[str]) -> None:
    """Refuse what is none of the known words. Raises InvalidRequest."""
    if asked not in (words := list(known)):
        hint = suggestion(asked, words)
        raise InvalidRequest(
            f"{what}={asked!r}: {hint}", on_command_line=f"There is no {what} {asked!r}; {hint}"
        )


def _fits(name: str, pattern: str) -> bool:
    # of the shell's signs the star alone, and not in the name itself
    of_shell = pattern.casefold().replace("[", "[[]").replace("?", "[?]")
    return "*" in pattern and fnmatchcase(name.casefold(), of_shell)


def _same_word(name: str, asked: str) -> bool:
    return name.casefold() == asked.casefold()


def _several(asked: Names) -> Iterable[str]:
    return [asked] if isinstance(asked, str) else list(asked or ())


def _no_data(asked: str, months: Sequence[date]) -> str:
    if not months:
        return (
            f"There is no data for {asked}: the database holds none yet; "
            "bring it in with `langdock-usage fetch`."
        )
    return _with_months(f"There is no data for {asked}.", asked, months)


def _with_months(problem: str, asked: str, months: Sequence[date]) -> str:
    """The problem with the months that there are, and the nearest where a month was meant."""
    hint = "."
    if re.fullmatch(r"\d{4}-\d{1,2}", asked, re.ASCII):
        names = [f"{month:%Y-%m}" for month in months]
        # one wrong figure is a slip; among equals the latest month is meant
        same, near = max((sum(map(str.__eq__, name, asked)), name) for name in names)
        hint = f"; did you mean {near}?" if same >= 6 else "."
    return f"{problem.removesuffix('.')}; months available: {month_ranges(months)}{hint}"


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
