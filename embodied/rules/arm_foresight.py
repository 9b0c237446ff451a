"""What an arm's primitives would do at a table, from the facts: geometry, no physics.

The hand goes in straight lines; what it holds goes along; what it lets go falls where it is; what it closes
on is held. World frame, metres.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from embodied.facts import FactFamily, Key, Observation, Value

Point = tuple[float, float, float]
STEP_M: Final = 0.01
"""How densely a way is looked at [m]."""
LIFT_M: Final = 0.1
"""How high above its end a motion `above` comes down from, at least [m]."""
REACH_M: Final = 0.045
"""Things whose middle is so near to the closing fingers are taken to be grasped [m]."""
AROUND_M: Final = 0.01
"""What is beside a container by less than this is taken to fall into it [m]."""
SHUT_M: Final = 0.012
OPENS_M: Final = 0.03
INSIDE: Final = frozenset({"bowl", "tray", "drawer"})
FLAT: Final = frozenset({"place", "edge"})

FAMILIES: Final[Mapping[str, FactFamily]] = {
    family.name: family
    for family in (
        FactFamily(
            "touched",
            ("object",),
            "bool",
            "The hand holds, grasps, pushes or presses the thing, or hit it.",
            closed=True,
            default=False,
        ),
        FactFamily(
            "over",
            ("object",),
            "bool",
            "The grasp point is over the thing or place, or in it.",
            closed=True,
            default=False,
        ),
        FactFamily(
            "entered",
            ("object",),
            "bool",
            "The same; where the bridge takes zones, no other part of the arm comes near above it either.",
            closed=True,
            default=False,
        ),
    )
}


class ArmForesight:
    """Implements `embodied.rules.foresight.Foresight` for arms."""

    families: Mapping[str, FactFamily] = FAMILIES
    foresees = frozenset(
        {
            "hand",
            "over",
            "entered",
            "touched",
            "pose",
            "holding",
            "hand_empty",
            "gripper_width",
            "gripper_holds",
            "in",
            "on",
        }
        | {"at", "is_open", "is_closed", "opening", "pressed"}
    )

    def __init__(self) -> None:
        self._home: Point | None = None
        self._always = self._held = math.inf

    def ceilings(self, data: Mapping[str, Any]) -> None:
        """How high the bridge itself lets the hand go: motions `above` stay below that."""
        self._always = float(data.get("ceiling", math.inf))
        self._held = float(data.get("ceiling_held", math.inf))

    def told(self, observation: Observation) -> Observation:
        hand = _point(observation.get("hand"))
        if self._home is None:
            self._home = hand
        struck = {
            str(data.get("object", ""))
            for event in observation.events
            if (event.get("type") in ("bumped", "touched", "slipped"))
            for data in (event.get("data") or event,)
        }
        held = {keys[0] for keys, value in observation.items("holding") if value is True}
        return _with_own(observation, struck | held)

    def seconds(self, name: str, arguments: Mapping[str, Any]) -> float:
        return float(arguments.get("seconds") or 0.0) if name == "wait" else 0.0

    def states(
        self, name: str, arguments: Mapping[str, Any], observation: Observation
    ) -> Sequence[Observation]:
        hand = _point(observation.get("hand"))
        if hand is None:
            return ()
        if name == "close_gripper":
            return (self._closed(observation, hand),)
        if name == "open_gripper":
            return (self._opened(observation, hand, arguments),)
        touch = arguments.get("touch") or ()
        meant = {touch} if isinstance(touch, str) else set(map(str, touch))
        if name == "run_policy":
            return (_with_own(observation, meant),)
        if name == "move_joints":
            return (_with_own(_changed(observation, {("hand", ()): None}), meant),)
        holds = any(value is True for _, value in observation.items("holding"))
        points = self._way(name, arguments, hand, min(self._always, self._held if holds else math.inf))
        if points is None:
            return ()
        return tuple(self._moved(observation, hand, points, meant))

    # -- kinds of calls ----------------------------------------------------------------------------

    def _way(
        self, name: str, arguments: Mapping[str, Any], hand: Point, highest: float
    ) -> list[Point] | None:
        """The corners of the hand's way, without its beginning; None for what does not move the hand."""
        match name:
            case "move_to":
                end = _point([arguments.get(axis) for axis in "xyz"])
                if end is None:
                    return None
                if arguments.get("via") != "above":
                    return [end]
                height = max(end[2], min(end[2] + LIFT_M, highest))
                up = [(hand[0], hand[1], height)] if hand[2] < height else []
                return [*up, (end[0], end[1], height), end]
            case "move_by":
                dx, dy, dz = (float(arguments.get(f"d{axis}") or 0.0) for axis in "xyz")
                return [(hand[0] + dx, hand[1] + dy, hand[2] + dz)]
            case "follow":
                given = [
                    _point([point.get(axis) for axis in "xyz"]) for point in arguments.get("points") or ()
                ]
                return [point for point in given if point is not None]
            case "home":
                return [self._home] if self._home is not None else None
        return None

    def _moved(
        self, observation: Observation, hand: Point, points: Sequence[Point], meant: set[str]
    ) -> Iterator[Observation]:
        held = [keys[0] for keys, value in observation.items("holding") if value is True]
        offsets = {
            name: tuple(a - b for a, b in zip(spot, hand, strict=True))
            for name in held
            if (spot := _point(observation.get("pose", name))) is not None
        }
        touched = meant | set(held)
        way = [hand, *points]
        for start, end in pairwise(way):
            pieces = max(1, math.ceil(math.dist(start, end) / STEP_M))
            for piece in range(1, pieces + 1):
                at = _between(start, end, piece / pieces)
                changes: dict[tuple[str, Key], Value | None] = {("hand", ()): at}
                for name, offset in offsets.items():
                    changes["pose", (name,)] = tuple(a + b for a, b in zip(at, offset, strict=True))
                yield _with_own(_changed(observation, changes), touched)
        final = self._pushed(observation, hand, way, touched)
        yield _with_own(_changed(observation, {("hand", ()): way[-1], **final}), touched)

    def _pushed(
        self, observation: Observation, hand: Point, way: Sequence[Point], touched: set[str]
    ) -> dict[tuple[str, Key], Value | None]:
        """What a motion that may touch things does to them."""
        end = way[-1]
        changes: dict[tuple[str, Key], Value | None] = {}
        for name in touched:
            if name not in {keys[0] for keys, value in observation.items("holding") if value is True}:
                changes |= self._shoved(observation, name, way)
            spot, size = _point(observation.get("pose", name)), _point(observation.get("size", name))
            if observation.get("kind", name) == "button" and _presses(end, spot, size):
                changes["pressed", (name,)] = True
            drawer = name.removesuffix("_handle")
            opening = observation.get("opening", drawer)
            box, grip = (
                _point(observation.get("pose", drawer)),
                _point(observation.get("pose", f"{drawer}_handle")),
            )
            if isinstance(opening, (int, float)) and box is not None and grip is not None:
                out = (grip[0] - box[0], grip[1] - box[1])
                length = math.hypot(*out) or 1.0
                pulled = opening + ((end[0] - hand[0]) * out[0] + (end[1] - hand[1]) * out[1]) / length
                changes["opening", (drawer,)] = max(0.0, pulled)
                changes["is_closed", (drawer,)] = pulled <= SHUT_M
                opens = observation.get("is_open", drawer) is True if pulled <= opening else pulled > OPENS_M
                changes["is_open", (drawer,)] = opens and pulled > OPENS_M
        return changes

    @staticmethod
    def _shoved(
        observation: Observation, name: str, way: Sequence[Point]
    ) -> dict[tuple[str, Key], Value | None]:
        """A thing that is pushed ends where the hand does, if the hand is low enough to push it."""
        spot, size = _point(observation.get("pose", name)), _point(observation.get("size", name))
        end = way[-1]
        if spot is None or size is None or end[2] > spot[2] + size[2] / 2 + 0.01:
            return {}
        if observation.get("kind", name) in ("button", "drawer", "handle"):
            return {}
        return _rests(observation, name, (end[0], end[1], spot[2]))

    def _closed(self, observation: Observation, hand: Point) -> Observation:
        """What is nearest between the fingers is held."""
        near: list[tuple[float, str]] = []
        for keys, value in observation.items("pose"):
            spot, size = _point(value), _point(observation.get("size", *keys))
            if spot is None or size is None or observation.get("kind", *keys) in FLAT:
                continue
            small = max(size[0], size[1]) < 0.08
            if (
                small
                and math.dist(hand[:2], spot[:2]) < REACH_M
                and abs(hand[2] - spot[2]) < size[2] / 2 + 0.02
            ):
                near.append((math.dist(hand, spot), keys[0]))
            elif not small and _within(hand, spot, size, AROUND_M) and hand[2] < spot[2] + size[2] / 2 + 0.01:
                near.append((1.0, keys[0]))
        changes: dict[tuple[str, Key], Value | None] = {}
        caught = {min(near)[1]} if near else set()
        for name in caught:
            changes |= {("holding", (name,)): True, ("hand_empty", ()): False, ("gripper_holds", ()): True}
            for keys, value in observation.items("on"):
                if keys[0] == name and value is True:
                    changes["on", keys] = False
        if not caught:
            changes["gripper_width", ()] = 0.0
        else:
            size = _point(observation.get("size", *caught))
            changes["gripper_width", ()] = min(size[:2]) if size else 0.0
        held = {keys[0] for keys, value in observation.items("holding") if value is True}
        return _with_own(_changed(observation, changes), caught | held)

    def _opened(self, observation: Observation, hand: Point, arguments: Mapping[str, Any]) -> Observation:
        """What is held falls where it is."""
        held = [keys[0] for keys, value in observation.items("holding") if value is True]
        width = arguments.get("width")
        changes: dict[tuple[str, Key], Value | None] = {
            ("gripper_width", ()): 0.08 if width is None else min(0.08, float(width))
        }
        for name in held:
            changes["holding", (name,)] = False
            changes["hand_empty", ()] = True
            spot = _point(observation.get("pose", name)) or hand
            if observation.get("kind", name) not in ("handle", "drawer"):
                changes |= _rests(observation, name, spot)
        return _with_own(_changed(observation, changes), set())


def _rests(observation: Observation, name: str, spot: Point) -> dict[tuple[str, Key], Value | None]:
    """Where a thing comes to rest that is left at a point."""
    changes: dict[tuple[str, Key], Value | None] = {("pose", (name,)): spot}
    for keys, value in observation.items("pose"):
        other, size = _point(value), _point(observation.get("size", *keys))
        if keys[0] == name or other is None or size is None:
            continue
        kind = observation.get("kind", *keys)
        if kind in INSIDE:
            changes["in", (name, keys[0])] = _within(spot, other, size, AROUND_M) and not (
                kind == "drawer" and observation.get("is_closed", *keys) is True
            )
            if kind == "drawer" and _within(spot, other, size, AROUND_M):
                changes["on", (name, keys[0])] = True
        elif kind in FLAT:
            changes["at", (name, keys[0])] = _within(spot, other, size, 0.0)
        elif _within(spot, other, size, 0.0) and spot[2] > other[2] + size[2] / 2:
            changes["on", (name, keys[0])] = True
    return changes


def _with_own(observation: Observation, touched: set[str]) -> Observation:
    """With `touched`, `over` and `entered` told."""
    hand = _point(observation.get("hand"))
    also = {name.removesuffix("_handle") for name in touched} | touched
    over: dict[Key, Value] = {}
    for keys, value in observation.items("pose") if hand is not None else ():
        spot, size = _point(value), _point(observation.get("size", *keys))
        if hand is not None and spot is not None and size is not None and _within(hand, spot, size, 0.0):
            over[keys] = True
    told: dict[Key, Value] = {(name,): True for name in also if name}
    facts: dict[str, Mapping[Key, Value]] = {
        **observation.facts,
        "touched": told,
        "over": over,
        "entered": over,
    }
    return replace(observation, families={**observation.families, **FAMILIES}, facts=facts)


def _changed(observation: Observation, changes: Mapping[tuple[str, Key], Value | None]) -> Observation:
    """With other facts; None leaves a fact unknown."""
    facts: dict[str, dict[Key, Value]] = {}
    for (family, keys), value in changes.items():
        values = facts.setdefault(family, dict(observation.facts.get(family, {})))
        if value is None:
            values.pop(keys, None)
        else:
            values[keys] = value
    return replace(observation, facts={**observation.facts, **facts})


def _presses(end: Point, spot: Point | None, size: Point | None) -> bool:
    """Whether a motion that ends at a point presses a button."""
    if spot is None or size is None:
        return False
    return _within(end, spot, size, 0.02) and end[2] < spot[2] + size[2] / 2 + 0.005


def _within(point: Sequence[float], middle: Point, size: Point, margin: float) -> bool:
    """Whether a point is over a thing, however it is turned."""
    return all(abs(point[axis] - middle[axis]) <= size[axis] / 2 + margin for axis in (0, 1))


def _between(start: Point, end: Point, share: float) -> Point:
    x, y, z = (a + (b - a) * share for a, b in zip(start, end, strict=True))
    return (x, y, z)


def _point(value: Any) -> Point | None:
    if not isinstance(value, (list, tuple)) or len(value) != 3 or not all(_is_number(one) for one in value):
        return None
    x, y, z = value
    return (float(x), float(y), float(z))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
