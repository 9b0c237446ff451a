"""The tabletop as a kind of world: `kind = "tabletop"` in a launch file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from embodied.bench.worldcase import WorldBenchmark
from embodied.errors import SetupError
from embodied.methods import WorldSpec
from embodied.world import Check
from embodied_tabletop.engines import INSTALL, missing_packages
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.settings import ENGINES, SCHEMA, Settings
from embodied_tabletop.simulation import TabletopSimulation

NEEDED = ("franky_sim", "mujoco", "mink")
"""The arm's model, and what the bridge computes its motions with, whatever the engine."""


class TabletopPlugin:
    """Implements `embodied.world.WorldPlugin`. Nothing heavy is imported before a world is launched."""

    name = "tabletop"
    settings_schema: Mapping[str, Any] = SCHEMA

    def spec(self, settings: Mapping[str, Any] = {}) -> WorldSpec:
        """What the chosen scene knows of itself. Raises BadInput for a scene with mistakes."""
        from embodied_tabletop.spec import TabletopSpec

        return TabletopSpec(load_scene(Settings.of(settings).scene))

    def simulation(self, settings: Mapping[str, Any], run_dir: Path) -> TabletopSimulation:
        """Raises BadInput for a scene with mistakes, SetupError naming the extra if the engine is absent."""
        chosen = Settings.of(settings)
        missing = missing_packages(*dict.fromkeys((chosen.engine, *NEEDED)))
        if missing:
            others = [name for name in ENGINES if name not in missing and name != chosen.engine]
            also = f" Or take --engine {others[0]}." if others and missing == (chosen.engine,) else ""
            raise SetupError(
                f"The arm at the table needs {', '.join(missing)}, not installed here.",
                remedy=f"Install the extra: {INSTALL}.{also}",
            )
        return TabletopSimulation(chosen, run_dir)

    @property
    def benchmark(self) -> WorldBenchmark:
        """What `embodied bench tabletop` measures."""
        from embodied_tabletop.benchmark import BENCHMARK

        return BENCHMARK

    def doctor(self) -> Iterable[Check]:
        """The engines, the arm's model and the solver."""
        for name in dict.fromkeys((*NEEDED, *ENGINES)):
            if missing_packages(name):
                yield Check(name, False, "not installed", f"{INSTALL}", needed=name in NEEDED)
            else:
                yield Check(name, True, _version(name))


def _version(module: str) -> str:
    try:
        return version(module.replace("_", "-"))
    except PackageNotFoundError:
        return "installed"


WORLD = TabletopPlugin()
