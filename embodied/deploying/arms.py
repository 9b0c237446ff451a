"""What deploying asks of a kind of world whose body is an arm that is there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from embodied.errors import BadInput
from embodied.facts import Observation
from embodied.launchfile import LaunchFile
from embodied.methods import WorldSpec
from embodied.plugins import load_world
from embodied.world import Simulation, World


class ArmSimulation(Simulation, Protocol):
    """A simulation that can be connected to before it may move."""

    def connect(self) -> World:
        """Connect, to look; a later `launch` gives the same world, once consent was given."""
        ...


@runtime_checkable
class ArmWorld(Protocol):
    """A `WorldPlugin` of arms."""

    @property
    def library(self) -> str:
        """Whose skills it uses; they are proven in that world."""
        ...

    def arm_name(self, settings: Mapping[str, Any]) -> str:
        """What consent names."""
        ...

    def needs_consent(self, settings: Mapping[str, Any]) -> bool:
        """Whether a person must say that it may move: whatever is driven as a real arm is."""
        ...

    def is_real(self, settings: Mapping[str, Any]) -> bool:
        """Whether there is an arm: then planners use only skills that are fit for one."""
        ...

    def spec(self, settings: Mapping[str, Any] = {}) -> WorldSpec: ...

    def simulation(self, settings: Mapping[str, Any], run_dir: Path) -> ArmSimulation: ...

    def rehearsal(
        self, settings: Mapping[str, Any], details: Mapping[str, Any], seen: Observation
    ) -> Mapping[str, Any]:
        """The [world] table of a simulation that stands as the arm and its things stand now.

        Args:
            details: what the arm's bridge said of itself.
            seen: the facts now.

        Raises:
            BadInput: a state that cannot be rehearsed, such as with something in the hand.
        """
        ...


def arm_world(launch: LaunchFile) -> ArmWorld:
    """The plug-in of a launch whose body is an arm. Raises BadInput for another kind of world."""
    plugin = load_world(launch.world.kind)
    if not isinstance(plugin, ArmWorld):
        raise BadInput(
            f"{launch.origin} is about a world {launch.world.kind!r}, not about an arm.",
            remedy='Name a launch file with kind = "arm", such as launch/sim-arm.toml.',
        )
    return plugin
