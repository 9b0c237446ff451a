"""`embodied skills`: what the agent can do."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from embodied.cli.folders import checkout
from embodied.errors import BadInput
from embodied.skills import Skill, SkillLibrary, seed_folder, user_folder

app = typer.Typer(no_args_is_help=True, help="List, show and search the skills of a world.")

World = Annotated[str, typer.Option("--world", help="Which world's skills.")]


def library_of(world: str) -> SkillLibrary:
    """The seed skills of a world with the user's own laid over; raises BadInput if there is none."""
    folders = [folder for folder in (seed_folder(world), user_folder(world)) if folder and folder.is_dir()]
    if not folders:
        raise BadInput(f"There are no skills for a world {world!r}.", remedy="`--world minecraft` has some.")
    return SkillLibrary(folders)


@app.command("list")
def list_skills(world: World = "minecraft") -> None:
    """List the skills, with what each is for."""
    _print(library_of(world))


@app.command("show")
def show(name: Annotated[str, typer.Argument(help="mine-block")], world: World = "minecraft") -> None:
    """Show one skill: what it needs, what it achieves, and its code."""
    skill = library_of(world).get(name)
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
        ("folder", [_place(skill)]),
    )
    for label, values in rows:
        table.add_row(label, Text("\n".join(values) or "-"))
    console.print(table)
    console.print()
    console.print(Syntax(skill.source.rstrip(), "python", background_color="default"))


def _place(skill: Skill) -> str:
    root = checkout()
    inside = root is not None and skill.folder.is_relative_to(root)
    return str(skill.folder.relative_to(root)) if root and inside else str(skill.folder)


def _print(skills: SkillLibrary | tuple[Skill, ...]) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column()
    for skill in skills:
        table.add_row(Text(skill.name), Text(skill.description))
    Console(highlight=False).print(table)
