"""The words for what stands on a table, and the wishes that can be said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise

from embodied.condition import And, Condition, parse
from embodied.errors import BadGoal
from embodied.methods import Vocabulary
from embodied.phrases import Exclusion, Filled, Kind, Phrase, Selection, Slot, Thing
from embodied_tabletop.methods import TABLE, capacity, is_graspable
from embodied_tabletop.scene import Scene, start_of

KINDS: Mapping[str, Kind] = {
    "cube": Kind(("cube", "block", "brick", "die", "box"), ("cubes", "blocks", "bricks", "dice", "boxes")),
    "bowl": Kind(("bowl", "dish"), ("bowls", "dishes")),
    "tray": Kind(("tray",), ("trays",)),
    "drawer": Kind(("drawer",), ("drawers",)),
    "button": Kind(("button", "knob", "switch"), ("buttons", "knobs", "switches")),
    "place": Kind(
        ("place", "spot", "area", "pad", "zone", "mat", "square"),
        ("places", "spots", "areas", "pads", "zones", "mats", "squares"),
    ),
    "edge": Kind(("edge", "side", "border"), ("edges", "sides", "borders")),
    "table": Kind(("table", "tabletop", "desk"), ()),
}

_KIND_WORDS = frozenset(word for kind in KINDS.values() for word in (*kind.singular, *kind.plural))
_CUBE = frozenset({"cube"})
_CONTAINER = frozenset({"bowl", "tray", "drawer"})
_PLACE = frozenset({"place", "edge"})
_SOLID = frozenset({"cube", "bowl", "tray", "drawer", "button"})

_PUT = "put|place|set|lay|move|bring|drop|carry|get|stick"
_IN = "in|into|inside|inside_of|to|within"
_ON = "on|onto|on_top_of|upon|atop|over|to_the_top_of"
_AT = "on|onto|to|at|in|into|in_the|near|toward|towards|over_to"

_THINGS = Slot("object", _CUBE, most=0)
_SUPPORT = Slot("support", _CUBE)
_CONTAINED = Slot("container", _CONTAINER)

EXCLUSIONS = (
    Exclusion("on[x, a]", "on[x, b]"),
    Exclusion("on[a, x]", "on[b, x]", but=(TABLE,)),
    Exclusion("on[a, b]", "on[b, a]"),
    Exclusion("in[x, a]", "in[x, b]"),
    Exclusion("at[x, a]", "in[x, b]"),
    Exclusion("holding[a]", "holding[b]"),
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
        kinds=KINDS,
        phrases=_phrases(scene),
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
            words = (
                ("me", "my hand", "the hand over place", "the handover") if place.name == "hand_over" else ()
            )
            yield Thing(place.name, "place", traits, words)
    yield Thing(TABLE, "table")


def _phrases(scene: Scene) -> tuple[Phrase, ...]:
    def tower(filled: Filled) -> Condition:
        number = filled["number"]
        assert isinstance(number, int)
        return any_tower(scene, number)

    def tower_of_all(filled: Filled) -> Condition:
        chosen = filled["object"]
        assert isinstance(chosen, Selection)
        cubes = [thing.name for thing in scene.objects if is_graspable(thing)]
        if not chosen.open or len(chosen.names) != len(cubes) or chosen.count is not None:
            number = chosen.count if chosen.count is not None and len(chosen.names) == len(cubes) else 0
            return any_tower(scene, number) if number else tower_from(chosen)
        return any_tower(scene, len(cubes))

    def sorted_by_color(filled: Filled) -> Condition:
        chosen = filled["object"]
        assert isinstance(chosen, Selection)
        return onto_pads(scene, chosen)

    def swapped(filled: Filled) -> Condition:
        chosen = [name for one in filled.values() if isinstance(one, Selection) for name in one.names]
        a, b = chosen
        return And((parse(f"at[{a}, {start_of(b)}]"), parse(f"at[{b}, {start_of(a)}]")))

    number = Slot("number", number=True)
    tower_of = "(a_tower|a_stack|the_tower) (of|with|from|:)"
    stacking = "stack|put|place|set|build|pile|make|lay"
    chain = (Slot("a", _CUBE), Slot("b", _CUBE), Slot("c", _CUBE), Slot("d", _CUBE), Slot("e", _CUBE))
    return (
        Phrase(
            f"{stacking} {tower_of} {{a}} {_ON} {{b}} {_ON} {{c}} {_ON} {{d}}",
            chain[:4],
            _chain("abcd"),
            "{a} on {b} on {c} on {d}",
        ),
        Phrase(
            f"{stacking} {tower_of} {{a}} {_ON} {{b}} {_ON} {{c}}",
            chain[:3],
            _chain("abc"),
            "{a} on {b} on {c}",
        ),
        Phrase(
            f"{{a}} {_ON} {{b}} {_ON} {{c}} {_ON} {{d}}",
            chain[:4],
            _chain("abcd"),
            "{a} on {b} on {c} on {d}",
        ),
        Phrase(f"{{a}} {_ON} {{b}} {_ON} {{c}}", chain[:3], _chain("abc"), "{a} on {b} on {c}"),
        Phrase(
            "build|make|construct|create|stack|pile|put|erect (me) (up) "
            "a_tower|a_stack|a_pile|tower|stack|one_tower|a_column (that_is) (of|from|with|out_of) {number} "
            "(of_the|of) (cubes|cube|blocks|high|tall|bricks|cubes_high|blocks_high)",
            (number,),
            tower,
            "a tower of {number}",
        ),
        Phrase(
            "build|make|construct|create|erect (me) (up) a_tower|a_stack|a_pile|tower|one_tower "
            "of|from|with|out_of|using {object}",
            (Slot("object", _CUBE, least=2, most=0),),
            tower_of_all,
            "a tower of {object}",
        ),
        Phrase(
            "stack|pile (up) {object} (up|in_a_tower|into_a_tower|on_top_of_each_other|on_each_other)",
            (Slot("object", _CUBE, least=2, most=0),),
            tower_of_all,
            "a tower of {object}",
        ),
        Phrase(
            f"stack|{_PUT}|put_down|pile {{object}} {_ON} {{support}}",
            (_THINGS, _SUPPORT),
            "on[{object}, {support}]",
            "{object} on {support}",
        ),
        Phrase(
            "sort|arrange|group|organize|organise|order {object} (by|according_to|after) (the|their|its) "
            "(color|colors|pad|pads) (on|onto|to) (the|their|its|matching) (pad|pads)",
            (_THINGS,),
            sorted_by_color,
            "{object} each on the pad of its color",
        ),
        Phrase(
            f"{_PUT} {{object}} on|onto|to|at its_pad|its_own_pad|their_pads|their_own_pads|the_matching_pad|"
            "the_matching_pads|matching_pads|the_pad_of_its_color|the_pads_of_their_color|the_pads_of_their_colors|"
            "the_pad_of_the_same_color|the_pads_of_the_same_color|the_pad_with_its_color|its_color",
            (_THINGS,),
            sorted_by_color,
            "{object} each on the pad of its color",
        ),
        Phrase(
            f"{_PUT}|throw|store|hide|put_back {{object}} {_IN} {{container}}",
            (_THINGS, _CONTAINED),
            "in[{object}, {container}]",
            "{object} in {container}",
        ),
        Phrase(
            f"{_PUT}|throw|store|hide {{object}} inside|in_there|therein|in (of_it|it)",
            (_THINGS, Slot("container", _CONTAINER, implied=True)),
            "in[{object}, {container}]",
            "{object} in {container}",
        ),
        *_clearing(scene),
        Phrase(
            "swap|exchange|switch|interchange (the_positions_of|the_places_of|places_of) {object}",
            (Slot("object", _CUBE, least=2, most=2),),
            swapped,
            "{object} each where the other stood",
        ),
        Phrase(
            "swap|exchange|switch|interchange {a} with|for|against {b}",
            chain[:2],
            swapped,
            "{a} and {b} each where the other stood",
        ),
        Phrase(
            "open|pull_open|pull_out|slide_open (up) {drawer}",
            (Slot("drawer", frozenset({"drawer"})),),
            "is_open[{drawer}]",
            "{drawer} open",
        ),
        Phrase(
            "pull {drawer} open|out",
            (Slot("drawer", frozenset({"drawer"})),),
            "is_open[{drawer}]",
            "{drawer} open",
        ),
        Phrase(
            "close|shut|push_shut|slide_shut|push_closed (up) {drawer} (again)",
            (Slot("drawer", frozenset({"drawer"})),),
            "is_closed[{drawer}]",
            "{drawer} closed",
        ),
        Phrase(
            "push {drawer} shut|closed|in",
            (Slot("drawer", frozenset({"drawer"})),),
            "is_closed[{drawer}]",
            "{drawer} closed",
        ),
        Phrase(
            "press|push|push_down|hit|press_down|press_on|tap|click|activate|trigger {button} (down)",
            (Slot("button", frozenset({"button"}), most=0),),
            "pressed[{button}]",
            "{button} pressed",
        ),
        *_sides(),
        Phrase(
            f"push|slide|shove|nudge|{_PUT}|put_back|pass {{object}} {_AT} {{place}}",
            (_THINGS, Slot("place", _PLACE)),
            "at[{object}, {place}]",
            "{object} at {place}",
        ),
        *_handing(scene),
        Phrase(
            f"{_PUT}|put_down|put_back {{object}} (down|back) {_ON} {{table}}",
            (_THINGS, Slot("table", frozenset({"table"}))),
            "on[{object}, {table}]",
            "{object} on the table",
        ),
        Phrase(
            "put|set|lay|let (down) {object} (down|go_of)",
            (_THINGS,),
            f"on[{{object}}, {TABLE}]",
            "{object} on the table",
        ),
        Phrase(
            "put_down|set_down|lay_down {object}",
            (_THINGS,),
            f"on[{{object}}, {TABLE}]",
            "{object} on the table",
        ),
        Phrase(
            "take|remove|get|lift|move {object} off|from|off_of|out_of|down_from {place}",
            (_THINGS, Slot("place", _SOLID | _PLACE)),
            f"on[{{object}}, {TABLE}]",
            "{object} on the table",
        ),
        Phrase(
            "pick_up|pick|grab|grasp|lift|lift_up|hold|take|raise|pick_out|get_hold_of|hold_up {object} (up)",
            (Slot("object", _CUBE),),
            "holding[{object}]",
            "{object} held",
        ),
        Phrase(
            "uncover|free|clear|unstack {support}", (_SUPPORT,), "clear[{support}]", "nothing on {support}"
        ),
        Phrase(
            "let_go|open_your_hand|open_the_hand|open_the_gripper|empty_the_hand|empty_your_hand|drop_it|release_it",
            (),
            "hand_empty",
            "the hand empty",
        ),
    )


def _sides() -> Iterator[Phrase]:
    both = (_THINGS, Slot("other", _SOLID))
    for side, words in (
        ("left_of", "left_of|to_the_left_of|on_the_left_of|on_the_left_side_of|left_from"),
        ("right_of", "right_of|to_the_right_of|on_the_right_of|on_the_right_side_of|right_from"),
        ("in_front_of", "in_front_of|before"),
        ("behind", "behind|in_back_of|at_the_back_of"),
    ):
        said = f"{{object}} {side.replace('_', ' ')} {{other}}"
        yield Phrase(
            f"{_PUT}|push|slide {{object}} {words} {{other}}", both, f"{side}[{{object}}, {{other}}]", said
        )
    yield Phrase(
        f"{_PUT} {{object}} next_to|beside|by|alongside|by_the_side_of {{other}}",
        both,
        "left_of[{object}, {other}] or right_of[{object}, {other}]",
        "{object} beside {other}",
    )


def _handing(scene: Scene) -> Iterator[Phrase]:
    if "hand_over" not in scene.place_names:
        return
    yield Phrase(
        "hand|hand_over|give|pass|bring|fetch|get|hand_me|give_me|pass_me|bring_me|fetch_me|get_me|hand_us "
        "(to_me|me|over) {object} (to_me|over|to_my_hand|here|over_to_me)",
        (_THINGS,),
        "at[{object}, hand_over]",
        "{object} at the hand-over place",
    )


def _clearing(scene: Scene) -> Iterator[Phrase]:
    bowls = [thing.name for thing in scene.objects if thing.kind in ("bowl", "tray")]
    if not bowls:
        return
    into = bowls[0]
    graspable = [thing.name for thing in scene.objects if is_graspable(thing)]

    def cleared(filled: Filled) -> Condition:
        if not graspable:
            raise BadGoal("There is nothing on the table that could be put away.")
        parts = tuple(parse(f"in[{name}, {into}]") for name in graspable)
        return parts[0] if len(parts) == 1 else And(parts)

    yield Phrase(
        "clear|clean|clear_up|tidy|tidy_up|clean_up|clear_off (the|this) table|tabletop|desk|mess (up)",
        (),
        cleared,
        f"everything in the {into.replace('_', ' ')}",
    )
    yield Phrase(
        "tidy_up|clean_up|put_everything_away", (), cleared, f"everything in the {into.replace('_', ' ')}"
    )


def _chain(letters: str) -> str:
    """Each on the next: "abc" stands for on[a, b] and on[b, c]."""
    return " and ".join(f"on[{{{a}}}, {{{b}}}]" for a, b in pairwise(letters))


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


def tower_from(chosen: Selection) -> Condition:
    """A tower of named cubes, the first below."""
    if chosen.count is not None:
        raise BadGoal("Which cubes the tower is made of is not clear.", remedy="Name them, from below.")
    pairs = zip(chosen.names[1:], chosen.names, strict=False)
    parts = tuple(parse(f"on[{upper}, {lower}]") for upper, lower in pairs)
    return parts[0] if len(parts) == 1 else And(parts)


def onto_pads(scene: Scene, chosen: Selection) -> Condition:
    """Each thing at the marked place of its colour; raises `BadGoal` if there is none, or no room."""
    if chosen.count is not None:
        raise BadGoal("Which things are to be sorted is not clear.", remedy="Say 'all cubes', or name them.")
    pads = {place.color: place for place in scene.marked if place.color}
    parts = []
    taken: Counter[str] = Counter()
    for name in chosen.names:
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
        parts.append(parse(f"at[{name}, {pads[color].name}]"))
    return parts[0] if len(parts) == 1 else And(tuple(parts))


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
        yield "sort the cubes by color"
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
