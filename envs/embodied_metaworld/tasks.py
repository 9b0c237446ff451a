"""The tasks: what is to be brought about in Meta-World's scenes, and what a policy sees of them.

Success is a condition over facts, and Meta-World's own success is the same set of states: its thresholds on
distances, said of how far a mechanism has moved (tests/metaworld holds the two beside each other).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import pi
from typing import Final

from embodied.condition import Condition, parse
from embodied.rewards.spec import ActionSpec, Entry, ObservationSpec

REPEAT: Final = 4
STEP_S: Final = 0.05
"""A step of an agent is four of Meta-World's, each of five substeps of 2.5 ms."""
STEPS: Final = 50
REACH_M: Final = 0.01 * REPEAT

HAND_LOW, HAND_HIGH = (-0.55, 0.3, -0.06), (0.55, 1.05, 0.6)
THING_LOW, THING_HIGH = (-0.7, 0.3, -0.1), (0.7, 1.2, 0.5)
GRIPPER_WIDTH_MAX_M: Final = 0.1
PLACE: Final = "hole"


@dataclass(frozen=True)
class Mechanism:
    """What moves in one way, told by one number.

    Attributes:
        thing: what it is ("drawer"); `family` is the fact that tells how far it has moved.
        touched: where it is touched, the fact `pose[...]`.
        sign: of the joint's position in that fact.
        along_x: the fact is how far `touched` has moved along x since the start, not the joint's position.
        most: of the fact [m or rad].
    """

    thing: str
    family: str
    touched: str
    doc: str
    sign: float = 1.0
    along_x: bool = False
    least: float = 0.0
    most: float = 0.2
    unit: str = "m"

    @property
    def fact(self) -> str:
        return f"{self.family}[{self.thing}]"

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Where it is touched, and how far it has moved."""
        doc = "Where it is touched, as Meta-World's observation has it."
        return (
            _position(self.touched, "handle", doc, self.thing),
            Entry(self.family, (), self.unit, "", self.least, self.most, self.doc, "joint", self.thing,
                  self.fact),
        )  # fmt: skip


@dataclass(frozen=True)
class Task:
    """One of Meta-World's tasks.

    Attributes:
        name: ours and, with -v3 after it, Meta-World's ("drawer-open").
        doc: what is to be done, as a person would say it.
        success: a condition over facts.
        mechanism: what is moved; None where a cube is swept into the hole.
    """

    name: str
    doc: str
    success: str
    mechanism: Mechanism | None = None

    @cached_property
    def condition(self) -> Condition:
        return parse(self.success)

    @cached_property
    def observation(self) -> ObservationSpec:
        """The hand, and what the task is about."""
        return ObservationSpec((*_HAND, *(self.mechanism.entries if self.mechanism else _CUBE)))


def _position(name: str, role: str, doc: str, thing: str = "") -> Entry:
    return Entry(name, (3,), "m", "world", THING_LOW, THING_HIGH, doc, role, thing, f"pose[{name}]")


_HAND: Final = (
    Entry("hand", (3,), "m", "world", HAND_LOW, HAND_HIGH, "Between the finger tips.", "hand", fact="hand"),
    Entry("hand_velocity", (3,), "m/s", "world", -2.0, 2.0, "Of the hand.", "velocity", "hand"),
    Entry("gripper", (), "m", "", 0.0, GRIPPER_WIDTH_MAX_M, "Distance of the fingers.", "gripper",
          fact="gripper_width"),
)  # fmt: skip
_CUBE: Final = (
    _position("cube", "object", "Its centre."),
    Entry("cube_velocity", (3,), "m/s", "world", -2.0, 2.0, "Of the cube.", "velocity", "cube"),
    _position(PLACE, "place", "The hole's middle, at the height that the cube has."),
)

ACTION: Final = ActionSpec(
    (
        Entry("move", (3,), "1", "world", -1.0, 1.0,
              f"Change of where the hand shall be: 1 is {REACH_M:g} m in a step of {STEP_S:g} s."),
        Entry("gripper", (), "1", "", -1.0, 1.0, "How hard the fingers are driven: 1 opens, -1 shuts them."),
    )
)  # fmt: skip

_DRAWER = Mechanism("drawer", "opening", "drawer_handle", "How far it is pulled out.", -1.0, most=0.22)
_WINDOW = Mechanism("window", "opening", "window_handle", "How far it is slid open.")
_BUTTON = Mechanism("button", "depth", "button_cap", "How far it is pushed in.", -1.0, most=0.1)
_LOCK = Mechanism(
    "lock", "turned", "lock_tip", "How far its tip has moved along x, to unlock.", along_x=True, most=0.1
)
_DOOR = Mechanism(
    "door", "opening", "door_handle", "How far it stands open.", -1.0, most=round(pi / 2, 3), unit="rad"
)
_LEVER = Mechanism("lever", "depth", "lever_end", "How far its end is pressed down.", -1.0, most=0.17)

_TASKS: Final = (
    Task("drawer-open", "Open the drawer.", "opening[drawer] > 0.16 and opening[drawer] < 0.22", _DRAWER),
    Task("drawer-close", "Close the drawer.", "opening[drawer] < 0.0315", _DRAWER),
    Task("window-open", "Open the window.", "opening[window] > 0.19", _WINDOW),
    Task("window-close", "Close the window.", "opening[window] < 0.04", _WINDOW),
    Task("button-press", "Press the button.", "depth[button] > 0.073", _BUTTON),
    Task("sweep-into", "Sweep the cube into the hole.", "distance(pose[cube], pose[hole]) < 0.05"),
    Task("door-unlock", "Unlock the door.", "turned[lock] > 0.09", _LOCK),
    Task("door-close", "Close the door.", "opening[door] < 0.1788", _DOOR),
    Task("handle-pull", "Pull the lever's end up.", "depth[lever] < 0.042", _LEVER),
    Task("handle-press", "Press the lever's end down.", "depth[lever] > 0.077 and depth[lever] < 0.117",
         _LEVER),
    Task("handle-press-side", "Press the lever down from the side.",
         "depth[lever] > 0.077 and depth[lever] < 0.117", _LEVER),
)  # fmt: skip

TASKS: Mapping[str, Task] = {task.name: task for task in _TASKS}
"""The eleven that Text2Reward (Xie et al. 2024) was measured on, by name."""
