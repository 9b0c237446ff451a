"""Wishes that are said to come one after the other: "press the button, then open the drawer"."""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import combinations

from embodied.errors import BadGoal
from embodied.goals.exclusions import Wish, excludes, facts_of, fits, same_keys, settled, without
from embodied.goals.goal import Stage, all_of
from embodied.phrases import Exclusion

_AFTER = frozenset({"then", "next", "finally", "afterwards", "lastly"})
"""Words before a wish that put it after what was said before."""
_LISTING = frozenset({",", ";", "."})


def in_stages(wishes: Sequence[Wish], exclusions: Sequence[Exclusion], text: str) -> tuple[Stage, ...]:
    """The stages of a sentence that says an order; () for one that says none.

    "Then" says one, and so does a list of commands: "open the drawer, put the cube in, close it".

    Raises:
        BadGoal: the same is asked for again later, which facts could not tell from the first time.
    """
    groups: list[list[Wish]] = []
    listing = False
    for number, wish in enumerate(wishes):
        commands = number > 0 and wish.command and wishes[number - 1].command
        listing = commands and (listing or bool(_LISTING & set(wish.before)))
        if not groups or listing or _comes_after(wish.before):
            groups.append([])
        groups[-1].append(wish)
    if len(groups) < 2 and (_listed_apart(wishes, exclusions) or _undone(wishes, exclusions)):
        groups = [[wish] for wish in wishes]
    if len(groups) < 2:
        return ()
    stages: list[Stage] = []
    so_far: list[Wish] = []
    for group in groups:
        moved = {fact.keys[0] for wish in group for fact in facts_of(wish.condition) if fact.keys}
        so_far = [*_left(so_far, moved), *group]
        wished = all_of(wish.condition for wish in group)
        if any(stage.wished == wished for stage in stages):
            raise BadGoal(
                f"{text!r} asks for the same twice, one after the other.",
                remedy="Say it once, and again when that is done.",
            )
        stages.append(Stage(wished, all_of(one.condition for one in settled(so_far, exclusions, text))))
    return tuple(stages)


def _listed_apart(wishes: Sequence[Wish], exclusions: Sequence[Exclusion]) -> bool:
    """Whether a list asks for what cannot be so at once: "drawer open, yellow in, drawer shut"."""
    if len(wishes) < 3 or not all(_LISTING & set(wish.before) for wish in wishes[1:]):
        return False
    return any(
        exclusion.stage and excludes(exclusion, fact, other)
        for exclusion in exclusions
        for one, later in combinations(wishes, 2)
        for fact in facts_of(one.condition)
        for other in facts_of(later.condition)
    )


def _undone(wishes: Sequence[Wish], exclusions: Sequence[Exclusion]) -> bool:
    """Whether a command undoes what one before asks for: "open the drawer and close it". What is only on the
    way to the later ("pick it up and put it in the bowl") is not undone."""
    return any(
        exclusion.stage
        and (fits(exclusion, other, fact) or (same_keys(exclusion) and fits(exclusion, fact, other)))
        for exclusion in exclusions
        for one, later in combinations(wishes, 2)
        if one.command and later.command
        for fact in facts_of(one.condition)
        for other in facts_of(later.condition)
    )


def _left(wishes: Sequence[Wish], moved: Set[str]) -> list[Wish]:
    """What of earlier wishes still counts when other things are said of these."""
    left: list[Wish] = []
    for wish in wishes:
        kept: Wish | None = wish
        for fact in facts_of(wish.condition):
            if kept is not None and fact.keys and fact.keys[0] in moved:
                kept = without(kept, fact)
        if kept is not None:
            left.append(kept)
    return left


def _comes_after(between: Sequence[str]) -> bool:
    return bool(_AFTER & set(between)) or any(
        tuple(between[at : at + 2]) == ("after", "that") for at in range(len(between) - 1)
    )
