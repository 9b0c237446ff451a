"""Start the bridge of an arm as a process of its own, and connect to it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embodied.bridge.client import BridgeClient
from embodied.bridge.process import ChildProcess
from embodied.bridge.server import BridgeServer
from embodied.errors import BadInput, WorldError, did_you_mean
from embodied.primitives import PrimitiveSpec
from embodied.world import BridgePlugin

if TYPE_CHECKING:
    from embodied.bench.armcase import ArmBenchmark
    from embodied_arm.body import ArmBody

NAME = "the arm's bridge"
READY_S = 60.0
"""Compiling the models of arm and scene takes seconds on a busy machine."""

KNOWN = (
    "driver",
    "settings",
    "limits",
    "tool",
    "name",
    "rehearses",
    "log",
    "real_time",
    "endpoint",
    "lease_ms",
    "own_process",
    "keys",
    "connect",
    "terms",
    "operator",
    "serve",
)


@dataclass(frozen=True)
class ArmBridge:
    """The `BridgePlugin`."""

    name: str = "arm"

    @property
    def primitives(self) -> Mapping[str, PrimitiveSpec]:
        """What every arm can be asked to do; a running one may add to it."""
        from embodied_arm.primitives import SPECS

        return SPECS

    @property
    def benchmark(self) -> ArmBenchmark:
        """What `embodied bench deploy` measures."""
        from embodied_arm.measuring.benchmark import BENCHMARK

        return BENCHMARK

    def start(self, config: Mapping[str, Any], *, run_dir: Path) -> BridgeClient:
        """Start the bridge's process with one driver, and connect to it.

        Args:
            config: driver: the name of an entry point of the group "embodied.drivers"; name: what the arm is
                called in `embodied arm list` (the driver's name unless said); rehearses: of a simulation in
                which a motion is rehearsed, the name of the arm that stands there; settings: what that driver
                documents; limits: what `embodied_arm.limits.Limits` documents, only tighter than the
                arm's own; tool: {mass, payload} [kg] on the hand, which tightens them; log: whether every
                tick is kept in a file (unless said, of a real arm); real_time: whether a simulator keeps
                pace with the clock (False: as fast as it can, and only while calls run);
                endpoint ("tcp://127.0.0.1:*") and lease_ms (2000);
                own_process (true): false serves from threads of this process, where an engine that hangs or
                crashes takes us along: for benchmarks, which make many worlds and watch over themselves;
                keys: {folder, name}: listens beyond this machine, to those whose keys are admitted there;
                connect: the endpoint of an arm that is served already, on another machine with keys {folder,
                name, bridge}, the last its public key or the path of that: nothing is started. terms is what
                this launch file says of the arm, and limits may only tighten those that it is served with;
                operator: the endpoint of its operator's channel.
            run_dir: where the bridge's log, configuration and pictures go.

        Raises:
            BadInput: a setting that the bridge does not have.
            SetupError: the driver is not installed, or could not reach its arm.
            WorldError: the bridge ended or did not become ready.
        """
        _refuse_unknown(config)
        if config.get("connect"):
            from embodied_arm.remote import RemoteArm

            run_dir.mkdir(parents=True, exist_ok=True)
            return RemoteArm(config, run_dir)
        config = dict(config)
        if not config.pop("own_process", True):
            return served_here(config, run_dir)
        child, endpoint = started(config, run_dir)
        return BridgeClient(endpoint, name=NAME, child=child)

    def serve(self, config: Mapping[str, Any], *, run_dir: Path) -> tuple[ChildProcess, str]:
        """Start the bridge's process for agents on other machines, who `connect`; its endpoint.

        Args:
            config: as of `start`, with endpoint, and serve: {arm, needs_consent, terms, operator, audit}, as
                `embodied_arm.serving.Service` has them, and where the operator's channel listens.

        Raises as `start`.
        """
        _refuse_unknown(config)
        return started(config, run_dir)


def _refuse_unknown(config: Mapping[str, Any]) -> None:
    unknown = sorted(set(config) - set(KNOWN))
    if unknown:
        hint = did_you_mean(unknown[0], KNOWN)
        raise BadInput(
            f"{NAME} has no setting {unknown[0]!r}.", remedy=f"{hint} It has: {', '.join(KNOWN)}.".strip()
        )
    if not config.get("connect") and not isinstance(config.get("driver"), str):
        raise BadInput(f"{NAME} needs the name of a driver.", remedy='Say driver = "tabletop".')


def started(config: Mapping[str, Any], run_dir: Path) -> tuple[ChildProcess, str]:
    """The bridge's process, and where it listens."""
    run_dir.mkdir(parents=True, exist_ok=True)
    path = run_dir / "arm-bridge.json"
    path.write_text(json.dumps({**config, "run_dir": str(run_dir.absolute())}), encoding="utf-8")
    child = ChildProcess(
        [sys.executable, "-m", "embodied_arm.bridge", path.absolute()],
        name=NAME,
        log=run_dir / "arm-bridge.log",
    )
    endpoint = child.wait_ready(READY_S).get("endpoint")
    if not isinstance(endpoint, str):
        child.close()
        raise WorldError(f"{NAME} did not say where it listens.", remedy="Reinstall embodied-agent.")
    return child, endpoint


def served_here(config: Mapping[str, Any], run_dir: Path) -> BridgeClient:
    """The same bridge, over the same protocol, served from threads of this process."""
    run_dir.mkdir(parents=True, exist_ok=True)
    from embodied_arm.bridge import body_of  # heavy: only where it is served

    return _ServedHere(body_of(config, run_dir, own_process=False), config)


class _ServedHere(BridgeClient):
    """A client that serves what it talks to, and ends it when it closes."""

    def __init__(self, body: ArmBody, config: Mapping[str, Any]) -> None:
        self._body = body
        self._server = BridgeServer(
            body,
            config.get("endpoint") or "tcp://127.0.0.1:*",
            lease_ms=int(config.get("lease_ms") or 2000),
        )
        super().__init__(self._server.endpoint, name=NAME)

    def close(self) -> None:
        super().close()
        self._server.stop()
        self._body.close()


BRIDGE: BridgePlugin = ArmBridge()
