"""`embodied bench tabletop`: what a world's plug-in gives to be measured by."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import psutil
import typer

from embodied.bench import worldtable
from embodied.bench.calibration import calibration_s
from embodied.bench.cases import append_row, run_cases, versions
from embodied.bench.workers import Workers
from embodied.bench.worldcase import PARTS, Speed, WorldBenchmark
from embodied.cli.bench_table import Jobs, Results, console, print_table, tell
from embodied.errors import SetupError
from embodied.plugins import load_world


class Part(StrEnum):
    """What is measured."""

    goals = "goals"
    skills = "skills"
    robustness = "robustness"
    speed = "speed"
    all = "all"


class Engine(StrEnum):
    """In which engine."""

    mujoco = "mujoco"
    pybullet = "pybullet"
    both = "both"


def tabletop(
    engine: Annotated[Engine, typer.Option(help="In which engine.")] = Engine.both,
    part: Annotated[Part, typer.Option(help="What is measured.")] = Part.all,
    seeds: Annotated[int, typer.Option(min=0, help="How many of a part's seeds; 0: all.")] = 0,
    jobs: Jobs = 2,
    results: Results = Path("bench/tabletop.jsonl"),
    peers: Annotated[
        str,
        typer.Option(help="A Python that has gymnasium-robotics and panda-gym: their speed is measured too."),
    ] = "",
    seconds: Annotated[
        float, typer.Option(min=0.5, help="CPU time that each speed is measured for, all rounds.")
    ] = 10.0,
) -> None:
    """The arm at a table: ten goals, each skill, both with faults on purpose, and the speed of stepping."""
    world = load_world("tabletop")
    measured = getattr(world, "benchmark", None)
    if not isinstance(measured, WorldBenchmark):
        raise SetupError("This tabletop has no benchmark.", remedy="Reinstall embodied-agent.")
    engines = measured.engines if engine is Engine.both else (engine.value,)
    parts = PARTS if part is Part.all else tuple(name for name in PARTS if name == part.value)
    folder = results.with_suffix("")
    with Workers(folder.with_name(folder.name + "-failed")) as workers:
        for name in parts:
            for one in engines:
                _part(measured, name, one, seeds, jobs, results, workers)
    if part in (Part.speed, Part.all):
        _speed(measured, engines, peers, seconds, results)


def _part(
    measured: WorldBenchmark, part: str, engine: str, seeds: int, jobs: int, results: Path, workers: Workers
) -> None:
    rows = run_cases(measured.cases(part, engine, seeds), results, run=workers.run, jobs=jobs, tell=tell)
    print_table(f"{part}, {engine}", worldtable.table(rows, measured.aim(part, engine)))
    for line in (*worldtable.failures(rows), worldtable.at_once(rows), measured.notes[part], versions(rows)):
        if line:
            tell(line)


def _speed(
    measured: WorldBenchmark, engines: Sequence[str], peers: str, seconds: float, results: Path
) -> None:
    before = psutil.getloadavg()[0]
    told = measured.speeds(engines, seconds, peers)
    load = [round(one, 1) for one in (before, psutil.getloadavg()[0])]
    found = [one for one in told if isinstance(one, Speed)]
    for one in told:
        if not isinstance(one, Speed):
            tell(one)
    machine = {"load": load, "calibration_s": round(calibration_s(), 4)}
    rows = [append_row(results, {**_speed_row(speed), **machine}) for speed in found]
    if not peers:
        console.print("Others are not measured: name a Python that has them with --peers.")
    print_table("Speed of stepping", worldtable.speeds(found))
    tell(f"Load average {load[0]} before, {load[1]} after, on {os.cpu_count()} cores.")
    tell(versions(rows))


def _speed_row(speed: Speed) -> dict[str, object]:
    return {
        "key": f"speed/{speed.name}",
        "part": "speed",
        "name": speed.name,
        "steps_per_s": round(speed.steps_per_s, 1),
        "simulated_s": speed.simulated_s,
        "substeps": speed.substeps,
        "note": speed.note,
        "task": speed.task,
        "package": speed.package,
        "rounds": [round(one, 1) for one in speed.rounds],
        "by_clock": round(speed.by_clock, 1),
    }
