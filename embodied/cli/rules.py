"""`embodied rules`: what must hold whatever is done, kept for a kind of world."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from embodied.cli import folders
from embodied.cli.elsewhere import hint_of_rule
from embodied.errors import BadRule
from embodied.launchfile import load_launch_file
from embodied.methods import WorldSpec
from embodied.plugins import load_world, world_kinds
from embodied.rules import add_rule, kept_rules, patterns_for, remove_rule, rules_file
from embodied.rules.enforcing import WATCHED, by_bridge, enforceable
from embodied.rules.foresight import families_of, foresight_of
from embodied.rules.keeping import fits, forget_area, keep_area, kept_areas, understand
from embodied.rules.places import read_area
from embodied.rules.rule import Rule

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Rules: what must hold whatever is done. They are checked before every call of the body.",
)
_World = Annotated[
    str, typer.Option("--world", metavar="<kind|launch>", help="A kind of world, or a launch file of one.")
]
_Text = Annotated[str, typer.Argument(metavar="<rule>", help='In words: "never touch the bowl".')]


def _spec(world: str) -> WorldSpec:
    if world in world_kinds():
        return load_world(world).spec({})
    launch = load_launch_file(folders.find_launch_file(world))
    return load_world(launch.world.kind).spec(launch.world.settings)


def _by(rule: Rule, spec: WorldSpec) -> str:
    foresight = foresight_of(spec)
    if enforceable(rule, foresight):
        return "before each call"
    return "by the bridge" if by_bridge(rule, foresight) else WATCHED


@app.command("list")
def list_(world: _World = "tabletop") -> None:
    """The rules of a kind of world, with their numbers.

    [bold]Example[/bold]

      embodied rules list --world tabletop
    """
    console, spec = Console(), _spec(world)
    rules = kept_rules(spec.name)
    for area in kept_areas(spec.name).values():
        console.print(f"{escape(area.name)}: {escape(area.corners)}", highlight=False)
    if not rules:
        console.print(f"There are no rules for {spec.name}. They can be said like this:")
        for pattern in patterns_for(spec):
            console.print(f"  {escape(pattern)}")
        return
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for heading in ("", "rule", "checked", "who", "when", "understood as"):
        table.add_column(heading)
    for number, rule in enumerate(rules, 1):
        said = (str(number), rule.text, _by(rule, spec), rule.who, rule.when, str(rule.formula))
        table.add_row(*map(escape, said))
    console.print(table)
    console.print(f"[dim]in {rules_file(spec.name)}[/dim]", soft_wrap=True)


@app.command("add")
def add(text: _Text, world: _World = "tabletop") -> None:
    """Keep a rule: every run, session, deployment and client is under it from now on.

    [bold]Examples[/bold]

      embodied rules add "never touch the bowl" --world tabletop

      embodied rules add "never dig straight down" --world minecraft

      embodied rules add "the garden is from 10 20 to 30 40" --world minecraft

      embodied rules add "stay out of the garden" --world minecraft
    """
    spec = _spec(world)
    area = read_area(text)
    if area is not None:
        keep_area(area, spec.name)
        print(f"Kept: the {area.name} is {area.corners}. Now say: stay out of the {area.name}.")
        return
    try:
        rule = add_rule(text, spec)
    except BadRule as unclear:
        raise hint_of_rule(text, spec.name, unclear) from None
    print(f"Kept for {spec.name} as rule {len(kept_rules(spec.name))}: {rule.text}")
    print(f"Understood as: {rule.formula} ({_by(rule, spec)})")


@app.command("remove")
def remove(
    which: Annotated[str, typer.Argument(metavar="<number>", help="Of a rule, or a place's name.")],
    world: _World = "tabletop",
) -> None:
    """Forget a rule, or a place that was named.

    [bold]Example[/bold]

      embodied rules remove 2 --world tabletop
    """
    kind = _spec(world).name
    if which.lstrip("-").isdigit():
        print(f"Removed: {remove_rule(kind, int(which)).text}")
    else:
        print(f"Forgotten: where the {forget_area(which, kind).name} is. Rules stay as they were understood.")


@app.command("check")
def check(text: _Text, world: _World = "tabletop") -> None:
    """How a rule is understood, and whether it fits those that are kept; keeps nothing.

    [bold]Example[/bold]

      embodied rules check "do not lift anything above 30 cm"
    """
    spec = _spec(world)
    try:
        rule = understand(text, spec)
    except BadRule as unclear:
        raise hint_of_rule(text, spec.name, unclear) from None
    fits(rule, kept_rules(spec.name), families_of(spec))
    print(f"Understood as: {rule.formula} ({_by(rule, spec)})")
