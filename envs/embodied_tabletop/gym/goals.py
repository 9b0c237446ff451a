"""A goal of a scene as a task: what is observed follows from the things that its condition names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from embodied.condition import Comparison, Condition, Fact, Literal, alternatives, facts_in
from embodied.errors import BadInput, did_you_mean
from embodied.rewards.spec import Entry
from embodied_tabletop.families import FAMILIES
from embodied_tabletop.gym.tasks import (
    Task,
    cube_entries,
    position_entry,
    size_entry,
)
from embodied_tabletop.methods import TABLE
from embodied_tabletop.scene import Scene, SceneObject, handle_of

FIRST_STEPS, MORE_STEPS, MOST_STEPS = 80, 80, 480
"""Of an episode: to begin with, for each fact that is to be brought about, and in all."""
NAME_LENGTH: Final = 60
_SHUT_FIST: Final = frozenset({"pressed"})
"""Families that are brought about with shut fingers."""


def goal_task(name: str, sentence: str, condition: Condition, scene: Scene) -> Task:
    """The task to bring a condition about in a scene.

    Raises:
        BadInput: the condition names what the scene does not have, or nothing that can be observed.
    """
    facts = tuple(dict.fromkeys(facts_in(condition)))
    entries = tuple(_entries(facts, scene))
    if not any(entry.shape == (3,) for entry in entries):
        raise BadInput(
            f"Nothing of {condition} can be observed: it names no thing on the table.",
            remedy="Name one, as in on[red_cube, blue_cube] or distance(hand, pose[red_cube]) < 0.02.",
        )
    return Task(
        name,
        sentence,
        scene="",
        success=str(condition),
        entries=entries,
        steps=_steps(condition, scene),
        gripper=not {fact.family for fact in facts} <= _SHUT_FIST,
        given=scene,
        opened=tuple(_to_be_shut(condition)),
    )


def _entries(facts: tuple[Fact, ...], scene: Scene) -> Iterator[Entry]:
    seen: set[str] = set()
    for fact in facts:
        for key in fact.keys:
            for entry in _about(key, fact, scene):
                if entry.name not in seen:
                    seen.add(entry.name)
                    yield entry
    for number, fact in enumerate(facts):
        flag = _flag(fact, number)
        if flag is not None and flag.fact not in seen and flag.name not in seen:
            yield flag


def _about(name: str, fact: Fact, scene: Scene) -> Iterator[Entry]:
    """What is observed of a thing or a place."""
    handles = {handle_of(thing.name): thing for thing in scene.objects if thing.kind == "drawer"}
    if name in scene.by_name:
        yield from _about_thing(scene.by_name[name], fact)
    elif name in handles:
        yield _handle(handles[name])
    elif name in scene.place_names:
        yield position_entry(name, "The middle of the place, on the table.", "place")
        yield _extents(name, 1.0)
    elif name in scene.target_names:
        yield position_entry(name, "Where it shall be.", "place")
    elif name != TABLE:
        known = (*scene.by_name, *handles, *scene.place_names, *scene.target_names, TABLE)
        raise BadInput(
            f"There is nothing called {name!r} in the scene (in {fact}).",
            remedy=did_you_mean(name, known) or f"There are {', '.join(known)}.",
        )


def _about_thing(thing: SceneObject, fact: Fact) -> Iterator[Entry]:
    name = thing.name
    match thing.kind:
        case "cube":
            yield from cube_entries(name)
            yield size_entry(name)
        case "drawer":
            if len(fact.keys) > 1 or fact.family == "pose":
                yield position_entry(name, "The centre of its box, which moves with it.", "", name)
                yield _extents(name, 0.5)
            yield _handle(thing)
            yield Entry(
                f"{name}_opening", (), "m", "", 0.0, thing.travel, "How far it is pulled out.", "joint",
                name, f"opening[{name}]",
            )  # fmt: skip
        case "button":
            yield position_entry(name, "The centre of its cap.", "handle")
        case _:
            yield position_entry(name, "Its centre.")
            yield _extents(name, 0.5)


def _handle(drawer: SceneObject) -> Entry:
    return position_entry(handle_of(drawer.name), "The middle of its handle's neck.", "handle", drawer.name)


def _extents(name: str, most: float) -> Entry:
    return Entry(f"{name}_size", (3,), "m", "", 0.0, most, "Full extents.", "size", name, f"size[{name}]")


def _flag(fact: Fact, number: int) -> Entry | None:
    """Whether a fact of the condition holds: seen like all else, as `pressed` is of a button."""
    family = FAMILIES.get(fact.family)
    if family is None or family.kind != "bool":
        return None
    name = "_".join((fact.family, *fact.keys))
    name = name if len(name) < NAME_LENGTH and name.isidentifier() else f"{fact.family}_{number}"
    thing = fact.keys[0] if fact.keys else ""
    return Entry(name, (), "1", "", 0.0, 1.0, family.doc, "flag", thing, str(fact))


def _steps(condition: Condition, scene: Scene) -> int:
    """For each fact, and for each drawer that something is to be in: it has to be opened first."""
    drawers = {thing.name for thing in scene.objects if thing.kind == "drawer"}

    def parts(way: Condition) -> int:
        facts = list(facts_in(way))
        return len(facts) + len({key for fact in facts for key in fact.keys[1:] if key in drawers})

    least = min(parts(way) for way in alternatives(condition))
    return min(FIRST_STEPS + MORE_STEPS * max(1, least), MOST_STEPS)


def _to_be_shut(condition: Condition) -> Iterator[str]:
    """Drawers that shall be closed in the end: where all begin shut, nothing would be learned."""
    for way in alternatives(condition):
        for part in getattr(way, "parts", (way,)):
            match part:
                case Comparison(Fact("is_closed", (drawer,)), "==", Literal(True)):
                    yield drawer
