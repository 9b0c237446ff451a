"""`embodied skills search | suggest | lessons`: finding skills, and making them of what happened."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from embodied.cli.folders import command, runs_folder
from embodied.cli.skills import World
from embodied.errors import BadInput, BadJournal, BadSkill
from embodied.exploring.composing import Composed, compose, keep
from embodied.exploring.lessons import LessonBook, lessons_in, render_hints
from embodied.exploring.sequences import LEAST, Pattern, recurring
from embodied.exploring.steps import Pursuit, pursuits
from embodied.exploring.unasked import count_unasked
from embodied.journal import read
from embodied.library.opening import open_library
from embodied.methods import WorldSpec
from embodied.plugins import load_world
from embodied.retrieval import Retriever
from embodied.runs import JOURNAL, list_runs
from embodied.skills import SkillLibrary

MOST_RUNS = 300

Runs = Annotated[
    Path | None, typer.Option("--runs", help="Folder of the runs to learn from, if not the usual one.")
]


def search(
    words: Annotated[list[str], typer.Argument(help="What it should do.")],
    world: World = "minecraft",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many.")] = 5,
) -> None:
    """Find skills by what they do. Example: embodied skills search "cook some meat" """
    library = open_library(world).skills()
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


def suggest(
    world: World = "minecraft",
    runs: Runs = None,
    least: Annotated[int, typer.Option(min=2, help="In how many pursuits a sequence must recur.")] = LEAST,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many to show.")] = 10,
    write: Annotated[int | None, typer.Option(min=1, help="Write this one into your library.")] = None,
    name: Annotated[str, typer.Option(help="Its name, if the suggested one will not do.")] = "",
) -> None:
    """Step sequences that recurred in past runs, offered as composed skills.

    [bold]Examples[/bold]

      embodied skills suggest
      embodied skills suggest --write 1 --name planks-and-sticks
    """
    store = open_library(world)
    library = store.skills()
    spec = load_world(world).spec()
    found = recurring(_pursuits(world, runs), least=least)
    patterns = [one for one in found if _composes(one, library, spec)]
    if not patterns:
        print(f"No sequence of steps recurred in {least} pursuits or more.")
        return
    console = Console(highlight=False)
    if write is not None:
        if write > len(patterns):
            raise BadInput(f"There are {len(patterns)} suggestions, no number {write}.")
        composed = compose(patterns[write - 1], library, spec, name)
        why = f"steps that recurred in {patterns[write - 1].pursuits} pursuits"
        skill = keep(composed, store, why)
        console.print(
            Text(
                f"Written to {skill.folder}. It is on trial: prove it with  "
                f"{command()} skills verify {skill.name} --world {world}",
            ),
            soft_wrap=True,
        )
        console.print(Syntax(skill.source.rstrip(), "python", background_color="default"))
        return
    table = Table("", "seen in", "steps", box=None, header_style="dim")
    for number, pattern in enumerate(patterns[:limit], 1):
        table.add_row(str(number), f"{pattern.pursuits} pursuits", Text(str(pattern)))
    console.print(table)
    console.print(Text("A ?number is what differed and becomes a parameter. Write one with --write NUMBER."))


def lessons(world: World = "minecraft", runs: Runs = None) -> None:
    """What past runs teach: what failed and then worked after what, and what was achieved unasked."""
    book = LessonBook.of(world)
    book.add(lessons_in(_pursuits(world, runs)))
    told = render_hints(book.recurring(), most=30)
    console = Console(highlight=False)
    console.print(Text(told or "No lesson recurred yet."))
    unasked = count_unasked(record for records in _journals(world, runs) for record in records)
    for (skill, arguments, condition), count in unasked.most_common(15):
        console.print(
            Text(f"unasked: {skill}({arguments}) also gave {condition}, {count} times", style="dim")
        )


def _composes(pattern: Pattern, library: SkillLibrary, spec: WorldSpec) -> Composed | None:
    """None for what is a skill already, or whose skills are gone."""
    try:
        return compose(pattern, library, spec)
    except (BadSkill, BadInput):
        return None


def _pursuits(world: str, runs: Path | None) -> list[Pursuit]:
    return [one for records in _journals(world, runs) for one in pursuits(records) if one.world == world]


def _journals(world: str, runs: Path | None) -> list[list[dict[str, object]]]:
    """The journals of the newest runs, oldest first; those that cannot be read are passed over."""
    found = []
    for folder in list(list_runs(runs or runs_folder()))[:MOST_RUNS]:
        try:
            records = read(folder / JOURNAL)
        except BadJournal as broken:
            _note(broken.message)
            continue
        if records and records[0].get("world") == world:
            found.append(records)
    return found[::-1]


def _note(text: str) -> None:
    print(f"note: {text}", file=sys.stderr)
