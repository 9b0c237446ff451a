"""An arm served to agents on other machines: the side of the machine beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from embodied.bridge.envelope import check_endpoint
from embodied.bridge.keys import bridge_keys
from embodied.bridge.process import ChildProcess
from embodied.deploying.serving import Listening
from embodied.errors import BadInput, SetupError
from embodied.plugins import load_bridge
from embodied_tabletop.real.remote import operator_endpoint, terms_of
from embodied_tabletop.real.world import ArmSimulation, Settings, bridge_config

HOW = (
    "Make keys: here `embodied keys new ARM`, on the agent's machine `embodied keys new LAPTOP`; bring each "
    "NAME.key to the other, and here `embodied keys admit LAPTOP.key`. Without keys only agents of this "
    "machine are served, at tcp://127.0.0.1:PORT."
)


@runtime_checkable
class ServingBridge(Protocol):
    """The arm's bridge, as far as it is served."""

    def serve(self, config: dict[str, Any], *, run_dir: Path) -> tuple[ChildProcess, str]: ...


class ServedArm(ArmSimulation):
    """Implements `embodied.deploying.serving.Served`."""

    def __init__(self, settings: Settings, where: Listening, run_dir: Path) -> None:
        super().__init__(settings, run_dir)
        self._where = where
        self._bridge: ChildProcess | None = None
        self.endpoint = where.endpoint

    @property
    def bridge(self) -> ChildProcess:
        assert self._bridge is not None, "serve comes first"
        return self._bridge

    def serve(self) -> None:
        """Connect to the arm and listen. Raises BadInput, SetupError, WorldError."""
        config = self._config()
        try:
            connection = {**self.settings.connection, **self._simulated()}
            serving = load_bridge("arm")
            if not isinstance(serving, ServingBridge):
                raise SetupError("The arm's bridge is of another version.", remedy="Install it again.")
            self._bridge, self.endpoint = serving.serve(
                {**bridge_config(self.settings, connection), **config}, run_dir=self.run_dir
            )
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._bridge is not None:
            self._bridge.close()
            self._bridge = None
        super().close()

    def _config(self) -> dict[str, Any]:
        where, settings = self._where, self.settings
        operator = operator_endpoint(where.endpoint)
        try:
            check_endpoint(where.endpoint, keyed=bool(where.key))
        except BadInput as plain:
            raise BadInput(
                f"{where.endpoint} can be reached from other machines, and is not served there without keys.",
                remedy=HOW,
            ) from plain
        if where.key:
            bridge_keys(where.keys, where.key)  # what is wrong is told before anything starts
        return {
            "endpoint": where.endpoint,
            "keys": {"folder": str(where.keys), "name": where.key} if where.key else None,
            "serve": {
                "arm": settings.name,
                "needs_consent": settings.needs_consent,
                "terms": terms_of(settings),
                "operator": operator,
                "audit": str(where.audit),
            },
        }
