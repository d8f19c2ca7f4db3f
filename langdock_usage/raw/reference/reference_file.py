"""The description of a kind of reference file: its columns, and the rules of its lines."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, get_args, get_type_hints

from langdock_usage.text import nearest

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Line = TypeVar("Line", bound="DataclassInstance")
# takes the name of a column and a cell of it that is not empty; raises ValueError
CellReader = Callable[[str, str], object]
# how values are stored; people state at most 9 digits before the point and 9 behind it
SQL_TYPES = {str: "varchar", date: "date", Decimal: "decimal(18, 9)"}


class KnownUsage(Protocol):
    """What a database can tell about the usage in it, for warnings."""

    def key_names(self) -> Sequence[tuple[str, str | None]]:
        """Every API key, with every name that it had."""

    def models(self) -> Sequence[str]:
        """Every model with usage."""

    def owners(self) -> Sequence[tuple[str | None, str | None]]:
        """Every team with every cost centre that API keys belong, or belonged, to."""

    def straddled(self) -> Sequence[tuple[date, date, str]]:
        """Periods (first and last day) in which an API key with usage changed hands."""

    def workspaces(self) -> Mapping[str, str]:
        """Every workspace, with its time zone."""

    def missing_days(self, first: date, last: date, org_id: str | None) -> Sequence[date]:
        """The days of a period that no export of the workspace, or of any, is known of."""


def _nothing(*_: object) -> Iterator[tuple[int, str]]:
    return iter(())


def _no_warnings(*_: object) -> Iterator[str]:
    return iter(())


@dataclass(frozen=True)
class ReferenceFile(Generic[Line]):
    """A CSV that people keep: every kind of it is loaded, kept and listed in the same way.

    `line` is a dataclass: each field is a column, annotated with how its cells are read. A field
    without a default is a column that must be there, and must not be empty.
    """

    name: str
    """Of the commands, of the file (`NAME.csv`), and of the folder of its copies."""
    purpose: str
    """What the commands are for."""
    line: type[Line]
    table: str
    """Where the lines are stored, behind `loaded_at`."""
    noun: str
    """What lines are about, for messages: `key`."""
    subject: tuple[str, ...]
    """The columns that name it."""
    unique: tuple[str, ...]
    """No two lines have the same values in these columns."""
    states: Callable[[Line], str]
    """What a line says, for the message that another one says it again."""
    to_fill_in: tuple[str, ...]
    """The columns that the template leaves to people."""
    shown_only: tuple[str, ...] = ()
    """Columns that the template adds, so that people know what they fill in; never read."""
    check: Callable[[Mapping[int, Line]], Iterable[tuple[int, str]]] = _nothing
    """Numbers of lines, and what is wrong with each beside the others."""
    refuse: Callable[[KnownUsage, Mapping[int, Line]], Iterable[tuple[int, str]]] = _nothing
    """Numbers of lines, and what is wrong with each beside the usage that is known."""
    warn: Callable[[KnownUsage, Mapping[int, Line]], Iterable[str]] = _no_warnings
    """What people should look at, though it was loaded."""

    @cached_property
    def columns(self) -> dict[str, CellReader]:
        """The columns in order, and how their cells are read."""
        return {name: hint.__metadata__[0] for name, hint in self._hints.items()}

    @cached_property
    def sql_columns(self) -> tuple[tuple[str, str], ...]:
        """The columns in order, and their types in the database."""
        return tuple(
            (name, next(sql for type_, sql in SQL_TYPES.items() if type_ in _types_of(hint)))
            for name, hint in self._hints.items()
        )

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The columns that must be there, with a value in every line."""
        return tuple(field.name for field in fields(self.line) if field.default is MISSING)

    @cached_property
    def _hints(self) -> dict[str, Any]:
        hints = get_type_hints(self.line, include_extras=True)
        return {field.name: hints[field.name] for field in fields(self.line)}

    @property
    def template_columns(self) -> tuple[str, ...]:
        """The columns of the template."""
        return (*self.columns, *self.shown_only)


def _types_of(hint: Any) -> tuple[type, ...]:
    """The types of `Annotated[date, …]` and of `Annotated[date | None, …]`."""
    stated = get_args(hint)[0]
    return get_args(stated) or (stated,)


def unknown(
    noun: str, mentioned: Iterable[tuple[int, str | None]], known: Iterable[str]
) -> Iterator[str]:
    """A warning for each line (by number) that mentions an id without usage."""
    ids = set(known)
    for number, mentioned_id in mentioned:
        if mentioned_id and mentioned_id not in ids:
            near = nearest(mentioned_id, sorted(ids))
            hint = f"; did you mean {near[0]!r}?" if near else "."
            yield f"line {number}: no usage of the {noun} {mentioned_id!r} is known{hint}"
