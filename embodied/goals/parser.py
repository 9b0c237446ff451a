"""The goal parser: a condition as it stands, a sentence in the world's phrases, or things and amounts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from embodied.condition import And, Condition, Fact, Not, Or, Quantifier, check, facts_in, parse, unknowable
from embodied.english import listed
from embodied.errors import BadCondition, BadGoal
from embodied.facts import FactFamily
from embodied.goals.amounts import AmountReader
from embodied.goals.exclusions import Wish, settled
from embodied.goals.goal import Goal, Stage, all_of
from embodied.goals.lexicon import Lexicon
from embodied.goals.ordering import in_stages
from embodied.goals.sentences import SentenceReader
from embodied.goals.sharing import either, either_stage, ways_to_share
from embodied.methods import Vocabulary
from embodied.spelling import Spelling

MAX_LENGTH = 500

_SLIP = 0.8
"""So much alike, a name that nobody knows is a slip of the pen."""

_LOOKS_RAW = re.compile(r"[\[\]<>=]")
_IS_RAW = re.compile(r"[\[\]]|[<>=!]=")
_ARROW = re.compile(r"->|=>")
"""Marks of a condition that somebody tried to write; "red -> bowl" and "x=0.4" stand in sentences, too."""


class GoalParser:
    """Reads goals with the words of one world.

    `families`, if given, lets goals be written as conditions and checks them.
    """

    def __init__(self, vocabulary: Vocabulary, families: Mapping[str, FactFamily] | None = None) -> None:
        self.vocabulary = vocabulary
        self.families = families or {}
        self.lexicon = Lexicon(vocabulary)

    def parse(self, text: str) -> Goal:
        """Understand `text`, or raise `BadGoal` naming the nearest things that can be asked for."""
        if len(text) > MAX_LENGTH:
            raise BadGoal(
                f"The goal is {len(text)} characters long; at most {MAX_LENGTH} are read.",
                remedy=self.lexicon.examples(),
            )
        raw = self._condition(text)
        if raw is not None:
            return Goal(text, raw, (str(raw),), f"Make this true: {raw}.")
        if not self.vocabulary.phrases:
            return self._amounts(text)
        try:
            return self._sentence(text)
        except BadGoal:
            if not self.vocabulary.nouns:
                raise
        return self._amounts(text)

    def _sentence(self, text: str) -> Goal:
        said = SentenceReader(self.vocabulary, text).wishes()
        ways = self._ways(said, text)
        stages = tuple(map(either_stage, zip(*(stages for stages, _ in ways), strict=True)))
        wishes = ways[0][1] if len(ways) == 1 else said
        parts = tuple(dict.fromkeys(wish.said for wish in wishes if wish.said))
        whole = either([all_of(wish.condition for wish in wishes) for _, wishes in ways])
        return Goal(
            text=text,
            condition=stages[-1].condition if stages else whole,
            parts=parts,
            explanation=f"In turn: {', then '.join(parts)}." if stages else f"In the end: {listed(parts)}.",
            stages=stages,
        )

    def _ways(self, said: list[Wish], text: str) -> list[tuple[tuple[Stage, ...], list[Wish]]]:
        """The stages and wishes for each way to choose what was only counted, where that can be."""
        found: list[tuple[tuple[Stage, ...], list[Wish]]] = []
        impossible: BadGoal | None = None
        for way in ways_to_share(said, text):
            try:
                found.append(self._one_way(way, text))
            except BadGoal as error:
                impossible = error
        if impossible is not None and not found:
            raise impossible
        return found

    def _one_way(self, said: list[Wish], text: str) -> tuple[tuple[Stage, ...], list[Wish]]:
        stages = in_stages(said, self.vocabulary.exclusions, text)
        return stages, said if stages else settled(said, self.vocabulary.exclusions, text)

    def _amounts(self, text: str) -> Goal:
        wants = AmountReader(self.lexicon, text).wants()
        relative = any(want.relative for want in wants)
        parts = tuple(dict.fromkeys(str(want) for want in wants))
        ending = "than at the start" if relative else "in total"
        return Goal(
            text=text,
            condition=all_of(want.condition() for want in wants),
            parts=parts,
            explanation=f"Have {listed(parts)} {ending}.",
            relative=relative,
            wants=wants,
        )

    # ---------------------------------------------------------------------- raw conditions

    def _condition(self, text: str) -> Condition | None:
        """The condition that `text` is, or None if it is plain words."""
        looks_raw = bool(_LOOKS_RAW.search(text))
        try:
            condition = parse(text.strip())
            check(condition, self.families)
        except BadCondition as error:
            if looks_raw and (not self.vocabulary.phrases or _IS_RAW.search(_ARROW.sub("", text))):
                sayable = self.vocabulary.phrases and self.lexicon.examples()
                raise BadGoal(error.message, remedy=sayable or error.remedy) from None
            return None
        endless = unknowable(condition, self.families)
        if endless is not None:
            raise BadGoal(
                f"It can never be known that {endless} holds: there may be more of them than what is seen.",
                remedy="Name the things, or go over a family that is known whole: "
                f"{', '.join(name for name, one in self.families.items() if one.closed and one.keys)}.",
            )
        facts = list(facts_in(condition))
        if not looks_raw and any(self.families[fact.family].kind != "bool" for fact in facts):
            return None
        for fact in facts:
            self._check_key(fact)
        self._check_things(condition, text)
        return condition

    def _check_things(self, condition: Condition, text: str) -> None:
        """A name that is nearly that of a thing is a slip; one far from all is the world's to judge."""
        things = {thing.name for thing in self.vocabulary.things}
        said_of_things = {"object", "thing", "support", "container", *self.vocabulary.kinds}
        variables = set(_variables(condition))
        for fact in facts_in(condition) if things else ():
            for kind, name in zip(self.families[fact.family].keys, fact.keys, strict=False):
                if kind not in said_of_things or name in things | variables or set(name) & set("*?"):
                    continue
                near = Spelling(things).nearest(name, limit=1, at_least=_SLIP)
                if near:
                    meant = re.sub(rf"(?<![\w.:-]){re.escape(name)}(?![\w.:-])", near[0], text.strip())
                    raise BadGoal(
                        f"There is nothing called {name!r} (in {fact}).", remedy=f"Did you mean {meant!r}?"
                    )

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
            remedy=f"Did you mean {' or '.join(map(repr, near))}?" if near else self.lexicon.examples(),
        )

    def _known_keys(self, family: str) -> set[str]:
        start = f"{family}["
        goals = (noun.goal for noun in self.vocabulary.nouns)
        return {goal[len(start) : goal.index("]")] for goal in goals if goal.startswith(start)}


def _variables(condition: Condition) -> Iterator[str]:
    """The names that stand for any thing."""
    match condition:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _variables(part)
        case Not(part):
            yield from _variables(part)
        case Quantifier(_, name, _, part):
            yield name
            yield from _variables(part)
