"""What embodied knows of a tabletop with no simulator running: a scene gives its words and its methods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from embodied.arms.facts import FAMILIES as ARM
from embodied.condition import Condition, parse
from embodied.facts import FactFamily, Observation
from embodied.methods import FactRef, Method, Reflex, Vocabulary
from embodied_tabletop.families import FAMILIES as SCENE
from embodied_tabletop.methods import RELATIONS, TABLE, TabletopMethods
from embodied_tabletop.needed import scene_for
from embodied_tabletop.scene import Scene, handle_of
from embodied_tabletop.vocabulary import vocabulary

NOTES = """\
An arm with a two-finger gripper at a table. World frame [m]: the arm's base at the origin, x forward (away
from the base), y to the left, z up, the table's top at z = 0. "left" is +y, "in front of" is nearer to the
base. Things are held by friction alone: after every grasp look whether `holding` is true, and again before
letting go. A thing is grasped from above, the fingers along its sides (the thing's yaw, or a quarter turn
from it), where no neighbour stands in the way of a finger (about 2 cm thick; they open to 8 cm at most).
Nothing can be grasped that has something on top (`clear` is false), and only one thing is held at a time.
Move over things (via="above"), lower slowly, let go, and go straight up. Contact that is meant must be named
with touch="...". A tower is built from below. Drawers open towards the arm by their handle (`<drawer>_handle`
in `pose`).
"""


class TabletopSpec:
    """The `WorldSpec` of one scene."""

    name: str = "tabletop"
    families: Mapping[str, FactFamily] = {**SCENE, **ARM}
    reflexes: tuple[Reflex, ...] = ()
    interrupts: frozenset[str] = frozenset({"dropped", "bumped"})
    disturbances: frozenset[str] = frozenset({"bumped"})
    ready: Condition | None = parse("alive")
    notes: str = NOTES
    aside: tuple[str, ...] = ("joint", "left_of", "right_of", "in_front_of", "behind", "start_of_*")

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._methods = TabletopMethods(scene)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words for what stands on the table, and the wishes that can be said of it."""
        return vocabulary(self.scene)

    def methods(self, fact: FactRef, amount: float, observation: Observation) -> Iterable[Method]:
        """The ways to make `fact` true."""
        return self._methods(fact, observation)

    def unreachable(self, fact: FactRef) -> str:
        """Why nothing brings a fact about, for a user; empty if something may."""
        family, *names = fact
        if family not in _BROUGHT_ABOUT or any(mark in name for name in names for mark in "*?"):
            return ""
        known = {*self.scene.by_name, *self.scene.place_names, TABLE}
        known |= {handle_of(drawer) for drawer in self._methods.drawers}
        strange = next((name for name in names if name not in known), "")
        if strange:
            return f"there is no {strange} on this table; there are {', '.join(sorted(self.scene.by_name))}"
        if any(True for _ in self._methods(fact, _NOTHING_SEEN)):
            return ""
        return self._why_not(family, names)

    def _why_not(self, family: str, names: Sequence[str]) -> str:
        moved = names[0] if names else ""
        if family in ("on", "in", "at", "holding", *RELATIONS) and moved not in self._methods.graspable:
            return f"the hand cannot take the {moved}; it can take {', '.join(self._methods.graspable)}"
        if family == "on" and names[-1] in self._methods.containers:
            return f"things are put into the {names[-1]}, not on it: in[{moved}, {names[-1]}]"
        return f"nothing brings about {family}[{', '.join(names)}]"

    def scene_for(self, needs: Sequence[Condition]) -> Mapping[str, Any]:
        """What the simulation is to set up so that these needs hold (`embodied_tabletop.placing`); for the
        gate. Needs that are so anyway, or cannot be set up, are left out.
        """
        return scene_for(self.scene, needs)

    def goal_pool(self) -> Sequence[str]:
        """The goals that a benchmark may ask for in this scene."""
        return list(self.vocabulary.examples)


_NOTHING_SEEN = Observation(TabletopSpec.families, {})

_BROUGHT_ABOUT = frozenset(
    {"on", "in", "at", "holding", "clear", "free", "is_open", "is_closed", "opening", "pressed", *RELATIONS}
)
