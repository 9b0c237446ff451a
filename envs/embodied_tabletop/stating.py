"""Sentences of a tabletop that say how things are to be, with no verb that asks: "yellow goes in the bowl",
"in the drawer goes red", "tray: red, green", "drawer shut, button". And those of one thing between others.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, permutations

from embodied.condition import And, Condition, Or
from embodied.errors import BadGoal
from embodied.phrases import Filled, Phrase, Slot
from embodied_tabletop.scene import Scene
from embodied_tabletop.wishes import chosen, graspable, together

GOES = (
    "(should|shall|must|will|has_to|have_to|needs_to|need_to|ought_to|is_to|are_to|to|can|would) "
    "(look|looks|be) (nicer|better|nice|good|great) "
    "(be|go|goes|going|come|comes|belong|belongs|end_up|ends_up|sit|sits|stand|stands|lie|lies|rest|rests) "
    "(all|both|each|also|too|first|straight|back|down|last|now)"
)
"""What may stand between a thing and where it is to be."""
_FRONTED = "(should|must|shall) goes|go|comes|come|belongs|belong|put|place|sits|set|i_want|we_put"
_TAKE = "take|grab|get|pick_up|collect|gather|grasp"
_DOWN = "put|place|drop|set|lay|bring|move|stack|stick|pop|stow|carry"
_IN = "in|into|inside|inside_of|within|to"
_ON = "on|onto|on_top_of|upon|atop|on_to|over"
_AT = "on|onto|to|at|upon|on_top_of"

_CUBE = frozenset({"cube"})
_THINGS = Slot("object", _CUBE, most=0)
_CONTAINED = Slot("container", frozenset({"bowl", "drawer", "tray"}))
_PLACED = Slot("place", frozenset({"place", "edge"}))
_PUT = "put|place|set|lay|move|bring|position|get|stand|have|drop|arrange"


def statements(scene: Scene) -> Iterator[Phrase]:
    """All that is said of a scene without a verb that asks."""
    in_it = ("in[{object}, {container}]", "{object} in {container}")
    on_it = ("in[{object}, {container}]", "{object} on {container}")
    for where, slot, (goal, said) in (
        (_ON, Slot("support", _CUBE), ("on[{object}, {support}]", "{object} on {support}")),
        (_IN, _CONTAINED, in_it),
        (f"{_ON}|at", Slot("container", frozenset({"tray"})), on_it),
        (_AT, _PLACED, ("at[{object}, {place}]", "{object} at {place}")),
        (_ON, Slot("table", frozenset({"table"})), ("on[{object}, {table}]", "{object} on the table")),
    ):
        yield Phrase(f"{{object}} (,) {GOES} {where} {{{slot.name}}}", (_THINGS, slot), goal, said)
        taken = f"{_TAKE} {{object}} (up) (,) (and) {_DOWN} it|them|those {where} {{{slot.name}}}"
        yield Phrase(taken, (_THINGS, slot), goal, said)
        yield Phrase(f"{where} {{{slot.name}}} {_FRONTED} {{object}}", (_THINGS, slot), goal, said)
        yield Phrase(f"{{{slot.name}}} : {{object}}", (_THINGS, slot), goal, said)
        if slot.name in ("container", "place"):
            yield Phrase(f"{{object}} (,|:) {{{slot.name}}}", (_THINGS, slot), goal, said)
    solid = Slot("place", frozenset({"cube", "bowl", "tray", "drawer"}))
    off = ("on[{object}, table]", "{object} on the table")
    yield Phrase(f"{{object}} {GOES} off|out_of|down_from|off_of {{place}}", (_THINGS, solid), *off)
    yield Phrase(f"{{object}} {GOES} in|inside|in_it|in_there|inside_it", (_THINGS, _implied()), *in_it)
    yield from _beside()
    yield from _states()
    yield from _in_relation()
    yield from _spread(scene)
    yield from _back()
    yield from _more_towers(scene)
    yield _KEPT
    yield _STAYING


def _implied() -> Slot:
    return Slot("container", _CONTAINED.kinds, implied=True)


def _beside() -> Iterator[Phrase]:
    both = (_THINGS, Slot("other", frozenset({"cube", "bowl", "tray", "drawer", "button"})))
    for goal, words in (
        ("left_of[{object}, {other}]", "left_of|to_the_left_of|on_the_left_of|on_the_left_side_of"),
        ("right_of[{object}, {other}]", "right_of|to_the_right_of|on_the_right_of|on_the_right_side_of"),
        ("in_front_of[{object}, {other}]", "in_front_of"),
        ("behind[{object}, {other}]", "behind"),
        ("left_of[{object}, {other}] or right_of[{object}, {other}]", "next_to|beside|by|alongside"),
    ):
        said = f"{{object}} {words.split('|')[0].replace('_', ' ')} {{other}}"
        yield Phrase(f"{{object}} {GOES} {words} {{other}}", both, goal, said)


def _states() -> Iterator[Phrase]:
    drawer = Slot("drawer", frozenset({"drawer"}))
    button = Slot("button", frozenset({"button"}), most=0)
    be = "(should|must|shall|has_to) (be|stay)"
    yield Phrase(f"{{drawer}} {be} open|opened", (drawer,), "is_open[{drawer}]", "{drawer} open")
    yield Phrase(f"{{drawer}} {be} shut|closed", (drawer,), "is_closed[{drawer}]", "{drawer} closed")
    handle = "the_handle|the_drawer_handle|the_handle_of_the_drawer|the_drawers_handle|handle"
    open_it = (Slot("drawer", drawer.kinds, implied=True),)
    yield Phrase(f"pull (on|at) {handle} (back|out)", open_it, "is_open[{drawer}]", "{drawer} open")
    yield Phrase(f"push {handle} (back|in|shut)", open_it, "is_closed[{drawer}]", "{drawer} closed")
    keep = "leave|keep {drawer} open|opened (again)"
    yield Phrase(keep, (drawer,), "is_open[{drawer}]", "{drawer} open")
    yield Phrase(
        keep.replace("open|opened", "shut|closed"), (drawer,), "is_closed[{drawer}]", "{drawer} closed"
    )
    yield Phrase("{button} (pressed)", (button,), "pressed[{button}]", "{button} pressed")


# -- one thing between others, things in a row -----------------------------------------------------------


def _in_relation() -> Iterator[Phrase]:
    cubes = Slot("other", _CUBE, least=2, most=2)
    two = Slot("other", _CUBE | {"bowl", "tray", "drawer", "button", "place"}, least=2, most=2)
    one = Slot("object", _CUBE)
    for words in (f"{_PUT} {{object}}", f"{{object}} {GOES}"):
        for others in (cubes, two):
            said = "{object} between {other}"
            yield Phrase(f"{words} (in) between {{other}}", (one, others), _between, said)
        under = "under|underneath|below|beneath"
        said = "{support} on {object}"
        yield Phrase(
            f"{words} {under} {{support}}", (one, Slot("support", _CUBE)), "on[{support}, {object}]", said
        )
    row = "in_a_row|in_a_line|in_a_straight_line|into_a_row|into_a_line|in_one_row|side_by_side"
    several = Slot("object", _CUBE, least=2, most=0)
    order = "from_left_to_right|left_to_right"
    ordered = "{object} from left to right"
    yield Phrase(f"{_PUT} {{object}} {row} (,|:) {order}", (several,), _row, ordered)
    yield Phrase(f"{_PUT} {{object}} (,|:) {order}", (several,), _row, ordered)
    yield Phrase(f"{{object}} (,|:) {order}", (several,), _row, ordered)
    yield Phrase(
        f"alphabetical_order|in_this_order|in_order (,) {order} (,|:) {{object}}", (several,), _row, ordered
    )
    line = "line_up|line|arrange|put|place|set|lay"
    said_in = f"(up) (the_cubes|cubes|them|the_blocks) ({row}) (,|:) ({order}) (,|:)"
    yield Phrase(f"{line} {said_in} {{object}} (,|:) {order}", (several,), _row, ordered)
    yield Phrase(f"{order} (,|:) {{object}}", (several,), _row, ordered)
    yield Phrase(f"{line} {said_in} : {{object}}", (several,), _row, ordered)
    yield Phrase(f"{line}|{_PUT} {{object}} (up) {row}", (several,), _any_row, "{object} in a row")
    yield Phrase("line_up {object}", (several,), _any_row, "{object} in a row")
    yield Phrase("line {object} up", (several,), _any_row, "{object} in a row")


def _between(filled: Filled) -> Condition:
    name = chosen(filled).names[0]
    others = chosen(filled, "other")
    if others.count is not None:
        raise BadGoal("Between which two is not clear.", remedy="Name both.")
    a, b = others.names
    ways = (
        together([f"{one}[{name}, {first}]", f"{other}[{name}, {second}]"])
        for one, other in (("left_of", "right_of"), ("behind", "in_front_of"))
        for first, second in ((a, b), (b, a))
    )
    return Or(tuple(ways))


def _row(filled: Filled) -> Condition:
    """The last is where it is, and each goes to the left of the next."""
    things = chosen(filled)
    if things.count is not None or things.open:
        raise BadGoal("In which order is not said.", remedy="Name them from left to right.")
    return _in_a_row(things.names)


def _any_row(filled: Filled) -> Condition:
    things = chosen(filled)
    if things.count is not None:
        raise BadGoal("Which cubes are to be in a row is not clear.", remedy="Name them.")
    return Or(tuple(map(_in_a_row, permutations(things.names))))


def _in_a_row(names: tuple[str, ...]) -> Condition:
    return together([f"left_of[{left}, {right}]" for left, right in reversed(list(pairwise(names)))])


# -- one for each place ------------------------------------------------------------------------------------


def _spread(scene: Scene) -> Iterator[Phrase]:
    places = Slot("places", frozenset({"place"}), least=2, most=0)
    put = f"{_PUT} {{object}} {_AT} {{places}}"
    for words in (put, f"{{object}} {GOES} {_AT} {{places}}"):
        yield Phrase(words, (_THINGS, places), _one_each, "{object} on each of {places}")


def _one_each(filled: Filled) -> Condition:
    """So many as were said at each of the places: "one cube on each pad"."""
    things, places = chosen(filled), chosen(filled, "places")
    if places.count is not None or things.count is None:
        raise BadGoal("What goes to which place is not clear.", remedy="Say it for each place.")
    many = things.count
    ways = [
        together(
            [
                f"at[{name}, {place}]"
                for number, place in enumerate(places.names)
                for name in order[number * many : (number + 1) * many]
            ]
        )
        for order in permutations(things.names, many * len(places.names))
        if all(list(part) == sorted(part) for part in _parts(order, many))
    ]
    if not ways:
        raise BadGoal("There are not so many things.", remedy="Ask for fewer.")
    return ways[0] if len(ways) == 1 else Or(tuple(ways))


def _parts(order: tuple[str, ...], many: int) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(order), many):
        yield order[start : start + many]


def _back() -> Iterator[Phrase]:
    """Each where it stood when the run began."""
    start = (
        "to_its_original_position|to_their_original_positions|to_its_original_place|to_their_original_places|"
        "to_its_starting_position|to_their_starting_positions|to_its_place|to_their_places|to_where_it_was|"
        "to_where_they_were|where_it_was|where_they_were|to_where_it_came_from|where_it_came_from|"
        "to_where_it_was_at_the_beginning|to_where_they_were_at_the_beginning|to_its_old_place|to_the_start"
    )
    goal, said = "at[{object}, start_of_{object}]", "{object} where it stood at the start"
    yield Phrase(f"return|{_PUT}|take|carry {{object}} (all) (back) {start}", (_THINGS,), goal, said)
    yield Phrase(f"return|{_PUT}|take|carry {{object}} (all) back", (_THINGS,), goal, said)
    yield Phrase("return {object}", (_THINGS,), goal, said)


def _more_towers(scene: Scene) -> Iterator[Phrase]:
    """Towers that stand at a place, and two of two."""
    several = Slot("object", _CUBE, least=2, most=0)
    tower = "a_tower|the_tower|tower|a_stack|a_pile"
    make = "build|make|construct|create|erect|put_up|stack"
    said = "a tower of {object} at {place}"
    yield Phrase(
        f"{make} {tower} {_AT} {{place}} (of|from|with|using|:|,) (:) {{object}}",
        (_PLACED, several),
        _at_place,
        said,
    )
    yield Phrase(
        f"{make} {tower} of|from|with|using {{object}} {_AT} {{place}}", (several, _PLACED), _at_place, said
    )
    yield Phrase(f"stack|pile (up) {{object}} (up) {_AT} {{place}}", (several, _PLACED), _at_place, said)

    def pairs(filled: Filled) -> Condition:
        names = graspable(scene)
        if len(names) < 4:
            raise BadGoal("Two towers of two take four cubes.", remedy="Ask for one tower.")
        return Or(
            tuple(
                together([f"on[{a}, {b}]", f"on[{c}, {d}]"]) for a, b, c, d in permutations(names, 4) if a < c
            )
        )

    yield Phrase(
        f"{make} two|2 towers|stacks|piles (of) two|2 (cubes|blocks) (each)", (), pairs, "two towers of two"
    )


def _at_place(filled: Filled) -> Condition:
    """A tower whose lowest is at the place; of all cubes in any order."""
    things, place = chosen(filled), chosen(filled, "place").names[0]
    if things.count is not None:
        raise BadGoal("Which cubes the tower is made of is not clear.", remedy="Name them, from below.")
    orders = permutations(things.names) if things.open else [things.names]
    ways = [
        together([f"at[{order[0]}, {place}]", *(f"on[{up}, {down}]" for down, up in pairwise(order))])
        for order in orders
    ]
    return ways[0] if len(ways) == 1 else Or(tuple(ways))


# -- what stays as it is ---------------------------------------------------------------------------------


def _nothing(filled: Filled) -> Condition:
    return And(())


_WHERE_IT_IS = (
    "where_it_is|where_they_are|as_it_is|as_they_are|alone|in_place|in_its_place|be|there|untouched|out|"
    "out_of_it|where_it_stands|where_it_was|as_is"
)
_KEPT = Phrase(f"leave|keep|let {{object}} {_WHERE_IT_IS}", (_THINGS,), _nothing, "{object} as before")
_STAYING = Phrase(
    f"{{object}} (should|shall|must|can|may) stay|stays|remain|remains ({_WHERE_IT_IS})",
    (_THINGS,),
    _nothing,
    "{object} as before",
)
"""Asked for beside something else: a goal moves nothing that need not be moved."""
