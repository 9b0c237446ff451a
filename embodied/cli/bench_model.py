"""`embodied bench library` and `bench planner`: what it takes to learn and to plan with a language model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from embodied.bench import library as library_bench
from embodied.bench import planner as planner_bench
from embodied.bench.cases import run_cases, versions
from embodied.cli.bench_table import Jobs, Launch, Results, console, print_table, tell
from embodied.cli.folders import find_launch_file
from embodied.errors import BadInput
from embodied.launchfile import load_launch_file, override_from_text
from embodied.plugins import load_world

Goals = Annotated[
    list[str] | None,
    typer.Option("--goals", help="Others than the fixed ones; repeatable."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="TABLE.KEY=VALUE", help="A setting for every run; repeatable."),
]
Fast = Annotated[bool, typer.Option(help="Shortened digging and smelting, where the world offers it.")]


class Part(StrEnum):
    """Attributes: grow: with a model; reuse: without any; both: one after the other."""

    GROW = "grow"
    REUSE = "reuse"
    BOTH = "both"


@dataclass(frozen=True)
class _Setting:
    """Where the runs of a benchmark take place. Attributes: arguments: of each `embodied run`."""

    launch: Path
    world: str
    model: str
    arguments: tuple[str, ...]


def library(
    launch: Launch = "minecraft",
    part: Annotated[Part, typer.Option(help="Grow a library, use it again, or both.")] = Part.BOTH,
    folder: Annotated[
        Path, typer.Option("--library", help="The library's folder: grown there, used from there.")
    ] = Path("bench/library"),
    seeds: Annotated[int, typer.Option(min=1, max=10, help="How many of the fixed new seeds.")] = 10,
    planner: Annotated[str, typer.Option(help="Who plans when it is used again.")] = "llm",
    goals: Goals = None,
    settings: Settings = None,
    fast: Fast = True,
    jobs: Jobs = 1,
    results: Results = Path("bench/library.jsonl"),
) -> None:
    """Grow a library from primitives only with a model; then the same goals on new seeds with none."""
    setting = _setting(launch, settings, fast=fast)
    aims = goals or list(library_bench.GOALS)
    if part is not Part.REUSE:
        _grow(setting, aims, folder, results)
    if part is not Part.GROW:
        _reuse(setting, aims, folder, results, planner, library_bench.REUSE_SEEDS[:seeds], jobs)


def _grow(setting: _Setting, goals: Sequence[str], folder: Path, results: Path) -> None:
    cases = library_bench.grow_cases(
        setting.launch, goals, folder, setting.world, setting.model, setting.arguments
    )
    rows = run_cases(cases, results, tell=tell)
    title = f"From primitives only, with {setting.model}{_mode(setting)}"
    print_table(title, library_bench.grow_table(rows))
    _say(*library_bench.misses(rows), library_bench.CONDITIONS, versions(rows))


def _reuse(
    setting: _Setting,
    goals: Sequence[str],
    folder: Path,
    results: Path,
    planner: str,
    seeds: Sequence[int],
    jobs: int,
) -> None:
    known = library_bench.skills_in(folder, setting.world)
    if not known:
        raise BadInput(
            f"There are no skills in {folder / setting.world} to use again.",
            remedy="Grow it first, or name another with --library; with other --results if it was deleted.",
        )
    cases = library_bench.reuse_cases(
        setting.launch, goals, folder, setting.world, planner, setting.arguments, seeds
    )
    rows = run_cases(cases, results, jobs=jobs, tell=tell)
    title = f"The library's {len(known)} skills on new seeds, no model{_mode(setting)}"
    print_table(title, library_bench.reuse_table(rows))
    _say(*library_bench.misses(rows), versions(rows))


def planner(
    launch: Launch = "minecraft",
    goals: Goals = None,
    seeds: Annotated[int, typer.Option(min=1, max=3, help="How many of the fixed seeds.")] = 3,
    settings: Settings = None,
    fast: Fast = True,
    jobs: Jobs = 1,
    results: Results = Path("bench/planner.jsonl"),
) -> None:
    """Calls and tokens of the tree planner beside ReAct: the same model, goals and seeds."""
    setting = _setting(launch, settings, fast=fast)
    cases = planner_bench.cases(
        setting.launch,
        goals or list(planner_bench.GOALS),
        setting.model,
        results.parent / "planner-runs",
        setting.arguments,
        planner_bench.SEEDS[:seeds],
    )
    rows = run_cases(cases, results, jobs=jobs, tell=tell)
    print_table(f"Planners, with {setting.model}{_mode(setting)}", planner_bench.table(rows))
    alone = len(rows) - len(planner_bench.paired(rows))
    if alone:
        _say(f"{alone} runs have no other planner's beside them and are left out")
    _say(
        planner_bench.comparison(rows), *library_bench.misses(rows), planner_bench.CONDITIONS, versions(rows)
    )


def _setting(launch: str, settings: list[str] | None, *, fast: bool) -> _Setting:
    """Check the launch file before anything is run; raises BadInput."""
    path = find_launch_file(launch)
    given = settings or []
    read = load_launch_file(path, [override_from_text(text) for text in given])
    if not read.model.role("planner").name:
        remedy = "Name one under [model]: name = …, or --set model.name=…"
        raise BadInput(f"{path} names no model.", remedy=remedy)
    offers_fast = "fast" in load_world(read.world.kind).settings_schema["properties"]
    arguments = [part for text in given for part in ("--set", text)]
    return _Setting(
        path,
        read.world.kind,
        read.model.role("planner").name,
        (*arguments, *(["--fast"] if fast and offers_fast else [])),
    )


def _mode(setting: _Setting) -> str:
    return ", fast mode" if "--fast" in setting.arguments else ""


def _say(*lines: str) -> None:
    for line in lines:
        console.print(line, markup=False, highlight=False)
