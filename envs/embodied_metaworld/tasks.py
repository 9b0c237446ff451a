"""The tasks: what is to be brought about in Meta-World's scenes, and what a policy sees of them.

Success is a condition over facts, and Meta-World's own success is the same set of states: its thresholds on
distances, said of how far a mechanism has moved (tests/metaworld holds the two beside each other).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import pi
from typing import Any, Final

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
class Moved:
    """A thing that is brought to a place.

    Attributes:
        thing: what it is ("puck"); "" for the hand itself.
        place: where it shall be.
        axes: that count; along the others the place is told as the thing is.
        role: of the thing: an object, or a handle of what stays where it is.
        turns: its orientation is observed too.
        fast: its velocity is observed too.
    """

    thing: str
    place: str = "target"
    axes: str = "xyz"
    role: str = "object"
    turns: bool = True
    fast: bool = False

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Where the thing is, and where it shall be."""
        thing, place = self.thing, self.place
        own = f"; only its {' and '.join(self.axes)} counts, the rest is told as the {thing}'s"
        doc = f"Where it shall be{'' if self.axes == 'xyz' else own}."
        there = _position(place, "place", doc)
        if not thing:
            return (there,)
        here = [_position(thing, self.role, "Where it is, as Meta-World's observation has it.")]
        if self.turns:
            here.append(
                Entry(f"{thing}_turn", (4,), "1", "world", -1.0, 1.0, "Its orientation, as a quaternion.", "",
                      thing, f"turn[{thing}]")
            )  # fmt: skip
        if self.fast:
            doc = f"Of the {thing}."
            here.append(Entry(f"{thing}_velocity", (3,), "m/s", "world", -2.0, 2.0, doc, "velocity", thing))
        return (*here, there)


@dataclass(frozen=True)
class Task:
    """One of Meta-World's tasks.

    Attributes:
        name: ours and, with -v3 after it, Meta-World's ("drawer-open").
        doc: what is to be done, as a person would say it.
        success: a condition over facts.
        about: what is moved.
    """

    name: str
    doc: str
    success: str
    about: Mechanism | Moved

    @cached_property
    def condition(self) -> Condition:
        return parse(self.success)

    @cached_property
    def observation(self) -> ObservationSpec:
        """The hand, and what the task is about."""
        return ObservationSpec((*_HAND, *self.about.entries))


def _position(name: str, role: str, doc: str, thing: str = "") -> Entry:
    return Entry(name, (3,), "m", "world", THING_LOW, THING_HIGH, doc, role, thing, f"pose[{name}]")


_HAND: Final = (
    Entry("hand", (3,), "m", "world", HAND_LOW, HAND_HIGH, "Between the finger tips.", "hand", fact="hand"),
    Entry("hand_velocity", (3,), "m/s", "world", -2.0, 2.0, "Of the hand.", "velocity", "hand"),
    Entry("gripper", (), "m", "", 0.0, GRIPPER_WIDTH_MAX_M, "Distance of the fingers.", "gripper",
          fact="gripper_width"),
)  # fmt: skip
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

_ELEVEN: Final = (
    Task("drawer-open", "Open the drawer.", "opening[drawer] > 0.16 and opening[drawer] < 0.22", _DRAWER),
    Task("drawer-close", "Close the drawer.", "opening[drawer] < 0.0315", _DRAWER),
    Task("window-open", "Open the window.", "opening[window] > 0.19", _WINDOW),
    Task("window-close", "Close the window.", "opening[window] < 0.04", _WINDOW),
    Task("button-press", "Press the button.", "depth[button] > 0.073", _BUTTON),
    Task("sweep-into", "Sweep the cube into the hole.", "distance(pose[cube], pose[hole]) < 0.05",
         Moved("cube", "hole", "xy", turns=False, fast=True)),
    Task("door-unlock", "Unlock the door.", "turned[lock] > 0.09", _LOCK),
    Task("door-close", "Close the door.", "opening[door] < 0.1788", _DOOR),
    Task("handle-pull", "Pull the lever's end up.", "depth[lever] < 0.042", _LEVER),
    Task("handle-press", "Press the lever's end down.", "depth[lever] > 0.077 and depth[lever] < 0.117",
         _LEVER),
    Task("handle-press-side", "Press the lever down from the side.",
         "depth[lever] > 0.077 and depth[lever] < 0.117", _LEVER),
)  # fmt: skip


def _moved(name: str, doc: str, thing: str, within_m: float, **more: Any) -> Task:
    """Success is a distance."""
    moved = Moved(thing, **more)
    what = f"pose[{thing}]" if thing else "hand"
    return Task(name, doc, f"distance({what}, pose[{moved.place}]) < {within_m:g}", moved)


def _pressed(name: str, doc: str, within_m: float, axis: str) -> Task:
    return _moved(name, doc, "button", within_m, place="pressed", axes=axis, role="handle", turns=False)


_OTHERS: Final = (
    _moved("reach", "Bring the hand to the target.", "", 0.05),
    _moved("reach-wall", "Bring the hand to the target at the wall.", "", 0.05),
    _moved("push", "Push the puck to the target.", "puck", 0.05, fast=True),
    _moved("push-wall", "Push the puck around the wall to the target.", "puck", 0.07, fast=True),
    _moved("push-back", "Pull the puck back to the target.", "puck", 0.07, fast=True),
    _moved("pick-place", "Take the puck to the target.", "puck", 0.07),
    _moved("pick-place-wall", "Take the puck over the wall to the target.", "puck", 0.07),
    _moved("pick-out-of-hole", "Take the puck out of the hole to the target.", "puck", 0.07),
    _moved("shelf-place", "Put the cube on the shelf.", "cube", 0.07, place="shelf"),
    _moved("sweep", "Sweep the cube to the target.", "cube", 0.05, fast=True),
    _moved("soccer", "Push the ball into the goal.", "ball", 0.07, place="goal", fast=True),
    _moved("hand-insert", "Bring the cube into the hole, hand and all.", "cube", 0.05),
    _moved("box-close", "Put the lid on the box.", "lid", 0.08, place="box"),
    _moved("coffee-push", "Push the mug to the coffee machine.", "mug", 0.07),
    _moved("coffee-pull", "Pull the mug from the coffee machine.", "mug", 0.07),
    _moved("plate-slide", "Slide the plate into the cabinet.", "plate", 0.07),
    _moved("plate-slide-side", "Slide the plate into the cabinet sideways.", "plate", 0.07),
    _moved("plate-slide-back", "Slide the plate out of the cabinet.", "plate", 0.07),
    _moved("plate-slide-back-side", "Slide the plate out of the cabinet sideways.", "plate", 0.07),
    _moved("peg-unplug-side", "Pull the peg out sideways.", "peg", 0.07),
    _moved("dial-turn", "Turn the dial.", "dial", 0.07, role="handle", turns=False),
    _moved("faucet-close", "Close the faucet.", "faucet", 0.07, role="handle", turns=False),
    _moved("door-open", "Open the door.", "door_handle", 0.08, place="opened", axes="x", role="handle"),
    _moved("door-lock", "Lock the door.", "lock_tip", 0.02, place="locked", axes="z", role="handle",
           turns=False),
    _pressed("button-press-topdown", "Press the button from above.", 0.024, "z"),
    _pressed("button-press-topdown-wall", "Press the button over the wall.", 0.024, "z"),
    _pressed("button-press-wall", "Press the button behind the wall.", 0.03, "y"),
    _pressed("coffee-button", "Press the coffee machine's button.", 0.02, "y"),
)  # fmt: skip

TEXT2REWARD: Final = tuple(task.name for task in _ELEVEN)
"""The eleven that Text2Reward (Xie et al. 2024) was measured on."""
TASKS: Mapping[str, Task] = {task.name: task for task in (*_ELEVEN, *_OTHERS)}
"""By name. What is left out of Meta-World's fifty has a success that is no distance of one thing."""
