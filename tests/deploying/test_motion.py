"""What a deployment's log says of its timing: whose fault a period was that lasted too long."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from embodied.arms.log import NAME, VERSION, Tick, framed
from embodied.deploying.motion import Motion, motion_of
from embodied.deploying.report import write_report

PERIOD = 0.01


def logged(
    folder: Path, wall: Sequence[float], own: Sequence[float], *, own_clock: bool, waited_s: float = 0.0
) -> Motion:
    """A log whose ticks came at these times [s], by our clock and by the arm's; commands after a while."""
    about = {"embodied.arm_log": VERSION, "period_s": PERIOD, "joints": ["one"], "own_clock": own_clock}
    ticks = [
        Tick(int(at * 1e9), 0, mine, asked, asked, None, None, (0.0,), (0.0,), (0.0,), 0.0, 0.0, ())
        for at, mine in zip(wall, own, strict=True)
        for asked in [(0.0,) if at >= waited_s else None]
    ]
    (folder / NAME).write_bytes(b"".join(framed(value) for value in (about, *ticks)))
    motion = motion_of(folder)
    assert motion is not None
    return motion


def test_the_curve_begins_where_the_skill_did(tmp_path: Path) -> None:
    wall = [n * PERIOD for n in range(1001)]
    motion = logged(tmp_path, wall, wall, own_clock=False, waited_s=7.5)
    assert motion.waited_s == pytest.approx(7.5)
    times = [at for at, _ in motion.curve]
    assert (times[0], times[-1]) == pytest.approx((-0.5, 2.5))
    page = write_report(tmp_path, {"skill": "wave()"}, "PASSED", motion).read_text()
    assert "time since the first command [s]" in page
    assert "position [rad]" in page
    assert "0 s is the first command, 7.5 s after the arm was taken over." in page


def test_a_simulator_whose_clock_goes_slower_makes_nobody_late(tmp_path: Path) -> None:
    own = [n * PERIOD for n in range(101)]
    own[50:] = [at + 0.03 for at in own[50:]]  # once we sent nothing for four of its periods
    motion = logged(tmp_path, [2.5 * at for at in own], own, own_clock=True)
    assert (motion.late, motion.slow) == (1, 99)
    assert motion.clock == pytest.approx(0.4)
    assert "1 late by the simulator's own clock, which went at 0.40 of ours; 99 more" in motion.words


def test_a_real_arms_late_periods_are_late(tmp_path: Path) -> None:
    wall = [n * PERIOD for n in range(101)]
    wall[50:] = [at + 0.02 for at in wall[50:]]
    motion = logged(tmp_path, wall, [n * PERIOD for n in range(101)], own_clock=False)
    assert (motion.late, motion.slow, motion.clock) == (1, 0, 1.0)
    assert motion.words.endswith(", 1 late")
