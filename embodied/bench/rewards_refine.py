"""One refinement as `embodied refine` makes it, timed: `python -m embodied.bench.rewards_refine CASE`."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from embodied.errors import EmbodiedError
from embodied.journal import read
from embodied.launchfile import from_table
from embodied.learning.budget import Schedule, work_for
from embodied.learning.refine import start_refining
from embodied.learning.refined import RefineReport
from embodied.learning.wish import Wish
from embodied.library.seeds import SeenSeeds
from embodied.outcome import Verdict
from embodied.plugins import load_world
from embodied.runs import JOURNAL

MODULE: Final = "embodied.bench.rewards_refine"
PAIR: Final = 2


@dataclass(frozen=True)
class RefineCase:
    """One refinement.

    Attributes:
        key: what identifies it in the results ("tabletop/Reach/auto/1").
        kind: of world; `settings` are those of its [world] table.
        task: its sentence or name.
        trainer: as `--trainer` takes it.
        minutes: as `--minutes`: for the search, in all.
        schedule: what else of a `Schedule` differs from the command's own, such as {"critic": false}.
        skill: to begin with, as `--from` takes it; "nothing" for none.
        labels: more columns of its row.
        processes: that train at the same time, and finalists that are trained side by side, at most two.
    """

    key: str
    kind: str
    task: str
    trainer: str
    seed: int
    minutes: float
    designer: str = "offline"
    settings: Mapping[str, Any] = field(default_factory=dict)
    schedule: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, Any] = field(default_factory=dict)
    skill: str = ""
    processes: int = 1

    @property
    def module(self) -> str:
        return MODULE

    def to_wire(self) -> dict[str, Any]:
        return asdict(self)


def refined(case: RefineCase) -> dict[str, Any]:
    """The row of a case."""
    anything = load_world(case.kind).spec(case.settings).vocabulary.examples[0]  # a launch needs a goal
    launch = from_table({"goal": {"text": anything}, "world": {"kind": case.kind, **case.settings}}, case.key)
    schedule = Schedule(case.minutes, finalists=min(case.processes, PAIR))
    schedule = replace(schedule, **case.schedule)
    # a table adds the episodes of runs: what never succeeded must not count for less
    schedule = replace(schedule, held_out_of_none=schedule.held_out)
    wish = Wish(case.task, case.designer, case.trainer, case.seed, schedule, skill=case.skill)
    work = work_for(case.processes, schedule)
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="embodied-bench-") as folder:
            seen = SeenSeeds(Path(folder) / "seen.jsonl")  # nobody's: the same seeds wherever it is measured
            row = _row(start_refining(launch, wish, runs_dir=Path(folder), work=work, seen=seen))
    except EmbodiedError as error:
        row = {"verdict": Verdict.UNKNOWN.value, "reason": str(error)[:300], "successes": 0, "episodes": 0}
    return {
        **case.to_wire(),
        **row,
        "seconds": round(time.monotonic() - began, 1),
        "cpu_s": round(_cpu_s(), 1),
    }


def _row(report: RefineReport) -> dict[str, Any]:
    measured = report.artefact.measured if report.artefact else None
    candidates = list(report.progress.candidates.values())
    return {
        "verdict": report.verdict.value,
        "reason": report.reason[:300],
        "successes": measured.successes if measured else 0,
        "episodes": measured.episodes if measured else Schedule().held_out,
        "candidates": len(candidates),
        "refused": sum(one.state == "refused" for one in candidates),
        "trainings": sum(bool(one.checkpoints) for one in candidates),
        "steps": sum(one.steps for one in candidates),
        "reward": report.chosen.proposal.name if report.chosen else "",
        "trained_by": _trained_by(report.folder / JOURNAL),
    }


def _trained_by(journal: Path) -> list[str]:
    """The trainers that were chosen, in order, with the reasons."""
    records = read(journal) if journal.is_file() else []
    return [f"{one['trainer']}: {one['why']}" for one in records if one["type"] == "trainer_chosen"]


def _cpu_s() -> float:
    """Of this process and the ones it had [s]."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def main(argument: str) -> int:
    """Refine what `argument` says, as JSON; its row is the last line of standard output."""
    row = refined(RefineCase(**json.loads(argument)))
    print(json.dumps(row), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
