"""The folders of runs: their names, their journals, and what a resumed run needs from before."""

from __future__ import annotations

import json
import re
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from embodied import journal
from embodied.condition import parse
from embodied.errors import BadInput, did_you_mean
from embodied.models.usage import Usage, usage_of
from embodied.outcome import Judgement, Verdict
from embodied.planning.plan import Attempt, Step
from embodied.saydo import Claims, claims_of

JOURNAL = "journal.jsonl"
ASIDES = frozenset({"jog"})
CUT_OFF = frozenset({"cancelled", "halted"})


@dataclass(frozen=True)
class PastRun:
    """A run as its journal tells it.

    Attributes:
        launch: the launch table that its world last came up with.
        identity: of its world, "" if the world never came up.
        ended: the last `run_ended` record, None if the run was cut off.
        in_doubt: calls that were sent and whose end was never recorded.
        used: what asking models has cost.
        torn: the last line was cut in the middle.
        last_seq: number of the last whole record.
        claims: what skills said beside what the facts said.
        condition, explanation: what the goal was understood as.
        resolved: the same with "more" counted from the first facts; "" if there were none yet.
        attempts: the steps that were tried, oldest first.
        stages_reached: so many of what is to be done one after the other were done.
    """

    name: str
    folder: Path
    goal: str
    launch: dict[str, Any]
    identity: str
    seconds: float
    steps: int
    primitive_calls: int
    assistance: dict[str, int]
    ended: dict[str, Any] | None
    in_doubt: tuple[dict[str, Any], ...]
    torn: bool
    used: Usage = field(default_factory=Usage)
    last_seq: int = 0
    claims: Claims = field(default_factory=Claims)
    condition: str = ""
    explanation: str = ""
    resolved: str = ""
    attempts: tuple[Attempt, ...] = ()
    stages_reached: int = 0

    def refuse_other_goal(self, goal: str) -> None:
        """Raise BadInput if `goal` is another than this run's."""
        if " ".join(goal.split()) != " ".join(self.goal.split()):
            raise BadInput(
                f"Run {self.name} pursues {self.goal!r}, not {goal!r}.",
                remedy="Resume it without --goal, or start a new run for another goal "
                "(an exploration goes on with `embodied explore --resume`).",
            )

    def refuse_other_world(self, identity: str) -> None:
        """Raise BadInput if `identity` is another world than this run's; "" is not known yet."""
        if identity and self.identity and identity != self.identity:
            raise BadInput(
                f"Run {self.name} began in world {self.identity!r}, and this is {identity!r}.",
                remedy="Resume with the [world] settings that it was started with.",
            )


def new_run(runs_dir: Path, goal: str) -> Path:
    """Make the folder of a new run: date, time and the first words of the goal."""
    words = "-".join(re.findall(r"[a-z0-9]+", goal.lower())[:5]) or "run"
    stem = time.strftime("%Y%m%d-%H%M%S-") + words[:40]
    for number in range(1, 1000):
        folder = runs_dir / (stem if number == 1 else f"{stem}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder
    raise BadInput(f"{runs_dir} holds too many runs of this second.")


def list_runs(runs_dir: Path) -> Iterator[Path]:
    """Run folders, newest first."""
    if runs_dir.is_dir():
        yield from sorted((p.parent for p in runs_dir.glob(f"*/{JOURNAL}")), reverse=True)


def find_run(runs_dir: Path, name: str) -> Path:
    """A run's folder by its name, a part of it, a path, or "last"; raises BadInput with the nearest names."""
    direct = Path(name)
    if (direct / JOURNAL).is_file():
        return direct
    if direct.name == JOURNAL and direct.is_file():
        return direct.parent
    folders = list(list_runs(runs_dir))
    if name == "last" and folders:
        return next((folder for folder in folders if not is_aside(folder)), folders[0])
    matching = [folder for folder in folders if folder.name == name] or [f for f in folders if name in f.name]
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise BadInput(f"Several runs match {name!r}: {', '.join(f.name for f in matching[:5])}.")
    names = [folder.name for folder in folders]
    raise BadInput(
        f"There is no run {name!r} in {runs_dir}.",
        remedy=did_you_mean(name, names) or "`embodied runs` lists them; `last` is the newest.",
    )


def is_aside(folder: Path) -> bool:
    """An arm that was jogged or sent home: not what somebody means who speaks of the last run."""
    with (folder / JOURNAL).open("rb") as file:
        first = file.readline()
    try:
        return bool(json.loads(first).get("mode") in ASIDES)
    except (ValueError, AttributeError):
        return False


def read_run(folder: Path) -> PastRun:
    """Read what a run did from its journal; raises BadJournal."""
    path = folder / JOURNAL
    records = journal.read(path)
    started = next((r for r in records if r["type"] == "run_started"), {})
    ready = next((r for r in records if r["type"] == "world_ready"), {})
    changed: dict[str, Any] = next((r for r in reversed(records) if r["type"] == "goal_changed"), {})
    ended = next((r for r in reversed(records) if r["type"] in ("run_ended", "run_resumed")), None)
    return PastRun(
        name=folder.name,
        folder=folder,
        goal=changed.get("goal") or started.get("goal", ""),
        launch=_launch(records),
        identity=ready.get("identity", ""),
        seconds=_seconds(records),
        steps=sum(r["type"] == "step_started" for r in records),
        primitive_calls=sum(r["type"] == "call_started" for r in records),
        assistance=_assistance(records),
        ended=ended if ended is not None and ended["type"] == "run_ended" else None,
        in_doubt=tuple(journal.in_doubt(records)),
        torn=journal.is_torn(path),
        last_seq=records[-1]["seq"] if records else 0,
        used=usage_of(records),
        claims=claims_of(records),
        condition=changed.get("condition") or started.get("condition", ""),
        explanation=changed.get("explanation") or started.get("explanation", ""),
        resolved=changed.get("condition")
        or next((r["condition"] for r in records if r["type"] == "goal_resolved"), ""),
        attempts=tuple(_attempts(records)),
        stages_reached=_stages_reached(records),
    )


def _stages_reached(records: list[dict[str, Any]]) -> int:
    """Of the goal that was pursued last."""
    reached = 0
    for record in records:
        if record["type"] == "stage_reached":
            reached = int(record["stage"])
        elif record["type"] == "goal_changed":
            reached = 0
    return reached


def _assistance(records: list[dict[str, Any]]) -> dict[str, int]:
    """Summed over calls; over steps in the part of a journal whose calls do not say."""
    total: Counter[str] = Counter()
    calls_say = False
    for record in records:
        if record["type"] == "call_ended" and "assistance" in record:
            calls_say = True
            total.update(record["assistance"])
        elif record["type"] == "step_ended" and not calls_say:
            total.update(record.get("assistance") or {})
    return dict(total)


def _attempts(records: list[dict[str, Any]]) -> Iterator[Attempt]:
    """The steps that came to an end of their own; one that the user or a budget cut off is no attempt."""
    begun: dict[int, dict[str, Any]] = {}
    last_change = max((r["seq"] for r in records if r["type"] == "goal_changed"), default=-1)
    for record in records[bisect_right(records, last_change, key=lambda r: int(r["seq"])) :]:
        if record["type"] == "step_started":
            begun[record["step"]] = record
        elif record["type"] == "step_ended" and record["step"] in begun and "progress" in record:
            cut_off = record["error"] in CUT_OFF and not record["reason"].startswith("interrupted:")
            if cut_off and record["verdict"] != Verdict.PASSED.value:
                continue
            start = begun[record["step"]]
            step = Step(start["skill"], start["arguments"], parse(start["expects"]), start["why"])
            judgement = Judgement(Verdict(record["verdict"]), record["reason"])
            yield Attempt(step, judgement, record["error"], record["progress"])


def _launch(records: list[dict[str, Any]]) -> dict[str, Any]:
    """The launch table in force: of the start, or of the last resumption whose world came up."""
    launch: dict[str, Any] = {}
    proposed: dict[str, Any] = {}
    for record in records:
        if record["type"] in ("run_started", "run_resumed"):
            proposed = record.get("launch") or proposed
            launch = launch or proposed
        elif record["type"] == "world_ready":
            launch = proposed
        elif record["type"] == "goal_changed":
            launch = {**launch, "goal": {**launch.get("goal", {}), "text": record["goal"]}}
            proposed = launch
    return launch


def _seconds(records: list[dict[str, Any]]) -> float:
    """Wall clock of all parts of a run: from each start to the last record before the next."""
    total, begun, last = 0.0, None, None
    for record in records:
        if record["type"] in ("run_started", "run_resumed"):
            if begun is not None and last is not None:
                total += last - begun
            begun = record["t"]
        last = record["t"]
    return total + (last - begun if begun is not None and last is not None else 0.0)
