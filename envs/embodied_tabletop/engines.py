"""The physics engines by name; each is imported only when it is asked for."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from embodied.errors import SetupError
from embodied_tabletop.engine import Engine
from embodied_tabletop.scene import Scene
from embodied_tabletop.settings import ENGINES

INSTALL = "pip install 'embodied-agent[arm]'"


def missing_packages(*names: str) -> tuple[str, ...]:
    """Which of these packages cannot be found; imports none."""
    return tuple(name for name in names if find_spec(name) is None)


def make_engine(name: str, scene: Scene, folder: Path | None = None) -> Engine:
    """A world of `scene` in the engine called `name`.

    Args:
        folder: where an engine that reads its models from files puts them, until it is closed; None for the
            system's own place.

    Raises:
        SetupError: the engine, or the arm's model, is not installed; the message names the extra.
    """
    missing = missing_packages(name, "franky_sim", "numpy")
    if missing:
        other = [engine for engine in ENGINES if engine != name and not missing_packages(engine)]
        also = f" Or take --engine {other[0]}, which is installed." if other and missing == (name,) else ""
        raise SetupError(
            f"The arm's simulation needs {' and '.join(missing)}, which is not installed.",
            remedy=f"Install the extra: {INSTALL}.{also}",
        )
    if name == "mujoco":
        from embodied_tabletop.mujoco_engine import MujocoEngine

        return MujocoEngine(scene)
    from embodied_tabletop.pybullet_engine import PybulletEngine

    return PybulletEngine(scene, folder)
