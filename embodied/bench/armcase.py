"""What a bridge of arms gives to be measured by: cases as data, and who plays them.

A bridge's plug-in that can be measured so has an attribute `benchmark`, an `ArmBenchmark`; nothing here knows
which bridges there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from embodied.errors import SetupError
from embodied.plugins import bridge_names, load_bridge


class ArmPart(StrEnum):
    """What is measured."""

    faults = "faults"
    reach = "reach"
    pick = "pick"
    loop = "loop"
    overhead = "overhead"


@dataclass(frozen=True)
class ArmCase:
    """One thing that is done to one arm.

    Attributes:
        key: what identifies it in the results ("faults/ur5e/agent killed/3").
        bridge: whose `benchmark` plays it.
        part: what it belongs to.
        group: which driver is measured, with which peer; rows of a table.
        fault: what goes wrong; "" where nothing does.
        seed: of all that is drawn.
        minutes: its time limit [min].
        settings: the part's own.
    """

    key: str
    bridge: str
    part: str
    group: str
    fault: str = ""
    seed: int = 0
    minutes: float = 2.0
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def labels(self) -> Mapping[str, Any]:
        """What its row says of it."""
        return {"part": self.part, "group": self.group, "fault": self.fault, "seed": self.seed}

    def to_wire(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_wire(wire: Mapping[str, Any]) -> ArmCase:
        return ArmCase(**wire)


@runtime_checkable
class ArmBenchmark(Protocol):
    """What arms are measured by. Seeds are fixed before their first run."""

    @property
    def notes(self) -> Mapping[str, str]:
        """By part: what the numbers mean, with tolerances, for a reader."""
        ...

    def cases(
        self, part: str, seeds: int, settings: Mapping[str, Any]
    ) -> tuple[Sequence[ArmCase], Sequence[str]]:
        """The cases of a part, at most `seeds` of each kind (0: all), and what cannot be measured here, in
        words. `settings` are the command's: minutes of a loop, the file of a policy."""
        ...

    def play(self, case: ArmCase, folder: Path) -> dict[str, Any]:
        """The row of a case, without `key` and labels: `verdict`, `reason`, and the part's own. Logs may go
        into `folder`."""
        ...


def arm_benchmark() -> tuple[str, ArmBenchmark]:
    """The first installed bridge that can be measured so, and its benchmark. Raises SetupError."""
    for name in sorted(bridge_names()):
        measured = getattr(load_bridge(name), "benchmark", None)
        if isinstance(measured, ArmBenchmark):
            return name, measured
    raise SetupError(
        "No bridge that is installed can be measured with `embodied bench deploy`.",
        remedy="Install the arm's: `pip install 'embodied-agent[arm]'`.",
    )
