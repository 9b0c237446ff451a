"""A table that can be made anew: one bridge process, with the simulated arm in it."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from embodied.errors import BadInput
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

    Raises BadInput for a scene with mistakes, and for a film that is none.
    """

    def __init__(self, settings: Settings, run_dir: Path) -> None:
        self.settings = settings
        self.run_dir = run_dir
        self.scene = load_scene(settings.scene)
        if settings.record and Path(settings.record).suffix.lower() != ".mp4":  # before anything starts
            raise BadInput(f"{settings.record} is no film.", remedy="Give a file name that ends in .mp4.")
        self._world: World | None = None
        self._starts = 0

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
        self._starts += 1
        driver = {**settings.to_table(), "setup": dict(setup), "record": self._film()}
        paced = driver.pop("real_time") or settings.view
        self._world = load_bridge("arm").start(
            {
                "driver": "tabletop",
                "settings": driver,
                "limits": driver.pop("limits"),
                "real_time": paced,
                "own_process": settings.own_process,
            },
            run_dir=self.run_dir,
        )
        page = self._world.spec.details.get("page")
        if page:
            print(f"watch the table live: {page}", file=sys.stderr, flush=True)
            if _has_screen():
                webbrowser.open(str(page))
        return self._world

    def _film(self) -> str:
        """Where this world's film goes: run.mp4, and for those after the first run-2.mp4, ..."""
        if not self.settings.record:
            return ""
        path = Path(self.settings.record).expanduser().absolute()
        return str(path if self._starts == 1 else path.with_stem(f"{path.stem}-{self._starts}"))


def _has_screen() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
