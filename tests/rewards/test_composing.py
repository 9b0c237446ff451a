"""The offline designer's grammar: from a condition to readable reward code that the critic accepts."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

import embodied.rewards.composing as composing
from embodied.condition import parse
from embodied.rewards.calling import in_process
from embodied.rewards.composing import EXPLAINED, compose, designs, source
from embodied.rewards.critic import critique
from embodied.rewards.errors import BadSpec, CannotCompose
from embodied.rewards.probing import probe
from embodied.rewards.spec import ActionSpec, Entry, ObservationSpec
from embodied.rewards.trajectory import Counting, Trajectory
from tests.rewards.paths import Points, path
from tests.rewards.rollouts import ACTION, SUCCESS, WORLD, episodes

HOME, LOW, HIGH = (0.4, 0.0, 0.3), (0.2, -0.5, 0.0), (0.8, 0.5, 0.6)
HAND = Entry("hand", (3,), "m", "world", LOW, HIGH, role="hand")
GRIPPER = Entry("gripper", (), "m", low=0.0, high=0.08, role="gripper")

DRAWER = ObservationSpec(
    (
        HAND,
        GRIPPER,
        Entry("handle", (3,), "m", "world", LOW, HIGH, role="handle", thing="drawer"),
        Entry("opening", (), "m", low=0.0, high=0.17, role="joint", thing="drawer", fact="opening[drawer]"),
    )
)
BUTTON = ObservationSpec(
    (
        HAND,
        Entry("button", (3,), "m", "world", LOW, HIGH, role="handle"),
        Entry("depth", (), "m", low=0.0, high=0.012, role="joint", thing="button"),
        Entry("pressed", (), role="flag", thing="button", fact="pressed[button]"),
    )
)
BARE_BUTTON = ObservationSpec((HAND, Entry("button", (3,), "m", "world", LOW, HIGH, role="handle")))
STACK = ObservationSpec(
    (
        HAND,
        GRIPPER,
        Entry("red", (3,), "m", "world", LOW, HIGH, role="object", thing="red_cube", fact="pose[red_cube]"),
        Entry(
            "blue", (3,), "m", "world", LOW, HIGH, role="object", thing="blue_cube", fact="pose[blue_cube]"
        ),
    )
)


def drawer_paths() -> list[Trajectory]:
    shut, out = (0.6, 0.2, 0.1), (0.43, 0.2, 0.1)

    def made(kind: str, hand: Points, handle: Points, opening: Points, name: str = "") -> Trajectory:
        points = {"hand": hand, "handle": handle, "opening": opening, "gripper": [(0, 0.08), (15, 0.03)]}
        return path(kind, DRAWER, ACTION, points, lambda obs: obs["opening"] > 0.12, name)

    still, there = [(0, shut)], [(0, HOME), (15, shut)]
    return [
        made("scripted", [*there, (40, out)], [(15, shut), (40, out)], [(15, 0.0), (40, 0.17)]),
        made("idle", [(0, HOME)], still, [(0, 0.0)]),
        made("failing", there, still, [(0, 0.0)]),
        made("oscillating", there, still, [(15 + 5 * i, 0.1 * (i % 2)) for i in range(9)]),
        made(
            "failing",
            [*there, (30, (0.5, 0.2, 0.1))],
            [(15, shut), (30, (0.5, 0.2, 0.1))],
            [(15, 0), (30, 0.1)],
            "stuck",
        ),
    ]


def button_paths(spec: ObservationSpec) -> list[Trajectory]:
    top, down = (0.5, 0.1, 0.06), (0.5, 0.1, 0.04)

    def made(kind: str, hand: Points, depth: Points, pressed: float = 0.0) -> Trajectory:
        flag = [(0, 0.0), (19, 0.0), (20, pressed)]
        points = {"hand": hand, "button": [(0, top)], "depth": depth, "pressed": flag}
        known = {name: value for name, value in points.items() if name in spec}
        times = np.arange(61)
        return path(kind, spec, ACTION, known, lambda obs: pressed * (times >= 20))

    return [
        made("scripted", [(0, HOME), (15, top), (20, down)], [(15, 0.0), (20, 0.012)], 1.0),
        made("idle", [(0, HOME)], [(0, 0.0)]),
        made("failing", [(0, HOME), (15, top)], [(0, 0.0)]),
        made("oscillating", [(0, HOME), (15, top), (20, HOME), (25, top), (30, HOME)], [(0, 0.0)]),
    ]


def stack_paths() -> list[Trajectory]:
    start, base = (0.4, -0.2, 0.02), (0.6, 0.2, 0.02)
    above, on = (0.6, 0.2, 0.2), (0.6, 0.2, 0.06)

    def made(kind: str, hand: Points, red: Points, won: bool = False) -> Trajectory:
        grip = [(0, 0.08), (12, 0.08), (14, 0.04), (50, 0.04), (52, 0.08 if won else 0.04)]
        points = {"hand": hand, "red": red, "blue": [(0, base)], "gripper": grip}
        times = np.arange(61)
        return path(kind, STACK, ACTION, points, lambda obs: won * (times >= 52))

    carried = [(14, start), (20, (0.4, -0.2, 0.2)), (35, above), (45, on)]
    return [
        made("scripted", [(0, HOME), (12, start), *carried, (53, on), (58, above)], carried, won=True),
        made("idle", [(0, HOME)], [(0, start)]),
        made("failing", [(0, HOME), (12, start)], [(0, start)]),
        made(
            "oscillating",
            [(0, HOME), (12, start), *carried[:2], (30, start), (40, carried[1][1])],
            carried[:1],
        ),
    ]


CASES = {
    "distance(cube, target) < 0.05": (WORLD, episodes()),
    "opening > 0.12": (DRAWER, drawer_paths()),
    "opening[drawer] > 0.12": (DRAWER, drawer_paths()),
    "pressed": (BUTTON, button_paths(BUTTON)),
    "pressed[button]": (BUTTON, button_paths(BUTTON)),
    "is_down[button]": (BARE_BUTTON, button_paths(BARE_BUTTON)),
    "on[red_cube, blue_cube]": (STACK, stack_paths()),
    "distance(hand, cube) < 0.02": (WORLD, []),
    "holding[red_cube]": (STACK, []),
    "on[red_cube, blue_cube] and not holding[red_cube]": (STACK, stack_paths()),
    "distance(pose[red_cube], pose[blue_cube]) > 0.2": (STACK, []),
    "depth >= 0.01 or pressed": (BUTTON, button_paths(BUTTON)),
}


@pytest.mark.parametrize("ends", [False, True], ids=["goes on", "ends"])
@pytest.mark.parametrize("text", CASES)
def test_the_critic_accepts_what_is_composed(text: str, ends: bool) -> None:
    spec, trajectories = CASES[text]
    condition = parse(text)
    found = designs(condition, spec, ACTION, ends_on_success=ends)
    assert found
    for design in found:
        code = compose(design, spec, ACTION)
        reward = in_process(code)
        probe(reward, spec, ACTION)
        judged = critique(reward, spec, ACTION, condition, trajectories, Counting(ends_on_success=ends))
        if not design.guess:
            assert judged.accepted, f"{design.name}\n{code.source}\n{judged.text}"
    assert not found[0].guess


def test_the_critic_tells_which_end_of_a_mechanism_is_meant() -> None:
    shut = [
        Trajectory(
            *(one.name, one.kind, {**one.observations, "opening": 0.17 - one.observations["opening"]}),
            *(one.actions, 0.17 - one.observations["opening"] < 0.012, "0"),
        )
        for one in drawer_paths()
    ]
    condition = parse("is_closed[drawer]")
    accepted = set()
    for design in designs(condition, DRAWER, ACTION):
        reward = in_process(compose(design, DRAWER, ACTION))
        if critique(reward, DRAWER, ACTION, condition, shut).accepted:
            accepted.add(design.name)
    assert accepted == {
        *("push, other end, level", "grasp, other end, level"),
        *("push, other end, progress", "grasp, other end, progress"),
    }


def terms(text: str, spec: ObservationSpec, number: int = 0) -> tuple[str, ...]:
    return compose(designs(parse(text), spec, ACTION)[number], spec, ACTION).terms


def test_the_stages_are_those_of_the_thing() -> None:
    assert terms("distance(cube, target) < 0.05", WORLD) == (
        *("reach", "grasp", "lift", "move", "hold", "smoothness"),
    )
    assert terms("distance(cube, target) < 0.05", WORLD, 1) == (
        "reach",
        "align",
        "move",
        "hold",
        "smoothness",
    )
    assert terms("opening > 0.12", DRAWER) == ("reach", "move", "hold", "smoothness")
    assert terms("opening > 0.12", DRAWER, 1) == ("reach", "grasp", "move", "hold", "smoothness")
    assert terms("distance(hand, cube) < 0.02", WORLD) == ("move", "smoothness")
    assert terms("holding[red_cube]", STACK) == ("reach", "grasp", "smoothness")
    assert "release" in terms("on[red_cube, blue_cube] and not holding[red_cube]", STACK)


def test_a_title_says_what_the_stages_do() -> None:
    handless = ObservationSpec(tuple(one for one in WORLD.entries if one.role != "gripper"))
    by_fist = designs(parse("distance(cube, target) < 0.05"), handless, ACTION)
    assert by_fist[0].name.startswith("grasp, lifted")
    assert by_fist[0].title == f"touch, {by_fist[0].form}"
    assert source(by_fist[0], ACTION).splitlines()[2].startswith("touch; ")
    assert len({one.title for one in by_fist}) == len(by_fist)
    with_fingers = designs(parse("distance(cube, target) < 0.05"), WORLD, ACTION)
    assert with_fingers[0].title == with_fingers[0].name
    for design in (*by_fist, *with_fingers):
        assert set(design.title.split(", ")) <= set(EXPLAINED)


def test_things_come_one_after_the_other() -> None:
    spec = ObservationSpec((*STACK.entries, *DRAWER.entries[2:]))
    text = "opening > 0.12 and on[red_cube, blue_cube]"
    code = compose(designs(parse(text), spec, ACTION)[0], spec, ACTION)
    assert [name for name in code.terms if name.startswith(("reach", "move"))] == [
        *("reach_drawer", "move_drawer", "reach_red_cube", "move_red_cube"),
    ]
    assert "return move_drawer(obs) * np.maximum(" in code.source


def test_the_code_is_readable_and_says_what_it_is_for() -> None:
    design = designs(parse("opening > 0.12"), DRAWER, ACTION)[0]
    code = compose(design, DRAWER, ACTION)
    assert code.source.startswith('"""Composed for: opening > 0.12\n\npush; each step pays')
    assert '"""The hand comes to the handle."""' in code.source
    assert (
        'missing = np.maximum(0.137 - obs["opening"], 0.0)\n    return near(missing, MOVE_SCALE)'
        in code.source
    )
    assert max(map(len, code.source.splitlines())) <= 125
    assert ast.get_docstring(ast.parse(code.source))


def test_numbers_are_searched_within_their_bounds() -> None:
    design = designs(SUCCESS, WORLD, ACTION)[0]
    names = [parameter.name for parameter in design.parameters]
    assert {"REACH_WEIGHT", "MOVE_WEIGHT", "SMOOTHNESS_WEIGHT", "REACH_SCALE", "GRASP_WIDTH"} <= set(names)
    assert all(one.low <= one.value <= one.high and one.doc for one in design.parameters)
    other = design.with_values({"MOVE_WEIGHT": 5.0, "REACH_SCALE": 1e9})
    text = compose(other, WORLD, ACTION).source
    assert "MOVE_WEIGHT = 5  #" in text
    assert "REACH_SCALE = 20  #" in text
    with pytest.raises(BadSpec, match="Did you mean 'MOVE_WEIGHT'"):
        design.with_values({"MOVE_WEIHT": 1.0})


def test_structures_differ() -> None:
    found = designs(SUCCESS, WORLD, ACTION)
    assert [design.name for design in found] == [
        *("grasp, lifted, level", "push, level", "grasp, level"),
        *("grasp, lifted, progress", "push, progress", "grasp, progress"),
    ]
    assert len({compose(design, WORLD, ACTION).source for design in found}) == 6
    assert {design.form for design in designs(SUCCESS, WORLD, ACTION, ends_on_success=True)} == {
        "cost",
        "progress",
    }


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("all(x in pose: clear[x])", CannotCompose, "There is no stage for all(x in pose: clear[x])"),
        ("opened", BadSpec, "speaks of opened, and no observation tells of it"),
        ("distance(cube, bowl) < 0.1", CannotCompose, "no entry tells where bowl is"),
        ("touches != 3", CannotCompose, "There are stages for distance(a, b) < 0.05"),
        ("2 > 1", CannotCompose, "There is no stage for 2 > 1"),
    ],
)
def test_what_cannot_be_composed_is_said(text: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error) as caught:
        designs(parse(text), WORLD, ACTION)
    assert words in str(caught.value)


def test_an_action_of_any_shape_is_smoothed() -> None:
    action = ActionSpec((Entry("joints", (2, 3)), Entry("grip", ())))
    source = compose(designs(SUCCESS, WORLD, action)[0], WORLD, action).source
    assert 'np.sum(np.square(action["joints"]), axis=(1, 2)) + np.square(action["grip"])' in source


def test_the_designer_names_no_task() -> None:
    folder = Path(composing.__file__).parent
    for name in ("composing.py", "stages.py", "goals.py"):
        tree = ast.parse((folder / name).read_text(encoding="utf-8"))
        said = " ".join(
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value
        )
        assert not {"drawer", "cube", "door", "peg", "target", "button-press"} & set(
            said.replace('"', " ").split()
        )
