"""Facts from poses and contacts alone: no engine runs here."""

from __future__ import annotations

from dataclasses import replace
from math import cos, radians, sin
from typing import Any

import pytest
from embodied_tabletop.engine import BodyState, Snapshot, Start
from embodied_tabletop.facts import View, facts
from embodied_tabletop.families import FAMILIES
from embodied_tabletop.placing import place
from embodied_tabletop.scene import Vector3
from embodied_tabletop.scenefile import load_scene

from embodied.facts import observation_from_wire

SCENE = load_scene()
UPRIGHT = (1.0, 0.0, 0.0, 0.0)
HAND = BodyState((0.45, 0.0, 0.35), (0.0, 1.0, 0.0, 0.0))


def view(
    poses: dict[str, Vector3] | None = None,
    contacts: set[tuple[str, str]] | None = None,
    *,
    width: float = 0.08,
    force: float = 0.0,
    slides: dict[str, float] | None = None,
    turned: dict[str, tuple[float, float, float, float]] | None = None,
    pressed: tuple[str, ...] = (),
    speed: float = 0.0,
) -> View:
    """The default scene with the four cubes in a row at x = 0.5, but for what is said."""
    row = {"red_cube": 0.15, "blue_cube": 0.05, "green_cube": -0.05, "yellow_cube": -0.15}
    where: dict[str, Vector3] = {name: (0.5, y, 0.0225) for name, y in row.items()}
    where |= {"bowl": (0.64, 0.30, 0.025), "drawer": (0.68, -0.31, 0.04), "button": (0.70, -0.04, 0.02)}
    base = {name: BodyState(at, UPRIGHT) for name, at in where.items()}
    start = Start(base, {})
    moved = where | (poses or {})
    bodies = {
        name: BodyState(at, (turned or {}).get(name, UPRIGHT), (speed, 0.0, 0.0))
        for name, at in moved.items()
    }
    on_table = {(name, "table") for name in (*row, "bowl")}
    touching = on_table if contacts is None else contacts
    pairs = frozenset((a, b) if a < b else (b, a) for a, b in touching)
    opened = {"drawer": 0.0, "button": 0.0} | (slides or {})
    return View(SCENE, start, Snapshot(0.0, bodies, opened, pairs, HAND, width, force), pressed)


def true(of: View, family: str) -> set[tuple[str, ...]]:
    """The keys for which a family says true, as an observation has them."""
    seen = observation_from_wire(FAMILIES, {"facts": facts(of)})
    return {keys for keys, value in seen.items(family) if value is True}


def test_every_family_is_told_and_every_told_family_is_known() -> None:
    assert set(facts(view())) == set(FAMILIES)


def test_a_scene_has_few_enough_facts() -> None:
    told = facts(view())
    assert sum(len(value) if isinstance(value, (dict, list)) else 1 for value in told.values()) < 300


def test_left_is_plus_y_and_in_front_is_nearer_to_the_arm() -> None:
    seen = view({"red_cube": (0.50, 0.10, 0.0225), "blue_cube": (0.40, 0.08, 0.0225)})
    assert ("red_cube", "green_cube") in true(view(), "left_of")
    assert ("green_cube", "red_cube") in true(view(), "right_of")
    assert ("blue_cube", "red_cube") in true(seen, "in_front_of")
    assert ("red_cube", "blue_cube") in true(seen, "behind")
    assert ("red_cube", "blue_cube") not in true(seen, "left_of")


def test_what_rests_on_another_is_on_it_and_the_lower_one_is_not_clear() -> None:
    stacked = view({"red_cube": (0.5, 0.05, 0.0675)}, {("red_cube", "blue_cube"), ("blue_cube", "table")})
    assert true(stacked, "on") == {("red_cube", "blue_cube"), ("blue_cube", "table")}
    assert ("blue_cube",) not in true(stacked, "clear")
    assert ("red_cube",) in true(stacked, "clear")


def test_touching_from_the_side_is_not_on() -> None:
    beside = view(
        {"red_cube": (0.5, 0.095, 0.0225)},
        {("red_cube", "blue_cube"), ("blue_cube", "table"), ("red_cube", "table")},
    )
    assert true(beside, "on") == {("red_cube", "table"), ("blue_cube", "table")}


HELD = {("red_cube", "left_finger"), ("red_cube", "right_finger"), ("red_cube", "table")}


def test_what_lies_across_two_is_on_both_and_what_hangs_over_one_is_on_the_other() -> None:
    pair = {"red_cube": (0.5, 0.024, 0.0225), "blue_cube": (0.5, -0.024, 0.0225)}
    on_both = {("green_cube", "red_cube"), ("green_cube", "blue_cube")}
    rest = {("red_cube", "table"), ("blue_cube", "table")}
    bridge = view(pair | {"green_cube": (0.5, 0.0, 0.0675)}, on_both | rest)
    assert true(bridge, "on") == on_both | rest
    shifted = view(pair | {"green_cube": (0.5, 0.01, 0.0675)}, on_both | rest)
    assert true(shifted, "on") == {("green_cube", "red_cube")} | rest


def test_what_both_fingers_press_on_is_held_and_rests_on_nothing() -> None:
    held = view(contacts=HELD, width=0.044, force=20.0)
    assert true(held, "holding") == {("red_cube",)}
    assert true(held, "hand_empty") == set()
    assert ("red_cube", "table") not in true(held, "on")
    assert ("red_cube", "start_of_red_cube") not in true(held, "at")
    assert ("red_cube",) not in true(held, "clear")


def test_one_finger_or_no_force_holds_nothing() -> None:
    assert true(view(contacts=HELD, width=0.044, force=0.0), "holding") == set()
    one = HELD - {("red_cube", "left_finger")}
    assert true(view(contacts=one, width=0.044, force=9.0), "holding") == set()
    assert true(view(contacts=HELD, width=0.002, force=9.0), "hand_empty") == {()}


def test_inside_the_bowl_is_in_and_beside_it_is_not() -> None:
    touching = {("red_cube", "bowl"), ("bowl", "table")}
    assert true(view({"red_cube": (0.66, 0.32, 0.03)}, touching), "in") == {("red_cube", "bowl")}
    assert true(view({"red_cube": (0.64, 0.42, 0.03)}, touching), "in") == set()
    assert true(view({"red_cube": (0.64, 0.30, 0.12)}, touching), "in") == set()


def test_what_is_in_a_shut_drawer_is_in_it_and_not_clear() -> None:
    shut = view({"red_cube": (0.68, -0.31, 0.031)}, {("red_cube", "drawer")})
    assert true(shut, "in") == {("red_cube", "drawer")}
    assert ("red_cube",) not in true(shut, "clear")
    out: dict[str, Any] = {"red_cube": (0.53, -0.31, 0.031), "drawer": (0.53, -0.31, 0.04)}
    pulled = view(out, {("red_cube", "drawer")}, slides={"drawer": 0.15})
    assert true(pulled, "in") == {("red_cube", "drawer")}
    assert ("red_cube",) in true(pulled, "clear")


@pytest.mark.parametrize(
    ("opening", "is_open", "is_closed"), [(0.0, False, True), (0.05, False, False), (0.11, True, False)]
)
def test_a_drawer_is_open_shut_or_neither(opening: float, is_open: bool, is_closed: bool) -> None:
    seen = view(slides={"drawer": opening})
    assert bool(true(seen, "is_open")) is is_open
    assert bool(true(seen, "is_closed")) is is_closed


def test_at_a_place_means_at_rest_and_let_go() -> None:
    there: dict[str, Vector3] = {"red_cube": (0.36, -0.15, 0.0225)}
    assert ("red_cube", "red_pad") in true(view(there), "at")
    assert ("red_cube", "red_pad") not in true(view(there, speed=0.2), "at")
    assert ("red_cube", "red_pad") not in true(view(there, contacts=set()), "at")  # in the air
    assert ("red_pad",) not in true(view(there), "free")
    assert ("blue_pad",) in true(view(there), "free")


def test_the_place_where_a_thing_began_can_be_taken_by_another() -> None:
    seen = view({"red_cube": (0.5, 0.3, 0.0225), "blue_cube": (0.5, 0.15, 0.0225)})
    assert ("blue_cube", "start_of_red_cube") in true(seen, "at")
    assert ("start_of_blue_cube",) in true(seen, "free")


def test_leaning_things_are_not_upright() -> None:
    angle = radians(30) / 2
    leaning = view(turned={"red_cube": (cos(angle), sin(angle), 0.0, 0.0)})
    assert ("red_cube",) not in true(leaning, "upright")
    on_its_side = view(turned={"red_cube": (cos(radians(45)), sin(radians(45)), 0.0, 0.0)})
    assert ("red_cube",) in true(on_its_side, "upright")
    over = view(turned={"bowl": (0.0, 1.0, 0.0, 0.0)})
    assert ("red_cube",) in true(over, "upright")


def test_a_cubes_turn_is_that_of_its_sides() -> None:
    angle = radians(80) / 2
    turned = view(turned={"red_cube": (cos(angle), 0.0, 0.0, sin(angle))})
    assert facts(turned)["yaw"]["red_cube"] == pytest.approx(radians(-10), abs=1e-4)


def test_pressed_buttons_and_openings_are_told() -> None:
    told = facts(view(pressed=("button",), slides={"drawer": 0.07}))
    assert told["pressed"] == {"button": True}
    assert told["opening"] == {"drawer": 0.07}


def test_on_the_floor_is_nowhere() -> None:
    fallen = view({"red_cube": (0.36, -0.15, -0.38)}, {("red_cube", "floor")})
    assert not any(keys[0] == "red_cube" for keys in true(fallen, "at") | true(fallen, "on"))


def test_facts_are_the_same_for_the_same_view() -> None:
    one = view()
    assert facts(one) == facts(replace(one))
    assert place(SCENE, 1).poses.keys() == set(SCENE.by_name)
