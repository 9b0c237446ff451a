"""Corrections said in the midst of a plan: how soon the motion in the world is another one, and what is kept.

A correction has acted when the call of the body that was under way says that it was ended from outside, or
when a motion began that the same seed, uncorrected, did not make there. A call that merely ended by itself
counts for nothing.
"""

from __future__ import annotations

import threading
import time
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from embodied.bench.teaching import library_of_its_own
from embodied.errors import BadLibrary
from embodied.folders import find_launch_file
from embodied.journal import Record
from embodied.launchfile import LaunchFile, Override, load_launch_file
from embodied.loop.lifecycle import Onlookers
from embodied.session import Session
from embodied.teaching.conversation import Conversation
from embodied.teaching.lesson import Lesson, lesson_of_skill

AT_ONCE_S: Final = 1.0
WAIT_S: Final = 120.0
ENDED: Final = frozenset({"halted", "interrupted", "cancelled", "stopped"})
"""How the result of a call says that it was ended from outside."""
MOTIONS: Final = frozenset(
    {"move_to", "move_by", "move_joints", "follow", "home", "close_gripper", "open_gripper"}
)
NAME: Final = "corrected"
CONDITIONS: Final = (
    "In real time, at the table; from the typed line to the end of the motion that it interrupted, or to the "
    "first motion that the same seed uncorrected does not make. Kept: the next version, read back from the "
    "library, is the corrected lesson."
)


@dataclass(frozen=True)
class Correction:
    """Attributes: step, after: when it is said: in that step of the plan, from 1, so many seconds into it."""

    name: str
    seed: int
    goal: str
    step: int
    after: float
    line: str


def corrections() -> tuple[Correction, ...]:
    """The fixed ones."""
    text = (resources.files("embodied.bench") / "data" / "teaching_corrections.toml").read_text(
        encoding="utf-8"
    )
    return tuple(Correction(**one) for one in tomllib.loads(text)["correction"])


@dataclass
class Witness:
    """Notes calls of motions as they begin and end, and when the wanted step has begun."""

    step: int
    under_way: threading.Event = field(default_factory=threading.Event)
    calls: list[dict[str, Any]] = field(default_factory=list)
    steps: int = 0

    def hear(self, record: Record) -> None:
        now = time.monotonic()
        match record["type"]:
            case "step_started":
                self.steps += 1
                if self.steps == self.step:
                    self.under_way.set()
            case "call_started":
                self.calls.append({"name": record["name"], "args": dict(record["args"]), "began": now})
            case "call_ended" if self.calls:
                self.calls[-1] |= {"ended": now, "error": record["error"]}

    @property
    def motions(self) -> list[dict[str, Any]]:
        return [one for one in self.calls if one["name"] in MOTIONS]


def measure(one: Correction) -> dict[str, Any]:
    """One correction; a row of results, with all that was said."""
    plain = _uncorrected(one)
    said: list[str] = []
    with (
        TemporaryDirectory(prefix="embodied-correct-") as folder,
        library_of_its_own(Path(folder) / "library"),
    ):
        witness = Witness(one.step)
        launch = _launch(one, real_time=True)
        onlookers = Onlookers(observers=(witness.hear,))
        with Session(launch, runs_dir=Path(folder) / "runs", onlookers=onlookers).start() as session:
            conversation = Conversation(session, said.append)
            conversation.prover.prove = lambda skill, seeds, then: None  # type: ignore[method-assign]
            try:
                conversation.hear(one.goal)
                reached = witness.under_way.wait(WAIT_S)
                time.sleep(one.after)
                busy = bool(conversation.busy)
                said.append(f"you> {one.line}")
                typed = time.monotonic()
                conversation.hear(one.line)
                conversation.wait()
                acted, how = acted_after(typed, witness.calls, plain)
                conversation.hear(f"call this {NAME}")
                kept = _kept(session, conversation.lesson, one)
            finally:
                conversation.close()
    return {
        "key": one.name,
        "line": one.line,
        "in_time": reached and busy,
        "acted_s": None if acted is None else round(acted, 3),
        "how": how,
        "at_once": acted is not None and acted <= AT_ONCE_S,
        "kept": kept,
        "reached": any(line.startswith("Done:") for line in said),
        "said": said,
    }


def acted_after(
    typed: float, calls: Sequence[Mapping[str, Any]], plain: Sequence[Mapping[str, Any]]
) -> tuple[float | None, str]:
    """Seconds from the line to what it changed first, and how it did.

    Args:
        calls: of the body, in order; those that are no motions can be interrupted, but count for no path.
        plain: the motions of the same seed where nobody says anything.
    """
    number = 0
    for call in calls:
        if call.get("ended", 0.0) >= typed and call["error"] in ENDED:
            return call["ended"] - typed, "interrupted"
        if call["name"] not in MOTIONS:
            continue
        if call["began"] >= typed and not _same(call, plain[number] if number < len(plain) else None):
            return call["began"] - typed, "another motion"
        number += 1
    return None, "nothing changed"


def table(rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Header and a row a correction."""
    lines = [["correction", "said", "acted in", "how", "kept", "goal reached"]]
    for row in rows:
        acted = "-" if row["acted_s"] is None else f"{row['acted_s']:.2f} s"
        told = ["yes" if row[key] else "no" for key in ("kept", "reached")]
        lines.append([row["key"], row["line"], acted, row["how"], *told])
    return lines


def _uncorrected(one: Correction) -> list[dict[str, Any]]:
    """The motions of the same seed where nobody says anything."""
    with TemporaryDirectory(prefix="embodied-plain-") as folder, _library(folder):
        witness = Witness(0)
        onlookers = Onlookers(observers=(witness.hear,))
        launch = _launch(one, real_time=False)
        with Session(launch, runs_dir=Path(folder) / "runs", onlookers=onlookers).start() as session:
            session.pursue(one.goal)
        return witness.motions


def _library(folder: str) -> AbstractContextManager[None]:
    return library_of_its_own(Path(folder) / "library")


def _launch(one: Correction, *, real_time: bool) -> LaunchFile:
    more = {"seed": one.seed, "real_time": real_time}
    return load_launch_file(
        find_launch_file("tabletop"), [Override(f"world.{key}", value, key) for key, value in more.items()]
    )


def _same(motion: Mapping[str, Any], other: Mapping[str, Any] | None) -> bool:
    if other is None or motion["name"] != other["name"]:
        return False
    ours, theirs = motion["args"], other["args"]
    return ours.keys() == theirs.keys() and all(_near(ours[key], theirs[key]) for key in ours)


def _near(one: Any, other: Any) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) < 0.002
    return bool(one == other)


def _kept(session: Session, lesson: Lesson | None, one: Correction) -> bool:
    """Whether the version that the library keeps is the corrected lesson."""
    try:
        newest = session.run.store.history(NAME)[-1]
    except BadLibrary:
        return False
    read = lesson_of_skill(session.run.store.get(NAME, newest.hash))
    return (
        read is not None
        and lesson is not None
        and read.parts == lesson.parts
        and corrected_by(read, one.line)
    )


def corrected_by(lesson: Lesson, line: str) -> bool:
    """Whether a lesson shows what a line asks for."""
    from embodied.teaching.correcting import corrections_of
    from embodied.teaching.understood import plain

    shown = True
    for one in corrections_of(plain(line)):
        match one.what:
            case "speed":
                shown &= (lesson.speed < 1.0) == (one.factor < 1.0)
            case "above":
                shown &= lesson.via_above
            case "check":
                shown &= lesson.checks
            case "shift":
                shown &= any(
                    sum(a * b for a, b in zip(part.offset, one.offset, strict=True)) > 0
                    for part in lesson.parts
                    if part.kind in ("above", "at")
                )
            case "other":
                colour = one.thing.removeprefix("the ").split()[0]
                shown &= any(colour in name for part in lesson.parts for name in part.names)
    return shown
