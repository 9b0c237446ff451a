"""Plan a motion whole before anything moves, or say why it cannot be and what is nearest."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from embodied.arms import ArmDescription, Obstacle
from embodied.bridge.body import PrimitiveFailed
from embodied_arm.geometry import axis_and_angle, rotated, rounded
from embodied_arm.kinematics import SINGULAR, Kinematics, Target, nearest_yaw, yaw_of
from embodied_arm.limits import BOX_TOLERANCE, PACE, Limits
from embodied_arm.model import CLEARANCE_M, HELD, Array, Contact, PlanningModel
from embodied_arm.timing import Path, grid, trajectory

SPACING_M: Final = 0.02
SPACING_RAD: Final = 0.12
ANGLE_M: Final = 0.15
"""How many metres of path a radian of turning counts for."""
SAME_M: Final = 0.001
"""Places nearer to each other than this are one."""
JUMP_RAD: Final = 0.5
"""More than this between neighbouring postures of a line means that the arm would flip over."""
PUT_M: Final = 0.003
"""How far into a thing what is held may be put by a plan: so much may it hang lower than it was taken."""
WORSE_M: Final = 0.0015
"""What touches at the beginning may come this much nearer on the way."""
ROUND_M: Final = 0.05
"""How far before and after a corner a motion `above` leaves its straight lines [m]."""
RETIMED: Final = 4
LIFTS: Final = (0.1, 0.2, 0.3, 0.4)
"""How far above its end a motion `above` comes down from, and `home` rises, the first that is free [m]."""


@dataclass(frozen=True)
class Scene:
    """What is to be known of the surroundings at the beginning of a plan.

    Attributes:
        obstacles: all parts of all things now.
        held: the object in the hand, "" if none.
        width: distance of the fingers [m].
        touch: the objects that may be touched, each with its parts; see `together`.
    """

    obstacles: Sequence[Obstacle]
    held: str
    width: float
    touch: frozenset[str] = frozenset()


def together(one: str, other: str) -> bool:
    """Whether two names are of one thing and its part: drawer and drawer_handle are touched together."""
    return bool(one) and (one == other or one.startswith(f"{other}_") or other.startswith(f"{one}_"))


@dataclass(frozen=True)
class Plan:
    """A motion from the present posture, checked.

    Attributes:
        joints: targets for every control period [rad], shape (t, n).
        end: where the grasp point shall be [m], shape (3,).
    """

    joints: Array
    end: Array


class _Stuck(Exception):
    """A line cannot be followed beyond `here`, whatever the reason turns out to be."""

    def __init__(self, here: Array, target: Target, why: str) -> None:
        super().__init__(why)
        self.here = here
        self.target = target
        self.why = why


class Planner:
    """Plans for one arm. Every method raises `PrimitiveFailed` with the codes of `move_to`, whose data has
    `nearest` or `object`. Not for several threads at once.
    """

    def __init__(
        self, description: ArmDescription, limits: Limits, obstacles: Sequence[Obstacle], period: float
    ) -> None:
        self.model = self._model = PlanningModel(description, obstacles)
        self._kinematics = Kinematics(self._model, description, limits.lower, limits.upper)
        self.limits = limits
        self._period = period
        self._home = np.array(description.home)

    # -- motions -----------------------------------------------------------------------------------

    def where(self, q: Array) -> tuple[Array, Array]:
        """Position (3,) and rotation (3, 3) of the grasp point with the joints at q; copies."""
        self._model.place(q)
        position, rotation = self._model.pose()
        return position.copy(), rotation.copy()

    def line(self, start: Array, targets: Sequence[Target], scene: Scene, share: float) -> Plan:
        """Straight lines of the grasp point through `targets`."""
        self._inside(targets)
        self._look(start, scene)
        try:
            path = self._through(start, targets)
        except _Stuck as stuck:
            raise self._no_way(stuck, start) from None
        return Plan(self._checked(start, path, scene, share).joints, np.array(targets[-1].position))

    def above(self, start: Array, target: Target, scene: Scene, share: float) -> Plan:
        """Over what stands in between: up where needed, across, and straight down to `target`; the lowest
        way that hits nothing. Where joints end on the straight ways, the arm swings over to an easier
        posture; where that does not go either, the straight line is tried, and says why not."""
        self._inside([target])
        self._look(start, scene)
        position, rotation = self.where(start)
        x, y, z = (float(value) for value in position)
        end = np.array(target.position)
        for plan in (self._across, self._swing):
            if plan == self._swing and not self._reaches_somehow(target, start):
                break
            for lift in LIFTS:
                height = min(target.position[2] + lift, float(self.limits.workspace_high[2]))
                over = Target((target.position[0], target.position[1], height), target.yaw)
                up = [] if z >= height else [Target((x, y, height), yaw_of(rotation))]
                with contextlib.suppress(_Stuck, PrimitiveFailed):
                    return Plan(plan(start, up, over, target, scene, share), end)
        return self.line(start, [target], scene, share)

    def joints(self, start: Array, goal: Array, scene: Scene, share: float) -> Plan:
        """All joints together from `start` to `goal`."""
        limits = self.limits
        out = np.maximum(limits.lower - goal, goal - limits.upper)
        worst = int(out.argmax())
        if out[worst] > 1e-9:
            raise PrimitiveFailed(
                "limit",
                f"joint {worst + 1} may be from {limits.lower[worst]:.3f} to {limits.upper[worst]:.3f} rad, "
                f"not {goal[worst]:.3f}",
            )
        self._look(start, scene)
        s = np.array([0.0, max(float(np.abs(goal - start).max()), 1e-6)])
        return self._checked(start, Path(s, np.stack([start, goal])), scene, share, box=True)

    def home(self, start: Array, scene: Scene, share: float) -> Plan:
        """To the home posture: at once, or after a way straight up where something stands between."""
        try:
            return self.joints(start, self._home, scene, share)
        except PrimitiveFailed as wrong:
            position, rotation = self.where(start)
            for lift in LIFTS:
                up = Target(
                    (float(position[0]), float(position[1]), float(position[2]) + lift), yaw_of(rotation)
                )
                try:
                    rise = self.line(start, [up], scene, share)
                    rest = self._from(rise.joints[-1], start, scene, share)
                except PrimitiveFailed:
                    continue
                return Plan(np.concatenate([rise.joints, rest.joints]), rest.end)
            raise wrong

    def target(self, start: Array, position: Sequence[float], yaw: float | None) -> Target:
        """A target for the tool, its yaw turned to the nearer of the two that are alike."""
        present = yaw_of(self.where(start)[1])
        turn = present if yaw is None else nearest_yaw(yaw, present)
        return Target((float(position[0]), float(position[1]), float(position[2])), turn)

    # -- parts -------------------------------------------------------------------------------------

    def _across(
        self, start: Array, up: list[Target], over: Target, target: Target, scene: Scene, share: float
    ) -> Array:
        """Joint targets up, across and down in straight lines with round corners."""
        path = self._through(start, [*up, over, target], ROUND_M)
        return self._checked(start, path, scene, share).joints

    def _swing(
        self, start: Array, up: list[Target], over: Target, target: Target, scene: Scene, share: float
    ) -> Array:
        """Joint targets straight up, over in joint space to the easiest posture there, and straight down."""
        parts, q = [], start
        if up:
            parts.append(self._checked(start, self._postures(start, up), scene, share).joints)
            q = parts[-1][-1]
        for turn in (0.0, math.pi):
            there = Target(over.position, over.yaw + turn)
            above = self._kinematics.solve(there, self._kinematics.easy(np.array(over.position)))
            with contextlib.suppress(_Stuck):
                if above is not None:
                    down = self._postures(above, [Target(target.position, target.yaw + turn)])
                    break
        else:
            raise _Stuck(np.array(over.position), over, "a joint reaches its limit")
        s = np.array([0.0, max(float(np.abs(above - q).max()), 1e-6)])
        parts.append(self._checked(q, Path(s, np.stack([q, above])), scene, share, box=True).joints)
        parts.append(self._checked(above, down, scene, share).joints)
        return np.concatenate(parts)

    def _from(self, q: Array, start: Array, scene: Scene, share: float) -> Plan:
        s = np.array([0.0, max(float(np.abs(self._home - q).max()), 1e-6)])
        self._look(start, scene)
        return self._checked(start, Path(s, np.stack([q, self._home])), scene, share, box=True)

    def _look(self, start: Array, scene: Scene) -> None:
        self._model.set_fingers(scene.width)
        self._model.place(start)
        self._model.set_obstacles(scene.obstacles, scene.held)

    def _inside(self, targets: Sequence[Target]) -> None:
        limits = self.limits
        for target in targets:
            point = np.array(target.position)
            nearest = np.clip(point, limits.workspace_low, limits.workspace_high)
            if np.abs(nearest - point).max() > 1e-9:
                raise PrimitiveFailed(
                    "outside_workspace",
                    f"{_words(point)} is outside the workspace, which reaches from "
                    f"{_words(limits.workspace_low)} to {_words(limits.workspace_high)} m",
                    {"nearest": _point(self.nearest(Target(tuple(nearest.tolist()), target.yaw)))},
                )

    def _through(self, start: Array, targets: Sequence[Target], round_m: float = 0.0) -> Path:
        """Postures along straight lines, corners rounded by `round_m`, by turning the hand both ways where
        one does not go."""
        first: _Stuck | None = None
        for turn in (0.0, math.pi, -math.pi):
            turned = [Target(target.position, target.yaw + turn) for target in targets]
            try:
                return self._postures(start, turned, round_m)
            except _Stuck as stuck:
                first = first or stuck
        assert first is not None
        raise first

    def _postures(self, start: Array, targets: Sequence[Target], round_m: float = 0.0) -> Path:
        position, rotation = self.where(start)
        corners = np.array([position, *(target.position for target in targets)])
        postures, s = [start], [0.0]
        free = min(SINGULAR, 0.9 * self._kinematics.singularity(start))  # out of a singularity one may move
        for index, target in enumerate(targets):
            turned = target.rotation()
            axis, angle = axis_and_angle(turned @ rotation.T)
            length = float(np.linalg.norm(corners[index + 1] - corners[index]))
            way = length + ANGLE_M * angle
            if way < SAME_M and (len(postures) > 1 or index < len(targets) - 1):
                continue  # postures too near to each other have no direction, and a curve through them swings
            count = max(1, math.ceil(length / SPACING_M), math.ceil(angle / SPACING_RAD))
            for k in range(1, count + 1):
                share = k / count
                here = rounded(corners, index, share, round_m)
                turn = share if len(targets) == 1 else share * share * (3 - 2 * share)
                frame = rotated(axis, turn * angle) @ rotation
                q = self._kinematics.track(here, frame, postures[-1], min(1.0, way / count / SPACING_M))
                if q is None or float(np.abs(q - postures[-1]).max()) > JUMP_RAD:
                    raise _Stuck(here, target, "a joint reaches its limit")
                if self._kinematics.singularity(q) < free:
                    raise _Stuck(here, target, "the arm is at a singularity (stretched or folded)")
                postures.append(q)
                s.append(s[-1] + max(way / count, SAME_M))
            rotation = turned
        return Path(np.array(s), np.stack(postures))

    def _no_way(self, stuck: _Stuck, start: Array) -> PrimitiveFailed:
        """Why a line ends on its way: the target cannot be reached at all, or only not in this way."""
        target = stuck.target
        if not self._reaches_somehow(target, start):
            nearest = self.nearest(target)
            return PrimitiveFailed(
                "unreachable",
                f"{_words(np.array(target.position))} with yaw {target.yaw:.2f} is out of reach; the nearest "
                f"that is not is {_words(nearest)}",
                {"nearest": _point(nearest)},
            )
        return PrimitiveFailed(
            "limit",
            f"on the straight line to {_words(np.array(target.position))} {stuck.why} at "
            f"{_words(stuck.here)}; the place itself can be reached: go via='above', or take another yaw",
            {"nearest": _point(stuck.here)},
        )

    def _reaches_somehow(self, target: Target, start: Array) -> bool:
        """Whether a posture puts the hand there, turned either way."""
        for turn in (0.0, math.pi):
            q = self._kinematics.solve(Target(target.position, target.yaw + turn), start)
            if q is not None and self._kinematics.singularity(q) >= SINGULAR:
                return True
        return False

    def nearest(self, target: Target) -> Array:
        """A point near `target` that can be reached with the tool down, above the table, shape (3,): the end
        of a walk towards it from the middle of the workspace."""
        goal = np.array(target.position)
        azimuth = math.atan2(goal[1], goal[0])
        out = np.array([math.cos(azimuth), math.sin(azimuth)]) * 0.5
        found = []
        for height in (float(np.clip(goal[2], 0.02, 0.6)), 0.3):
            anchor = np.array([out[0], out[1], height])
            q = self._kinematics.solve(Target((out[0], out[1], height), target.yaw), self._home)
            if q is not None:
                found.append(self._walk(anchor, goal, target.rotation(), q))
        if not found:
            return self.where(self._home)[0]
        return min(found, key=lambda point: float(np.linalg.norm(point - goal)))

    def _walk(self, anchor: Array, goal: Array, rotation: Array, q: Array) -> Array:
        length = float(np.linalg.norm(goal - anchor))
        count = max(1, min(400, math.ceil(length / 0.005)))
        last = anchor
        for k in range(1, count + 1):
            here = anchor + (goal - anchor) * (k / count)
            further = self._kinematics.track(here, rotation, q)
            if further is None or self._kinematics.singularity(further) < SINGULAR:
                break
            if any(contact.thing == "table" for contact in self._model.contacts(further)):
                break
            q, last = further, here
        return last

    def _checked(self, start: Array, path: Path, scene: Scene, share: float, *, box: bool = False) -> Plan:
        """The path with its timing, if it hits nothing on the way."""
        s = grid(path)
        allowed = _Allowance(self._model.contacts(start), scene.touch | {scene.held})
        hand = np.empty((len(s), 3))
        for k, q in enumerate(path.at(s)):
            hit = allowed.first_beyond(self._model.contacts(q))
            hand[k] = self._model.pose()[0]
            if hit is not None:
                free = hand[max(0, k - 2)]
                data: Mapping[str, Any] = {"object": hit.thing, "part": hit.part, "nearest": _point(free)}
                raise PrimitiveFailed("collision", f"{hit.words()} at {_words(hand[k])}", data)
        if box:
            self._stays_inside(hand)
        return Plan(self._timed(path, hand, share), hand[-1])

    def _timed(self, path: Path, hand: Array, share: float) -> Array:
        """Joint targets, slower where sampling the path has made the hand faster than it was meant to be."""
        joints = trajectory(path, hand, self.limits, share, self._period)
        most = share * PACE * self.limits.hand_speed * self._period
        for _ in range(RETIMED):
            places = np.stack([self._model.position(q) for q in (path.q[0], *joints)])
            fastest = float(np.linalg.norm(np.diff(places, axis=0), axis=1).max())
            if fastest <= most:
                break
            share *= 0.99 * most / fastest
            joints = trajectory(path, hand, self.limits, share, self._period)
        return joints

    def _stays_inside(self, hand: Array) -> None:
        limits = self.limits
        inside = np.clip(hand, limits.workspace_low, limits.workspace_high)
        out = np.abs(inside - hand).max(axis=1)
        worst = int(out.argmax())
        if out[worst] > max(BOX_TOLERANCE, float(out[0]) + 1e-3):
            raise PrimitiveFailed(
                "outside_workspace",
                f"the hand would leave the workspace at {_words(hand[worst])}",
                {"nearest": _point(inside[worst])},
            )


class _Allowance:
    """Which contacts a motion may have: with what it may touch; and those it begins with, no deeper, until
    it has come clear of them."""

    def __init__(self, before: Sequence[Contact], touch: frozenset[str]) -> None:
        self._touch = touch
        self._depth: dict[str, float] = {}
        for contact in before:
            self._depth[contact.thing] = max(self._depth.get(contact.thing, 0.0), contact.depth_m)

    def first_beyond(self, contacts: Sequence[Contact]) -> Contact | None:
        """The first of the contacts of a posture that is not allowed; postures come in the path's order."""
        near = {contact.thing for contact in contacts}
        self._depth = {thing: depth for thing, depth in self._depth.items() if thing in near}
        for contact in contacts:
            if any(together(contact.thing, name) for name in self._touch):
                continue
            allowed = self._depth.get(contact.thing, 0.0) + WORSE_M
            if contact.part == HELD:  # putting it down is what it is carried for
                allowed = max(allowed, CLEARANCE_M + PUT_M)
            if contact.depth_m > allowed:
                return contact
        return None


def _point(position: Array) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip("xyz", position, strict=True)}


def _words(position: Array) -> str:
    return "(" + ", ".join(f"{value:.3f}" for value in position.tolist()) + ")"
