"""Wishes that are more than one fact for each thing: towers, sorting, swapping, clearing the table."""

from __future__ import annotations

from collections import Counter

from embodied.condition import And, Condition, parse
from embodied.errors import BadGoal
from embodied.phrases import Filled, Selection
from embodied_tabletop.methods import capacity, is_graspable
from embodied_tabletop.scene import Scene, start_of


def chosen(filled: Filled, slot: str = "object") -> Selection:
    """The things in a slot."""
    selection = filled[slot]
    assert isinstance(selection, Selection)
    return selection


def any_tower(scene: Scene, number: int) -> Condition:
    """Some `number` cubes each on the next; raises `BadGoal` if there are too few."""
    cubes = [thing.name for thing in scene.objects if is_graspable(thing)]
    if number < 2:
        raise BadGoal(f"A tower of {number} is no tower.", remedy="Ask for at least 2.")
    if number > len(cubes):
        raise BadGoal(
            f"A tower of {number} cannot be built: there are only {len(cubes)} cubes.",
            remedy=f"Ask for at most {len(cubes)}.",
        )
    text = ""
    for place in reversed(range(number)):
        name = f"cube{place + 1}"
        above = f" and on[cube{place}, {name}]" if place else ""
        below = f" and {text}" if text else ""
        text = f"any({name} in kind: kind[{name}] == 'cube'{above}{below})"
    return parse(text)


def tower_from(things: Selection) -> Condition:
    """A tower of named cubes, the first below."""
    if things.count is not None:
        raise BadGoal("Which cubes the tower is made of is not clear.", remedy="Name them, from below.")
    pairs = zip(things.names[1:], things.names, strict=False)
    return together([f"on[{upper}, {lower}]" for upper, lower in pairs])


def onto_pads(scene: Scene, things: Selection) -> Condition:
    """Each thing at the marked place of its colour; raises `BadGoal` if there is none, or no room."""
    if things.count is not None:
        raise BadGoal("Which things are to be sorted is not clear.", remedy="Say 'all cubes', or name them.")
    pads = {place.color: place for place in scene.marked if place.color}
    parts: list[str] = []
    taken: Counter[str] = Counter()
    for name in things.names:
        color = scene.by_name[name].color
        if color not in pads:
            raise BadGoal(
                f"There is no {color} pad for the {name.replace('_', ' ')}.", remedy="Name a place."
            )
        taken[color] += 1
        if taken[color] > capacity(pads[color]):
            raise BadGoal(
                f"There are more {color} things than the {pads[color].name.replace('_', ' ')} has room for.",
                remedy="Name those that are meant.",
            )
        parts.append(f"at[{name}, {pads[color].name}]")
    return together(parts)


def tower_of(scene: Scene, things: Selection) -> Condition:
    """Of all cubes, or of so many of them, in any order; of named ones the first below."""
    cubes = graspable(scene)
    if not things.open or len(things.names) != len(cubes):
        return tower_from(things)
    return any_tower(scene, things.count or len(cubes))


def swapped(filled: Filled) -> Condition:
    """Each of two where the other stood when the run began."""
    names = [name for one in filled.values() if isinstance(one, Selection) for name in one.names]
    if len(names) != 2:
        raise BadGoal("Which two change places is not clear.", remedy="Name both.")
    a, b = names
    return together([f"at[{a}, {start_of(b)}]", f"at[{b}, {start_of(a)}]"])


def cleared(scene: Scene, container: str) -> Condition:
    """Everything that can be carried in the container."""
    if not graspable(scene):
        raise BadGoal("There is nothing on the table that could be put away.")
    return together([f"in[{name}, {container}]" for name in graspable(scene)])


def graspable(scene: Scene) -> list[str]:
    """What the hand can take, in the scene's order."""
    return [thing.name for thing in scene.objects if is_graspable(thing)]


def together(facts: list[str]) -> Condition:
    """All of these facts."""
    parts = tuple(parse(fact) for fact in facts)
    return parts[0] if len(parts) == 1 else And(parts)
