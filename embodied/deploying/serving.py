"""What `embodied arm serve` asks of a kind of arm, and an agent elsewhere of an arm that is served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from embodied.arms.consent import Consent
from embodied.arms.running import RunningArm
from embodied.bridge.process import ChildProcess
from embodied.deploying.arms import arm_world
from embodied.errors import BadInput
from embodied.launchfile import LaunchFile


@dataclass(frozen=True)
class Listening:
    """Where an arm is served.

    Attributes:
        endpoint: tcp://HOST:PORT; its operator is heard at the port after it.
        key: the name of the pair of keys to listen with; "" on loopback without.
        keys: the folder of keys.
        audit: the folder of the audit log.
    """

    endpoint: str
    key: str
    keys: Path
    audit: Path


@runtime_checkable
class TakesConsent(Protocol):
    """A world on another machine, which must be told that a person lets it move."""

    def take_consent(self, given: Consent) -> None:
        """Raises NoConsent if it is not taken there."""
        ...


class Served(Protocol):
    """An arm that is served, until `close`."""

    @property
    def bridge(self) -> ChildProcess: ...

    @property
    def endpoint(self) -> str: ...

    def close(self) -> None:
        """Bring it to rest and let go of it. Idempotent."""
        ...


@runtime_checkable
class ServingArms(Protocol):
    """A kind of arms that can be served to agents on other machines."""

    def serve(self, settings: Mapping[str, Any], where: Listening, run_dir: Path) -> Served:
        """Connect to the arm and serve it. Moves nothing.

        Raises:
            BadInput: the endpoint or the keys cannot be used, or a setting is wrong.
            SetupError: something is not installed, the arm does not answer, or the port is taken.
        """
        ...

    def operator(self, settings: Mapping[str, Any]) -> RunningArm | None:
        """Where an arm that another machine serves is stopped from here; None for an arm of this machine.
        Raises BadInput."""
        ...


def serving_arms(launch: LaunchFile) -> ServingArms:
    """The plug-in of a launch whose arm can be served. Raises BadInput for another."""
    plugin = arm_world(launch)
    if not isinstance(plugin, ServingArms):
        raise BadInput(
            f"Arms of the kind {launch.world.kind!r} cannot be served to other machines.",
            remedy='Name a launch file with kind = "arm", such as launch/franka.toml.',
        )
    return plugin
