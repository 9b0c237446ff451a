"""What the benchmark commands share: their options, and how they show rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

console = Console()

Launch = Annotated[str, typer.Argument(help="Launch file, by path or name.")]
Jobs = Annotated[int, typer.Option(min=1, help="Runs at a time. More than the cores allow slows each down.")]
Results = Annotated[Path, typer.Option(help="Results file; what it holds is not run again.")]


def tell(text: str) -> None:
    console.print(text, markup=False, highlight=False)


def print_table(title: str, lines: Sequence[Sequence[str]]) -> None:
    table = Table(*lines[0], title=title)
    for line in lines[1:]:
        table.add_row(*line)
    console.print(table)
