"""How the facts of a tabletop come about: which skill, what it needs first, what it makes true and false.

All facts here are true or false, so plans are searched forward. What a skill undoes matters as much as what
it does: taking a cube clears what it lay on and frees the place where it stood.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from math import hypot

from embodied.condition import Condition, parse
from embodied.facts import Observation
from embodied.methods import FactRef, Method
from embodied_tabletop.scene import Place, Scene, SceneObject, handle_of

TABLE = "table"

RELATIONS: Mapping[str, str] = {
    "left_of": "right_of",
    "right_of": "left_of",
    "in_front_of": "behind",
    "behind": "in_front_of",
}
"""Each side with the one from which the other thing sees it."""

EDGES = frozenset({"left_edge", "right_edge", "front_edge", "back_edge"})
"""Places that things can be pushed to as well as put."""

SPOT_M = 0.08
"""What a thing and the fingers beside it take up within a place [m]."""

COST_S: Mapping[str, float] = {
    "pick": 6.0,
    "put-down": 7.0,
    "let-go": 2.0,
    "place": 6.0,
    "place-on": 6.5,
    "place-beside": 6.5,
    "put-in": 6.0,
    "stack": 25.0,
    "push-to": 10.0,
    "open-drawer": 10.0,
    "close-drawer": 8.0,
    "press-button": 5.0,
}
"""Expected duration [s]. Stacking in one go counts more than its halves: between them, one can look."""

_PUSH_TO_SMALL_PLACE_S = 40.0
_PLACE_AT_EDGE_S = 10.0
_BESIDE_SHARE = 0.4
"""Things whose centre is within this share of their width from a place take up room in it."""
_HAND_EMPTY: FactRef = ("hand_empty",)


class TabletopMethods:
    """The ways to each fact in one scene."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.graspable = tuple(thing.name for thing in scene.objects if is_graspable(thing))
        self.containers = tuple(thing.name for thing in scene.objects if thing.contains_things)
        self.drawers = tuple(thing.name for thing in scene.objects if thing.kind == "drawer")
        self.roomy = frozenset(place.name for place in scene.places if capacity(place) > 1)
        self.buttons = tuple(thing.name for thing in scene.objects if thing.kind == "button")

    def __call__(self, fact: FactRef, observation: Observation) -> Iterable[Method]:
        """Every method that makes `fact` true, or would from another state than the present."""
        match fact:
            case ("hand_empty",):
                return (*self._put_downs, *self._let_gos)
            case ("holding", name):
                return self._of(name, self._pick)
            case ("clear", name):
                return self._clearing(name, observation)
            case ("free", place):
                return self._freeing(place, observation)
            case ("on", name, "table"):
                return self._of(name, self._put_down)
            case ("on", name, support):
                return self._placing_on(name, support)
            case ("in", name, container):
                return self._putting_in(name, container)
            case ("at", name, place):
                return self._bringing_to(name, place)
            case ("is_open" | "opening", drawer) if drawer in self.drawers:
                return (self._open(drawer),)
            case ("is_closed", drawer) if drawer in self.drawers:
                return (self._close(drawer),)
            case ("pressed", button) if button in self.buttons:
                return (self._press(button),)
            case (side, name, other) if side in RELATIONS:
                return self._beside(side, name, other)
        return ()

    def _of(self, name: str, make: object) -> Iterable[Method]:
        return (make(name),) if name in self.graspable and callable(make) else ()

    # -------------------------------------------------------------------------------- taking

    def _pick(self, name: str) -> Method:
        return Method(
            "pick",
            {"object": name},
            needs=(parse("hand_empty"), parse(f"clear[{name}]")),
            adds={("holding", name): 1},
            cost=COST_S["pick"],
            undoes=(*self._leaving(name), ("clear", name), _HAND_EMPTY),
            adds_if=self._left_behind(name),
        )

    @cached_property
    def _picks(self) -> tuple[Method, ...]:
        return tuple(self._pick(name) for name in self.graspable)

    def _freeing(self, place: str, observation: Observation) -> Iterator[Method]:
        """Taking away what is there, or reaches into it from beside."""
        for method in self._picks:
            name = str(method.arguments["object"])
            beside = reaches_into(name, place, observation) and not observation.get("at", name, place)
            yield replace(method, adds={**method.adds, ("free", place): 1}) if beside else method

    def _clearing(self, name: str, observation: Observation) -> Iterator[Method]:
        """Taking away what lies on it, or leans over it."""
        for method in self._picks:
            other = str(method.arguments["object"])
            leans = lies_over(other, name, observation) and not observation.get("on", other, name)
            if other != name:
                yield replace(method, adds={**method.adds, ("clear", name): 1}) if leans else method
        if name in self.graspable:
            yield self._put_down(name)
            yield from (self._open(drawer) for drawer in self.drawers)

    def _leaving(self, name: str) -> tuple[FactRef, ...]:
        """What is no longer so when a thing is taken from where it is."""
        sides = [side for relation in RELATIONS for side in ((relation, name, "*"), (relation, "*", name))]
        return (("on", name, "*"), ("in", name, "*"), ("at", name, "*"), *sides)

    def _left_behind(self, name: str) -> dict[FactRef, FactRef]:
        """What becomes so by it."""
        cleared: dict[FactRef, FactRef] = {
            ("on", name, below): ("clear", below) for below in self.graspable if below != name
        }
        freed: dict[FactRef, FactRef] = {
            ("at", name, place): ("free", place)
            for place in self.scene.place_names
            if place not in self.roomy
        }
        return {**cleared, **freed}

    # -------------------------------------------------------------------------------- setting down

    def _set_down(
        self,
        skill: str,
        arguments: Mapping[str, str],
        gives: FactRef,
        *,
        needs: tuple[Condition, ...] = (),
        also: tuple[FactRef, ...] = (),
        undoes: tuple[FactRef, ...] = (),
        cost: float = 0.0,
    ) -> Method:
        name = arguments["object"]
        adds = {fact: 1.0 for fact in (gives, *also, ("clear", name), _HAND_EMPTY)}
        return Method(
            skill,
            arguments,
            needs=(parse(f"holding[{name}]"), *needs),
            adds=adds,
            cost=cost or COST_S[skill],
            undoes=(("holding", name), *undoes),
        )

    def _put_down(self, name: str) -> Method:
        return self._set_down("put-down", {"object": name}, ("on", name, TABLE))

    @cached_property
    def _put_downs(self) -> tuple[Method, ...]:
        return tuple(self._put_down(name) for name in self.graspable)

    @cached_property
    def _let_gos(self) -> tuple[Method, ...]:
        """A pull that was interrupted leaves the hand around a handle."""
        return tuple(
            Method(
                "let-go",
                {"handle": handle},
                needs=(parse(f"holding[{handle}]"),),
                adds={_HAND_EMPTY: 1},
                cost=COST_S["let-go"],
                undoes=(("holding", handle),),
            )
            for handle in map(handle_of, self.drawers)
        )

    def _placing_on(self, name: str, support: str) -> Iterator[Method]:
        if name == support or name not in self.graspable or support not in self.graspable:
            return
        arguments = {"object": name, "support": support}
        covered: FactRef = ("clear", support)
        free_top = parse(f"clear[{support}]")
        yield self._set_down(
            "place-on", arguments, ("on", name, support), needs=(free_top,), undoes=(covered,)
        )
        yield Method(
            "stack",
            arguments,
            needs=(parse("hand_empty"), parse(f"clear[{name}]"), free_top),
            adds={("on", name, support): 1},
            cost=COST_S["stack"],
            note="takes it and sets it down in one go",
            undoes=(*self._leaving(name), covered),
            adds_if=self._left_behind(name),
        )

    def _putting_in(self, name: str, container: str) -> Iterator[Method]:
        if name not in self.graspable or container not in self.containers:
            return
        needs = (parse(f"is_open[{container}]"),) if container in self.drawers else ()
        arguments = {"object": name, "container": container}
        yield self._set_down("put-in", arguments, ("in", name, container), needs=needs)

    def _bringing_to(self, name: str, place: str) -> Iterator[Method]:
        if name not in self.graspable or place not in self.scene.place_names:
            return
        edge, roomy = place in EDGES, place in self.roomy
        needs = () if roomy else (parse(f"free[{place}]"),)
        taken = () if roomy else (("free", place),)
        yield self._set_down(
            "place",
            {"object": name, "at": place},
            ("at", name, place),
            needs=needs,
            also=(("on", name, TABLE),),
            undoes=taken,
            cost=_PLACE_AT_EDGE_S if edge else COST_S["place"],
        )
        yield Method(
            "push-to",
            {"object": name, "place": place},
            needs=(parse("hand_empty"), parse(f"clear[{name}]"), parse(f"on[{name}, {TABLE}]"), *needs),
            adds={("at", name, place): 1},
            cost=COST_S["push-to"] if edge else _PUSH_TO_SMALL_PLACE_S,
            undoes=(*(one for one in self._leaving(name) if one[0] != "on"), *taken),
            adds_if=self._left_behind(name),
        )

    def _beside(self, side: str, name: str, other: str) -> Iterator[Method]:
        if name == other or {name, other} - set(self.scene.by_name):
            return
        for moved, where, still in ((name, side, other), (other, RELATIONS[side], name)):
            if moved in self.graspable:
                yield self._set_down(
                    "place-beside",
                    {"object": moved, "side": where, "other": still},
                    (where, moved, still),
                    also=((RELATIONS[where], still, moved), ("on", moved, TABLE)),
                    cost=COST_S["place-beside"] + (0.0 if moved == name else 0.5),
                )

    # -------------------------------------------------------------------------------- drawers, buttons

    def _open(self, drawer: str) -> Method:
        return Method(
            "open-drawer",
            {"drawer": drawer},
            needs=(parse("hand_empty"),),
            adds={("is_open", drawer): 1, ("opening", drawer): self.scene.by_name[drawer].travel},
            cost=COST_S["open-drawer"],
            undoes=(("is_closed", drawer),),
            adds_if={("in", name, drawer): ("clear", name) for name in self.graspable},
        )

    def _close(self, drawer: str) -> Method:
        return Method(
            "close-drawer",
            {"drawer": drawer},
            needs=(parse("hand_empty"),),
            adds={("is_closed", drawer): 1},
            cost=COST_S["close-drawer"],
            undoes=(("is_open", drawer),),
            undoes_if={("in", name, drawer): ("clear", name) for name in self.graspable},
        )

    def _press(self, button: str) -> Method:
        return Method(
            "press-button",
            {"button": button},
            needs=(parse("hand_empty"),),
            adds={("pressed", button): 1},
            cost=COST_S["press-button"],
        )


def reaches_into(name: str, place: str, observation: Observation) -> bool:
    """Whether a thing is so near to a place that nothing else can stand there, by the facts."""
    vectors = _vectors(name, place, observation)
    if len(vectors) < 4:
        return False
    spot, size, middle, extent = vectors
    margin = _BESIDE_SHARE * min(size[:2])
    return all(abs(spot[axis] - middle[axis]) <= extent[axis] / 2 + margin for axis in (0, 1))


def lies_over(name: str, other: str, observation: Observation) -> bool:
    """Whether the first is above the second, even if it rests on something else, by the facts."""
    vectors = _vectors(name, other, observation)
    if len(vectors) < 4:
        return False
    spot, size, middle, extent = vectors
    higher = spot[2] - middle[2] > 0.2 * (size[2] + extent[2])
    return higher and hypot(spot[0] - middle[0], spot[1] - middle[1]) < 0.5 * (size[0] + extent[0])


def _vectors(name: str, other: str, observation: Observation) -> list[tuple[float, ...]]:
    """Pose and size of both [m], as far as they are known."""
    known = (observation.get(family, one) for one in (name, other) for family in ("pose", "size"))
    return [value for value in known if isinstance(value, tuple)]


def capacity(place: Place) -> int:
    """How many things can be put there side by side."""
    region = place.region
    return max(1, int((region.x_max - region.x_min) / SPOT_M) * int((region.y_max - region.y_min) / SPOT_M))


def is_graspable(thing: SceneObject) -> bool:
    """Whether the fingers go around it: at most 7 cm wide."""
    return thing.kind == "cube" and min(thing.size[0], thing.size[1]) <= 0.07
