"""The mini world as a plug-in: `kind = "mini"` in a launch file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from embodied.methods import WorldSpec
from embodied.mini import bridge
from embodied.mini.body import Faults, MiniBody
from embodied.mini.inprocess import InProcessWorld
from embodied.mini.knowledge import ITEMS, MiniSpec
from embodied.primitives import JsonSchema
from embodied.scene import read_scene
from embodied.world import Check, Simulation, World

SETTINGS: JsonSchema = {
    "type": "object",
    "properties": {
        "seed": {"type": "integer", "default": 0, "description": "which world"},
        "bridge": {
            "type": "boolean",
            "default": False,
            "description": "run the body in a process of its own",
        },
        "fail_nth": {"type": "integer", "default": 0, "description": "this moving call fails"},
        "hang_nth": {"type": "integer", "default": 0, "description": "this moving call never ends"},
        "die_nth": {"type": "integer", "default": 0, "description": "this moving call ends the bridge"},
        "slow_s": {"type": "number", "default": 0.0, "description": "added to every moving call [s]"},
    },
    "additionalProperties": False,
}


class MiniSimulation:
    """A mini world by seed, in this process or behind a bridge."""

    def __init__(self, seed: int, faults: Faults, folder: Path, *, bridged: bool) -> None:
        self._seed = seed
        self._faults = faults
        self._folder = folder
        self._bridged = bridged
        self._world: World | None = None

    def launch(self) -> World:
        return self._start({})

    def reset(self, seed: int, scene: Mapping[str, Any] | None = None) -> World:
        """A new world for `seed`. Scene: {"inventory": {item: count}}, held from the beginning."""
        self._seed = seed
        return self._start(read_scene(scene or {}, ITEMS))

    def _start(self, given: Mapping[str, int]) -> World:
        self.close()
        if self._bridged:
            self._world = bridge.start(self._seed, self._faults, self._folder, given)
        else:
            self._world = InProcessWorld(MiniBody(self._seed, self._faults, given=given))
        return self._world

    def close(self) -> None:
        if self._world is not None:
            self._world.close()
            self._world = None


class MiniWorld:
    """The `WorldPlugin`."""

    name = "mini"
    settings_schema = SETTINGS

    def spec(self, settings: Mapping[str, Any] = {}) -> WorldSpec:
        return MiniSpec()

    def simulation(self, settings: Mapping[str, Any], run_dir: Path) -> Simulation:
        faults = {
            key: settings[key] for key in ("fail_nth", "hang_nth", "die_nth", "slow_s") if key in settings
        }
        return MiniSimulation(
            int(settings.get("seed", 0)),
            Faults(**faults),
            run_dir,
            bridged=bool(settings.get("bridge", False)),
        )

    def doctor(self) -> Iterable[Check]:
        return (Check("mini", True, "needs nothing"),)


WORLD = MiniWorld()
