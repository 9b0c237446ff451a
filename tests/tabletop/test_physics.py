"""What the hand can do to things, in both engines alike: by friction alone."""

from __future__ import annotations

from math import dist, pi

import mujoco
import pytest
from embodied_tabletop.engine import Snapshot
from embodied_tabletop.geometry import cube_yaw
from embodied_tabletop.mujoco_model import scene_xml
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.table import Table

from tests.tabletop.building import ENGINES, pairs, table, two_cubes
from tests.tabletop.moving import Mover

pytestmark = pytest.mark.parametrize("engine", ENGINES)


def pick(on: Table, name: str) -> Mover:
    mover = Mover(on)
    mover.pick(name, cube_yaw(on.now.bodies[name].quaternion))
    return mover


def trajectory(on: Table) -> list[Snapshot]:
    mover = Mover(on)
    shots = []
    mover.pick("red_cube")
    shots.append(on.now)
    mover.to((0.5, -0.10, 0.12))
    mover.gripper(0.08)
    return [*shots, on.now]


def test_the_same_seed_gives_the_same_trajectory_to_the_bit(engine: str) -> None:
    first = table(engine, two_cubes())
    shots = trajectory(first)
    first.reset(first.start)
    assert trajectory(first) == shots
    assert trajectory(table(engine, two_cubes())) == shots


def test_things_at_rest_stay_where_they_are(engine: str) -> None:
    on = table(engine)
    before = on.now.bodies
    for _ in range(250):
        on.step()
    for name, state in on.now.bodies.items():
        assert dist(state.position, before[name].position) < 5e-4
    assert on.events() == []


def test_a_cube_is_taken_carried_and_stacked(engine: str) -> None:
    on = table(engine)
    mover = pick(on, "red_cube")
    assert on.facts()["holding"] == {"red_cube": True}
    assert on.facts()["hand_empty"] is False
    held_at = on.now.bodies["red_cube"].position
    mover.wait(5.0)
    assert dist(on.now.bodies["red_cube"].position, held_at) < 0.003, "it creeps out of the hand"
    x, y, z = on.now.bodies["blue_cube"].position
    mover.to((x, y, 0.17), cube_yaw(on.now.bodies["blue_cube"].quaternion))
    mover.to((x, y, z + 0.049), speed=0.1)
    mover.gripper(0.08)
    mover.to((x, y, 0.2))
    facts = on.facts()
    assert ("red_cube", "blue_cube") in pairs(facts, "on")
    assert ("blue_cube", "table") in pairs(facts, "on")
    assert "blue_cube" not in facts["clear"]
    assert "red_cube" in facts["clear"]
    assert facts["hand_empty"] is True
    assert on.events() == []


def test_what_is_held_falls_when_the_fingers_lose_their_grip(engine: str) -> None:
    on = table(engine, two_cubes())
    mover = pick(on, "red_cube")
    on.engine.set_grip(0.0)
    mover.wait(1.0)
    assert on.now.bodies["red_cube"].position[2] < 0.03
    assert {"type": "dropped", "object": "red_cube"} in on.events()


def test_nothing_jumps(engine: str) -> None:
    on = table(engine, two_cubes())
    last = on.now
    steps: list[float] = []

    step = on.step

    def watched() -> None:
        nonlocal last
        step()
        steps.append(dist(on.now.bodies["red_cube"].position, last.bodies["red_cube"].position))
        last = on.now

    on.step = watched  # type: ignore[method-assign]
    mover = Mover(on)
    mover.pick("red_cube")
    mover.gripper(0.08)
    mover.wait(1.0)
    assert max(steps) < 0.05  # 2.5 m/s, and it fell from no great height


def test_the_drawer_opens_by_its_handle_and_is_pushed_shut(engine: str) -> None:
    on = table(engine)
    mover = Mover(on)
    x, y, z = on.facts()["pose"]["drawer_handle"]
    assert on.facts()["is_closed"] == {"drawer": True}
    mover.to((x, y, 0.15))
    mover.to((x, y, z))
    mover.gripper(0.0)
    assert on.facts()["holding"] == {"drawer_handle": True}
    mover.to((x - 0.14, y, z), speed=0.15)
    mover.gripper(0.08)
    facts = on.facts()
    assert facts["opening"]["drawer"] == pytest.approx(0.14, abs=0.01)
    assert facts["is_open"] == {"drawer": True}
    assert facts["pose"]["drawer_handle"][0] == pytest.approx(x - 0.14, abs=0.01)
    mover.to((x - 0.14, y, 0.2))
    mover.gripper(0.0)
    mover.to((x - 0.24, y, 0.2))
    mover.to((x - 0.24, y, z))
    mover.to((x - 0.055, y, z), speed=0.1)
    assert on.facts()["is_closed"] == {"drawer": True}
    assert [event for event in on.events() if event["type"] != "dropped"] == []


def test_a_button_springs_back_and_stays_counted(engine: str) -> None:
    on = table(engine)
    mover = Mover(on)
    mover.gripper(0.0)
    x, y, _ = on.facts()["pose"]["button"]
    mover.to((x, y, 0.15))
    assert on.facts()["pressed"] == {}
    mover.to((x, y, 0.03), speed=0.1)
    assert on.facts()["pressed"] == {"button": True}
    mover.to((x, y, 0.15))
    mover.wait(0.3)
    assert on.now.slides["button"] < 0.003
    assert on.facts()["pressed"] == {"button": True}


def test_a_cube_is_pushed_to_the_edge_without_an_alarm(engine: str) -> None:
    on = table(engine, two_cubes())
    mover = Mover(on)
    mover.gripper(0.0)
    x, y, _ = on.now.bodies["red_cube"].position
    mover.to((x, y - 0.08, 0.12), pi / 2)
    mover.to((x, y - 0.08, 0.02))
    mover.to((x, 0.35, 0.02), speed=0.15)
    mover.wait(0.5)
    assert ("red_cube", "left_edge") in pairs(on.facts(), "at")
    assert on.events() == []


def test_a_cube_dropped_into_the_bowl_is_in_it(engine: str) -> None:
    on = table(engine)
    mover = pick(on, "green_cube")
    x, y, _ = on.now.bodies["bowl"].position
    mover.to((x, y, 0.2))
    mover.to((x, y, 0.06))
    mover.gripper(0.08)
    mover.to((x, y, 0.25))
    assert ("green_cube", "bowl") in pairs(on.facts(), "in")


def test_a_run_may_begin_with_something_in_the_hand(engine: str) -> None:
    on = table(engine, setup={"holding": "red_cube", "objects": {"green_cube": {"in": "drawer"}}})
    Mover(on).wait(3.0)
    facts = on.facts()
    assert facts["holding"] == {"red_cube": True}
    assert facts["pose"]["red_cube"][2] > 0.3
    assert ("green_cube", "drawer") in pairs(facts, "in")
    assert "green_cube" not in facts["clear"], "the cabinet is above it"


def test_a_blow_up_is_told_once_and_only_a_reset_helps(engine: str) -> None:
    on = table(engine, two_cubes())
    before = on.now.bodies["red_cube"].position
    on.engine.push("red_cube", (1e9, 0.0, 1e9))
    on.step()
    on.step()
    assert [event["type"] for event in on.events()] == ["blew_up"]
    assert on.blew_up
    for _ in range(10):
        on.step()
    assert on.events() == []
    assert on.facts()["pose"]["red_cube"] == pytest.approx(before, abs=1e-4)
    on.reset(on.start)
    on.step()
    assert not on.blew_up
    assert on.now.bodies["red_cube"].position == pytest.approx(before, abs=1e-3)


def test_something_bumped_by_nobodys_wish_is_told(engine: str) -> None:
    on = table(engine, two_cubes())
    for _ in range(3):
        on.engine.push("blue_cube", (0.0, -0.9, 0.0))
        on.step()
    for _ in range(100):
        on.step()
    (event,) = on.events()
    assert (event["type"], event["object"]) == ("bumped", "blue_cube")
    assert event["moved_m"] > 0.015


def test_no_weld_holds_anything(engine: str) -> None:
    if engine == "mujoco":
        model = mujoco.MjModel.from_xml_string(scene_xml(load_scene(), visual=False))
        assert list(model.eq_type) == [mujoco.mjtEq.mjEQ_JOINT]  # the two fingers' gear
    else:
        on = table(engine)
        bullet = on.engine._bullet  # type: ignore[attr-defined]
        (gear,) = [bullet.getConstraintUniqueId(n) for n in range(bullet.getNumConstraints())]
        assert bullet.getConstraintInfo(gear)[:4:2] == (on.engine._arm, on.engine._arm)  # type: ignore[attr-defined]
