"""`embodied keys`: who may talk to a bridge from another machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from embodied.bridge.keys import ADMITTED, RECHECK_S, admit, admitted, make_pair, pairs, refuse
from embodied.cli import folders

app = typer.Typer(
    no_args_is_help=False,
    invoke_without_command=True,
    rich_markup_mode="rich",
    help="Keys for a bridge on another machine: make them, hand out the public half, admit others'.",
)
_Name = Annotated[str, typer.Argument(metavar="<name>", help="Lower-case letters, digits, hyphens.")]


def folder() -> Path:
    """Where keys are kept."""
    return folders.data_folder() / "keys"


@app.callback()
def show(context: typer.Context) -> None:
    """List our own keys, and the public keys of others that our bridges admit."""
    if context.invoked_subcommand is not None:
        return
    console, ours, others = Console(), pairs(folder()), admitted(folder())
    if not ours and not others:
        console.print("There are no keys yet. Make a pair with `embodied keys new laptop`.")
        return
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for heading in ("key", "", "public"):
        table.add_column(heading)
    for kind, known in (("ours", ours), ("admitted", others)):
        for name, public in known.items():
            table.add_row(name, kind, public.decode())
    console.print(table)
    console.print(f"[dim]in {folder()}[/dim]", soft_wrap=True)


@app.command("new")
def new(name: _Name) -> None:
    """Make a pair of keys. The secret half stays where it is made; the public one is to be handed out.

    [bold]Example[/bold]

      embodied keys new laptop
    """
    print(f"Made {name}. Hand out its public half: {make_pair(folder(), name)}")


@app.command("admit")
def admit_(
    file: Annotated[Path, typer.Argument(metavar="<NAME.key>", help="Another machine's public key.")],
) -> None:
    """Let whoever has the secret half of this key talk to the bridges of this machine."""
    copy = admit(folder(), file)
    print(f"{copy.stem} may talk to this machine's bridges that listen with a key.")


@app.command("refuse")
def refuse_(name: _Name) -> None:
    """Admit a key no more. Whoever is connected with it is not heard any more either: an arm that it moves
    comes to rest when its lease lapses."""
    refuse(folder(), name)
    print(
        f"{name} may not connect any more ({folder() / ADMITTED}). What is connected with it here is not "
        f"heard any more within {RECHECK_S:g} s, and the lease that it has lapses."
    )
