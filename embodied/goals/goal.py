"""What the user asked for, as a condition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from embodied.condition import (
    And,
    Comparison,
    Condition,
    Fact,
    Literal,
    Not,
    Or,
    Quantifier,
    Sum,
    Term,
    parse,
)
from embodied.english import listed
from embodied.facts import Observation
from embodied.methods import Noun


@dataclass(frozen=True)
class Want:
    """One thing of a goal: `count` of `noun`, on top of what there is if `relative`."""

    noun: Noun
    count: int
    relative: bool

    def condition(self) -> Condition:
        return parse(self.noun.goal.replace("{count}", str(self.count)))

    def __str__(self) -> str:
        return f"{self.count} {'more ' if self.relative else ''}{said(self.noun, self.count)}"


@dataclass(frozen=True)
class Stage:
    """One of the things that are to be done one after the other.

    Attributes:
        wished: what it asks for.
        condition: that, and what was asked for before and still holds then.
    """

    wished: Condition
    condition: Condition


@dataclass(frozen=True)
class Goal:
    """What the user asked for.

    Attributes:
        text: as it was given.
        condition: what must hold; amounts are totals. Where `relative`, use `condition_for`.
        parts: the things it asks for, for a reader ("8 torches").
        explanation: how it was understood, in a sentence.
        relative: True if a part asks for "more" than there is at the start.
        wants: the parts, as things and counts; empty for a goal that was given as a condition or a sentence.
        stages: one after the other, where the sentence says so; empty otherwise. `condition` is the end.
    """

    text: str
    condition: Condition
    parts: tuple[str, ...]
    explanation: str
    relative: bool = False
    wants: tuple[Want, ...] = ()
    stages: tuple[Stage, ...] = ()

    @property
    def wished(self) -> str:
        """What is asked for: the condition, or the stages in their order."""
        return " then ".join(str(stage.wished) for stage in self.stages) or str(self.condition)

    @property
    def in_words(self) -> str:
        """What must be so, for a reader, where the condition itself is hard to read: one with choices in it,
        "any three cubes on one another". Empty where it is plain."""
        said = bool(self.parts) and self.parts != (str(self.condition),)
        return listed(self.parts) if said and _chooses(self.condition) else ""

    def condition_for(self, observation: Observation) -> Condition:
        """The condition with "more" counted from `observation`, the facts at the start."""
        if not self.relative:
            return self.condition
        return all_of(
            _raised(want.condition(), observation) if want.relative else want.condition()
            for want in self.wants
        )


def _chooses(condition: Condition) -> bool:
    match condition:
        case Or() | Quantifier():
            return True
        case And(parts):
            return any(map(_chooses, parts))
        case Not(part):
            return _chooses(part)
    return False


def said(noun: Noun, count: int) -> str:
    """The first word of a noun is its singular, the second its plural."""
    return noun.words[1] if count != 1 and len(noun.words) > 1 else noun.words[0]


def all_of(conditions: Iterable[Condition]) -> Condition:
    """Their conjunction; each is said once."""
    parts = tuple(dict.fromkeys(conditions))
    return parts[0] if len(parts) == 1 else And(parts)


def _raised(condition: Condition, observation: Observation) -> Condition:
    """`fact >= n` with n counted from what there is now."""
    if not isinstance(condition, Comparison) or not isinstance(condition.right, Literal):
        return condition
    wanted = condition.right.value
    if not isinstance(wanted, (int, float)):
        return condition
    return replace(condition, right=Literal(wanted + _amount(condition.left, observation)))


def _amount(term: Term, observation: Observation) -> int:
    match term:
        case Fact(family, keys):
            return int(observation.number(family, *keys))
        case Sum(family, pattern):
            return int(
                sum(
                    value
                    for keys, value in observation.items(family)
                    if isinstance(value, (int, float)) and keys and fnmatchcase(keys[0], pattern)
                )
            )
        case _:
            return 0
