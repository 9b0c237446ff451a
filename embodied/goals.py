"""Reads a goal in plain words: "craft 8 torches, then get three more buckets".

The only goal parser. What things there are comes from a world's `Vocabulary`; this module knows
English (numbers, articles, politeness, separators) and nothing of any world.

    goal     := part (separator part)*
    part     := verb? quantity* (noun | group) ("x" number)?
    quantity := number | article | "dozen" | "pair of" | "stack of" | "more" | ...

A goal may also be written as a condition, `inventory[torch] >= 8`, which is taken as it stands.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TypeVar

from embodied.condition import (
    And,
    Comparison,
    Condition,
    Fact,
    Literal,
    Sum,
    Term,
    check,
    facts_in,
    parse,
)
from embodied.english import (
    ARTICLES,
    FLUFF,
    MORE,
    NUMBERS,
    SEPARATORS,
    STACKS,
    TIMES,
    key,
    listed,
    tokens,
)
from embodied.errors import BadCondition, BadGoal
from embodied.facts import FactFamily, Observation
from embodied.methods import Group, Noun, Vocabulary
from embodied.spelling import Spelling

_T = TypeVar("_T")
MAX_LENGTH = 500
_MAX_WORDS = 8
"""The longest name of a thing, in words."""

_LOOKS_RAW = re.compile(r"[\[\]<>=]")


@dataclass(frozen=True)
class Want:
    """One thing of a goal: `count` of `noun`, on top of what there is if `relative`."""

    noun: Noun
    count: int
    relative: bool

    def condition(self) -> Condition:
        return parse(self.noun.goal.replace("{count}", str(self.count)))

    def __str__(self) -> str:
        return f"{self.count} {'more ' if self.relative else ''}{_said(self.noun, self.count)}"


@dataclass(frozen=True)
class Goal:
    """What the user asked for.

    Attributes:
        text: as it was given.
        condition: what must hold; amounts are totals. Where `relative`, use `condition_for`.
        parts: the things it asks for, for a reader ("8 torches").
        explanation: how it was understood, in a sentence.
        relative: True if a part asks for "more" than there is at the start.
        wants: the parts, as things and counts; empty for a goal that was given as a condition.
    """

    text: str
    condition: Condition
    parts: tuple[str, ...]
    explanation: str
    relative: bool = False
    wants: tuple[Want, ...] = ()

    def condition_for(self, observation: Observation) -> Condition:
        """The condition with "more" counted from `observation`, the facts at the start."""
        if not self.relative:
            return self.condition
        return _all(
            _raised(want.condition(), observation) if want.relative else want.condition()
            for want in self.wants
        )


class GoalParser:
    """Reads goals with the words of one world.

    `families`, if given, lets goals be written as conditions and checks them.
    """

    def __init__(self, vocabulary: Vocabulary, families: Mapping[str, FactFamily] | None = None) -> None:
        self.vocabulary = vocabulary
        self.families = families or {}
        self.things: dict[str, list[Noun | Group]] = {}
        things: list[Noun | Group] = [*vocabulary.nouns, *vocabulary.groups]
        for thing in things:
            for word in thing.words:
                self.things.setdefault(key(tokens(word)), []).append(thing)
        self.nouns: dict[str, Noun] = {}
        for noun in vocabulary.nouns:
            self.nouns.setdefault(noun.name, noun)
        self.verbs = {tuple(tokens(word)): verb for verb, words in vocabulary.verbs.items() for word in words}
        self.default_verb = next(iter(vocabulary.verbs), "")
        self._spelling: Spelling | None = None

    def parse(self, text: str) -> Goal:
        """Understand `text`, or raise `BadGoal` naming the nearest things that can be asked for."""
        if len(text) > MAX_LENGTH:
            raise BadGoal(
                f"The goal is {len(text)} characters long; at most {MAX_LENGTH} are read.",
                remedy=self.examples(),
            )
        raw = self._condition(text)
        if raw is not None:
            return Goal(text, raw, (str(raw),), f"Make this true: {raw}.")
        wants = _Reader(self, text).wants()
        relative = any(want.relative for want in wants)
        parts = tuple(dict.fromkeys(str(want) for want in wants))
        ending = "than at the start" if relative else "in total"
        return Goal(
            text=text,
            condition=_all(want.condition() for want in wants),
            parts=parts,
            explanation=f"Have {listed(parts)} {ending}.",
            relative=relative,
            wants=wants,
        )

    def examples(self) -> str:
        """A sentence with goals that can be asked for."""
        shown = ", ".join(f"{example!r}" for example in self.vocabulary.examples[:4])
        return f"Goals look like: {shown}." if shown else ""

    def suggest(self, words: str) -> str:
        """ "Did you mean ...?" for words that name nothing, or the examples."""
        things: dict[str, str] = {}
        for word in self.spelling.nearest(words, limit=12, at_least=0.7):
            thing = self.things[key(tokens(word))][0]
            things.setdefault(thing.name, word)
        near = list(things.values())[:3]
        return f"Did you mean {' or '.join(map(repr, near))}?" if near else self.examples()

    @property
    def spelling(self) -> Spelling:
        """Made at the first mistake: most goals have none."""
        if self._spelling is None:
            known = [word for thing in self.vocabulary.nouns for word in thing.words]
            known += [word for group in self.vocabulary.groups for word in group.words]
            self._spelling = Spelling(known)
        return self._spelling

    # ---------------------------------------------------------------------- raw conditions

    def _condition(self, text: str) -> Condition | None:
        """The condition that `text` is, or None if it is plain words."""
        looks_raw = bool(_LOOKS_RAW.search(text))
        try:
            condition = parse(text.strip())
            check(condition, self.families)
        except BadCondition as error:
            if looks_raw:
                raise BadGoal(error.message, remedy=error.remedy) from None
            return None
        facts = list(facts_in(condition))
        if not looks_raw and any(self.families[fact.family].kind != "bool" for fact in facts):
            return None
        for fact in facts:
            self._check_key(fact)
        return condition

    def _check_key(self, fact: Fact) -> None:
        """A fact about a thing that the world does not have is a mistake worth telling."""
        known = self._known_keys(fact.family)
        key = fact.keys[-1] if fact.keys else ""
        if not known or not key or key in known or any(fnmatchcase(name, key) for name in known):
            return
        if not self.families[fact.family].closed:
            return  # its keys are not those of the things that can be had
        near = Spelling(known).nearest(key)
        raise BadGoal(
            f"There is nothing called {key!r} (in {fact}).",
            remedy=f"Did you mean {' or '.join(map(repr, near))}?" if near else self.examples(),
        )

    def _known_keys(self, family: str) -> set[str]:
        start = f"{family}["
        goals = (noun.goal for noun in self.vocabulary.nouns)
        return {goal[len(start) : goal.index("]")] for goal in goals if goal.startswith(start)}


class _Reader:
    """One pass over the words of a goal, from left to right."""

    def __init__(self, parser: GoalParser, text: str) -> None:
        self.parser = parser
        self.text = text
        self.words = tokens(text)
        self.at = 0
        self.verb = ""

    def wants(self) -> tuple[Want, ...]:
        found: list[Want] = []
        while self._skip():
            found += self._part()
        if not found:
            asked = f"{self.verb} what?" if self.verb else "It names nothing to do."
            raise BadGoal(f"Cannot understand the goal {self.text!r}: {asked}", remedy=self.parser.examples())
        return tuple(found)

    def _skip(self) -> bool:
        """Pass over separators, politeness and a verb; False at the end."""
        while self.at < len(self.words):
            if self.words[self.at] in SEPARATORS:
                self.at += 1
                continue
            thing, length = self._thing()
            if thing and length > 1:
                return True
            fluff = self._longest(lambda words: words if words in FLUFF else None)
            verb = self._longest(self.parser.verbs.get)
            if verb and (not fluff or len(verb[1]) >= len(fluff[1])):
                self.verb = verb[0]
                self.at += len(verb[1])
            elif fluff:
                self.at += len(fluff[1])
            else:
                return True
        return False

    def _part(self) -> list[Want]:
        start = self.at
        count, stacks, relative = self._quantity()
        thing, length = self._thing()
        if thing is None:
            raise self._lost(start)
        self.at += length
        times = self.words[self.at : self.at + 2]
        if len(times) == 2 and times[0] in ("x", "×", "*") and times[1].isdigit():
            count, self.at = (count or 1) * int(times[1]), self.at + 2
        if self.words[self.at : self.at + 1] == ["more"]:
            relative, self.at = True, self.at + 1
        members = [self.parser.nouns[name] for name in thing.members] if isinstance(thing, Group) else [thing]
        return [self._want(noun, count, stacks, relative) for noun in members]

    def _want(self, noun: Noun, count: float | None, stacks: float, relative: bool) -> Want:
        number = (1.0 if count is None else count) * (stacks * (noun.stack or 1) if stacks else 1.0)
        if number < 1:
            raise BadGoal(
                f"The goal {self.text!r} asks for {number:g} {_said(noun, 2)}.", remedy="Ask for at least 1."
            )
        if noun.most and number > noun.most:
            raise BadGoal(
                f"The goal {self.text!r} asks for {number:g} {_said(noun, 2)}, but no more than"
                f" {noun.most} can be carried.",
                remedy=f"Ask for at most {noun.most}.",
            )
        return Want(noun, math.ceil(number), relative)

    def _quantity(self) -> tuple[float | None, float, bool]:
        """Count, stacks (0 if none were spoken of) and whether "more" is meant."""
        count: float | None = None
        stacks, relative = 0.0, False
        while self.at < len(self.words):
            word = self.words[self.at]
            thing, length = self._thing()
            if thing and (length > 1 or not word.isdigit()):
                break
            if word in ("-", "−"):
                raise BadGoal(f"The goal {self.text!r} has a negative number.", remedy="Ask for at least 1.")
            if word.isdigit() or word in NUMBERS:
                count = (count or 0) + self._number(word)
                if self.words[self.at + 1 : self.at + 2] in (["x"], ["×"]):
                    self.at += 1
            elif word in TIMES:
                count = (1 if count is None else count) * TIMES[word]
            elif word in STACKS:
                stacks = 1.0
            elif word in MORE:
                relative = True
            elif word not in ARTICLES:
                break
            self.at += 1
        return count, stacks, relative

    def _number(self, word: str) -> int:
        if not word.isdigit():
            return NUMBERS[word]
        if not word.isascii() or len(word) > 9:
            raise BadGoal(
                f"The goal {self.text!r} has a number that is too large.", remedy=self.parser.examples()
            )
        following = self.words[self.at + 1 : self.at + 3]
        if len(following) == 2 and following[0] in ".," and following[1].isdigit():
            raise BadGoal(
                f"Cannot read the number {word}{following[0]}{following[1]} in the goal {self.text!r}.",
                remedy="Write whole numbers with no separators.",
            )
        return int(word)

    def _thing(self) -> tuple[Noun | Group | None, int]:
        """The longest name of a thing here, with its length in words."""
        for length in range(min(_MAX_WORDS, len(self.words) - self.at), 0, -1):
            things = self.parser.things.get(key(self.words[self.at : self.at + length]))
            if things:
                return self._meant(things), length
        return None, 0

    def _meant(self, things: list[Noun | Group]) -> Noun | Group:
        verb = self.verb or self.parser.default_verb
        return next((one for one in things if isinstance(one, Group) or verb in one.verbs), things[0])

    def _longest(self, find: Callable[[tuple[str, ...]], _T | None]) -> tuple[_T, tuple[str, ...]] | None:
        for length in range(min(_MAX_WORDS, len(self.words) - self.at), 0, -1):
            words = tuple(self.words[self.at : self.at + length])
            found = find(words)
            if found is not None:
                return found, words
        return None

    def _lost(self, start: int) -> BadGoal:
        """The words up to the next separator name nothing."""
        end = self.at
        while end < len(self.words) and self.words[end] not in SEPARATORS:
            end += 1
        phrase = " ".join(self.words[self.at : end] or self.words[start:end])
        if not self.words[self.at : end]:
            return BadGoal(
                f"Cannot understand the goal {self.text!r}: it names no thing after {phrase!r}.",
                remedy=self.parser.examples(),
            )
        verb = self._near_verb() if not self.verb else ""
        return BadGoal(
            f"Cannot understand {phrase!r} in the goal {self.text!r}.",
            remedy=verb or self.parser.suggest(phrase),
        )

    def _near_verb(self) -> str:
        """ "Did you mean 'craft'?" if the first word is nearly a verb and the rest is understood."""
        known = [" ".join(words) for words in self.parser.verbs]
        near = Spelling(known).nearest(self.words[self.at], limit=1)
        if not near:
            return ""
        rest = _Reader(self.parser, " ".join([near[0], *self.words[self.at + 1 :]]))
        try:
            rest.wants()
        except BadGoal:
            return ""
        return f"Did you mean {rest.text!r}?"


# ------------------------------------------------------------------------------------ small parts


def _said(noun: Noun, count: int) -> str:
    """The first word of a noun is its singular, the second its plural."""
    return noun.words[1] if count != 1 and len(noun.words) > 1 else noun.words[0]


def _all(conditions: Iterable[Condition]) -> Condition:
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
