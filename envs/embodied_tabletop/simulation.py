"""A table that can be made anew: one bridge process, with the simulated arm in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from embodied.plugins import load_bridge
from embodied.world import World
from embodied_tabletop.placing import place, read_setup
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.settings import Settings
from embodied_tabletop.table import identity_of


class TabletopSimulation:
    """Implements `embodied.world.Simulation`.

    Args:
        settings: the launch file's [world] table.
        run_dir: where logs, the arm's model and pictures go.
    """

    def __init__(self, settings: Settings, run_dir: Path) -> None:
        self.settings = settings
        self.run_dir = run_dir
        self.scene = load_scene(settings.scene)
        self._world: World | None = None

    @property
    def identity(self) -> str:
        """Which world `launch` gives, known beforehand."""
        return identity_of(self.scene, self.settings.engine, self.settings.seed)

    def launch(self) -> World:
        """Start the bridge with the scene as its seed draws it."""
        return self._start(self.settings, {})

    def reset(self, seed: int, scene: Mapping[str, Any] | None = None) -> World:
        """A new table for `seed`. What `scene` may set up is in `embodied_tabletop.placing`; for the gate and
        for benchmarks, which record it."""
        return self._start(replace(self.settings, seed=seed), scene or {})

    def close(self) -> None:
        """End the bridge. Idempotent."""
        if self._world is not None:
            self._world.close()
            self._world = None

    def _start(self, settings: Settings, setup: Mapping[str, Any]) -> World:
        place(self.scene, settings.seed, read_setup(setup, self.scene))  # what is wrong is told here
        self.close()
        driver = {**settings.to_table(), "setup": dict(setup)}
        driver.pop("real_time")
        self._world = load_bridge("arm").start(
            {"driver": "tabletop", "settings": driver, "real_time": settings.real_time}, run_dir=self.run_dir
        )
        return self._world
