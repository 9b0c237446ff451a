"""The tasks: what stands on the table, what is to be brought about, what a policy sees of it.

Success is a condition over facts, judged as the referee judges; nothing else here knows what success is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import cos, hypot, pi, sin

import numpy as np

from embodied.condition import Condition, parse
from embodied.rewards.spec import Entry
from embodied_tabletop.engine import GRIPPER_WIDTH_MAX_M, Start
from embodied_tabletop.scene import Scene, Vector3, handle_of
from embodied_tabletop.scenefile import parse_scene

TARGET = "target"
HAND_LOW, HAND_HIGH = (0.2, -0.5, 0.0), (0.8, 0.5, 0.6)
THING_LOW, THING_HIGH = (0.0, -0.7, 0.0), (1.0, 0.7, 0.7)

Draw = Callable[[np.random.Generator, Scene, Start], Vector3]
"""Where the target of an episode is [m, world frame]."""


@dataclass(frozen=True)
class Task:
    """One environment.

    Attributes:
        name: "PickPlace"; the environment is embodied/PickPlace-v0.
        doc: what is to be done, as a person would say it.
        scene: TOML, see docs/scenes.md; "" for an empty table.
        success: a condition over facts; `pose[target]` is the episode's target.
        entries: what is observed beside the hand.
        steps: agent steps in an episode.
        gripper: whether the fingers are the policy's; else they are shut.
        target: draws the target, None for a task without.
        given: the scene, where it is no text of the task's own; its places are facts too.
        opened: drawers that stand open, somehow, when an episode begins.
    """

    name: str
    doc: str
    scene: str
    success: str
    entries: tuple[Entry, ...]
    steps: int
    gripper: bool = False
    target: Draw | None = None
    given: Scene | None = None
    opened: tuple[str, ...] = ()

    @cached_property
    def condition(self) -> Condition:
        return parse(self.success)

    @cached_property
    def built_scene(self) -> Scene:
        if self.given is not None:
            return self.given
        if not self.scene:
            return Scene(self.name.lower(), self.doc, ())
        return parse_scene(self.scene, f"{self.name} (task)", name=self.name.lower())


def hand_entries(*, gripper: bool, turns: bool, joints: bool) -> tuple[Entry, ...]:
    """What is observed of the arm itself."""
    entries = [
        Entry("hand", (3,), "m", "world", HAND_LOW, HAND_HIGH, "The grasp point.", "hand", fact="hand"),
        Entry("hand_velocity", (3,), "m/s", "world", -2.0, 2.0, "Of the grasp point.", "velocity", "hand"),
    ]
    if turns:
        doc = "Turn of the hand about z, modulo pi."
        entries.append(Entry("hand_yaw", (), "rad", "world", -pi, pi, doc, fact="hand_yaw"))
    if gripper:
        entries.append(
            Entry("gripper", (), "m", "", 0.0, GRIPPER_WIDTH_MAX_M, "Distance of the fingers.", "gripper",
                  fact="gripper_width")
        )  # fmt: skip
    if joints:
        entries += [
            Entry("joints", (7,), "rad", "", -4.6, 4.6, "From base to hand.", fact="joint"),
            Entry("joints_velocity", (7,), "rad/s", "", -6.0, 6.0, "Of the joints.", "velocity", "joints"),
        ]
    return tuple(entries)


def position_entry(name: str, doc: str, role: str = "object", thing: str = "") -> Entry:
    return Entry(name, (3,), "m", "world", THING_LOW, THING_HIGH, doc, role, thing, f"pose[{name}]")


def cube_entries(name: str) -> tuple[Entry, ...]:
    doc = "Its turn about z, within +-pi/4."
    return (
        position_entry(name, "Its centre."),
        Entry(f"{name}_yaw", (), "rad", "world", -pi / 4, pi / 4, doc, "", name, f"yaw[{name}]"),
    )


def size_entry(name: str) -> Entry:
    return Entry(
        f"{name}_size", (3,), "m", "", 0.0, 0.1, "Full extents.", "size", name, f"size[{name}]"
    )  # fmt: skip


def _target(doc: str) -> Entry:
    return position_entry(TARGET, doc, "place")


def _in_the_air(rng: np.random.Generator, scene: Scene, start: Start) -> Vector3:
    x, y, z = rng.uniform((0.38, -0.20, 0.05), (0.60, 0.20, 0.32))
    return float(x), float(y), float(z)


def _above_the_table(rng: np.random.Generator, scene: Scene, start: Start) -> Vector3:
    x, y, z = rng.uniform((0.38, -0.18, 0.07), (0.58, 0.18, 0.25))
    return float(x), float(y), float(z)


def _beside_the_cube(rng: np.random.Generator, scene: Scene, start: Start) -> Vector3:
    """On the table, 8 to 18 cm from the first object, where the hand can push it to."""
    first = scene.objects[0]
    x, y, _ = start.poses[first.name].position
    for _ in range(100):
        way, direction = rng.uniform(0.08, 0.18), rng.uniform(-pi, pi)
        there = (x + way * cos(direction), y + way * sin(direction))
        if 0.36 <= there[0] <= 0.62 and abs(there[1]) <= 0.25:
            break
    else:  # from every corner of the cube's region there is a way towards the middle
        back = 0.12 / max(hypot(x - 0.48, y), 1e-6)
        there = (x + (0.48 - x) * back, y - y * back)
    return there[0], there[1], first.size[2] / 2


_ONE_CUBE = """
[[object]]
kind = "cube"
color = "{color}"
region = [0.41, -0.13, 0.56, 0.13]
yaw = [-0.3, 0.3]
"""

_TASKS = (
    Task(
        "Reach",
        "Bring the hand to the target.",
        "",
        "distance(hand, pose[target]) < 0.02",
        (_target("Where the hand shall be."),),
        steps=50,
        target=_in_the_air,
    ),
    Task(
        "Push",
        "Push the blue cube to the target on the table.",
        _ONE_CUBE.format(color="blue"),
        "distance(pose[blue_cube], pose[target]) < 0.03",
        (*cube_entries("blue_cube"), _target("Where the cube's centre shall be, on the table.")),
        steps=120,
        target=_beside_the_cube,
    ),
    Task(
        "PickPlace",
        "Take the red cube to the target above the table.",
        _ONE_CUBE.format(color="red"),
        "distance(pose[red_cube], pose[target]) < 0.03",
        (*cube_entries("red_cube"), _target("Where the cube's centre shall be, in the air.")),
        steps=120,
        gripper=True,
        target=_above_the_table,
    ),
    Task(
        "Stack",
        "Stack the red cube on the blue cube, and let go.",
        _ONE_CUBE.format(color="red") + _ONE_CUBE.format(color="blue"),
        "on[red_cube, blue_cube]",
        (*cube_entries("red_cube"), *cube_entries("blue_cube"), *map(size_entry, ("red_cube", "blue_cube"))),
        steps=120,
        gripper=True,
    ),
    Task(
        "DrawerOpen",
        "Open the drawer.",
        '[[object]]\nkind = "drawer"\nregion = [0.64, -0.12, 0.68, 0.12]\n',
        "is_open[drawer]",
        (
            position_entry(handle_of("drawer"), "The middle of its handle's neck.", "handle", "drawer"),
            Entry("opening", (), "m", "", 0.0, 0.15, "How far it is pulled out.", "joint", "drawer",
                  "opening[drawer]"),
        ),
        steps=100,
        gripper=True,
    ),
    Task(
        "ButtonPress",
        "Press the button.",
        '[[object]]\nkind = "button"\nregion = [0.42, -0.18, 0.60, 0.18]\n',
        "pressed[button]",
        (
            position_entry("button", "The centre of its cap.", "handle"),
            Entry("pressed", (), "1", "", 0.0, 1.0, "It has been pushed down fully.", "flag", "button",
                  "pressed[button]"),
        ),
        steps=50,
    ),
)  # fmt: skip

TASKS: Mapping[str, Task] = {task.name: task for task in _TASKS}
