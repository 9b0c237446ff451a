"""The facts of an instant, each worked out only when it is asked for.

A step that asks for two poses costs two poses; contacts are collected only for facts that need them. What is
told is what the arm's bridge tells, to the last digit: a policy must see the same on an arm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from embodied.arms.facts import FAMILIES as ARM_FAMILIES
from embodied.facts import UNKNOWN, FactFamily, Key, Observation, Unknown, Value, observation_from_wire
from embodied_tabletop.engine import JOINTS, BodyState, Engine, Start
from embodied_tabletop.facts import DIGITS, PRESSED_SHARE, READERS, View, marks, rounded
from embodied_tabletop.families import FAMILIES
from embodied_tabletop.geometry import cube_yaw, to_world, yaw_of
from embodied_tabletop.parts import handle_position
from embodied_tabletop.scene import Scene, handle_of

ALL_FAMILIES: Mapping[str, FactFamily] = {**FAMILIES, **ARM_FAMILIES}


class InstantFacts:
    """A `FactSource` over an engine. `tick` after each of its steps."""

    families = ALL_FAMILIES

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[tuple[str, Key], Value | Unknown] = {}
        self._read: dict[str, Observation] = {}
        self._bodies: dict[str, BodyState] = {}
        self._pressed: set[str] = set()
        self._direct: Mapping[str, Callable[..., Value | Unknown]] = {
            "hand": lambda: self._hand.position,
            "hand_yaw": lambda: self._hand_yaw(),
            "gripper_width": engine.gripper_width,
            "pose": self._pose,
            "yaw": self._yaw,
            "size": self._size,
            "opening": self._opening,
            "pressed": lambda name: name in self._pressed,
        }

    def begin(self, scene: Scene, start: Start) -> None:
        """A new episode."""
        self._scene, self._start = scene, start
        self._buttons = {t.name: PRESSED_SHARE * t.travel for t in scene.objects if t.kind == "button"}
        self._handles = {handle_of(t.name): t for t in scene.objects if t.kind == "drawer"}
        self._marks = marks(scene, start)
        self._pressed.clear()
        self.tick()

    @property
    def stays(self) -> frozenset[str]:
        """What has happened in this episode and stays so: buttons that were pressed."""
        return frozenset(self._pressed)

    def go_back(self, stays: frozenset[str]) -> None:
        """The engine was put back to when this was so."""
        self._pressed = set(stays)
        self.tick()

    def tick(self) -> None:
        """Time has passed: forget what was read; what stays once it has happened is noticed."""
        self._known.clear()
        self._read.clear()
        self._bodies.clear()
        self._view: View | None = None
        for name, down in self._buttons.items():
            if self._engine.slide(name) >= down:
                self._pressed.add(name)

    def get(self, family: str, *keys: str) -> Value | Unknown:
        """See `embodied.facts.FactSource`."""
        asked = (family, keys)
        if asked not in self._known:
            direct = self._direct.get(family)
            self._known[asked] = self._family(family).get(family, *keys) if direct is None else direct(*keys)
        return self._known[asked]

    def items(self, family: str) -> Iterator[tuple[Key, Value]]:
        """See `embodied.facts.FactSource`."""
        if family == "joint":
            for name, position in zip(JOINTS, self._engine.joints(), strict=True):
                yield (name,), position
        else:
            yield from self._family(family).items(family)

    @property
    def view(self) -> View:
        """All of this instant at once, contacts included."""
        if self._view is None:
            self._view = View(self._scene, self._start, self._engine.snapshot(), frozenset(self._pressed))
        return self._view

    def _family(self, family: str) -> Observation:
        """One family, read as the bridge's facts are read."""
        if family not in self._read:
            wire: dict[str, Any] = {}
            if family in READERS:
                wire[family] = READERS[family](self.view)
            elif family == "gripper_force":
                wire[family] = self.view.now.gripper_force
            elif family == "joint":
                wire[family] = dict(zip(JOINTS, self._engine.joints(), strict=True))
            self._read[family] = observation_from_wire(ALL_FAMILIES, {"facts": wire})
        return self._read[family]

    @property
    def _hand(self) -> BodyState:
        return self._body("", self._engine.hand)

    def _body(self, name: str, read: Callable[[], BodyState]) -> BodyState:
        if name not in self._bodies:
            self._bodies[name] = read()
        return self._bodies[name]

    def _hand_yaw(self) -> float:
        return yaw_of(self._hand.quaternion)

    def _pose(self, name: str) -> Value | Unknown:
        if name in self._start.targets:
            return self._start.targets[name]
        if name in self._handles:
            drawer = self._handles[name]
            return rounded(to_world(self._state(drawer.name), handle_position(drawer)))
        if name in self._scene.by_name:
            return rounded(self._state(name).position)
        if name in self._marks:
            x, y = self._marks[name].center
            return rounded((x, y, 0.0))
        return self._family("pose").get("pose", name)

    def _yaw(self, name: str) -> Value | Unknown:
        thing = self._scene.by_name.get(name)
        if thing is None or thing.kind != "cube":
            return self._family("yaw").get("yaw", name)
        return round(cube_yaw(self._state(name).quaternion), DIGITS)

    def _size(self, name: str) -> Value | Unknown:
        thing = self._scene.by_name.get(name)
        if thing is None and name in self._marks:
            region = self._marks[name]
            return rounded((region.x_max - region.x_min, region.y_max - region.y_min, 0.0))
        return self._family("size").get("size", name) if thing is None else thing.size

    def _opening(self, name: str) -> Value | Unknown:
        thing = self._scene.by_name.get(name)
        return self._engine.slide(name) if thing is not None and thing.kind == "drawer" else UNKNOWN

    def _state(self, name: str) -> BodyState:
        return self._body(name, lambda: self._engine.body(name))
