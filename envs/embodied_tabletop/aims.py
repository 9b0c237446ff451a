"""Wishes about a scene's targets: "reach the target", "push the blue cube to the target within 6 mm"."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from embodied.condition import Condition, Or, parse
from embodied.errors import BadGoal
from embodied.phrases import Filled, Kind, Phrase, Slot, Thing
from embodied_tabletop.scene import Scene
from embodied_tabletop.stating import GOES
from embodied_tabletop.wishes import chosen

KIND: Final = "target"
WORDS: Final = Kind(("target", "mark"), ("targets", "marks"))
HAND_M, THING_M = 0.02, 0.03
"""How near is there, unless the sentence says: of the hand, and of a thing's centre."""
UNITS: Final = {"mm|millimetre|millimetres|millimeter|millimeters": 0.001, "cm|centimetre|centimetres": 0.01}

_CUBE: Final = Slot("object", frozenset({"cube"}))
_CUBES: Final = Slot("object", frozenset({"cube"}), most=0)
_TARGET: Final = Slot("target", frozenset({KIND}))
_NUMBER: Final = Slot("number", number=True)
_TO: Final = "to|onto|on|at|up_to|over_to|into"
_BRING: Final = "push|slide|shove|nudge|put|place|move|bring|carry|take|get|pick_and_place|lift"
_GO: Final = "reach|go_to|touch|move_to|reach_for|get_to"
_HAND: Final = "bring|move|put|take|get the_hand|your_hand|hand|the_gripper|the_arm"


def target_phrases(scene: Scene) -> Iterator[Phrase]:
    """What can be wished of the targets of a scene; where it has none, that is what is answered."""
    if not scene.targets:
        yield from _unmet(scene.name)
        return
    wishes = (
        (f"{_BRING} {{object}} {_TO} {{target}}", (_CUBE, _TARGET), "{object} at {target}", THING_M),
        (f"{{object}} {GOES} {_TO} {{target}}", (_CUBE, _TARGET), "{object} at {target}", THING_M),
        (f"{_HAND} {_TO} {{target}}", (_TARGET,), "the hand at {target}", HAND_M),
        (f"{_GO} {{target}}", (_TARGET,), "the hand at {target}", HAND_M),
    )
    for words, slots, said, near in wishes:
        for unit, metres in UNITS.items():
            exact = (*slots, _NUMBER)
            yield Phrase(
                f"{words} (,) (to) within|tolerance|with_tolerance|with_a_tolerance_of|to_an_accuracy_of "
                f"{{number}} {unit}",
                exact,
                _near(metres),
                f"{said}, so near as was said",
            )
        yield Phrase(words, slots, _near(near, fixed=True), said)


def _near(metres: float, *, fixed: bool = False) -> Callable[[Filled], Condition]:
    """What is there is nearer than so many metres, or so many times what the sentence says."""

    def condition(filled: Filled) -> Condition:
        number = 1 if fixed else filled["number"]
        assert isinstance(number, int)
        target = chosen(filled, "target").names[0]
        moved = [f"pose[{name}]" for name in chosen(filled).names] if "object" in filled else ["hand"]
        ways = [parse(f"distance({one}, pose[{target}]) < {round(number * metres, 6):g}") for one in moved]
        return ways[0] if len(ways) == 1 else Or(tuple(ways))  # the slot takes one thing: any of several

    return condition


def _unmet(scene: str) -> Iterator[Phrase]:
    """The same wishes in a scene without targets."""

    def condition(_filled: Filled) -> Condition:
        raise BadGoal(
            f"There is no target in the scene {scene!r}.",
            remedy="These have one: --set world.scene=reach, =push, =pick-place; docs/scenes.md tells how "
            "one of your own gets it ([[target]]). What was learned for a target is used there too.",
        )

    for words, slots in ((f"{_BRING} {{object}} {_TO}", (_CUBES,)), (f"{_HAND} {_TO}", ()), (_GO, ())):
        yield Phrase(f"{words} the_target|the_mark|target|mark", slots, condition, "what is not there")


def target_things(scene: Scene) -> Iterator[Thing]:
    """The targets, by their names."""
    for target in scene.targets:
        words = (
            ("target mark", "target point", "target position", "target spot")
            if len(scene.targets) == 1
            else ()
        )
        yield Thing(target.name, KIND, words=words)
