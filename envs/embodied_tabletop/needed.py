"""From what a skill needs to a table on which it is so, for the gate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from embodied.condition import And, Comparison, Condition, Fact, Literal
from embodied_tabletop.methods import is_graspable
from embodied_tabletop.scene import Scene


def scene_for(scene: Scene, needs: Sequence[Condition]) -> dict[str, Any]:
    """A set-up, as `embodied_tabletop.placing` reads it; {} if nothing need be set up."""
    objects: dict[str, dict[str, Any]] = {}
    opened: dict[str, float] = {}
    holding = ""
    graspable = {thing.name for thing in scene.objects if is_graspable(thing)}
    for fact in _facts(needs):
        match (fact.family, *fact.keys):
            case ("holding", name) if name in graspable:
                holding = name
            case ("is_open", drawer) if drawer in scene.by_name:
                opened[drawer] = scene.by_name[drawer].travel
            case ("on", name, support) if name in graspable and support in graspable:
                objects[name] = {"on": support}
            case ("in", name, container) if name in graspable and container in scene.by_name:
                objects[name] = {"in": container}
    objects.pop(holding, None)
    whole = {"objects": objects, "open": opened, "holding": holding}
    return {key: value for key, value in whole.items() if value}


def _facts(needs: Sequence[Condition]) -> Iterator[Fact]:
    for need in needs:
        match need:
            case And(parts):
                yield from _facts(parts)
            case Comparison(Fact() as fact, "==", Literal(value)) if value is True:
                yield fact
