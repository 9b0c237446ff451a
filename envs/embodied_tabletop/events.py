"""What happens between observations: something dropped, slipped, bumped, or physics that blew up.

Read once a control period. A thing counts as bumped when it comes to lie elsewhere though nobody took it
there: neither held, nor carried in or on what moved, nor pushed by the tips of the closed, empty fingers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import dist, hypot
from typing import Any

from embodied_tabletop.engine import ARM, FINGERS, BodyState
from embodied_tabletop.facts import View
from embodied_tabletop.geometry import to_body
from embodied_tabletop.scene import Vector3

BUMPED_M = 0.015
SLIPPED_M = 0.012
RELEASE_M = 0.002
SETTLE_S = 1.0
"""After it was let go a thing may still roll into its place."""

Event = Mapping[str, Any]


@dataclass
class _Track:
    """What is remembered of one thing."""

    rested: Vector3
    grasp: Vector3 | None = None
    excused_until_s: float = 0.0
    slipped: bool = False


@dataclass
class Watch:
    """Compares each instant with the last. `opening`: whether the fingers were told to open."""

    tracks: dict[str, _Track] = field(default_factory=dict)

    def begin(self, view: View) -> None:
        """Forget everything; things rest where they are."""
        self.tracks = {thing.name: _Track(view.state(thing.name).position) for thing in view.loose}

    def look(self, view: View, *, opening: bool) -> Iterator[Event]:
        """The events of this instant."""
        moved = self._carriers(view)
        for name, track in self.tracks.items():
            state = view.state(name)
            if name in view.held:
                yield from self._held(name, track, state, view.now.grasp_point)
                continue
            if track.grasp is not None:
                track.grasp, track.slipped = None, False
                track.excused_until_s = view.now.time_s + SETTLE_S
                if not opening:
                    yield {"type": "dropped", "object": name}
            yield from self._loose(name, track, view, moved)

    def _held(self, name: str, track: _Track, state: BodyState, hand: BodyState) -> Iterator[Event]:
        there = to_body(hand, state.position)
        if track.grasp is None:
            track.grasp, track.slipped = there, False
        elif not track.slipped and dist(there, track.grasp) > SLIPPED_M:
            track.slipped = True
            yield {"type": "slipped", "object": name}
        track.rested = state.position

    def _loose(self, name: str, track: _Track, view: View, moved: frozenset[str]) -> Iterator[Event]:
        state = view.state(name)
        excused = view.now.time_s < track.excused_until_s or self._pushed(name, view)
        if excused or any(view.now.touches(name, carrier) for carrier in moved):
            track.rested = state.position
            track.excused_until_s = max(track.excused_until_s, view.now.time_s + 0.2)
            return
        if not view.still(name):
            return
        way = dist(state.position, track.rested)
        if way > BUMPED_M:
            track.rested = state.position
            yield {"type": "bumped", "object": name, "moved_m": round(way, 4)}

    def _pushed(self, name: str, view: View) -> bool:
        """By finger tips on purpose: closed, and holding nothing. Open ones may close around it."""
        now = view.now
        by_fingers = any(now.touches(name, finger) for finger in FINGERS)
        return by_fingers and not now.touches(name, ARM) and not view.held

    def _carriers(self, view: View) -> frozenset[str]:
        """Things that are carried or pushed, and what moves with them."""
        moving = {name for name in view.held if name in view.scene.by_name}
        for thing in view.scene.objects:
            velocity = view.state(thing.name).velocity
            fast = hypot(*velocity) > 0.01
            track = self.tracks.get(thing.name)
            if fast and (thing.kind == "drawer" or (track and view.now.time_s < track.excused_until_s)):
                moving.add(thing.name)
        return frozenset(moving)
