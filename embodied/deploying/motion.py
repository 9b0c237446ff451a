"""What an arm's log shows: what was sent, what was applied, which limits acted, how steady the loop was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from embodied.arms.log import NAME, Tick, read_log
from embodied.errors import BadInput

LATE: Final = 1.5
"""A period this many times as long as it should be was missed."""
CHANGED: Final = 1e-6
SHOWN: Final = 2000
"""Points of a curve at most."""
BEFORE_S: Final = 0.5
"""So long before the first command a curve begins: an arm may have waited for a minute by then."""


@dataclass(frozen=True)
class Motion:
    """An arm's log in numbers.

    Attributes:
        joints: names, base to hand.
        ticks: control periods; sent: those with a command; changed: commands that were applied otherwise than
            asked.
        seconds: from the first tick to the last [s].
        period_s: what a tick should last [s]; p50_s, p99_s, worst_s: what they lasted, by our clock.
        late: how many lasted longer than 1.5 periods; by the arm's own clock, where it is a simulator that
            has one: what is late by that was late because of us.
        slow: how many more lasted longer by our clock alone: a simulator's slowness.
        clock: how fast the arm's own clock went by ours; 1 where it has none.
        interventions: how often each limit acted.
        fastest: of each joint, measured [rad/s].
        last_wall_s: when the last tick was (Unix time); last_position, last_velocity: what was measured then
            [rad], [rad/s].
        waited_s: from the first tick to the first with a command [s].
        curve: (time since the first command [s], joint positions [rad]), at most 2000 points; it begins
            half a second before.
    """

    joints: tuple[str, ...]
    ticks: int
    sent: int
    changed: int
    seconds: float
    period_s: float
    p50_s: float
    p99_s: float
    worst_s: float
    late: int
    slow: int
    clock: float
    interventions: Mapping[str, int]
    fastest: tuple[float, ...]
    last_wall_s: float
    last_position: tuple[float, ...]
    last_velocity: tuple[float, ...]
    waited_s: float
    curve: tuple[tuple[float, tuple[float, ...]], ...]

    @property
    def words(self) -> str:
        """In a line."""
        usual, rare, worst = (1000 * value for value in (self.p50_s, self.p99_s, self.worst_s))
        return (
            f"{self.ticks} ticks in {self.seconds:.1f} s, {self.sent} commands, {self.changed} of them "
            f"changed by limits or arm; period {usual:.1f} ms (p99 {rare:.1f}, worst {worst:.1f}), "
            f"{self.late_words}"
        )

    @property
    def late_words(self) -> str:
        """How many periods were too long, and because of whom."""
        if self.clock == 1.0:
            return f"{self.late} late"
        return (
            f"{self.late} late by the simulator's own clock, which went at {self.clock:.2f} of ours; "
            f"{self.slow} more by ours alone, which is its slowness"
        )


def motion_of(folder: Path) -> Motion | None:
    """What the log of a run's folder shows; None where there is none, or nothing in it."""
    path = folder / NAME
    if not path.exists():
        return None
    try:
        about, ticks = read_log(path)
        return _summed(about, list(ticks))
    except BadInput:
        return None


def _summed(about: Mapping[str, Any], ticks: Sequence[Tick]) -> Motion | None:
    if len(ticks) < 2:
        return None
    pairs = list(pairwise(ticks))
    lasted = sorted((b.monotonic_ns - a.monotonic_ns) / 1e9 for a, b in pairs)
    period = float(about.get("period_s") or lasted[len(lasted) // 2])
    own = _own_clock(about, ticks)
    late = [
        (b.time_s - a.time_s if own else (b.monotonic_ns - a.monotonic_ns) / 1e9) > LATE * period
        for a, b in pairs
    ]
    sent = [tick for tick in ticks if tick.asked is not None or tick.asked_width is not None]
    first, begun = ticks[0].monotonic_ns, (sent or ticks)[0].monotonic_ns
    told = [tick for tick in ticks if tick.monotonic_ns >= begun - BEFORE_S * 1e9]
    every = max(1, len(told) // SHOWN)
    count = len(ticks[0].position)
    return Motion(
        tuple(about.get("joints") or (f"joint {n + 1}" for n in range(count))),
        len(ticks),
        len(sent),
        sum(_was_changed(tick) for tick in sent),
        (ticks[-1].monotonic_ns - first) / 1e9,
        period,
        _share(lasted, 0.5),
        _share(lasted, 0.99),
        lasted[-1],
        sum(late),
        max(0, sum(value > LATE * period for value in lasted) - sum(late)) if own else 0,
        own or 1.0,
        dict(Counter(name for tick in ticks for name in tick.interventions)),
        tuple(max(abs(tick.velocity[n]) for tick in ticks) for n in range(count)),
        ticks[-1].wall_ns / 1e9,
        ticks[-1].position,
        ticks[-1].velocity,
        (begun - first) / 1e9,
        tuple(((tick.monotonic_ns - begun) / 1e9, tick.position) for tick in told[::every]),
    )


def _own_clock(about: Mapping[str, Any], ticks: Sequence[Tick]) -> float:
    """How fast the arm's own clock went by this machine's; 0 where it has none to tell by."""
    passed = ticks[-1].time_s - ticks[0].time_s
    wall = (ticks[-1].monotonic_ns - ticks[0].monotonic_ns) / 1e9
    return passed / wall if about.get("own_clock") and passed > 0 and wall > 0 else 0.0


def _was_changed(tick: Tick) -> bool:
    if tick.asked is None or tick.applied is None:
        return False
    return any(abs(a - b) > CHANGED for a, b in zip(tick.asked, tick.applied, strict=False))


def _share(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
