"""`embodied skills`: what the agent can do."""

from __future__ import annotations

import textwrap
from typing import Annotated

import typer
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from embodied.cli.elsewhere import refuse_unknown
from embodied.cli.folders import checkout, runs_folder
from embodied.errors import BadInput, BadSkill
from embodied.library import Grade, LibraryStore, open_library
from embodied.library.rates import rates_of
from embodied.plain_text import plain_line
from embodied.runs import JOURNAL, list_runs
from embodied.skills import Skill, seed_folder, user_folder

app = typer.Typer(no_args_is_help=True, help="What the agent can do: find, prove, keep and share skills.")

World = Annotated[str, typer.Option("--world", help="Which world's skills.")]


def store_of(world: str) -> LibraryStore:
    """Seed skills of a world, the user's own over them, with grades. Raises BadInput if it has none."""
    if seed_folder(world) is None and not user_folder(world).is_dir():
        raise BadInput(f"There are no skills for a world {world!r}.", remedy="`--world minecraft` has some.")
    return open_library(world)


@app.command("list")
def list_skills(
    kind: Annotated[str, typer.Argument(metavar="[WORLD]", help="As --world.")] = "",
    world: World = "minecraft",
) -> None:
    """List the skills, with their grades and what each is for. Those that are not used come last.

    [bold]Examples[/bold]

      embodied skills list tabletop
    """
    world = kind or world
    store = store_of(world)
    used = store.skills()
    grades = store.grades()
    problems = store.problems()
    rows = [(skill.name, grades[skill.name], Text(skill.description)) for skill in used]
    for name, grade in grades.items():
        if name not in used:
            why = (
                problems.get(name) or f"not used; `embodied skills history {name}{of_world(world)}` says why"
            )
            rows.append((name, grade, Text(why, style="dim")))
    _print_rows(rows)


def _print_rows(rows: list[tuple[str, Grade, Text]]) -> None:
    """In three columns, the last one wrapped; a table of rich's takes seconds for 10 000 of them."""
    console = Console(highlight=False)
    names = max((len(name) for name, _, _ in rows), default=0)
    grades = max((len(grade.value) for _, grade, _ in rows), default=0)
    indent = " " * (names + grades + 4)
    for name, grade, words in rows:
        wrapped = textwrap.wrap(plain_line(words.plain), max(30, console.width - len(indent)))
        line = Text(name.ljust(names), style="cyan")
        line.append("  ")
        line.append(grade.value.ljust(grades), style="default" if grade.usable else "yellow")
        line.append("  ")
        line.append(f"\n{indent}".join(wrapped), style=words.style)
        console.print(line, soft_wrap=True)


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="mine-block")],
    world: World = "minecraft",
    version: Annotated[str, typer.Option(help="The first digits of a version's hash.")] = "",
) -> None:
    """Show one skill: what it needs, what it achieves, how often it worked, and its code. One that is not
    used is shown too, with its grade."""
    store = store_of(world)
    refuse_unknown(store, name, world)
    shown = version or (None if store.grade(name).usable else _newest(store, name))
    skill = store.get(name, shown) if shown != "" else store.lying(name) or store.get(name)
    unused = why_unused(store, name)
    console = Console(highlight=False)
    console.print(Text(skill.name, style="bold cyan"))
    console.print(Text(skill.description))
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    rows = (
        ("call", [skill.signature()]),
        ("needs", skill.needs),
        ("achieves", skill.achieves),
        ("calls", skill.calls),
        ("runtime", [skill.runtime]),
        ("hash", [skill.hash[:16]]),
        ("grade", [store.grade(name, shown).value if shown != "" else "quarantined"]),
        ("in runs", _rates(skill)),
        ("folder", [_place(skill)]),
        *((("not used", [unused]),) if unused else ()),
    )
    for label, values in rows:
        table.add_row(label, Text("\n".join(values) or "-"))
    console.print(table)
    console.print()
    console.print(Syntax(skill.source.rstrip(), "python", background_color="default"))


def of_world(world: str) -> str:
    """The option that names the world in a command, where it is not the one taken by default."""
    return "" if world == "minecraft" else f" --world {world}"


def why_unused(store: LibraryStore, name: str) -> str:
    """Why a skill is not used though its grade may allow it: its files were changed; "" if they were not."""
    problem = store.problems().get(name)
    if problem:
        return f"{problem}; it is not used."
    try:
        if store.grade(name).usable:
            store.get(name)
    except BadSkill as changed:
        return changed.message
    return ""


def _newest(store: LibraryStore, name: str) -> str:
    """The hash of the newest stored version; "" if there is none."""
    lines = store.history(name)
    return lines[-1].hash if lines else ""


def _rates(skill: Skill) -> list[str]:
    """How often it worked in runs, by version and world."""
    rates = rates_of(folder / JOURNAL for folder in list_runs(runs_folder()))
    lines = []
    for (name, hash_, world), rate in sorted(rates.items()):
        if name == skill.name and hash_ in ("", skill.hash[:16]):
            lines.append(f"{world}: {rate}" + ("" if hash_ else ", of versions not told"))
    return lines


def _place(skill: Skill) -> str:
    root = checkout()
    inside = root is not None and skill.folder.is_relative_to(root)
    return str(skill.folder.relative_to(root)) if root and inside else str(skill.folder)
