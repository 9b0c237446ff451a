"""Things shared out: "two on the tray, one in the bowl and the last one in the drawer".

Which two is nowhere said, so every way to choose is a way to fulfil the sentence. What is chosen once is
chosen for all words that refer to it; what is counted anew is chosen among the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product
from typing import Final

from embodied.condition import Condition, Or, parse
from embodied.errors import BadGoal
from embodied.goals.exclusions import Wish, facts_of
from embodied.goals.goal import Stage, all_of
from embodied.phrases import Filled, Selection

_MAX_FACTS: Final = 90
"""More facts than this are not written down for "any two of these"."""
_MAX_WAYS: Final = 24


def ways_to_share(wishes: Sequence[Wish], text: str) -> list[list[Wish]]:
    """The wishes for each way to choose what is only counted in them; one way where nothing is shared out.

    Raises:
        BadGoal: there are not so many, or too many ways.
    """
    sharing = [one for one in wishes if any(map(_is_shared, one.chosen.values()))]
    rest = any(isinstance(s, Selection) and s.rest for one in sharing for s in one.chosen.values())
    if len(sharing) < 2 and not rest:
        return [list(wishes)]
    ways = [[one[0] for one in way] for way in _each(wishes, {})]
    if not ways:
        raise BadGoal(f"There are not so many things as {text!r} shares out.", remedy="Ask for fewer.")
    if len(ways) > _MAX_WAYS:
        raise BadGoal("There are too many ways to choose.", remedy="Name the things that are meant.")
    return ways


def _is_shared(one: Selection | int) -> bool:
    return isinstance(one, Selection) and (one.count is not None or one.rest)


Taken = Mapping[int, tuple[str, ...]]
"""What was chosen, by the words that it was counted by."""


def _each(wishes: Sequence[Wish], taken: Taken) -> Iterator[list[tuple[Wish, Taken]]]:
    if not wishes:
        yield []
        return
    for first, now in _chosen(wishes[0], taken):
        for rest in _each(wishes[1:], now):
            yield [(first, now), *rest]


def _chosen(wish: Wish, taken: Taken) -> Iterator[tuple[Wish, Taken]]:
    """A wish for each way to choose for it."""
    slot = next((name for name, one in wish.chosen.items() if _is_shared(one)), None)
    if slot is None:
        yield wish, taken
        return
    one = wish.chosen[slot]
    assert isinstance(one, Selection)
    for names in [taken[one.ref]] if one.ref in taken else _choices(one, taken):
        filled = {**wish.chosen, slot: Selection(names)}
        assert wish.goal is not None
        fixed = replace(wish, chosen=filled, condition=spelled_out(wish.goal, filled))
        yield from _chosen(fixed, {**taken, one.ref: names})


def _choices(one: Selection, taken: Taken) -> Iterator[tuple[str, ...]]:
    gone = {name for names in taken.values() for name in names}
    left = tuple(name for name in one.names if name not in gone)
    if one.rest:
        if left and (one.count is None or one.count == len(left)):
            yield left
    elif one.count is not None:
        yield from combinations(left, one.count)


def apart_from(filled: dict[str, Selection | int]) -> dict[str, Selection | int]:
    """Selections made by kind leave out what another slot names; raises `BadGoal` for one thing in two."""
    apart = dict(filled)
    for name, one in filled.items():
        if not isinstance(one, Selection):
            continue
        others = {
            each
            for other, selection in filled.items()
            if other != name and isinstance(selection, Selection) and not selection.open
            for each in selection.names
        }
        shared = [each for each in one.names if each in others]
        if shared and not one.open:
            raise BadGoal(
                f"{shared[0].replace('_', ' ')!r} is named twice where two different things are meant."
            )
        left = tuple(each for each in one.names if each not in others)
        if one.count is not None and one.count > len(left):
            raise BadGoal(f"There are only {len(left)} others.", remedy="Ask for fewer.")
        apart[name] = replace(one, names=left)
    return apart


def spelled_out(goal: str | Callable[[Filled], Condition], filled: Filled) -> Condition:
    """The goal for all that was selected; for "any two", a choice between all pairs."""
    return goal(filled) if callable(goal) else _for_all(goal, filled)


def _for_all(template: str, filled: Filled) -> Condition:
    chosen = {name: one for name, one in filled.items() if isinstance(one, Selection)}
    ways = list(product(*(one.ways() for one in chosen.values())))
    each_way: list[Condition] = []
    facts = 0
    for way in ways:
        parts = [parse(template.format(**dict(zip(chosen, names, strict=True)))) for names in product(*way)]
        facts += len(parts)
        if facts > _MAX_FACTS:
            raise BadGoal("There are too many ways to choose.", remedy="Name the things that are meant.")
        if parts:
            each_way.append(all_of(parts))
    if not each_way:
        raise BadGoal("It names no thing at all.", remedy="Name the things that are meant.")
    return each_way[0] if len(each_way) == 1 else Or(tuple(each_way))


def either(conditions: Sequence[Condition]) -> Condition:
    """Any of the conditions. Raises BadGoal if they are too many facts to write down."""
    different = tuple(dict.fromkeys(conditions))
    if len(different) == 1:
        return different[0]
    if sum(1 for one in different for _ in facts_of(one)) > _MAX_FACTS:
        raise BadGoal("There are too many ways to choose.", remedy="Name the things that are meant.")
    return Or(different)


def either_stage(stages: Sequence[Stage]) -> Stage:
    """The same stage of all ways to choose."""
    return Stage(either([stage.wished for stage in stages]), either([stage.condition for stage in stages]))
