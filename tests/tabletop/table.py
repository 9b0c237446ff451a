"""A table on paper: the facts of an arrangement, and what is left of them after steps go as foreseen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from embodied_tabletop.scene import Scene, start_of
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.spec import TabletopSpec

from embodied.condition import parse
from embodied.facts import Observation
from embodied.planning import OfflinePlanner, Step, Stop
from embodied.planning.operators import domain_of

DEFAULT = load_scene("default")
SPEC = TabletopSpec(DEFAULT)


def arranged(
    on: Mapping[str, str] | None = None,
    inside: Mapping[str, str] | None = None,
    at: Iterable[tuple[str, str]] | None = None,
    holding: str = "",
    *,
    is_open: bool = False,
    scene: Scene = DEFAULT,
) -> Observation:
    """Cubes on the table, each where it stood at the start unless `at` says otherwise."""
    cubes = [thing.name for thing in scene.objects if thing.kind == "cube"]
    below, held_in = dict(on or {}), dict(inside or {})
    places = [(cube, start_of(cube)) for cube in cubes] if at is None else list(at)
    facts: dict[str, dict[tuple[str, ...], object]] = {name: {} for name in TabletopSpec.families}
    for cube in cubes:
        if cube == holding:
            continue
        facts["on"][(cube, below.get(cube, "table"))] = True
        if cube in held_in:
            facts["in"][(cube, held_in[cube])] = True
        shut_in = held_in.get(cube) == "drawer" and not is_open
        if cube not in below.values() and not shut_in:
            facts["clear"][(cube,)] = True
    facts["at"].update({pair: True for pair in places if pair[0] != holding})
    taken = {place for _, place in places}
    facts["free"].update({(place,): True for place in scene.place_names if place not in taken})
    facts["hand_empty"][()] = not holding
    if holding:
        facts["holding"][(holding,)] = True
    facts["is_open"][("drawer",)] = is_open
    facts["is_closed"][("drawer",)] = not is_open
    facts["kind"].update({(thing.name,): thing.kind for thing in scene.objects})
    return Observation(TabletopSpec.families, facts)  # type: ignore[arg-type]


def planned(goal: str, observation: Observation, spec: TabletopSpec = SPEC) -> list[Step]:
    """The steps of the offline planner; fails the test if it stops."""
    decision = OfflinePlanner(spec).next(parse(goal), observation, [])
    assert isinstance(decision, Step), decision
    return [decision, *decision.upcoming]


def refused(goal: str, observation: Observation, spec: TabletopSpec = SPEC) -> str:
    decision = OfflinePlanner(spec).next(parse(goal), observation, [])
    assert isinstance(decision, Stop), decision
    return decision.reason


def shown(steps: Iterable[Step]) -> list[str]:
    return [f"{step.skill}({', '.join(map(str, step.arguments.values()))})" for step in steps]


def carried_out(
    steps: Iterable[Step], observation: Observation, spec: TabletopSpec = SPEC
) -> set[tuple[str, ...]]:
    """The facts that are true after the steps; fails if a step cannot begin where the last ended."""
    goals = [frozenset({("on", a, b)}) for a in spec.scene.by_name for b in (*spec.scene.by_name, "table")]
    goals += [frozenset({("in", a, b)}) for a in spec.scene.by_name for b in ("bowl", "drawer")]
    goals += [frozenset({("at", a, place)}) for a in spec.scene.by_name for place in spec.scene.place_names]
    goals += [frozenset({fact}) for fact in (("is_closed", "drawer"), ("pressed", "button"))]
    goals += [
        frozenset({(s, a, b)})
        for s in ("left_of", "behind")
        for a in spec.scene.by_name
        for b in spec.scene.by_name
    ]
    domain = domain_of(spec, observation, goals, lambda method: 0.0)
    state = domain.start
    for step in steps:
        fit = [
            one
            for one in domain.operators
            if (one.method.skill, dict(one.method.arguments)) == (step.skill, dict(step.arguments))
        ]
        able = [one for one in fit if state & one.needs == one.needs]
        assert able, f"{step.skill}{dict(step.arguments)} cannot begin"
        state = able[0].after(state)
    return {fact for fact, bit in domain.bits.items() if state >> bit & 1}
