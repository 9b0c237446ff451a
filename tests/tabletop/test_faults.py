"""Faults on purpose: the same for the same seed, and inside the physics."""

from __future__ import annotations

import pytest
from embodied_tabletop.faults import Faults
from embodied_tabletop.geometry import cube_yaw

from tests.tabletop.building import ENGINES, table, two_cubes
from tests.tabletop.moving import Mover


@pytest.mark.parametrize("engine", ENGINES)
def test_a_failing_grasp_does_not_lift(engine: str) -> None:
    on = table(engine, two_cubes(), faults=Faults(1, 0, 1.0))
    mover = Mover(on)
    mover.pick("red_cube")
    assert on.now.bodies["red_cube"].position[2] < 0.05
    assert on.facts()["hand_empty"] is True
    assert "dropped" in {event["type"] for event in on.events()}


@pytest.mark.parametrize("engine", ENGINES)
def test_the_next_grasp_is_drawn_anew(engine: str) -> None:
    faults = Faults(5, 0, 0.5)
    on = table(engine, two_cubes(), faults=faults)
    lifted = []
    for _ in range(6):
        mover = Mover(on)
        mover.gripper(0.08)
        mover.joints[:] = on.engine.arm().position
        mover.pick("red_cube", cube_yaw(on.now.bodies["red_cube"].quaternion))
        lifted.append(on.now.bodies["red_cube"].position[2] > 0.1)
        if lifted[-1]:
            mover.to((0.5, 0.1, 0.024))
        mover.gripper(0.08)
        mover.to((0.452217, 0.0, 0.345022), 0.0)
    assert True in lifted
    assert False in lifted
    assert lifted.count(False) == faults.told.count("grasp")


@pytest.mark.parametrize("engine", ENGINES)
def test_nudges_move_things_a_little_and_are_told(engine: str) -> None:
    stories = []
    for _ in range(2):
        on = table(engine, faults=Faults(1, 12, 0))
        for _ in range(1000):
            on.step()
        events = on.events()
        assert events
        assert {event["type"] for event in events} == {"bumped"}
        assert all(0.015 < event["moved_m"] < 0.10 for event in events)
        assert all(state.position[2] > 0 for state in on.now.bodies.values())
        assert on.faults is not None
        assert len(on.faults.told) == len(events)
        stories.append((events, on.now))
        on.engine.close()
    assert stories[0] == stories[1]
