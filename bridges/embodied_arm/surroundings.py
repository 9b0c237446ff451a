"""What the bridge knows of the things around the arm, from the driver's scene if it has one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from embodied.arms import ArmState, Driver, Obstacle
from embodied.bridge.body import PrimitiveFailed
from embodied_arm.gripper import EMPTY_M
from embodied_arm.model import TABLE
from embodied_arm.planner import Scene, together
from embodied_arm.zones import ZONE_MARGIN_M, Zone

NEAR_HAND_M: Final = 0.08
"""Things this near to the grasp point may move when the fingers do."""

SPARED: Final = frozenset({"bumped", "slipped", "dropped"})
"""What may happen to a thing that is to be touched."""

Tell = Callable[[str, Mapping[str, Any]], None]


class Surroundings:
    """See the module's docstring. All methods are called between two ticks."""

    def __init__(self, driver: Driver, tell: Tell, zones: Sequence[Zone] = ()) -> None:
        self._scene = driver.scene
        self._tell = tell
        self.keep_out(zones)
        self.blew_up = ""
        self.meant: frozenset[str] = frozenset()
        """What may be moved, dropped or slid now: that is told to nobody as a mishap."""

    def keep_out(self, zones: Sequence[Zone]) -> None:
        """Where no part of the arm may be, from now on."""
        self._zones = _around(zones)

    def obstacles(self, zones: Sequence[Zone] | None = None) -> Sequence[Obstacle]:
        """All parts of all things, where no scene tells a table; and the keep-out zones, or those given."""
        things = self._scene.obstacles() if self._scene is not None else (TABLE,)
        return [*things, *(self._zones if zones is None else _around(zones))]

    def facts(self) -> dict[str, Any]:
        return dict(self._scene.facts()) if self._scene is not None else {}

    def held(self, width: float) -> str:
        """The object between the fingers, `width` [m] apart, by the scene's facts; "" if none or unknown."""
        return self._held(self.facts(), width)

    def scene(self, width: float, touch: str) -> Scene:
        """All that a plan needs to know now.

        Args:
            width: distance of the fingers [m].
            touch: the object that may be touched, "" if none. What lies on it or in it goes along.
        """
        facts = self.facts() if self._scene is not None else {}
        held = self._held(facts, width)
        moved = {touch, held} - {""}
        lies = [keys for family in ("on", "in") for keys, value in facts.get(family) or () if value]
        for _ in lies:
            moved |= {thing for thing, below in lies if any(together(below, name) for name in moved)}
        return Scene(self.obstacles(), held, width, frozenset(moved - {held}))

    def objects(self) -> list[dict[str, Any]]:
        """What `objects()` answers."""
        facts = self.facts()
        kinds, colors = dict(_pairs(facts.get("kind"))), dict(_pairs(facts.get("color")))
        yaws, sizes = dict(_pairs(facts.get("yaw"))), dict(_pairs(facts.get("size")))
        found = []
        for name, position in _pairs(facts.get("pose")):
            x, y, z = (float(value) for value in position)
            found.append(
                {
                    "name": name,
                    "kind": kinds.get(name, ""),
                    "color": colors.get(name, ""),
                    "x": x,
                    "y": y,
                    "z": z,
                    "yaw": float(yaws.get(name, 0.0)),
                    "size": [float(value) for value in sizes.get(name, ())],
                }
            )
        return found

    def happened(self) -> list[Mapping[str, Any]]:
        """Events since the last look; all clients are told of each."""
        if self._scene is None:
            return []
        events = list(self._scene.events())
        for event in events:
            data = {key: value for key, value in event.items() if key != "type"}
            kind, thing = str(event["type"]), str(event.get("object", ""))
            if kind in SPARED and any(together(thing, name) for name in self.meant):
                self._tell("touched", {**data, "how": kind})
            else:
                self._tell(kind, data)
            if event["type"] == "blew_up":
                self.blew_up = str(event.get("reason") or "the simulation became unstable")
        return events

    @staticmethod
    def _held(facts: Mapping[str, Any], width: float) -> str:
        if width < EMPTY_M:
            return ""
        return next((name for name, held in _pairs(facts.get("holding")) if held), "")

    def refuse_if_blown(self) -> None:
        """Raise `PrimitiveFailed` if the simulation has become unstable before."""
        if self.blew_up:
            raise PrimitiveFailed("blew_up", f"{self.blew_up}; nothing moves until the world is reset")


class Watchman:
    """Looks at every tick of a motion, and ends it when what is held falls or what stands is hit.

    Args:
        scene: as at the beginning of the motion; None for one of the fingers alone.
        forgive: types of events that are no failure of this motion.
    """

    def __init__(
        self, around: Surroundings, scene: Scene | None = None, *, forgive: frozenset[str] = frozenset()
    ) -> None:
        self._around = around
        self._touched = scene.touch if scene is not None else frozenset()
        self._held = scene.held if scene is not None else ""
        self._width = scene.width if scene is not None and scene.held else 0.0
        self._forgive = forgive

    def __call__(self, state: ArmState) -> None:
        for event in self._around.happened():
            kind, thing = str(event["type"]), str(event.get("object", ""))
            if kind in self._forgive or self._spares(kind, thing):
                continue
            if kind in _WORDS:
                raise PrimitiveFailed(
                    kind, _WORDS[kind].format(thing=thing, **_more(event)), {"object": thing}
                )
        if self._width and state.gripper_width < 0.3 * self._width:
            held = self._held or "what was held"
            raise PrimitiveFailed(
                "dropped", f"{held} is not between the fingers any more", {"object": self._held}
            )

    def _spares(self, kind: str, thing: str) -> bool:
        """Whether an event is what the motion is for: what may be touched may move, or lean on the fingers
        and slide off."""
        if any(together(thing, name) for name in self._touched):
            return kind in SPARED
        return kind == "bumped" and together(thing, self._held)


_WORDS: Final = {
    "dropped": "{thing} fell out of the hand",
    "slipped": "{thing} slid between the fingers",
    "bumped": "{thing} was hit and moved{by}",
    "blew_up": "the simulation became unstable{why}; it was stopped",
}


def _around(zones: Sequence[Zone]) -> tuple[Obstacle, ...]:
    return tuple(zone.obstacle(2 * ZONE_MARGIN_M) for zone in zones)


def _more(event: Mapping[str, Any]) -> dict[str, str]:
    moved = event.get("moved_m")
    reason = event.get("reason")
    return {"by": f" by {float(moved):.3f} m" if moved else "", "why": f" ({reason})" if reason else ""}


def _pairs(family: Any) -> list[tuple[str, Any]]:
    """The facts of a family with one key, in either of its forms on the wire."""
    if isinstance(family, Mapping):
        return list(family.items())
    return [(str(keys[0]), value) for keys, value in family or ()]
