"""The sentences of a tabletop. Where several fit, the first does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from embodied.condition import Condition
from embodied.errors import BadGoal
from embodied.phrases import Filled, Phrase, Slot
from embodied_tabletop.aims import target_phrases
from embodied_tabletop.methods import TABLE
from embodied_tabletop.scene import Scene
from embodied_tabletop.stating import statements
from embodied_tabletop.wishes import (
    any_tower,
    chosen,
    cleared,
    graspable,
    onto_pads,
    swapped,
    together,
    tower_of,
)

ONE_HAND = "the hand holds one thing at a time"

_CUBE = frozenset({"cube"})
_CONTAINER = frozenset({"bowl", "tray", "drawer"})
_PLACE = frozenset({"place", "edge"})
_SOLID = frozenset({"cube", "bowl", "tray", "drawer", "button"})

_PUT = (
    "put|place|set|lay|move|bring|drop|carry|get|stick|transfer|relocate|deposit|position|pop|stow|dump|shift"
)
_IN = "in|into|inside|inside_of|to|within"
_ON = "on|onto|on_top_of|upon|atop|over|to_the_top_of"
_AT = "on|onto|to|at|in|into|in_the|near|toward|towards|over_to"
_TOWER = "a_tower|a_stack|a_pile|a_column|tower|one_tower"

_THINGS = Slot("object", _CUBE, most=0)
_SEVERAL = Slot("object", _CUBE, least=2, most=0)
_SUPPORT = Slot("support", _CUBE)
_CONTAINED = Slot("container", _CONTAINER)
_THAT_CONTAINER = Slot("container", _CONTAINER, implied=True)
_DRAWER = Slot("drawer", frozenset({"drawer"}))
_BUTTON = Slot("button", frozenset({"button"}), most=0)
_CHAIN = (Slot("a", _CUBE), Slot("b", _CUBE), Slot("c", _CUBE), Slot("d", _CUBE))


def phrases(scene: Scene) -> tuple[Phrase, ...]:
    """All wishes that can be said of a scene."""
    return (
        *_chains(),
        *_ordered_towers(),
        *_towers(scene),
        _ON_SOMETHING,
        *_sorting(scene),
        *_INSIDE,
        *_clearing(scene),
        _EMPTYING,
        *_SWAPPING,
        *_DRAWERS_AND_BUTTONS,
        *_sides(),
        *target_phrases(scene),
        _TO_A_PLACE,
        _TAKEN_TO_A_PLACE,
        *_handing(scene),
        *_DOWN_AND_UP,
        *statements(scene),
    )


_ON_SOMETHING = Phrase(
    f"stack|{_PUT}|put_down|pile|balance {{object}} (back|down) {_ON} {{support}}",
    (_THINGS, _SUPPORT),
    "on[{object}, {support}]",
    "{object} on {support}",
)

_TO_A_PLACE = Phrase(
    f"{_PUT}|push|slide|shove|nudge|put_back|put_down|pass {{object}} (back|down|over) {_AT}|"
    f"on_top_of|upon {{place}}",
    (_THINGS, Slot("place", _PLACE)),
    "at[{object}, {place}]",
    "{object} at {place}",
)

_TAKEN_TO_A_PLACE = Phrase(
    "take|fetch|deliver {object} (back|over|across) to|onto|over_to {place}",
    (_THINGS, Slot("place", _PLACE)),
    "at[{object}, {place}]",
    "{object} at {place}",
)

_INSIDE = (
    Phrase(
        f"{_PUT}|throw|toss|insert|store|hide|put_back {{object}} (away|back|down|over|straight|"
        f"right) {_IN} {{container}}",
        (_THINGS, _CONTAINED),
        "in[{object}, {container}]",
        "{object} in {container}",
    ),
    Phrase(
        f"stuff|chuck|tuck|slot|plop|plonk|tidy|pack|gather|collect|load|clear|sort "
        f"{{object}} (up|away|back|down|over|straight|right) {_IN} {{container}}",
        (_THINGS, _CONTAINED),
        "in[{object}, {container}]",
        "{object} in {container}",
    ),
    Phrase(
        "take|carry|fetch|deliver {object} (back|over|across) to|into|over_to {container}",
        (_THINGS, _CONTAINED),
        "in[{object}, {container}]",
        "{object} in {container}",
    ),
    Phrase(
        f"{_PUT}|put_down|put_back {{object}} (down|back|over) {_ON}|at {{container}}",
        (_THINGS, Slot("container", frozenset({"tray"}))),
        "in[{object}, {container}]",
        "{object} on {container}",
    ),
    Phrase(
        f"{_PUT}|throw|store|hide {{object}} inside|in_there|therein|in (of_it|it)",
        (_THINGS, _THAT_CONTAINER),
        "in[{object}, {container}]",
        "{object} in {container}",
    ),
)


def _emptied(filled: Filled) -> Condition:
    name = chosen(filled, "container").names[0].replace("_", " ")
    raise BadGoal(
        f"What is in the {name} is taken out thing by thing, so it must be named.",
        remedy=f"Say, for instance, 'take the red cube out of the {name}', or 'put all cubes on the table'.",
    )


_EMPTYING = Phrase("empty|empty_out|unload {container}", (_CONTAINED,), _emptied, "")

_SWAPPING = (
    Phrase(
        "swap|exchange|switch|interchange (the_positions_of|the_places_of|places_of) {object}",
        (Slot("object", _CUBE, least=2, most=2),),
        swapped,
        "{object} each where the other stood",
    ),
    Phrase(
        "swap|exchange|switch|interchange {a} with|for|against {b}",
        _CHAIN[:2],
        swapped,
        "{a} and {b} each where the other stood",
    ),
)

_DRAWERS_AND_BUTTONS = (
    Phrase(
        "open|open_up|pull_open|pull_out|slide_open|draw_open|reopen (up) {drawer} (again|up|wide|"
        "fully|all_the_way)",
        (_DRAWER,),
        "is_open[{drawer}]",
        "{drawer} open",
    ),
    Phrase("pull {drawer} (fully|all_the_way) open|out", (_DRAWER,), "is_open[{drawer}]", "{drawer} open"),
    Phrase(
        "close|shut|close_up|push_shut|slide_shut|push_closed (up) {drawer} (again|fully|all_the_way|"
        "completely)",
        (_DRAWER,),
        "is_closed[{drawer}]",
        "{drawer} closed",
    ),
    Phrase("push {drawer} shut|closed|in", (_DRAWER,), "is_closed[{drawer}]", "{drawer} closed"),
    Phrase(
        "press|push|push_down|hit|press_down|press_on|tap|click|activate|trigger|poke {button} (down|in)",
        (_BUTTON,),
        "pressed[{button}]",
        "{button} pressed",
    ),
    Phrase(
        "give {button} a_press|a_push|a_tap|a_poke|a_little_press|a_little_push|a_little_tap|a_short_press",
        (_BUTTON,),
        "pressed[{button}]",
        "{button} pressed",
    ),
)

_DOWN_AND_UP = (
    Phrase(
        f"{_PUT}|put_down|put_back {{object}} (down|back) {_ON} {{table}}",
        (_THINGS, Slot("table", frozenset({"table"}))),
        "on[{object}, {table}]",
        "{object} on the table",
    ),
    Phrase(
        "put|set|lay {object} down (again)",
        (_THINGS,),
        f"on[{{object}}, {TABLE}]",
        "{object} on the table",
    ),
    Phrase(
        "put_down|set_down|lay_down|let_go_of|release {object} (again)",
        (_THINGS,),
        f"on[{{object}}, {TABLE}]",
        "{object} on the table",
    ),
    Phrase(
        "take|remove|get|lift|move|pull {object} (back) out_of|off|from|off_of|down_from {place} (again)",
        (_THINGS, Slot("place", _SOLID)),
        f"on[{{object}}, {TABLE}]",
        "{object} on the table",
    ),
    Phrase(
        "take|get|lift|pull|bring {object} (back) out|off (again|of_it|of_there)",
        (_THINGS,),
        f"on[{{object}}, {TABLE}]",
        "{object} on the table",
    ),
    Phrase(
        "pick_up|pick|grab|grasp|lift|lift_up|hold|take|take_hold_of|raise|pick_out|get_hold_of|"
        "hold_up|seize {object} (up)",
        (Slot("object", _CUBE, why=ONE_HAND),),
        "holding[{object}]",
        "{object} held",
    ),
    Phrase("uncover|free|clear|unstack {support}", (_SUPPORT,), "clear[{support}]", "nothing on {support}"),
    Phrase(
        "let_go|open_your_hand|open_the_hand|open_the_gripper|empty_the_hand|empty_your_hand|drop_it",
        (),
        "hand_empty",
        "the hand empty",
    ),
)


def _chains() -> Iterator[Phrase]:
    """ "red on blue on green", with or without a verb."""
    verbs = "stack|put|place|set|build|pile|make|lay (a_tower|a_stack|the_tower) (of|with|from|:) "
    for verb in (verbs, ""):
        for length in (4, 3):
            letters = "abcd"[:length]
            words = f" {_ON} ".join(f"{{{letter}}}" for letter in letters)
            goal = " and ".join(f"on[{{{upper}}}, {{{lower}}}]" for upper, lower in pairwise(letters))
            said = " on ".join(f"{{{letter}}}" for letter in letters)
            yield Phrase(verb + words, _CHAIN[:length], goal, said)


def _towers(scene: Scene) -> Iterator[Phrase]:
    def of_a_number(filled: Filled) -> Condition:
        number = filled["number"]
        assert isinstance(number, int)
        return any_tower(scene, number)

    def of_things(filled: Filled) -> Condition:
        return tower_of(scene, chosen(filled))

    yield Phrase(
        f"build|make|construct|create|stack|pile|put|erect (me) (up) {_TOWER}|stack (that_is) "
        "(of|from|with|out_of) {number} (of_the|of) (cubes|cube|blocks|high|tall|bricks|cubes_high)",
        (Slot("number", number=True),),
        of_a_number,
        "{number} cubes stand on one another",
    )
    yield Phrase(
        f"build|make|construct|create|erect (me) (up) {_TOWER} of|from|with|out_of|using {{object}}",
        (_SEVERAL,),
        of_things,
        "a tower of {object}",
    )
    yield Phrase(
        "stack|pile|put (up) {object} up|in_a_tower|into_a_tower|on_top_of_each_other|on_each_other|"
        "on_top_of_one_another"
        "|one_on_top_of_the_other|into_one_tower|in_one_tower|into_a_stack|in_a_stack|in_a_pile|into_a_pile",
        (_SEVERAL,),
        of_things,
        "a tower of {object}",
    )
    yield Phrase(
        "unstack|take_apart|take_down|dismantle|undo (the|this|that) tower|stack|pile (apart|again)",
        (),
        lambda _: together([f"clear[{name}]" for name in graspable(scene)]),
        "no cube on another",
    )
    yield Phrase(
        "take the_tower|the_stack|the_pile apart|down",
        (),
        lambda _: together([f"clear[{name}]" for name in graspable(scene)]),
        "no cube on another",
    )
    yield Phrase(
        "stack|pile (up) {object}",
        (_SEVERAL,),
        of_things,
        "a tower of {object}",
    )


def _ordered_towers() -> Iterator[Phrase]:
    """ "a tower with blue at the bottom, then red, and yellow on top", and "a tower, from bottom to "
    "top ..."."""
    verbs = f"build|make|construct|create|erect|stack|put_up (me) (up|a|the) {_TOWER}|big_tower|high_tower"
    bottom = "bottom|at_the_bottom|on_the_bottom|at_bottom|below|as_the_base|at_the_base|lowest"
    middle = "middle|in_the_middle|in_between|above_it|on_that|on_top_of_it|on_it"
    top = "top|on_top|on_the_top|at_the_top|at_top|uppermost|topmost"
    marks = "(,|;) (and) (then)"
    loose = f"{{a}} {bottom} {marks} {{b}} {marks} {{c}} ({top})"
    yield Phrase(loose, _CHAIN[:3], "on[{b}, {a}] and on[{c}, {b}]", "{c} on {b} on {a}")
    for verb in (verbs, "tower|stack"):
        for between in ("", f"{{b}} ({middle}) {marks} "):
            letters = "abc" if between else "ac"
            yield Phrase(
                f"{verb} (with|of|from|:|,) {{a}} {bottom} {marks} {between}{{c}} {top}",
                tuple(slot for slot in _CHAIN if slot.name in letters),
                " and ".join(f"on[{{{upper}}}, {{{lower}}}]" for lower, upper in pairwise(letters)),
                " on ".join(f"{{{letter}}}" for letter in reversed(letters)),
            )


def _sorting(scene: Scene) -> Iterator[Phrase]:
    def sorted_by_color(filled: Filled) -> Condition:
        return onto_pads(scene, chosen(filled))

    said = "{object} each on the pad of its colour"
    yield Phrase(
        "sort|arrange|group|organize|organise|order {object} (by|according_to|after) (the|their|its) "
        "(color|colors|pad|pads) (on|onto|to) (the|their|its|matching) (pad|pads)",
        (_THINGS,),
        sorted_by_color,
        said,
    )
    its_pad = "its_pad|its_own_pad|their_pads|their_own_pads|its_color"
    its_pad += "|" + "|".join(
        f"{which}_{pad}{of}"
        for which in ("the", "the_matching", "matching", "their_matching", "its_matching")
        for pad in ("pad", "pads")
        for of in ("_of_its_color", "_of_their_color", "_of_their_colors", "_of_the_same_color", "")
        if of or "matching" in which
    )
    yield Phrase(f"{_PUT} {{object}} on|onto|to|at {its_pad}", (_THINGS,), sorted_by_color, said)


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
        f"{_PUT} {{object}} next_to|beside|by|alongside|by_the_side_of|right_next_to|near|close_to|"
        f"right_beside|near_to {{other}}",
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

    def all_in(filled: Filled) -> Condition:
        return cleared(scene, into)

    yield Phrase(
        "clear|clean|clear_up|tidy|tidy_up|clean_up|clear_off (the|this) table|tabletop|desk|mess (up)",
        (),
        all_in,
        f"everything in the {into.replace('_', ' ')}",
    )
    yield Phrase(
        "tidy_up|clean_up|put_everything_away", (), all_in, f"everything in the {into.replace('_', ' ')}"
    )
