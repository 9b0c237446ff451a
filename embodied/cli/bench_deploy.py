"""`embodied bench deploy`: what an arm's bridge gives to be measured by."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from embodied.bench import armtable
from embodied.bench.armcase import ArmBenchmark, ArmPart, arm_benchmark
from embodied.bench.cases import run_cases, versions
from embodied.bench.workers import Workers
from embodied.cli.bench_table import Jobs, print_table, tell
from embodied.errors import BadInput


class Part(StrEnum):
    """What is measured."""

    faults = "faults"
    reach = "reach"
    pick = "pick"
    loop = "loop"
    overhead = "overhead"
    all = "all"


AIMS = {ArmPart.reach: (19, 20), ArmPart.pick: (18, 20)}
WORKER = "embodied.bench.arm_worker"


def deploy(
    part: Annotated[Part, typer.Option(help="What is measured.")] = Part.all,
    seeds: Annotated[int, typer.Option(min=0, help="How many of a part's seeds; 0: all.")] = 0,
    only: Annotated[str, typer.Option(help="Only cases whose key has this in it.")] = "",
    jobs: Jobs = 1,
    minutes: Annotated[float, typer.Option(min=0.01, help="Of each control loop.")] = 10.0,
    policy: Annotated[
        Path | None, typer.Option(help="A policy that reaches, with its card beside it.")
    ] = None,
    arm: Annotated[str, typer.Option(help="Launch file of the arm that picks.")] = "franka-sim",
    lerobot: Annotated[
        str, typer.Option(help="A Python that has LeRobot: its control loop is measured beside ours.")
    ] = "",
    results: Annotated[Path, typer.Option(help="Folder of the results files.")] = Path("bench"),
) -> None:
    """Arms: faults on purpose, a learned reach, a pick, the control loop, what the limits cost.

    Simulated arms, and peers that speak the real protocols; the peers are in a checkout only. Loops and peers
    keep real time: measure them with --jobs 1, on a machine that does nothing else.
    """
    _, measured = arm_benchmark()
    settings = {"minutes": minutes, "policy": str(policy or ""), "arm": arm, "lerobot": lerobot}
    parts = tuple(ArmPart) if part is Part.all else (ArmPart(part.value),)
    if part is Part.all and policy is None:
        parts = tuple(one for one in parts if one is not ArmPart.reach)
        tell("reach is not measured: no --policy.")
    for one in parts:
        _part(measured, one, seeds, only, jobs, settings, results / f"deploy-{one.value}.jsonl")


def _part(
    measured: ArmBenchmark,
    part: ArmPart,
    seeds: int,
    only: str,
    jobs: int,
    settings: dict[str, Any],
    results: Path,
) -> None:
    cases, missing = measured.cases(part.value, seeds, settings)
    for why in missing:
        tell(why)
    chosen = [case for case in cases if only in case.key]
    if not chosen:
        raise BadInput(
            f"There is nothing of {part.value} to measure here{f' with {only!r} in it' if only else ''}.",
            remedy="Leave --only out, and install what is named above.",
        )
    with Workers(results.with_suffix(""), WORKER, users_library=True) as workers:
        rows = run_cases(chosen, results, run=workers.run, jobs=jobs, tell=tell)
    table = {
        ArmPart.faults: armtable.faults,
        ArmPart.loop: armtable.loops,
        ArmPart.overhead: armtable.overheads,
    }
    lines = table[part](rows) if part in table else armtable.passes(rows, *AIMS[part])
    print_table(f"deploy: {part.value}", lines)
    interventions = armtable.acted(rows)
    told = [*armtable.failures(rows), f"Limits that acted: {interventions}." if interventions else ""]
    for line in (*told, measured.notes[part.value], armtable.loads(rows), versions(rows)):
        if line:
            tell(line)
