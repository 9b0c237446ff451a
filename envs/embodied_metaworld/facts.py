"""The facts of an instant in one of Meta-World's scenes, read from the simulator's state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from embodied.arms.facts import FAMILIES as ARM
from embodied.facts import UNKNOWN, FactFamily, Key, Unknown, Value
from embodied_metaworld.tasks import GRIPPER_WIDTH_MAX_M, Mechanism, Moved, Task

FAMILIES: Final[Mapping[str, FactFamily]] = {
    **{name: ARM[name] for name in ("hand", "gripper_width")},
    "pose": FactFamily("pose", ("thing",), "vector", "Where a thing is, or is touched [m, world frame]."),
    "turn": FactFamily("turn", ("thing",), "vector", "Its orientation, as a quaternion."),
    "opening": FactFamily(
        "opening", ("thing",), "float", "How far a drawer or window [m] or a door [rad] stands open."
    ),
    "depth": FactFamily("depth", ("thing",), "float", "How far a button or lever is pressed [m]."),
    "turned": FactFamily(
        "turned", ("thing",), "float", "How far a lock's tip has moved along x, to unlock [m]."
    ),
}


class InstantFacts:
    """A `FactSource` over one of Meta-World's environments; nothing is kept but the start."""

    families = FAMILIES

    def __init__(self, scene: Any, task: Task) -> None:
        self._scene, self._task = scene, task
        self._joint = int(scene.model.joint(scene.model.njnt - 1).qposadr[0])
        self._start_x = 0.0

    def begin(self) -> None:
        """An episode begins: what has moved is counted from here."""
        self._start_x = float(self._scene._get_pos_objects()[0])

    def get(self, family: str, *keys: str) -> Value | Unknown:
        """See `embodied.facts.FactSource`."""
        return dict(self.items(family)).get(keys, UNKNOWN)

    def items(self, family: str) -> Iterator[tuple[Key, Value]]:
        """See `embodied.facts.FactSource`."""
        about = self._task.about
        match family:
            case "hand":
                yield (), _place(self._scene.tcp_center)
            case "gripper_width":
                yield (), self._width()
            case _ if isinstance(about, Mechanism):
                yield from self._mechanism(family, about)
            case _:
                yield from self._moved(family, about)

    def _mechanism(self, family: str, about: Mechanism) -> Iterator[tuple[Key, Value]]:
        at = _place(self._scene._get_pos_objects())
        if family == "pose":
            yield (about.touched,), at
        elif family == about.family:
            turned = about.sign * float(self._scene.data.qpos[self._joint])
            yield (about.thing,), at[0] - self._start_x if about.along_x else turned

    def _moved(self, family: str, about: Moved) -> Iterator[tuple[Key, Value]]:
        at = _place(self._scene._get_pos_objects() if about.thing else self._scene.tcp_center)
        if family == "pose":
            if about.thing:
                yield (about.thing,), at
            there = _place(self._scene._target_pos)
            counts = zip("xyz", there, at, strict=True)
            yield (about.place,), tuple(one if axis in about.axes else own for axis, one, own in counts)
        elif family == "turn" and about.turns:
            yield (about.thing,), tuple(float(part) for part in self._scene._get_quat_objects()[:4])

    def _width(self) -> float:
        fingers = [self._scene.data.body(name).xpos for name in ("rightclaw", "leftclaw")]
        return min(float(np.linalg.norm(fingers[0] - fingers[1])), GRIPPER_WIDTH_MAX_M)


def _place(point: Any) -> tuple[float, ...]:
    return tuple(float(part) for part in point[:3])
