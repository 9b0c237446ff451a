"""`embodied skills verify`, `history`, `restore`, `retire`, `export`, `import`: the library that grows."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from embodied.cli import options
from embodied.cli.elsewhere import refuse_unknown
from embodied.cli.folders import command, runs_folder
from embodied.cli.skills import World, of_world, why_unused
from embodied.cli.stopping import stop_on_signal
from embodied.condition import parse
from embodied.errors import BadInput
from embodied.library import Evidence, Gate, Grade, LibraryStore, open_library
from embodied.library.exchange import export_skills, import_skills
from embodied.library.grades import VERIFIED, more_seeds
from embodied.library.proving import called_first, make_gate, to_prove
from embodied.sandbox import SkillExecutor
from embodied.skills import Skill
from embodied.teaching.lesson import lesson_of_skill

Name = Annotated[str, typer.Argument(help="mine-block")]
INTERRUPTED = 130
PASSES_SHOWN: Final = 3
"""Of each version's, where not all are asked for; what did not pass is shown always."""


def _world_settings(settings: list[str] | None) -> dict[str, Any]:
    """What `--set world.KEY=VALUE` says of the worlds of the gate."""
    found = {}
    for one in options.overrides_of(settings, {}):
        table, _, key = one.path.partition(".")
        if table != "world" or not key:
            raise BadInput(
                f"The gate takes settings of the world, not {one.path}.",
                remedy="For instance --set world.scene=drawer.",
            )
        found[key] = one.value
    return found


def verify(
    names: Annotated[list[str] | None, typer.Argument(help="Skills; none with --all.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All skills of the library, seed skills too.")] = False,
    new: Annotated[
        bool, typer.Option("--new", help="All that are on trial, quarantined or suspect.")
    ] = False,
    world: World = "minecraft",
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="Held-out seeds: 3, 20 or 100.")] = 3,
    arguments: Annotated[str, typer.Option(help="What to run it with: '{\"count\": 2}'.")] = "",
    expects: Annotated[str, typer.Option(help="What must hold after, if the skill does not say.")] = "",
    fast: Annotated[bool, typer.Option(help="Shortened waiting; part of the evidence.")] = True,
    settings: options.Settings = None,
) -> None:
    """Run skills in fresh worlds of held-out seeds: 3 of 3 makes one verified, 18 of 20 trusted.

    Ctrl-C stops; the same command goes on where it was.
    """
    store = open_library(world)
    for name in names or []:
        refuse_unknown(store, name, world)
    chosen = _chosen(store, names or [], every=every, new=new)
    given = _arguments(arguments)
    goal = parse(expects) if expects else None
    where = _world_settings(settings)
    console = Console(highlight=False)
    passed = True
    stop = threading.Event()
    with stop_on_signal(stop, "what was proven is kept"):
        for name in chosen:
            try:
                skill = to_prove(store, name)
                gate = _gate(store, skill, console, stop, fast=fast, settings=where)
                evidence = gate.verify(skill, seeds, arguments=given, expects=goal)
            except BadInput as error:
                if len(chosen) == 1:
                    raise
                console.print(Text(f"{name}: {error}", style="red"))
                passed = False
                continue
            _tell(console, store, evidence)
            passed = passed and evidence.passed
            if stop.is_set():
                console.print(Text(f"Stopped at {name}. The same command, with its options, goes on there."))
                raise typer.Exit(INTERRUPTED)
    raise typer.Exit(0 if passed else 1)


def _gate(
    store: LibraryStore,
    skill: Skill,
    console: Console,
    stop: threading.Event,
    *,
    fast: bool,
    settings: dict[str, Any],
) -> Gate:
    """The gate for one skill, which tells how it goes on. A policy is tried in the scene of its task, unless
    another is named."""
    folder = runs_folder() / ".gate" / f"{skill.name}-{time.strftime('%Y%m%d-%H%M%S')}"
    if skill.runtime == "policy" and "scene" not in settings:
        from embodied.learning.proposing import proving_settings

        settings = {**proving_settings(skill, folder), **settings}
    return make_gate(
        store,
        folder,
        fast=fast,
        settings=settings,
        on_progress=lambda line: console.print(Text(f"  {line}", style="dim")),
        stop=stop,
    )


def history(
    name: Name,
    world: World = "minecraft",
    every: Annotated[bool, typer.Option("--all", help="Every seed, also of those that passed.")] = False,
) -> None:
    """Show the versions of a skill, their grades and the evidence."""
    store = open_library(world)
    refuse_unknown(store, name, world)
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False)
    for column in ("", "version", "grade", "from", "when", "evidence"):
        table.add_column(column)
    for line in store.history(name):
        checks = [f"{c.passed} of {len(c.seeds)}" for c in line.version.checks]
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(line.time)) if line.time else "-"
        table.add_row(
            "*" if line.in_use else "",
            line.hash[:8],
            line.grade.value,
            f"{line.origin} {line.why}".strip(),
            when,
            ", ".join(checks) or "-",
        )
    console.print(table)
    shown: Counter[str] = Counter()
    for record in store.records(name):
        if record["type"] == "evidence":
            shown[record["hash"]] += record["verdict"] == "PASSED"
            if not every and record["verdict"] == "PASSED" and shown[record["hash"]] > PASSES_SHOWN:
                continue
            style = "green" if record["verdict"] == "PASSED" else "yellow"
            set_up = f"; set up: {json.dumps(record['set_up'])}" if record["set_up"] else ""
            bare = "; from nothing" if record["from_nothing"] else ""
            text = f"  {record['hash'][:8]} seed {record['seed']}: {record['verdict']}, {record['reason']}"
            console.print(Text(text + bare + set_up, style=style))
        elif record["type"] in ("retired", "restored", "quarantined"):
            why = record.get("why") or str(record.get("hash", ""))[:8]
            console.print(Text(f"  {record['type']}: {why}"))
    more = 0 if every else sum(max(0, passed - PASSES_SHOWN) for passed in shown.values())
    if more:
        console.print(Text(f"  {more} more passed; --all shows each", style="dim"))
    problem = why_unused(store, name)
    if problem:
        console.print(Text(problem, style="red"))


def restore(
    name: Name,
    version: Annotated[
        str, typer.Argument(help="The first digits of its hash; if left out, the one in use, or last so.")
    ] = "",
    world: World = "minecraft",
) -> None:
    """Use a version again, put its files back, or take back a retirement."""
    store = open_library(world)
    refuse_unknown(store, name, world)
    lines = store.history(name)
    if not lines:
        raise BadInput(
            f"No version of {name} is stored.",
            remedy=f"`{command()} skills verify {name}{of_world(world)}` stores it.",
        )
    grade = store.restore(name, version)
    used = next((line for line in store.history(name) if line.in_use), None)
    print(f"{name}: {grade.value}; in use: {used.hash[:8] if used else 'none'}")
    if used is None or not used.hash.startswith(version[:8]):
        again = f"{command()} skills verify {name}{of_world(world)}"
        print(f"The restored version must be proven first:  {again}")


def retire(
    name: Name,
    why: Annotated[str, typer.Option(help="For the history.")] = "not wanted any more",
    world: World = "minecraft",
) -> None:
    """Use a skill no more. Nothing is deleted; `restore` takes it back."""
    store = open_library(world)
    refuse_unknown(store, name, world)
    print(f"{name}: {store.retire(name, why).value}")


def delete(name: Name, world: World = "minecraft") -> None:
    """Nothing of a library is deleted: says what to do instead."""
    raise BadInput(
        "Nothing of a library is deleted: what was learned, and what came of it, can be had back.",
        remedy=f"To use a skill no more: {command()} skills retire {name}{of_world(world)}",
    )


def export(
    target: Annotated[Path, typer.Argument(help="A new folder, or FILE.zip.")],
    world: World = "minecraft",
    names: Annotated[list[str] | None, typer.Option("--skill", help="Only this one; repeatable.")] = None,
) -> None:
    """Write the skills in use to a folder or a zip file; seed skills only if they are named.

    What was taught takes its lesson along, so that it can be corrected elsewhere. Evidence, earlier versions
    and rules stay here.
    """
    store = open_library(world)
    skills = store.skills()
    seeds = {(seed.name, seed.hash) for seed in store.seeds.values()}
    wanted = [store.get(name) for name in names or []] or [
        skill for skill in skills if (skill.name, skill.hash) not in seeds
    ]
    if not wanted:
        raise BadInput(
            "There is nothing to export: no skills were learned yet.", remedy="Or name some: --skill."
        )
    count = export_skills(wanted, target)
    print(f"{count} skill{'' if count == 1 else 's'} written to {target}")
    taught = [skill.name for skill in wanted if lesson_of_skill(skill) is not None]
    if taught:
        print(f"  with the lessons that they were taught by: {', '.join(taught)}")
    print("  Evidence, earlier versions and rules stay here; the skills are verified anew where they go.")


def import_(
    source: Annotated[Path, typer.Argument(help="A folder or FILE.zip with skills.")],
    world: World = "minecraft",
    show_code: Annotated[bool, typer.Option("--show/--no-show", help="Show the code of each.")] = True,
) -> None:
    """Read skills from outside into quarantine: shown and type-checked, and used only once verified."""
    store = open_library(world)
    console = Console(highlight=False)
    problems = read = 0
    for one in import_skills(source, store, lambda skill: _taught_use(skill, store.world)):
        if one.added is None or one.skill is None:
            console.print(Text(f"{one.name}: refused: {one.problem}", style="red"))
            problems += 1
            continue
        read += 1
        status = {"known": "is here already", "duplicate": f"is the same as {one.added.twin}"}
        grade = store.grade(one.name, one.skill.hash) if one.added.status != "duplicate" else None
        told = status.get(one.added.status) or f"{grade.value if grade else ''}"
        console.print(Text(f"{one.name} {one.skill.hash[:8]}: {told}", style="bold"))
        if one.added.status == "new":
            console.print(Text(f"  {one.skill.description}"))
            if lesson_of_skill(store.get(one.name, one.skill.hash)) is not None:
                console.print(Text("  with the lesson that it was taught by; `embodied teach` corrects it"))
            for line in _type_problems(store, one.skill):
                console.print(Text(f"  {line}", style="yellow"))
            if show_code:
                console.print(Syntax(one.skill.source.rstrip(), "python", background_color="default"))
    if read:
        console.print(
            Text(f"None is used before it is verified:  {command()} skills verify --new --world {world}")
        )
    raise typer.Exit(2 if problems else 0)


def _taught_use(skill: Skill, world: str) -> dict[str, Any]:
    """What the gate tries a skill with that was taught elsewhere; {} for another."""
    lesson = lesson_of_skill(skill)
    if lesson is None:
        return {}
    from embodied.plugins import load_world
    from embodied.teaching.approving import example_for

    return example_for(skill, lesson, load_world(world).spec({}))


def _type_problems(store: LibraryStore, skill: Skill) -> list[str]:
    """What the static check says, against a body that is at hand without starting anything heavy."""
    if store.world != "mini":
        return []
    from embodied.mini.body import MiniBody
    from embodied.mini.inprocess import InProcessWorld

    library = store.skills()
    missing = [called for called in skill.calls if called not in library]
    if missing:
        return [f"calls {', '.join(missing)}, which is not used as it is"]
    with SkillExecutor(library.with_skill(skill), InProcessWorld(MiniBody())) as executor:
        return [str(problem) for problem in executor.check(skill)]


def _chosen(store: LibraryStore, names: list[str], *, every: bool, new: bool) -> list[str]:
    if every:
        return list(store.names)
    if new:
        waiting = (Grade.TRIAL, Grade.QUARANTINED, Grade.SUSPECT)
        found = [name for name in store.names if _newest(store, name) in waiting]
        return called_first(store, found)
    if not names:
        raise BadInput("Which skill?", remedy="Name some, or --new, or --all.")
    return names


def _newest(store: LibraryStore, name: str) -> Grade:
    lines = store.history(name)
    return lines[-1].grade if lines and name not in store.problems() else Grade.QUARANTINED


def _tell(console: Console, store: LibraryStore, evidence: Evidence) -> None:
    low, high = evidence.interval
    grade = store.grade(evidence.skill, evidence.hash)
    style = "green" if evidence.passed else "yellow"
    text = f"{evidence.skill} {evidence.hash[:8]}: {grade.value}; {evidence.reason}"
    console.print(Text(f"{text} (95 %: {low:.0%} to {high:.0%})", style=style))
    few = more_seeds(evidence.planned)
    if few and evidence.passed and not grade.proven:
        console.print(Text(f"  {few}: --seeds {VERIFIED}"))


def _arguments(text: str) -> dict[str, Any] | None:
    if not text:
        return None
    try:
        found = json.loads(text)
    except ValueError as error:
        raise BadInput(f"--arguments is not JSON: {error}", remedy="Write '{\"count\": 2}'.") from error
    if not isinstance(found, dict):
        raise BadInput("--arguments is not a JSON object.", remedy="Write '{\"count\": 2}'.")
    return found
