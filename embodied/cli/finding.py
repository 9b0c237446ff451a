"""`embodied skills search`: the skills that do what is described, in whatever words."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from embodied.cli.skills import World, library_of
from embodied.retrieval import Retriever


def search(
    words: Annotated[list[str], typer.Argument(help="What it should do.")],
    world: World = "minecraft",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many.")] = 5,
) -> None:
    """Find skills by what they do. Example: embodied skills search "chop down some trees" """
    library = library_of(world)
    found = Retriever.cached(library, tell=_note).search(" ".join(words), limit)
    if not found:
        print("None of these words is known. `embodied skills list` shows all skills.")
        raise typer.Exit(1)
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", justify="right")
    table.add_column(style="cyan", no_wrap=True)
    table.add_column()
    for name, score in found:
        table.add_row(f"{score:.2f}", Text(name), Text(library.get(name).description))
    Console(highlight=False).print(table)


def _note(text: str) -> None:
    print(f"note: {text}", file=sys.stderr)
