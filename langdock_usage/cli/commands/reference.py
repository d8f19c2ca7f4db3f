"""The commands of a kind of reference file: `list`, `template`, `load`."""

import shlex
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from langdock_usage.cli.console import say, warn, write, write_json
from langdock_usage.cli.options import Db, Json, Wait, settings_for
from langdock_usage.errors import InvalidRequest
from langdock_usage.raw.reference.reference_file import ReferenceFile
from langdock_usage.settings import DEFAULT_DATABASE, WAIT_SECONDS, Settings
from langdock_usage.text import counted, exact

Kind = ReferenceFile[Any]


def reference_commands(kind: Kind, list_command: Callable[..., None] | None = None) -> typer.Typer:
    """`langdock-usage NAME list|template|load`; a kind may have a list of its own."""
    app = typer.Typer(
        name=kind.name, no_args_is_help=True, rich_markup_mode=None, help=kind.purpose
    )
    file_argument = typer.Argument(metavar="FILE", help=f"Else `data/{kind.name}.csv`.")

    def list_all(as_json: Json = False, db: Db = None) -> None:
        _list(kind, as_json=as_json, db=db)

    def template(
        file: Annotated[Path | None, file_argument] = None,
        update: Annotated[
            bool,
            typer.Option(
                "--update",
                help=f"Add the {kind.noun}s that the file lacks; change nothing else.",
            ),
        ] = False,
        db: Db = None,
    ) -> None:
        _template(kind, file, update=update, db=db)

    def load(
        file: Annotated[Path | None, file_argument] = None,
        wait: Wait = WAIT_SECONDS,
        db: Db = None,
    ) -> None:
        """Load the file: all of its lines, or none, with every mistake listed."""
        _load(kind, file, wait=wait, db=db)

    app.command("list", help=None if list_command else "List what is known, and what is missing.")(
        list_command or list_all
    )
    app.command(
        help="Write the file to fill in: what is known, and a line for each "
        f"{kind.noun} that is missing."
    )(template)
    app.command()(load)
    return app


def _list(kind: Kind, *, as_json: bool, db: Path | None) -> None:
    from langdock_usage.cli.aligned import aligned
    from langdock_usage.ingest.templates import known_lines
    from langdock_usage.metrics.usage import Usage

    rows = known_lines(kind, Usage(settings_for(db).database))
    if as_json:
        write_json([{name: as_json_value(value) for name, value in row.items()} for row in rows])
        return
    if rows:
        for line in aligned(kind.template_columns, (tuple(row.values()) for row in rows)):
            write(line)
    subjects = {tuple(row[name] for name in kind.subject) for row in rows}
    say(f"{counted(len(subjects), kind.noun)}.")


def as_json_value(value: object) -> object:
    """A value for JSON: money as text, with all its digits; a day as text."""
    if isinstance(value, date):
        return value.isoformat()
    return exact(value) if isinstance(value, Decimal) else value


def _template(kind: Kind, file: Path | None, *, update: bool, db: Path | None) -> None:
    from langdock_usage.files import atomic_write, remove_stale
    from langdock_usage.ingest.templates import add_missing, template
    from langdock_usage.metrics.usage import Usage

    settings = settings_for(db)
    target = file or _default_file(kind, settings)
    usage = Usage(settings.database)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        remove_stale(target.parent)
        with atomic_write(target) as unfinished:
            # the mark at the beginning lets Excel know that it is UTF-8
            unfinished.write_text(template(kind, usage), encoding="utf-8-sig", newline="")
    elif not update:
        raise InvalidRequest(
            f"{target} is there already; add the {kind.noun}s that it lacks with "
            f"`{_command(kind, 'template --update', file, db)}`, or name another file."
        )
    elif added := add_missing(kind, target, usage):
        say(f"{counted(added, kind.noun)} added.")
    else:
        say(f"There is a line for every {kind.noun} already; nothing was changed.")
        write(str(target))
        return
    columns = ", ".join(kind.to_fill_in)
    say(f"Fill in {columns}; then `{_command(kind, 'load', file, db)}`.")
    write(str(target))


def _load(kind: Kind, file: Path | None, *, wait: float, db: Path | None) -> None:
    from langdock_usage.ingest.reference_files import load_file

    settings = settings_for(db)
    source = file or _default_file(kind, settings)
    loaded = load_file(kind, settings.database, source, wait_seconds=wait, on_wait=say)
    for warning in loaded.warnings:
        warn(f"{source}, {warning}")
    if loaded.unchanged_since:
        moment = f"{loaded.unchanged_since:%Y-%m-%d %H:%M} UTC"
        write(f"{source} is as it was loaded on {moment}; nothing was changed.")
        return
    lines = counted(loaded.line_count, "line")
    write(f"{lines} on {counted(loaded.subject_count, kind.noun)} loaded from {source}.")


def _default_file(kind: Kind, settings: Settings) -> Path:
    """In `data/` of the project, wherever the database lies."""
    return settings.project / DEFAULT_DATABASE.parent / f"{kind.name}.csv"


def _command(kind: Kind, words: str, file: Path | None, db: Path | None) -> str:
    """The command that goes on with the same file and database, to be copied."""
    named = [shlex.quote(str(file))] if file else []
    named += ["--db", shlex.quote(str(db))] if db else []
    return " ".join(["langdock-usage", kind.name, words, *named])
