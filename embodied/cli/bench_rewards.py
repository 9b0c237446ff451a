"""`embodied bench rewards`: written rewards beside experts', and what it takes to learn a skill."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from embodied.bench.cases import run_cases, versions
from embodied.cli.bench_table import Jobs, print_table, tell
from embodied.errors import BadInput, did_you_mean

if TYPE_CHECKING:  # what trains is imported when a training begins
    from embodied.bench.rewards_authors import Author


class Part(StrEnum):
    """What is measured."""

    metaworld = "metaworld"
    tabletop = "tabletop"
    ablations = "ablations"
    traps = "traps"
    speed = "speed"
    all = "all"


def rewards(
    part: Annotated[Part, typer.Option(help="What is measured.")] = Part.all,
    seeds: Annotated[int, typer.Option(min=0, help="How many of a part's seeds; 0: all.")] = 0,
    jobs: Jobs = 2,
    results: Annotated[
        Path,
        typer.Option(help="Results files, one a part; what they hold is not run again."),
    ] = Path("bench/rewards.jsonl"),
    author: Annotated[
        list[str] | None,
        typer.Option(help="Whose rewards on Meta-World: expert, offline, llm; repeatable, all without."),
    ] = None,
    task: Annotated[list[str] | None, typer.Option(help="Which tasks of Meta-World; repeatable.")] = None,
) -> None:
    """Written rewards beside experts' on Meta-World, skills learned at the table, ablations, traps, speed.

    Needs the extras: pip install 'embodied-agent\\[arm,learn,metaworld]'
    """
    parts = [one for one in Part if one is not Part.all] if part is Part.all else [part]
    for one in parts:
        file = results.with_name(f"{results.stem}-{one.value}{results.suffix}")
        if one is Part.metaworld:
            _metaworld(seeds, jobs, file, _authors(author), task)
        else:
            _OTHERS[one](seeds, jobs, file)


def _authors(named: list[str] | None) -> tuple[Author, ...]:
    from embodied.bench.rewards_authors import Author

    known = [one.value for one in Author]
    _check("author", named or (), known)
    return tuple(Author(name) for name in dict.fromkeys(named or known))


def _check(what: str, named: Sequence[str], known: Sequence[str]) -> None:
    for name in named:
        if name not in known:
            hint = did_you_mean(name, known)
            raise BadInput(
                f"There is no {what} {name!r}.", remedy=f"{hint} There are: {', '.join(known)}.".strip()
            )


def _metaworld(
    seeds: int, jobs: int, file: Path, authors: tuple[Author, ...], tasks: list[str] | None
) -> None:
    from embodied.bench import rewards as bench
    from embodied.bench import rewards_table as table
    from embodied.bench.rewards_process import run_process

    _check("task", tasks or (), bench.METAWORLD)
    cases = bench.metaworld(seeds or len(bench.SEEDS), authors, tasks or bench.METAWORLD)
    rows = run_cases(cases, file, run=run_process, jobs=jobs, tell=tell)
    print_table(f"Meta-World, at most {bench.STEPS} steps", table.metaworld(rows))
    for one in authors:
        if one.value != "expert":
            tell(table.counted(rows, one))
    for line in (table.METAWORLD_CONDITIONS, table.OFFLINE_CONDITIONS, versions(rows)):
        tell(line)


def _tabletop(seeds: int, jobs: int, file: Path) -> None:
    from embodied.bench import rewards as bench
    from embodied.bench import rewards_table as table
    from embodied.bench.rewards_process import run_process

    cases = bench.tabletop(seeds or len(bench.TABLETOP_SEEDS), max(1, (os.cpu_count() or 1) // jobs))
    rows = run_cases(cases, file, run=run_process, jobs=jobs, tell=tell)
    print_table("Skills at the table, no key", table.tabletop(rows))
    for line in (table.TABLETOP_CONDITIONS, versions(rows)):
        tell(line)


def _ablations(seeds: int, jobs: int, file: Path) -> None:
    from embodied.bench import rewards as bench
    from embodied.bench import rewards_table as table
    from embodied.bench.rewards_process import run_process

    cases = bench.ablations(seeds or len(bench.SEEDS))
    rows = run_cases(cases, file, run=run_process, jobs=jobs, tell=tell)
    print_table(f"A part left out, {bench.ABLATION_MINUTES:g} minutes a run", table.ablations(rows))
    for line in (table.ABLATION_CONDITIONS, versions(rows)):
        tell(line)


def _traps(seeds: int, jobs: int, file: Path) -> None:
    from embodied.bench import rewards_traps as traps
    from embodied.bench.rewards_process import run_process

    cases = traps.cases(seeds or len(traps.SEEDS))
    rows = run_cases(cases, file, run=run_process, jobs=jobs, tell=tell)
    print_table("Traps: rewards that can be farmed", traps.table(rows))
    for line in (*traps.summary(rows), traps.CONDITIONS, versions(rows)):
        tell(line)


def _speed(seeds: int, jobs: int, file: Path) -> None:
    from embodied.bench import rewards_speed as speed
    from embodied.bench.cases import append_row

    row = append_row(file, speed.measured())
    print_table("Updates a second, one thread", speed.table(row))
    for line in (speed.CONDITIONS, versions([row])):
        tell(line)


_OTHERS: dict[Part, Callable[[int, int, Path], None]] = {
    Part.tabletop: _tabletop,
    Part.ablations: _ablations,
    Part.traps: _traps,
    Part.speed: _speed,
}
