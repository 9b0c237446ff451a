"""The words for what stands on a table, and what cannot both be so there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from embodied.methods import Vocabulary
from embodied.phrases import Exclusion, Kind, Thing
from embodied_tabletop.aims import KIND as TARGET
from embodied_tabletop.aims import WORDS as TARGET_WORDS
from embodied_tabletop.aims import target_things
from embodied_tabletop.methods import TABLE, is_graspable
from embodied_tabletop.phrases import ONE_HAND, phrases
from embodied_tabletop.scene import Scene

KINDS: Mapping[str, Kind] = {
    "cube": Kind(("cube", "block", "brick", "die", "box"), ("cubes", "blocks", "bricks", "dice", "boxes")),
    "bowl": Kind(("bowl", "dish"), ("bowls", "dishes")),
    "tray": Kind(("tray",), ("trays",)),
    "drawer": Kind(("drawer",), ("drawers",)),
    "button": Kind(("button", "knob", "switch"), ("buttons", "knobs", "switches")),
    "place": Kind(
        ("place", "spot", "area", "pad", "zone", "mat"),
        ("places", "spots", "areas", "pads", "zones", "mats"),
    ),
    "edge": Kind(("edge", "side", "border"), ("edges", "sides", "borders")),
    "table": Kind(("table", "tabletop", "desk"), ()),
}

_KIND_WORDS = frozenset(word for kind in KINDS.values() for word in (*kind.singular, *kind.plural))

EXCLUSIONS = (
    *(Exclusion(f"on[x, {TABLE}]", later, stage=True) for later in ("on[x, a]", "in[x, a]")),
    Exclusion("on[x, a]", "on[x, b]"),
    Exclusion("on[a, x]", "on[b, x]", but=(TABLE,)),
    Exclusion("on[a, b]", "on[b, a]"),
    Exclusion("in[x, a]", "in[x, b]"),
    Exclusion("at[x, a]", "in[x, b]"),
    Exclusion("holding[a]", "holding[b]", why=ONE_HAND),
    *(Exclusion("holding[x]", later, stage=True) for later in ("on[x, a]", "in[x, a]", "at[x, a]")),
    *(Exclusion("holding[a]", later, stage=True) for later in ("hand_empty",)),
    *(
        Exclusion("holding[x]", f"{side}[x, a]", stage=True)
        for side in ("left_of", "right_of", "in_front_of", "behind")
    ),
    Exclusion("is_open[x]", "is_closed[x]", stage=True),
    Exclusion("left_of[a, b]", "right_of[a, b]"),
    Exclusion("left_of[a, b]", "left_of[b, a]"),
    Exclusion("in_front_of[a, b]", "behind[a, b]"),
)


def vocabulary(scene: Scene) -> Vocabulary:
    """What can be said of a scene."""
    return Vocabulary(
        nouns=(),
        examples=tuple(_examples(scene)),
        things=tuple(_things(scene)),
        kinds=KINDS if not scene.targets else {**KINDS, TARGET: TARGET_WORDS},
        phrases=phrases(scene),
        exclusions=EXCLUSIONS,
    )


def _things(scene: Scene) -> Iterator[Thing]:
    for thing in scene.objects:
        told_apart = {word for word in thing.name.split("_") if word.isalpha() and word not in _KIND_WORDS}
        yield Thing(thing.name, thing.kind, frozenset({thing.color, *told_apart}))
    for place in scene.places:
        side, _, edge = place.name.partition("_edge")
        if place.name.endswith("_edge") and not edge:
            words = tuple(f"{side} {noun}" for noun in ("edge", "side", "border", "end"))
            ends = tuple(f"{word} of the table" for word in words)
            yield Thing(place.name, "edge", frozenset({side}), (*words, *ends, side))
        else:
            traits = frozenset({place.color}) if place.color else frozenset[str]()
            words = (f"{place.color} square",) if place.color else ()  # "in a square" is a shape
            if place.name == "hand_over":
                words = ("me", "my hand", "the hand over place", "the handover")
            yield Thing(place.name, "place", traits, words)
    yield from target_things(scene)
    yield Thing(TABLE, "table")


def _examples(scene: Scene) -> Iterator[str]:
    cubes = [thing.name.replace("_", " ") for thing in scene.objects if is_graspable(thing)]
    kinds = {thing.kind: thing.name.replace("_", " ") for thing in reversed(scene.objects)}
    if len(cubes) >= 2:
        yield f"stack the {cubes[0]} on the {cubes[1]}"
    if "bowl" in kinds:
        yield f"put all cubes in the {kinds['bowl']}"
    if len(cubes) >= 3:
        yield "build a tower of three"
    pads = {place.color for place in scene.marked if place.color}
    if len(cubes) >= 2 and pads >= {thing.color for thing in scene.objects if is_graspable(thing)}:
        yield "sort the cubes by colour"
    if "drawer" in kinds and cubes:
        yield f"open the {kinds['drawer']} and put the {cubes[-1]} inside"
    if cubes:
        yield f"push the {cubes[0]} to the left edge"
    if "button" in kinds:
        yield f"press the {kinds['button']}"
    if len(cubes) >= 2:
        yield f"swap the {cubes[0]} and the {cubes[1]}"
    if cubes and "hand_over" in scene.place_names:
        yield f"hand me the {cubes[-1]}"
    for target in scene.targets:
        spoken = target.name.replace("_", " ")
        yield f"move the {cubes[0]} to the {spoken}" if cubes else f"reach the {spoken}"
