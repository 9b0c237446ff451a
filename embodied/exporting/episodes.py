"""The episodes of a run of an arm: what was asked for, how it ended, and every tick in between.

The journal says when something was asked for and what came of it; the arm's log has every tick. An episode
goes from the first call of the body to the end of the last, so that nobody learns to wait for a planner.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from embodied import journal
from embodied.arms.log import NAME, Tick, read_log
from embodied.errors import BadInput
from embodied.outcome import Verdict
from embodied.runs import JOURNAL, read_run

GOALS: Final = "goals"
SKILLS: Final = "skills"
PICTURES: Final = "pictures"
_LOOK: Final = "look"
_NO_END: Final = "the run ended before it did"

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Episode:
    """One thing that was asked for.

    Attributes:
        run: the run's name.
        task: in the words in which it was asked for.
        verdict, reason: as the referee found.
        ticks: of the arm's log, oldest first.
        told: skills, facts and pictures on the way, as the journal has them; times in Unix seconds.
    """

    run: str
    task: str
    verdict: Verdict
    reason: str
    ticks: Sequence[Tick]
    told: Mapping[str, Any]


@dataclass(frozen=True)
class Recording:
    """A run of an arm.

    Attributes:
        arm: what the log calls it; joints: their names, in the order of its ticks.
        period_s: of the control loop [s].
        left_out: what was asked for and moved nothing, or was not logged.
    """

    folder: Path
    arm: str
    joints: tuple[str, ...]
    period_s: float
    limits: Mapping[str, Any]
    episodes: tuple[Episode, ...]
    left_out: int


def read_recording(folder: Path, each: str = GOALS) -> Recording:
    """Read one run.

    Args:
        folder: with journal.jsonl and arm-log.bin.
        each: `GOALS`: an episode is what a person asked for; `SKILLS`: one step of the plan.

    Raises:
        BadInput: the run has no log of an arm, or it cannot be read.
    """
    if not (folder / NAME).is_file():
        raise BadInput(
            f"{folder} has no {NAME}: that run moved no arm, or kept no log of it.",
            remedy="`embodied deploy` and runs of a real arm keep one; for a simulated arm say log = true in "
            "[world] of its launch file.",
        )
    about, read = read_log(folder / NAME)
    ticks = list(read)
    walls = [tick.wall_ns / 1e9 for tick in ticks]
    records = journal.read(folder / JOURNAL)
    episodes, left_out = [], 0
    for asked in _asked(folder, records, each):
        window = _window(asked.records)
        inside = ticks[bisect_left(walls, window[0]) : bisect_right(walls, window[1])] if window else []
        if len(inside) < 2:
            left_out += 1
            continue
        told = _told(asked.records, records)
        episodes.append(Episode(folder.name, asked.task, asked.verdict, asked.reason, inside, told))
    count = len(ticks[0].position) if ticks else 0
    return Recording(
        folder,
        str(about.get("arm", "")),
        tuple(map(str, about.get("joints") or (f"joint_{n + 1}" for n in range(count)))),
        float(about.get("period_s") or 0.0),
        dict(about.get("limits") or {}),
        tuple(episodes),
        left_out,
    )


@dataclass(frozen=True)
class _Asked:
    task: str
    verdict: Verdict
    reason: str
    records: Sequence[Record]


def _asked(folder: Path, records: Sequence[Record], each: str) -> Iterator[_Asked]:
    """What was asked for, with its part of the journal."""
    if each == SKILLS:
        yield from _between(records, "step_started", "step_ended", _skill_words)
    elif any(record["type"] == "asked" for record in records):
        yield from _between(records, "asked", "answered", lambda record: str(record["text"]))
    else:
        run = read_run(folder)
        ended = run.ended or {"verdict": Verdict.UNKNOWN.value, "reason": _NO_END}
        yield _Asked(run.goal, Verdict(ended["verdict"]), str(ended["reason"]), records)


def _between(records: Sequence[Record], begins: str, ends: str, words: Any) -> Iterator[_Asked]:
    begun: int | None = None
    for number, record in enumerate(records):
        if record["type"] == begins:
            if begun is not None:
                yield _cut_off(records[begun:number], words)
            begun = number
        elif record["type"] == ends and begun is not None:
            part = records[begun : number + 1]
            verdict = Verdict(record.get("verdict", Verdict.UNKNOWN.value))
            yield _Asked(words(records[begun]), verdict, str(record.get("reason", "")), part)
            begun = None
    if begun is not None:
        yield _cut_off(records[begun:], words)


def _cut_off(part: Sequence[Record], words: Any) -> _Asked:
    return _Asked(words(part[0]), Verdict.UNKNOWN, _NO_END, part)


def _skill_words(record: Record) -> str:
    given = ", ".join(f"{name}={value}" for name, value in record["arguments"].items())
    return f"{record['skill']}({given})"


def _window(records: Sequence[Record]) -> tuple[float, float] | None:
    """From the first call of the body to the end of the last [Unix s]; None without a call."""
    begun = [record["t"] for record in records if record["type"] == "call_started"]
    ended = [record["t"] for record in records if record["type"] == "call_ended"]
    if not begun:
        return None
    return float(begun[0]), float(ended[-1] if ended and ended[-1] > begun[-1] else records[-1]["t"])


def _told(part: Sequence[Record], whole: Sequence[Record]) -> dict[str, Any]:
    """What else the journal has of an episode."""
    skills = [
        {
            "time": record["t"],
            "skill": record["skill"],
            "hash": record.get("hash", ""),
            "arguments": record["arguments"],
            "expects": record.get("expects", ""),
        }
        for record in part
        if record["type"] == "step_started"
    ]
    facts = [{"time": r["t"], "facts": r["facts"]} for r in part if r["type"] == "observed" and "facts" in r]
    return {"skills": skills, "observed": facts, "pictures": _pictures(part, whole)}


def _pictures(part: Sequence[Record], whole: Sequence[Record]) -> list[dict[str, Any]]:
    """Which of the run's pictures, counted from 1 in the order in which they were taken, and when."""
    looks = {r["call"] for r in whole if r["type"] == "call_started" and r["name"] == _LOOK}
    taken = [r for r in whole if r["type"] == "call_ended" and r["call"] in looks and r.get("ok")]
    seqs = {record["seq"] for record in part}
    return [{"number": n, "time": record["t"]} for n, record in enumerate(taken, 1) if record["seq"] in seqs]
