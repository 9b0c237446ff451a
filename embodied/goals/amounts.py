"""Things and how many of them: "8 torches, then three more buckets".

goal     := part (separator part)*
part     := verb? quantity* (noun | group) ("x" number)?
quantity := number | article | "dozen" | "pair of" | "stack of" | "more" | ...
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

from embodied.english import ARTICLES, FLUFF, MORE, NUMBERS, SEPARATORS, STACKS, TIMES, key, tokens
from embodied.errors import BadGoal
from embodied.goals.goal import Want, said
from embodied.goals.lexicon import Lexicon
from embodied.goals.quoting import Quoted
from embodied.methods import Group, Noun
from embodied.spelling import Spelling

_T = TypeVar("_T")
_MAX_WORDS = 8
"""The longest name of a thing, in words."""


class AmountReader:
    """One pass over the words of a goal, from left to right."""

    def __init__(self, lexicon: Lexicon, text: str) -> None:
        self.lexicon = lexicon
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
            raise BadGoal(
                f"Cannot understand the goal {self.text!r}: {asked}", remedy=self.lexicon.examples()
            )
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
            verb = self._longest(self.lexicon.verbs.get)
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
        members = (
            [self.lexicon.nouns[name] for name in thing.members] if isinstance(thing, Group) else [thing]
        )
        return [self._want(noun, count, stacks, relative) for noun in members]

    def _want(self, noun: Noun, count: float | None, stacks: float, relative: bool) -> Want:
        number = (1.0 if count is None else count) * (stacks * (noun.stack or 1) if stacks else 1.0)
        if number < 1:
            raise BadGoal(
                f"The goal {self.text!r} asks for {number:g} {said(noun, 2)}.", remedy="Ask for at least 1."
            )
        if noun.most and number > noun.most:
            raise BadGoal(
                f"The goal {self.text!r} asks for {number:g} {said(noun, 2)}, but no more than"
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
                f"The goal {self.text!r} has a number that is too large.", remedy=self.lexicon.examples()
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
            things = self.lexicon.things.get(key(self.words[self.at : self.at + length]))
            if things:
                return self._meant(things), length
        return None, 0

    def _meant(self, things: list[Noun | Group]) -> Noun | Group:
        verb = self.verb or self.lexicon.default_verb
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
        at = self.at if end > self.at else start
        phrase, quoted = " ".join(self.words[at:end]), Quoted(self.text)(at, end)
        if not self.words[self.at : end]:
            return BadGoal(
                f"Cannot understand the goal {self.text!r}: it names no thing after {quoted!r}.",
                remedy=self.lexicon.examples(),
            )
        verb = self._near_verb() if not self.verb else ""
        return BadGoal(
            f"Cannot understand {quoted!r} in the goal {self.text!r}.",
            remedy=verb or self.lexicon.suggest(phrase),
        )

    def _near_verb(self) -> str:
        """ "Did you mean 'craft'?" if the first word is nearly a verb and the rest is understood."""
        known = [" ".join(words) for words in self.lexicon.verbs]
        near = Spelling(known).nearest(self.words[self.at], limit=1)
        if not near:
            return ""
        rest = AmountReader(self.lexicon, " ".join([near[0], *self.words[self.at + 1 :]]))
        try:
            rest.wants()
        except BadGoal:
            return ""
        return f"Did you mean {rest.text!r}?"
