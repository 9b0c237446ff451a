"""The tasks: what stands on the table, what is to be brought about, what a policy sees of it.

Success is a condition over facts, judged as the referee judges; nothing else here knows what success is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import pi

from embodied.condition import Condition, parse
from embodied.rewards.spec import Entry
from embodied_tabletop.engine import GRIPPER_WIDTH_MAX_M
from embodied_tabletop.scene import Scene, handle_of
from embodied_tabletop.scenefile import FOLDER, parse_scene

TARGET = "target"
HAND_LOW, HAND_HIGH = (0.2, -0.5, 0.0), (0.8, 0.5, 0.6)
THING_LOW, THING_HIGH = (0.0, -0.7, 0.0), (1.0, 0.7, 0.7)


@dataclass(frozen=True)
class Task:
    """One environment.

    Attributes:
        name: "PickPlace"; the environment is embodied/PickPlace-v0.
        doc: what is to be done, as a person would say it.
        scene: TOML, see docs/scenes.md; its targets are drawn anew for every episode.
        packaged: the name by which a launch file has that scene, "" where it is not packaged.
        success: a condition over facts.
        entries: what is observed beside the hand.
        steps: agent steps in an episode.
        gripper: whether the fingers are the policy's; else they are shut.
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
    given: Scene | None = None
    packaged: str = ""
    opened: tuple[str, ...] = ()

    @cached_property
    def condition(self) -> Condition:
        return parse(self.success)

    @cached_property
    def built_scene(self) -> Scene:
        if self.given is not None:
            return self.given
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


def _packaged(scene: str) -> str:
    """The text of a scene that comes with the package, so that a run can be at the same table."""
    return (FOLDER / f"{scene}.toml").read_text(encoding="utf-8")


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
        _packaged("reach"),
        "distance(hand, pose[target]) < 0.02",
        (_target("Where the hand shall be."),),
        steps=50,
        packaged="reach",
    ),
    Task(
        "Push",
        "Push the blue cube to the target on the table.",
        _packaged("push"),
        "distance(pose[blue_cube], pose[target]) < 0.03",
        (*cube_entries("blue_cube"), _target("Where the cube's centre shall be, on the table.")),
        steps=120,
        packaged="push",
    ),
    Task(
        "PickPlace",
        "Take the red cube to the target above the table.",
        _packaged("pick-place"),
        "distance(pose[red_cube], pose[target]) < 0.03",
        (*cube_entries("red_cube"), _target("Where the cube's centre shall be, in the air.")),
        steps=120,
        gripper=True,
        packaged="pick-place",
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
        '[[object]]\nkind = "drawer"\nregion = [0.64, -0.33, 0.69, 0.12]\n',
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
        '[[object]]\nkind = "button"\nregion = [0.42, -0.20, 0.72, 0.20]\n',
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
