"""Plays one case of a world: as a real run does, with its loop, planner, sandbox, referee and journal."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from embodied import journal
from embodied.bench.armcase import ArmCase
from embodied.bench.running import failed_steps
from embodied.bench.worldcase import WorldCase
from embodied.condition import And, Condition, parse
from embodied.errors import EmbodiedError
from embodied.facts import Observation
from embodied.goals import Goal
from embodied.launchfile import LaunchFile, from_table
from embodied.library import open_library
from embodied.loop import Run, RunReport, Task, run_in_world, start_run, towards
from embodied.outcome import Judgement, Verdict
from embodied.planning import Step
from embodied.plugins import load_world
from embodied.referee import judge
from embodied.runs import JOURNAL

LONGEST_REASON: Final = 300


def play(case: WorldCase, folder: Path) -> dict[str, Any]:
    """The row of a case; an error of ours is a failure with its words. What did not pass keeps its journal,
    in `folder`."""
    launch = launch_of(case)
    runs = folder / re.sub(r"[^a-z0-9.]+", "-", case.key.lower())
    shutil.rmtree(runs, ignore_errors=True)
    began = time.monotonic()
    try:
        report = _use_of_skill(case, launch, runs) if case.skill else start_run(launch, runs_dir=runs)
        row = _row(report)
    except EmbodiedError as error:
        row = {"verdict": Verdict.UNKNOWN.value, "reason": str(error)[:LONGEST_REASON]}
    records = [one for path in sorted(runs.glob(f"*/{JOURNAL}")) for one in journal.read(path)]
    row = {"key": case.key, **case.labels, **row, "failed_steps": failed_steps(records)}
    row["seconds"] = round(time.monotonic() - began, 2)
    if row["verdict"] == Verdict.PASSED.value:
        shutil.rmtree(runs, ignore_errors=True)
    return row


def launch_of(case: WorldCase) -> LaunchFile:
    """The launch that a case is."""
    table = {
        "goal": {"text": case.goal},
        "world": {"kind": case.kind, **case.settings},
        "limits": {"minutes": case.minutes},
    }
    return from_table(table, case.key)


def _row(report: RunReport) -> dict[str, Any]:
    return {
        "verdict": report.verdict.value,
        "reason": report.reason[:LONGEST_REASON],
        "steps": report.steps,
        "primitive_calls": report.primitive_calls,
        "assistance": dict(report.assistance),
    }


def _use_of_skill(case: WorldCase, launch: LaunchFile, runs: Path) -> RunReport:
    """One use of a skill, once what it needs has been brought about by planning and acting."""
    skill = open_library(case.kind, seeds=True).skills().get(case.skill)
    expects = _all((*skill.achieved(case.arguments), *(parse(text) for text in case.expects)))
    needs = _all((*(parse(text) for text in case.needs), *skill.needed(case.arguments)))
    goal = Goal(case.goal, expects, (), f"{case.skill}: {expects}")
    task = _once(Step(case.skill, case.arguments, expects, "the case that is measured"), needs)
    spec = load_world(case.kind).spec(launch.world.settings)
    return run_in_world(
        launch, spec, goal, None, runs_dir=runs, task=task, announced={"measured": dict(case.labels)}
    )


def _once(step: Step, needs: Condition) -> Task:
    def task(run: Run) -> tuple[Judgement, int]:
        before: Observation = run.observe()
        ready, code = towards(run, needs, before)
        if not ready.passed:
            return Judgement(Verdict.UNKNOWN, f"set-up: {ready.reason}"), code or 1
        before = run.observe()
        if judge(step.expects, before).passed:
            return Judgement(Verdict.UNKNOWN, f"set-up: {step.expects} holds before {step.skill} is used"), 1
        run.history.clear()
        run.attempt(step, before, step.expects)
        judgement = run.history[-1].judgement
        if judgement.passed:
            return judgement, 0
        said = run.last_run.reason or run.last_run.error if run.last_run is not None else ""
        cut = f"interrupted by {run.cut_off}; " if run.cut_off else ""
        return Judgement(judgement.verdict, f"{judgement.reason} ({cut}{said})"), 1

    return task


def _all(conditions: tuple[Condition, ...]) -> Condition:
    return conditions[0] if len(conditions) == 1 else And(conditions) if conditions else parse("true")


def failure(case: WorldCase | ArmCase, reason: str, seconds: float) -> dict[str, Any]:
    """The row of a case whose process did not live to tell."""
    row: Mapping[str, Any] = {
        "key": case.key,
        **case.labels,
        "verdict": Verdict.UNKNOWN.value,
        "reason": reason[:LONGEST_REASON],
        "failed_steps": [],
        "seconds": round(seconds, 2),
    }
    return dict(row)
