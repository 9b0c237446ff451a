"""An arm without physics as a world in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("mujoco")
pytest.importorskip("franky_sim")

from embodied_arm.body import ArmBody
from embodied_arm.model import PlanningModel

from embodied.arms import ArmDescription, Obstacle
from embodied.mini.inprocess import InProcessWorld
from tests.arm.kinematic import FR3, Cube, KinematicDriver, Trouble

SPEED = 0.5


class Bench:
    """A world, the driver under it, and what was sent."""

    def __init__(self, driver: KinematicDriver, folder: Path, *, real_time: bool = False) -> None:
        self.driver = driver
        self.body = ArmBody(driver, {"hand_speed": SPEED}, folder, real_time=real_time)
        self.world = InProcessWorld(self.body)
        self.model = PlanningModel(driver.description)

    def call(self, name: str, **arguments: object):  # type: ignore[no-untyped-def]
        return self.world.call(name, arguments, timeout_s=60.0)

    def sent(self) -> np.ndarray:
        """Joint targets of all commands so far, shape (k, 7)."""
        return np.array([command.position for command in self.driver.sent])

    def hand_path(self) -> np.ndarray:
        """Where the grasp point was sent, shape (k, 3)."""
        return np.array([self.model.position(q) for q in self.sent()])

    def hand(self) -> np.ndarray:
        return self.model.position(np.array(self.driver.read().position))


Make = Callable[..., Bench]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arms that run are announced here, not in the user's own folder."""
    monkeypatch.setenv("EMBODIED_HOME", str(tmp_path / "home"))


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[Bench] = []

    def bench(
        *cubes: Cube,
        walls: Sequence[Obstacle] = (),
        trouble: Trouble | None = None,
        description: ArmDescription = FR3,
        real_time: bool = False,
    ) -> Bench:
        driver = KinematicDriver(cubes, walls, trouble, description)
        made.append(Bench(driver, tmp_path, real_time=real_time))
        return made[-1]

    yield bench
    for each in made:
        each.world.close()
        each.body.close()


def cube(name: str, x: float, y: float, z: float = 0.025) -> Cube:
    return Cube(name, np.array([x, y, z]))
