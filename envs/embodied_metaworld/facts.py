"""The facts of an instant in one of Meta-World's scenes, read from the simulator's state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from embodied.arms.facts import FAMILIES as ARM
from embodied.facts import UNKNOWN, FactFamily, Key, Unknown, Value
from embodied_metaworld.tasks import GRIPPER_WIDTH_MAX_M, PLACE, Task

FAMILIES: Final[Mapping[str, FactFamily]] = {
    **{name: ARM[name] for name in ("hand", "gripper_width")},
    "pose": FactFamily("pose", ("thing",), "vector", "Where a thing is, or is touched [m, world frame]."),
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
        moved = self._task.mechanism
        match family:
            case "hand":
                yield (), _place(self._scene.tcp_center)
            case "gripper_width":
                yield (), self._width()
            case "pose" if moved is not None:
                yield (moved.touched,), _place(self._scene._get_pos_objects())
            case "pose":
                at = _place(self._scene._get_pos_objects())
                yield ("cube",), at
                yield (PLACE,), (*_place(self._scene._target_pos)[:2], at[2])
            case _ if moved is not None and family == moved.family:
                along = float(self._scene._get_pos_objects()[0]) - self._start_x
                turned = moved.sign * float(self._scene.data.qpos[self._joint])
                yield (moved.thing,), along if moved.along_x else turned

    def _width(self) -> float:
        fingers = [self._scene.data.body(name).xpos for name in ("rightclaw", "leftclaw")]
        return min(float(np.linalg.norm(fingers[0] - fingers[1])), GRIPPER_WIDTH_MAX_M)


def _place(point: Any) -> tuple[float, ...]:
    return tuple(float(part) for part in point[:3])
