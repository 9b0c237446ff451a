"""An arm at a table as a kind of world: `kind = "arm"` in a launch file.

The arm may be real. Nothing here moves before a person has consented to it by the arm's name
(`embodied.arms.consent`), and such a world cannot be made anew: the gate proves skills in simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from embodied.arms import consent
from embodied.arms.running import RunningArm
from embodied.bridge.process import ChildProcess
from embodied.deploying.camera import CalibrationWish
from embodied.deploying.refusing import refuse_running, refuse_stopped
from embodied.deploying.serving import Listening, Served, TakesConsent
from embodied.errors import BadInput, SetupError, WorldError
from embodied.facts import Observation
from embodied.methods import WorldSpec
from embodied.plugins import driver_names, load_bridge
from embodied.world import Check, World
from embodied_tabletop.engine import BodyState
from embodied_tabletop.engines import INSTALL, missing_packages
from embodied_tabletop.real.driver import SOURCES
from embodied_tabletop.real.franka_simulator import loopback_address
from embodied_tabletop.real.rehearsing import rehearsal
from embodied_tabletop.real.remote import BESIDE, as_served, operator_of, remote_config
from embodied_tabletop.real.remote import SCHEMA as REMOTE
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.seeing.settings import SCHEMA as CAMERA
from embodied_tabletop.seeing.settings import CameraSettings

SIMULATED: Final = frozenset({"tabletop", "twin"})
"""Drivers of arms that are nowhere: they need no consent."""
SIMULATORS: Final = {"franky-sim": "franka"}
"""To the driver whose arm it stands for: no other is connected to it."""
READY_S: Final = 60.0

SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["driver"],
    "properties": {
        "driver": {"type": "string", "minLength": 1, "description": "Which driver moves it: franka, ur5e, …"},
        "arm": {
            "type": "string",
            "default": "",
            "description": "What this very arm is called, best its serial number: consent names it.",
        },
        "connection": {
            "type": "object",
            "default": {},
            "description": "[world.connection]: the driver's own settings: host, port, …",
        },
        "simulator": {
            "type": "string",
            "enum": ["", *SIMULATORS],
            "default": "",
            "description": "Start this simulator, which speaks the arm's own protocol, and connect to it.",
        },
        "scene": {
            "type": "string",
            "minLength": 1,
            "default": "arm",
            "description": "What stands on the table: a packaged scene, or the path of a scene file.",
        },
        "objects": {
            "enum": list(SOURCES),
            "default": "fixed",
            "description": "Who tells where things are: fixed (the scene), apriltag (a camera), simulated.",
        },
        "camera": CAMERA,
        "remote": REMOTE,
        "setup": {
            "type": "object",
            "default": {},
            "description": "How things stand at the beginning, where they are simulated; for rehearsals.",
        },
        "rehearses": {
            "type": "string",
            "default": "",
            "description": "Whose motion is rehearsed here; such a twin is stopped with that arm.",
        },
        "seed": {
            "type": "integer",
            "minimum": 0,
            "maximum": 2147483647,
            "default": 1,
            "description": "Draws the positions that the scene leaves open, where objects are simulated.",
        },
        "limits": {
            "type": "object",
            "default": {},
            "description": "[world.limits]: tighter than the arm's own, never wider; see docs/safety.md.",
        },
        "tool": {
            "type": "object",
            "default": {},
            "description": "[world.tool]: what is mounted, its mass and its centre; it tightens the limits.",
        },
    },
}


@dataclass(frozen=True)
class Settings:
    """The checked [world] table."""

    driver: str
    arm: str = ""
    connection: Mapping[str, Any] = field(default_factory=dict)
    simulator: str = ""
    scene: str = "arm"
    objects: str = "fixed"
    camera: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 1
    setup: Mapping[str, Any] = field(default_factory=dict)
    limits: Mapping[str, Any] = field(default_factory=dict)
    tool: Mapping[str, Any] = field(default_factory=dict)
    remote: Mapping[str, Any] = field(default_factory=dict)
    rehearses: str = ""

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Settings:
        known = {name: table[name] for name in cls.__dataclass_fields__ if name in table}
        said = {name: _said(known.get(name, {}), SCHEMA["properties"][name]) for name in ("camera", "remote")}
        return cls(**{"driver": "", **known, **said})

    @property
    def name(self) -> str:
        """What consent names: the arm, or where nothing is said, its driver."""
        return self.arm or self.driver

    @property
    def elsewhere(self) -> bool:
        """Whether another machine stands beside the arm."""
        return bool(self.remote.get("endpoint"))

    @property
    def needs_consent(self) -> bool:
        return self.driver not in SIMULATED

    @property
    def is_real(self) -> bool:
        """Whether no simulator is known to be behind it."""
        return self.needs_consent and SIMULATORS.get(self.simulator) != self.driver


def _said(table: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What somebody said: a run that is resumed has a journal with every default in it, and a table that only
    has those is none."""
    defaults = {name: one.get("default") for name, one in schema["properties"].items()}
    return {name: value for name, value in table.items() if value != defaults.get(name)}


class ArmSimulation:
    """Implements `embodied.world.Simulation`, as far as an arm that is there can.

    Args:
        run_dir: where logs and the arm's log go.
    """

    identity = ""
    tells_truth = False

    def __init__(self, settings: Settings, run_dir: Path) -> None:
        self.settings = settings
        self.run_dir = run_dir
        self._world: World | None = None
        self._simulator: ChildProcess | None = None

    def launch(self) -> World:
        """Connect. Raises NoConsent before anything, where the arm is real and nobody has consented, and
        BadInput where it is stopped."""
        given = consent.required(self.settings.name) if self.settings.needs_consent else None
        world = self._world or self.connect()
        refuse_stopped(self.settings.name, world.observe())
        if given is not None and isinstance(world, TakesConsent):
            world.take_consent(given)
        return world

    def connect(self) -> World:
        """Connect without consent: for looking; whoever moves asks `consent.required` first."""
        self.close()
        if not self.settings.elsewhere:
            refuse_running(self.settings.name)
        try:
            if self.settings.elsewhere:
                config = remote_config(self.settings)
            else:
                config = bridge_config(self.settings, {**self.settings.connection, **self._simulated()})
            self._world = load_bridge("arm").start(config, run_dir=self.run_dir)
        except BaseException:
            self.close()
            raise
        return self._world

    def reset(self, seed: int, scene: Mapping[str, Any] | None = None) -> World:
        """There is one world, and nobody can make it anew."""
        raise BadInput(
            f"{self.settings.name} is an arm, and cannot be put back.",
            remedy="Prove skills in simulation: `embodied skills verify --world tabletop`.",
        )

    def close(self) -> None:
        """Let go of the arm, at rest, and end the simulator. Idempotent."""
        if self._world is not None:
            self._world.close()
            self._world = None
        if self._simulator is not None:
            self._simulator.close()
            self._simulator = None

    def _simulated(self) -> Mapping[str, Any]:
        """Where the simulator listens, once it does."""
        if not self.settings.simulator:
            return {}
        if missing := missing_packages("franky_sim"):
            raise SetupError(
                f"The simulated robot needs {', '.join(missing)}, not installed here.",
                remedy=f"Install the extras: {INSTALL} and 'embodied-agent[franka]'.",
            )
        import sys

        self._simulator = ChildProcess(
            [sys.executable, "-m", "embodied_tabletop.real.franka_simulator", loopback_address()],
            name="the simulated Franka",
            log=self.run_dir / "franka-simulator.log",
        )
        host = self._simulator.wait_ready(READY_S).get("host")
        if not isinstance(host, str):
            raise WorldError("The simulated Franka did not say where it listens.")
        return {"host": host, "realtime": "ignore"}


def bridge_config(settings: Settings, connection: Mapping[str, Any]) -> dict[str, Any]:
    """What the arm's bridge is started with."""
    CameraSettings.of(settings.camera, load_scene(settings.scene))  # what is wrong is told here
    common = {
        "limits": dict(settings.limits),
        "tool": dict(settings.tool),
        "name": settings.name,
        "rehearses": settings.rehearses,
        "log": True,
        "real_time": True,
    }
    own = {"scene": settings.scene, "seed": settings.seed, "setup": dict(settings.setup), **connection}
    simulated = settings.driver == "tabletop"  # it has things of its own
    if simulated and settings.objects != "apriltag":
        return {"driver": "tabletop", "settings": own, **common}
    table = {
        "arm": {"driver": settings.driver, "settings": own if simulated else dict(connection)},
        "scene": settings.scene,
        "objects": settings.objects,
        "camera": dict(settings.camera),
        "seed": settings.seed,
        "setup": {} if simulated else dict(settings.setup),  # where they stand is for the camera to find out
    }
    return {"driver": "table", "settings": table, **common}


class ArmPlugin:
    """Implements `embodied.world.WorldPlugin`."""

    name = "arm"
    library = "tabletop"
    settings_schema: Mapping[str, Any] = SCHEMA

    def spec(self, settings: Mapping[str, Any] = {}) -> WorldSpec:
        from embodied_tabletop.spec import TabletopSpec

        return TabletopSpec(load_scene(Settings.of(settings).scene))

    def simulation(self, settings: Mapping[str, Any], run_dir: Path) -> ArmSimulation:
        """Raises BadInput for a driver that there is not, SetupError naming the extra."""
        chosen = Settings.of(settings)
        known = driver_names()
        if chosen.driver not in known:
            raise BadInput(
                f"There is no driver {chosen.driver!r}.", remedy=f"Installed are: {', '.join(sorted(known))}."
            )
        if chosen.remote and not chosen.elsewhere:
            raise BadInput(
                "[world.remote] has no endpoint.",
                remedy='Say where: endpoint = "tcp://HOST:PORT"; for an arm of this machine leave it out.',
            )
        if chosen.simulator and chosen.is_real:
            raise BadInput(
                f"simulator = {chosen.simulator!r} is none of the driver {chosen.driver!r}.",
                remedy=f"It stands for {SIMULATORS[chosen.simulator]}; leave it out for a real arm.",
            )
        missing = missing_packages("mujoco", "mink")
        if missing:
            raise SetupError(
                f"An arm's bridge needs {', '.join(missing)}, not installed here.",
                remedy=f"Install the extra: {INSTALL}.",
            )
        return ArmSimulation(chosen, run_dir)

    def arm_name(self, settings: Mapping[str, Any]) -> str:
        return Settings.of(settings).name

    def needs_consent(self, settings: Mapping[str, Any]) -> bool:
        return Settings.of(settings).needs_consent

    def is_real(self, settings: Mapping[str, Any]) -> bool:
        return Settings.of(settings).is_real

    def rehearsal(
        self, settings: Mapping[str, Any], details: Mapping[str, Any], seen: Observation
    ) -> Mapping[str, Any]:
        """The [world] table of a simulation of this moment: with physics where it is an FR3, else a twin."""
        return rehearsal(as_served(Settings.of(settings), details), details, seen)

    def serve(self, settings: Mapping[str, Any], where: Listening, run_dir: Path) -> Served:
        """See `embodied.deploying.serving.ServingArms`."""
        from embodied_tabletop.real.serving import ServedArm

        chosen = Settings.of(settings)
        if chosen.elsewhere:
            raise BadInput("[world.remote] is of an arm that another machine serves.", remedy=BESIDE)
        self.simulation(settings, run_dir)  # what is missing is told here
        served = ServedArm(chosen, where, run_dir)
        served.serve()
        return served

    def operator(self, settings: Mapping[str, Any]) -> RunningArm | None:
        """See `embodied.deploying.serving.ServingArms`."""
        return operator_of(Settings.of(settings))

    def calibrate(
        self, settings: Mapping[str, Any], wish: CalibrationWish, say: Callable[[str], None]
    ) -> Path:
        """See `embodied.deploying.camera.SeeingArms`."""
        from embodied_tabletop.seeing.commands import calibrate

        chosen = Settings.of(settings)
        if chosen.elsewhere:
            raise BadInput("The camera is at the machine beside the arm.", remedy="Calibrate it there.")
        camera = CameraSettings.of(chosen.camera, load_scene(chosen.scene))
        return calibrate(camera, wish, say, lambda: _hand_of(chosen))

    def markers(self, settings: Mapping[str, Any], output: Path, board: str) -> Sequence[Path]:
        """See `embodied.deploying.camera.SeeingArms`."""
        from embodied_tabletop.seeing.board import Board
        from embodied_tabletop.seeing.printing import print_markers

        chosen = Settings.of(settings)
        camera = CameraSettings.of(chosen.camera, load_scene(chosen.scene))
        return print_markers(camera, output, Board.of(board) if board else None)

    def doctor(self) -> Iterable[Check]:
        """What every arm needs; `embodied arm doctor FILE` looks at one."""
        for name in ("mujoco", "mink"):
            missing = bool(missing_packages(name))
            yield Check(
                name, not missing, "not installed" if missing else "installed", INSTALL if missing else ""
            )


def _hand_of(settings: Settings) -> Callable[[Sequence[float]], BodyState]:
    """Where the hand of this arm is for its joints. Connects to learn its shape, and moves nothing."""
    from embodied.arms.describing import description_from
    from embodied_tabletop.real.hand import Hand

    with TemporaryDirectory() as folder:
        blind = replace(settings, objects="fixed")  # its eyes are being calibrated
        simulation = ArmSimulation(blind, Path(folder))
        try:
            told = simulation.connect().spec.details["description"]
        finally:
            simulation.close()
    return Hand(description_from(told)).at


WORLD = ArmPlugin()
