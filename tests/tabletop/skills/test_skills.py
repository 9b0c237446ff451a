"""The tabletop's seed skills, on a simulated table: what they bring about, notice and refuse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mujoco", reason="the extra `arm` is not installed")

from embodied_tabletop.plugin import WORLD

from embodied.condition import evaluate, parse
from embodied.sandbox import SkillExecutor, SkillRun
from embodied.skills import SkillLibrary
from embodied.world import Simulation, World

SKILLS = SkillLibrary([Path(__file__).resolve().parents[3] / "skills" / "tabletop"])
HELD = {"holding": "red_cube"}
OPEN = {"open": {"drawer": 0.15}}


class Table:
    """One simulated table after another, in this process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.simulation: Simulation | None = None
        self.world: World | None = None

    def run(
        self,
        skill: str,
        arguments: Mapping[str, str],
        setup: Mapping[str, Any] | None = None,
        *,
        seed: int = 3,
        **settings: Any,
    ) -> SkillRun:
        """Make a table and run one skill on it."""
        self.close()
        self.simulation = WORLD.simulation({"own_process": False, "seed": seed, **settings}, self.folder)
        self.world = self.simulation.reset(seed, setup or {})
        return self.again(skill, arguments)

    def again(self, skill: str, arguments: Mapping[str, str]) -> SkillRun:
        assert self.world is not None
        with SkillExecutor(SKILLS, self.world) as executor:
            return executor.run(skill, arguments)

    def holds(self, condition: str) -> bool:
        assert self.world is not None
        return evaluate(parse(condition), self.world.observe()) is True

    def close(self) -> None:
        if self.simulation is not None:
            self.simulation.close()


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    made = Table(tmp_path)
    yield made
    made.close()


CASES: tuple[tuple[str, dict[str, str], dict[str, Any], str], ...] = (
    ("pick", {"object": "red_cube"}, {}, "holding[red_cube]"),
    ("put-down", {"object": "red_cube"}, HELD, "on[red_cube, table] and hand_empty"),
    ("place", {"object": "red_cube", "at": "red_pad"}, HELD, "at[red_cube, red_pad] and hand_empty"),
    ("place", {"object": "red_cube", "at": "hand_over"}, HELD, "at[red_cube, hand_over]"),
    ("place-on", {"object": "red_cube", "support": "blue_cube"}, HELD, "on[red_cube, blue_cube]"),
    (
        "place-beside",
        {"object": "red_cube", "side": "left_of", "other": "blue_cube"},
        HELD,
        "left_of[red_cube, blue_cube] and on[red_cube, table]",
    ),
    ("put-in", {"object": "red_cube", "container": "bowl"}, HELD, "in[red_cube, bowl]"),
    ("put-in", {"object": "red_cube", "container": "drawer"}, {**HELD, **OPEN}, "in[red_cube, drawer]"),
    ("stack", {"object": "red_cube", "support": "blue_cube"}, {}, "on[red_cube, blue_cube] and hand_empty"),
    ("push-to", {"object": "blue_cube", "place": "left_edge"}, {}, "at[blue_cube, left_edge]"),
    ("open-drawer", {"drawer": "drawer"}, {}, "is_open[drawer] and hand_empty"),
    ("close-drawer", {"drawer": "drawer"}, OPEN, "is_closed[drawer]"),
    ("press-button", {"button": "button"}, {}, "pressed[button]"),
)


def name_of(case: object) -> str | None:
    return case if isinstance(case, str) else None


@pytest.mark.parametrize(("skill", "arguments", "setup", "condition"), CASES, ids=name_of)
def test_a_skill_does_what_it_says(
    table: Table, skill: str, arguments: dict[str, str], setup: dict[str, Any], condition: str
) -> None:
    run = table.run(skill, arguments, setup)
    assert run.ok, run.reason
    assert table.holds(condition)
    assert all(table.holds(str(each)) for each in SKILLS.get(skill).achieved(arguments))


def test_what_is_put_down_is_not_in_the_drawers_way(table: Table) -> None:
    assert table.run("put-down", {"object": "green_cube"}, {"holding": "green_cube"}, seed=4).ok
    assert table.again("open-drawer", {"drawer": "drawer"}).ok
    assert table.again("pick", {"object": "green_cube"}).ok


@pytest.mark.parametrize("container", ["bowl", "drawer"])
def test_what_was_put_in_can_be_taken_out_again(table: Table, container: str) -> None:
    assert table.run("put-in", {"object": "red_cube", "container": container}, {**HELD, **OPEN}).ok
    assert table.again("pick", {"object": "red_cube"}).ok
    assert table.holds(f"holding[red_cube] and not in[red_cube, {container}]")


def test_every_skill_is_tried() -> None:
    elsewhere = {"lower-at", "let-go"}  # a part of others; and what an interruption leaves behind, below
    assert {skill for skill, _, _, _ in CASES} | elsewhere == {skill.name for skill in SKILLS}


def test_the_same_skill_runs_in_the_other_engine(table: Table) -> None:
    pytest.importorskip("pybullet")
    run = table.run("stack", {"object": "red_cube", "support": "blue_cube"}, engine="pybullet")
    assert run.ok, run.reason
    assert table.holds("on[red_cube, blue_cube]")


def test_what_has_something_on_it_is_not_taken(table: Table) -> None:
    run = table.run("pick", {"object": "blue_cube"}, {"objects": {"red_cube": {"on": "blue_cube"}}})
    assert not run.ok
    assert "something is on the blue_cube" in run.reason
    assert table.holds("on[red_cube, blue_cube]")


def test_nothing_is_put_on_what_is_covered(table: Table) -> None:
    covered = {**HELD, "objects": {"green_cube": {"on": "blue_cube"}}}
    run = table.run("place-on", {"object": "red_cube", "support": "blue_cube"}, covered)
    assert not run.ok
    assert "something is on the blue_cube already" in run.reason


def test_nothing_is_put_into_a_shut_drawer(table: Table) -> None:
    run = table.run("put-in", {"object": "red_cube", "container": "drawer"}, HELD)
    assert not run.ok
    assert "is not open" in run.reason


def test_a_second_thing_is_not_taken(table: Table) -> None:
    run = table.run("pick", {"object": "blue_cube"}, HELD)
    assert not run.ok
    assert "already holds something" in run.reason
    assert table.holds("holding[red_cube]")


def test_a_handle_that_is_still_held_is_let_go(table: Table) -> None:
    assert table.run("press-button", {"button": "button"}).ok
    world = table.world
    assert world is not None
    x, y, z = world.observe().facts["pose"][("drawer_handle",)]  # type: ignore[misc]
    world.call("open_gripper", {"width": 0.05})
    there = {"x": x, "y": y, "z": z, "yaw": 0.0, "via": "above", "touch": "drawer_handle"}
    assert world.call("move_to", there).ok
    assert world.call("close_gripper", {"force": 50.0}).ok
    assert table.holds("holding[drawer_handle] and not hand_empty")
    freed = table.again("let-go", {"handle": "drawer_handle"})
    assert freed.ok, freed.reason
    assert table.holds("hand_empty")


def test_what_is_not_there_is_said(table: Table) -> None:
    run = table.run("open-drawer", {"drawer": "wardrobe"})
    assert not run.ok
    assert "there is no drawer wardrobe" in run.reason


def test_a_grasp_that_fails_is_tried_again_differently(table: Table) -> None:
    """Half of all grasps do not grip, on purpose."""
    tries = []
    for seed in (1, 2, 4):
        run = table.run("pick", {"object": "red_cube"}, seed=seed, failed_grasps=0.5)
        assert run.ok, run.reason
        assert table.holds("holding[red_cube]")
        tries.append(run.primitive_calls["close_gripper"])
    assert max(tries) > 1


def test_things_close_together_are_taken_by_their_free_sides(table: Table) -> None:
    row = {
        "red_cube": {"position": [0.50, 0.00, 0.0]},
        "blue_cube": {"position": [0.50, 0.055, 0.0]},
        "green_cube": {"position": [0.50, -0.055, 0.0]},
    }
    run = table.run("pick", {"object": "red_cube"}, {"objects": row})
    assert run.ok, run.reason
    assert run.primitive_calls["close_gripper"] == 1
    assert table.holds("holding[red_cube] and on[blue_cube, table] and on[green_cube, table]")


def test_four_cubes_fit_into_the_bowl(table: Table) -> None:
    for number, cube in enumerate(("red_cube", "blue_cube", "green_cube", "yellow_cube")):
        taken = table.again("pick", {"object": cube}) if number else table.run("pick", {"object": cube})
        assert taken.ok, taken.reason
        put = table.again("put-in", {"object": cube, "container": "bowl"})
        assert put.ok, put.reason
    assert table.holds("in[red_cube, bowl] and in[blue_cube, bowl] and in[green_cube, bowl]")


@pytest.mark.parametrize("engine", ["mujoco", "pybullet"])
def test_a_cube_is_pushed_out_from_between_others(table: Table, engine: str) -> None:
    """Neither its straight way is free nor is there room for the shut fingers behind it."""
    pytest.importorskip(engine)
    row = {
        "blue_cube": {"position": [0.50, 0.00, 0.0]},
        "red_cube": {"position": [0.50, 0.06, 0.0]},
        "green_cube": {"position": [0.50, -0.06, 0.0]},
        "yellow_cube": {"position": [0.43, 0.12, 0.0]},
    }
    pushed = {"object": "blue_cube", "place": "left_edge"}
    run = table.run("push-to", pushed, {"objects": row}, engine=engine)
    assert run.ok, run.reason
    assert table.holds("at[blue_cube, left_edge] and on[blue_cube, table] and hand_empty")
    assert table.world is not None
    poses = table.world.observe().facts["pose"]
    for name in ("red_cube", "green_cube", "yellow_cube"):
        assert poses[name,][:2] == pytest.approx(row[name]["position"][:2], abs=0.005), name  # type: ignore[index]


def test_the_fingers_around_a_pushed_thing_never_close_on_it(table: Table) -> None:
    """The drawer is so near that the thing is pushed from between open fingers."""
    run = table.run("push-to", {"object": "yellow_cube", "place": "right_edge"}, seed=23, scene="varied")
    assert run.ok, run.reason
    assert run.primitive_calls["open_gripper"] > 0
    assert run.primitive_calls.get("close_gripper", 0) == 0
    assert table.holds("at[yellow_cube, right_edge] and on[yellow_cube, table] and hand_empty")


def test_what_is_walled_in_is_not_pushed_and_why_is_said(table: Table) -> None:
    around = {
        "blue_cube": {"position": [0.50, 0.00, 0.0]},
        "red_cube": {"position": [0.50, 0.048, 0.0]},
        "green_cube": {"position": [0.50, -0.048, 0.0]},
        "yellow_cube": {"position": [0.548, 0.0, 0.0]},
    }
    run = table.run("push-to", {"object": "blue_cube", "place": "left_edge"}, {"objects": around})
    assert not run.ok
    assert "no way over the table leads the blue_cube to left_edge" in run.reason
    assert all(name in run.reason for name in ("red_cube", "green_cube", "yellow_cube"))
