"""Runs of an arm made by hand: every number in their logs is known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from embodied.arms.log import NAME, VERSION, Tick

START_S: Final = 1_700_000_000.0
PERIOD_S: Final = 0.02
JOINTS: Final = ("one", "two")


def tick(number: int, *, time_s: float | None = None, joints: int = 2) -> Tick:
    """At tick n joint 1 is measured at n / 100 rad and was sent to (n + 0.5) / 100."""
    here, there = (number / 100,) * joints, ((number + 0.5) / 100,) * joints
    return Tick(
        5_000_000_000 + round(number * PERIOD_S * 1e9),
        round((START_S + number * PERIOD_S) * 1e9),
        number * PERIOD_S if time_s is None else time_s,
        there,
        there if number else None,
        None,
        0.04 if number >= 50 else None,
        here,
        (0.5,) * joints,
        (1.0,) * joints,
        0.08 if number < 50 else 0.05,
        0.0,
        ("velocity",) if number == 21 else (),
    )


def record(
    folder: Path,
    asked: Sequence[tuple[str, str, int, int]],
    *,
    ticks: Sequence[Tick] = tuple(tick(number) for number in range(400)),
    joints: Sequence[str] = JOINTS,
    calls: bool = True,
) -> Path:
    """A run's folder.

    Args:
        asked: text, verdict ("" if the run ended before it did), first tick and last of its calls.
    """
    folder.mkdir(parents=True)
    about = {"embodied.arm_log": VERSION, "arm": "Two joints", "joints": list(joints), "period_s": PERIOD_S}
    frames = [msgspec.msgpack.encode(value) for value in [about, *ticks]]
    (folder / NAME).write_bytes(b"".join(len(one).to_bytes(4, "little") + one for one in frames))
    records: list[dict[str, Any]] = []

    def write(at: float, type: str, **told: Any) -> None:
        records.append({"v": 1, "seq": len(records) + 1, "t": round(at, 3), "type": type, **told})

    write(START_S, "run_started", run=folder.name, goal="teach", condition="true", launch={})
    for number, (text, verdict, first, last) in enumerate(asked, 1):
        begun, ended = (START_S + at * PERIOD_S for at in (first, last))
        write(begun - 0.01, "asked", what="skill", text=text)
        write(begun - 0.01, "step_started", step=number, skill="pick", hash="ab", arguments={"object": text})
        if calls:
            write(begun, "call_started", call=number, name="look", args={})
            write(ended, "call_ended", call=number, ok=True, error="")
        write(ended, "observed", facts={"pose": {text: [0.1, 0.2, 0.3]}})
        if verdict:
            write(ended + 0.01, "step_ended", step=number, verdict=verdict, reason="as it was")
            write(ended + 0.01, "answered", text=text, verdict=verdict, reason="as it was")
    (folder / "journal.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    return folder
