"""Which instants are told as dropped, slipped or bumped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from embodied_tabletop.engine import BodyState, Snapshot, Start
from embodied_tabletop.events import Watch
from embodied_tabletop.facts import View

from tests.tabletop.building import two_cubes

SCENE = two_cubes()
UPRIGHT = (1.0, 0.0, 0.0, 0.0)
DOWN = (0.0, 1.0, 0.0, 0.0)
RED = (0.5, 0.1, 0.0225)
BLUE = (0.5, -0.1, 0.0225)
START = Start({"red_cube": BodyState(RED, UPRIGHT), "blue_cube": BodyState(BLUE, UPRIGHT)}, {})
FREE = Snapshot(
    0.0,
    START.poses,
    {},
    frozenset({("red_cube", "table"), ("blue_cube", "table")}),
    BodyState((0.45, 0.0, 0.3), DOWN),
    0.08,
    0.0,
)
FINGERS = {("left_finger", "red_cube"), ("red_cube", "right_finger")}


class Story:
    """Instants one after another, and what was told."""

    def __init__(self) -> None:
        self.watch = Watch()
        self.now = FREE
        self.watch.begin(View(SCENE, START, FREE))

    def next(self, *, opening: bool = True, after_s: float = 0.02, **change: Any) -> list[Mapping[str, Any]]:
        self.now = replace(self.now, time_s=self.now.time_s + after_s, **change)
        return list(self.watch.look(View(SCENE, START, self.now), opening=opening))

    def bodies(self, **where: tuple[float, float, float]) -> dict[str, BodyState]:
        return {**self.now.bodies, **{name: BodyState(at, UPRIGHT) for name, at in where.items()}}


def grasped() -> Story:
    story = Story()
    hand = BodyState(RED, DOWN)
    contacts = FREE.contacts | FINGERS
    assert not story.next(
        opening=False, contacts=contacts, grasp_point=hand, gripper_width=0.045, gripper_force=20.0
    )
    return story


def test_nothing_is_told_of_things_at_rest() -> None:
    assert Story().next() == []


def test_what_is_lifted_with_the_hand_neither_slips_nor_drops() -> None:
    story = grasped()
    up = (0.5, 0.1, 0.2)
    told = story.next(opening=False, bodies=story.bodies(red_cube=up), grasp_point=BodyState(up, DOWN))
    assert told == []


def test_what_leaves_the_closed_hand_is_dropped() -> None:
    story = grasped()
    assert story.next(opening=False, contacts=FREE.contacts, gripper_force=0.0) == [
        {"type": "dropped", "object": "red_cube"}
    ]


def test_letting_go_on_purpose_is_no_event() -> None:
    story = grasped()
    assert story.next(opening=True, contacts=FREE.contacts, gripper_force=0.0) == []
    rolled = story.bodies(red_cube=(0.5, 0.13, 0.0225))
    assert story.next(bodies=rolled) == []
    assert story.next(after_s=2.0) == []


def test_slipping_within_the_fingers_is_told_once() -> None:
    story = grasped()
    lower = story.bodies(red_cube=(0.5, 0.1, 0.005))
    assert story.next(opening=False, bodies=lower) == [{"type": "slipped", "object": "red_cube"}]
    assert story.next(opening=False) == []


def test_what_lies_elsewhere_without_being_taken_was_bumped() -> None:
    story = Story()
    (event,) = story.next(bodies=story.bodies(blue_cube=(0.5, -0.15, 0.0225)))
    assert event == {"type": "bumped", "object": "blue_cube", "moved_m": 0.05}
    assert story.next() == []


def test_small_moves_are_not_worth_an_event() -> None:
    story = Story()
    assert story.next(bodies=story.bodies(blue_cube=(0.5, -0.11, 0.0225))) == []


def test_a_push_by_the_tips_of_the_empty_hand_is_meant() -> None:
    story = Story()
    moved = story.bodies(red_cube=(0.5, 0.2, 0.0225))
    touching = FREE.contacts | {("left_finger", "red_cube")}
    assert story.next(opening=False, bodies=moved, contacts=touching, gripper_width=0.0) == []
    assert story.next(opening=False, contacts=FREE.contacts, after_s=2.0) == []


def test_a_knock_by_the_arm_is_not_meant() -> None:
    story = Story()
    moved = story.bodies(red_cube=(0.5, 0.2, 0.0225))
    touching = FREE.contacts | {("arm", "red_cube"), ("left_finger", "red_cube")}
    assert [event["type"] for event in story.next(bodies=moved, contacts=touching)] == ["bumped"]


def test_what_stands_on_the_held_thing_moves_with_it() -> None:
    story = grasped()
    riding = story.now.contacts | {("blue_cube", "red_cube")}
    where = story.bodies(red_cube=(0.5, 0.1, 0.1), blue_cube=(0.5, 0.1, 0.145))
    assert (
        story.next(opening=False, bodies=where, contacts=riding, grasp_point=BodyState((0.5, 0.1, 0.1), DOWN))
        == []
    )
