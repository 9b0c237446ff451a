"""Wishes that cannot both hold at the end: the later stands, or the goal is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from embodied.condition import And, Comparison, Condition, Fact, parse
from embodied.errors import BadGoal
from embodied.goals.goal import all_of
from embodied.phrases import Exclusion, Filled


@dataclass(frozen=True)
class Wish:
    """A part of a goal, and how a reader is told of it.

    Attributes:
        command: it was said with a verb of its own.
        before: the words between it and the wish before.
        chosen, goal: what fills its phrase, and the phrase's goal.
    """

    condition: Condition
    said: str
    command: bool = False
    before: tuple[str, ...] = ()
    chosen: Filled = field(default_factory=dict)
    goal: str | Callable[[Filled], Condition] | None = None

    @property
    def moves_onto(self) -> bool:
        """Whether a thing is put on another of its kind."""
        return isinstance(self.goal, str) and self.goal.startswith(("on[{object}", "at[{object}"))


def settled(wishes: Sequence[Wish], exclusions: Sequence[Exclusion], text: str) -> list[Wish]:
    """The wishes without those that were only stages on the way to later ones.

    Raises:
        BadGoal: two exclude each other.
    """
    kept: list[Wish] = []
    for wish in wishes:
        for earlier in tuple(kept):
            for fact, other in product(facts_of(earlier.condition), facts_of(wish.condition)):
                clash = next((one for one in exclusions if excludes(one, fact, other)), None)
                if clash is None:
                    continue
                if not clash.stage:
                    raise BadGoal(
                        f"The goal {text!r} cannot be reached: {_why(clash, fact, other)}.",
                        remedy="A goal says how things are in the end; ask for one after the other.",
                    )
                kept = [rest for rest in map(lambda each: without(each, fact), kept) if rest is not None]
        _refuse_clash_within(wish, exclusions, text)
        kept.append(wish)
    return kept


def _refuse_clash_within(wish: Wish, exclusions: Sequence[Exclusion], text: str) -> None:
    facts = list(facts_of(wish.condition))
    for number, fact in enumerate(facts):
        for other in facts[number + 1 :]:
            clash = next((one for one in exclusions if excludes(one, fact, other)), None)
            if clash is not None:
                raise BadGoal(
                    f"The goal {text!r} cannot be reached: {_why(clash, fact, other)}.",
                    remedy="Ask for fewer things at once.",
                )


def _why(clash: Exclusion, fact: Fact, other: Fact) -> str:
    return clash.why or f"{fact} and {other} cannot both be so"


def facts_of(condition: Condition) -> Iterator[Fact]:
    """The lone facts that must all be true."""
    match condition:
        case And(parts):
            for part in parts:
                yield from facts_of(part)
        case Comparison(Fact() as fact, "==", _):
            yield fact


def excludes(exclusion: Exclusion, one: Fact, other: Fact) -> bool:
    """Whether the two facts fit the two patterns, in either order."""
    if one == other:
        return False
    return fits(exclusion, one, other) or fits(exclusion, other, one)


def same_keys(exclusion: Exclusion) -> bool:
    """Whether the two are opposites of the same things: open and closed."""
    return _fact(exclusion.first).keys == _fact(exclusion.second).keys


def fits(exclusion: Exclusion, one: Fact, other: Fact) -> bool:
    """Whether the one fits the first pattern, and the other the second."""
    names: dict[str, str] = {}
    for pattern, fact in ((exclusion.first, one), (exclusion.second, other)):
        wanted = _fact(pattern)
        if (wanted.family, len(wanted.keys)) != (fact.family, len(fact.keys)):
            return False
        for key, name in zip(wanted.keys, fact.keys, strict=True):
            if len(key) > 1 and key != name:
                return False
            if name in exclusion.but or names.setdefault(key, name) != name:
                return False
    return True


def _fact(pattern: str) -> Fact:
    condition = parse(pattern)
    assert isinstance(condition, Comparison)
    assert isinstance(condition.left, Fact)
    return condition.left


def without(wish: Wish, fact: Fact) -> Wish | None:
    """The wish without one of its facts; None if that was all."""
    parts = wish.condition.parts if isinstance(wish.condition, And) else (wish.condition,)
    left = [part for part in parts if fact not in facts_of(part)]
    return replace(wish, condition=all_of(left)) if left else None
