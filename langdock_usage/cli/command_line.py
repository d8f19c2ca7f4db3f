"""What all commands have in common, whoever declares them."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from langdock_usage.cli.console import write

EVERYWHERE = "--debug"  # an option of the whole command line that each command takes as well


def _show_version(is_asked: bool) -> None:
    if is_asked:
        from langdock_usage import __version__

        write(f"langdock-usage {__version__}")
        raise typer.Exit


def _note_debug(context: typer.Context, is_asked: bool) -> None:
    if is_asked:
        context.obj["debug"] = True


def langdock_usage(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
    _debug: Annotated[
        bool,
        typer.Option(
            EVERYWHERE,
            callback=_note_debug,
            is_eager=True,
            expose_value=False,
            help="Show the traceback of an error.",
        ),
    ] = False,
) -> None:
    """What each API key and each model of a Langdock workspace costs, and how well prompt caching
    works.

    Begin with `demo`, which needs no account; with a key, `fetch` and then `report`.
    """


def command_line(app: typer.Typer, order: Sequence[str]) -> TyperGroup:
    """The commands in this order; the list of them says all of what each one does.

    typer would cut what does not fit on a line, and list commands that have commands of their own
    after all others.
    """
    root = get_command(app)
    assert isinstance(root, TyperGroup)  # noqa: S101 - there are several commands
    everywhere = [option for option in root.params if EVERYWHERE in option.opts]
    for command in _commands_of(root):
        command.params += everywhere
        command.short_help = " ".join((command.help or "").split("\n\n")[0].split())
    root.commands = {name: root.commands[name] for name in order}
    return root


def _commands_of(group: TyperGroup) -> Iterator[Any]:
    for command in group.commands.values():
        yield command
        if isinstance(command, TyperGroup):
            yield from _commands_of(command)
