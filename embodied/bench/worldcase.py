"""What a kind of world gives to be measured by: cases as data, and what is aimed at.

A world's plug-in that can be measured so has an attribute `benchmark`, a `WorldBenchmark`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, runtime_checkable

PARTS = ("goals", "skills", "robustness")
"""The parts that are made of cases, in the order in which they are run."""


@dataclass(frozen=True)
class WorldCase:
    """One run in one world: a goal to be reached, or one use of one skill.

    Attributes:
        key: what identifies it in the results ("goals/mujoco/press the button/4201").
        kind: the kind of world.
        settings: of the world, its seed among them.
        goal: in words; for a skill, what is written beside its rows.
        minutes: its time limit [min].
        skill, arguments: the one use of a skill that is measured; "" for a goal.
        needs: conditions that are made to hold before a skill is used, by planning and acting, beside those
            that the skill says itself. A set-up that fails counts as a failure.
        expects: conditions that must hold after the skill, beside what it says that it achieves.
        labels: more columns of its row; `part`, `engine` and `group` make up the tables.
    """

    key: str
    kind: str
    settings: Mapping[str, Any]
    goal: str
    minutes: float
    skill: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    expects: tuple[str, ...] = ()
    labels: Mapping[str, Any] = field(default_factory=dict)

    def to_wire(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_wire(wire: Mapping[str, Any]) -> WorldCase:
        return WorldCase(**{**wire, "needs": tuple(wire["needs"]), "expects": tuple(wire["expects"])})


@dataclass(frozen=True)
class Speed:
    """How fast a world is stepped by one core.

    Attributes:
        name: what was stepped ("Reach, MuJoCo").
        steps_per_s: of an agent, by the process's own CPU time; the median of `rounds`.
        simulated_s: what one step is in the world [s].
        substeps: of the physics in one step.
        note: versions, and what is computed in a step.
        task: what is compared with others' of the same task; "" for nothing.
        package: whose it is, where it is others'.
        rounds: steps per second of CPU time in each round; those of the same round belong together.
        by_clock: steps per second by the clock, other work on the machine and all cores included.
    """

    name: str
    steps_per_s: float
    simulated_s: float
    substeps: int
    note: str = ""
    task: str = ""
    package: str = ""
    rounds: tuple[float, ...] = ()
    by_clock: float = 0.0


@runtime_checkable
class WorldBenchmark(Protocol):
    """What a world is measured by. Seeds are fixed before their first run and never tuned on."""

    @property
    def engines(self) -> Sequence[str]: ...

    @property
    def notes(self) -> Mapping[str, str]:
        """By part: what the numbers mean, for a reader."""
        ...

    def cases(self, part: str, engine: str, seeds: int) -> Sequence[WorldCase]:
        """The cases of a part, at most `seeds` seeds of each (0: all that the part has)."""
        ...

    def aim(self, part: str, engine: str) -> float:
        """The share of passes that is aimed at."""
        ...

    def speeds(self, engines: Sequence[str], seconds: float, peers: str) -> Sequence[Speed | str]:
        """Step the world for about `seconds` of CPU time for each answer, and in the same rounds others'
        environments of the same tasks by the Python `peers` ("": none); a text says why one is missing."""
        ...
