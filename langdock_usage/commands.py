"""What all commands have in common, whoever declares them."""

from collections.abc import Iterator, Sequence
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

EVERYWHERE = "--debug"  # an option of the whole command line that each command takes as well


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
