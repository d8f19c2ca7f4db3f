"""What a question is narrowed to: API keys, models, teams and a workspace, by their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from langdock_usage.errors import InvalidRequest
from langdock_usage.sql import read_sql
from langdock_usage.text import suggestion

if TYPE_CHECKING:
    import duckdb

Names = str | Sequence[str] | None


@dataclass(frozen=True)
class Filters:
    """Names as they were given; None leaves everything in."""

    key: Names = None
    model: Names = None
    team: Names = None
    org: str | None = None

    def parameters(self, connection: duckdb.DuckDBPyConnection) -> dict[str, list[str] | None]:
        """`keys` (ids), `models` and `teams` for a query. Raises InvalidRequest."""
        return {
            "keys": key_ids(connection, self.key),
            "models": _names(connection, "model", self.model),
            "teams": _names(connection, "team", self.team, "unassigned"),
        }

    def sums(self, group: str) -> str:
        """By what usage may be added up before a question by group, a column or "", is asked.

        `key` or `model`; "" where it takes both.
        """
        is_by_key = self.key is not None or self.team is not None or group not in ("", "model")
        is_by_model = self.model is not None or group == "model"
        if is_by_key and is_by_model:
            return ""
        return "key" if is_by_key else "model"


def key_ids(connection: duckdb.DuckDBPyConnection, asked: Names) -> list[str] | None:
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


def _names(
    connection: duckdb.DuckDBPyConnection, what: str, asked: Names, *more: str
) -> list[str] | None:
    if asked is None:
        return None
    rows = connection.execute(read_sql(f"metrics/lookup/{what}_names")).fetchall()
    return chosen(what, asked, [*(name for (name,) in rows), *more])


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
        hint = suggestion(str(asked), words)
        raise InvalidRequest(
            f"{what}={asked!r}: {hint}", on_command_line=f"There is no {what} {asked!r}; {hint}"
        )


def _fits(name: str, pattern: str) -> bool:
    # of the shell's signs the star alone, and not in the name itself
    of_shell = pattern.casefold().replace("[", "[[]").replace("?", "[?]")
    return "*" in pattern and fnmatchcase(name.casefold(), of_shell)


def _same_word(name: str, asked: str) -> bool:
    return name.casefold() == asked.casefold()


def _several(asked: Names) -> list[str]:
    if asked is None or isinstance(asked, str):
        return [] if asked is None else [asked]
    names = list(asked) if isinstance(asked, Iterable) else [asked]
    if not all(isinstance(name, str) for name in names):
        raise InvalidRequest(f"{asked!r} is not a name, nor several; write names as text.")
    return names
