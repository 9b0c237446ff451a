"""What words of a rule name: things, amounts, numbers with units, and how things are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn

from embodied.english import tokens
from embodied.errors import BadRule
from embodied.facts import FactFamily
from embodied.methods import Noun, Vocabulary
from embodied.rules.places import Area
from embodied.rules.words import NUMBER, amount_of, plain, written
from embodied.spelling import Spelling

PATTERNS: Final = (
    "never touch the bowl",
    "do not pick up the red cube",
    "never put the red cube in the bowl",
    "never open the drawer until the red cube is in the bowl",
    "stay out of the red pad",
    "keep out of the left half",
    "do not lift anything above 30 cm",
    "keep the hand below 40 cm",
    "always keep the gripper open when moving over the button",
    "do not hold two things",
    "the drawer must be closed within 20 seconds after it was opened",
    "the drawer must stay closed",
    "never call move_joints",
    "never dig straight down",
    "never break glass",
    "stay out of 10 60 10 to 20 80 20",
    "never dig in 10 20 to 30 40",
    "stay in 10 20 to 30 40",
    "never go below y 20",
    "do not place lava",
    "always keep 5 torches",
    "never attack animals",
    "never have more than 3 wood",
    "always keep at least 2 planks",
    "never craft sticks",
)
ANYTHING: Final = frozenset({"anything", "something", "things", "thing", "objects", "object", "everything"})


@dataclass
class Naming:
    """Reads the words of one rule.

    Attributes:
        text: the whole rule, for messages.
        areas: places that were named, by name.
        foresight: of the world, which may know what blocks words mean.
        mentioned: what was named so far; "it" is the last.
    """

    text: str
    vocabulary: Vocabulary
    families: Mapping[str, FactFamily]
    areas: Mapping[str, Area] = field(default_factory=dict)
    foresight: object = None
    mentioned: list[str] = field(default_factory=list)

    # -- states ------------------------------------------------------------------------------------

    def state(self, words: str, *, began: bool = False) -> str:
        """A condition: "the red cube is in the bowl", "you hold the cup", "you have 3 wood"."""
        said = plain(words)
        found = re.fullmatch(
            r"(?:(?:you|hand|arm|robot|it) )?(?:hold|holds|holding|is holding|are holding|carry|carrying|"
            r"is carrying|are carrying) (.+)",
            said,
        )
        found = found or re.fullmatch(r"(?:holding) (.+)", said)
        if found and "holding" in self.families:
            if found.group(1) in ANYTHING:
                return "any(held in holding: holding[held])"
            return self.either(lambda name: f"holding[{name}]", self.things(found.group(1)))
        if (
            re.fullmatch(r"(?:(?:hand|gripper) is empty|holding nothing)", said)
            and "hand_empty" in self.families
        ):
            return "hand_empty"
        found = re.fullmatch(rf"(?:you |there are )?(?:have |has )?(?:at least )?{NUMBER} (.+)", said)
        if found and "inventory" in self.families:
            return f"{self.amount(found.group(2))} >= {written(amount_of(found.group(1)))}"
        found = re.fullmatch(r"(?:you )?have (.+)", said)
        if found and "inventory" in self.families:
            return f"{self.amount(found.group(1))} >= 1"
        found = re.fullmatch(rf"(health|food|oxygen) is (below|above|under|over) {NUMBER}", said)
        if found and found.group(1) in self.families:
            operator = "<" if found.group(2) in ("below", "under") else ">"
            return f"{found.group(1)} {operator} {found.group(3)}"
        if said in ("it is day", "it is night") and "is_day" in self.families:
            return "is_day" if said == "it is day" else "not is_day"
        return self._resting_state(said, began)

    def _resting_state(self, said: str, began: bool) -> str:
        found = re.fullmatch(r"(.+?) (?:is|was|are|were|gets)( not)? (.+)", said)
        if found is None or "on" not in self.families:
            self.lost(said)
        denied, rest = "not " if found.group(2) else "", found.group(3)
        names = self.things(found.group(1))
        traits = {
            "open": "is_open", "opened": "is_open", "closed": "is_closed", "shut": "is_closed",
            "pressed": "pressed", "upright": "upright", "held": "holding", "clear": "clear",
        }  # fmt: skip
        if rest == "opened" and began:
            return " and ".join(f"not is_closed[{name}]" for name in names)
        if rest in traits:
            return " and ".join(f"{denied}{traits[rest]}[{name}]" for name in names)
        placed = re.fullmatch(r"(inside|in|on|at|over|above) (.+)", rest)
        if placed is None:
            self.lost(said)
        where = self.things(placed.group(2))
        if found.group(1) in ("hand", "arm", "gripper"):
            return self.either(lambda name: f"{denied}over[{name}]", where)
        return " and ".join(f"{denied}{self.resting(placed.group(1), a, b)}" for a in names for b in where)

    def resting(self, word: str, what: str, where: str) -> str:
        kind = next((thing.kind for thing in self.vocabulary.things if thing.name == where), "")
        family = "at" if kind in ("place", "edge") else "in" if word in ("in", "into", "inside") else "on"
        return f"{family}[{what}, {where}]"

    # -- names -------------------------------------------------------------------------------------

    def note(self, words: str) -> None:
        """What a sentence speaks of first, so that "it" can mean that."""
        said = f" {words} "
        for thing in self.vocabulary.things:
            if f" {thing.spoken} " in said:
                self.mentioned.append(thing.name)

    def things(self, words: str) -> tuple[str, ...]:
        """The things that words name. Raises BadRule for none, or for one of several."""
        said = " ".join(tokens(plain(words)))
        if said in ("it", "that", "them") and self.mentioned:
            return (self.mentioned[-1],)
        if said in ("hand", "arm", "gripper"):
            return (said,)
        if said in ANYTHING:
            return ("{x}",)
        names: list[str] = []
        for part in re.split(r"\s*(?:,|\band\b|\bor\b)\s*", said):
            names += [name for name in self._named(part) if name not in names]
        self.mentioned += names[-1:]
        return tuple(names)

    def _named(self, said: str) -> list[str]:
        every = re.sub(r"^(?:all|every|each|any|both)(?: of)?(?: the)? ", "", said)
        for thing in self.vocabulary.things:
            if every in (thing.spoken, *thing.words):
                return [thing.name]
        kinds = self.vocabulary.kinds
        found = []
        several = False
        for thing in self.vocabulary.things:
            kind = kinds.get(thing.kind)
            for word in (*(kind.singular if kind else ()), *(kind.plural if kind else ())):
                if every == word or (every.endswith(f" {word}") and every[: -len(word) - 1] in thing.traits):
                    found.append(thing.name)
                    several = several or bool(kind and word in kind.plural) or every != said
        if len(found) == 1 or (found and several):
            return list(dict.fromkeys(found))
        if found:
            raise BadRule(
                f"Which {said} is meant in {self.text!r}?",
                remedy=f"Say one of {', '.join(n.replace('_', ' ') for n in found)}, or {said}s for all.",
            )
        near = Spelling([thing.spoken for thing in self.vocabulary.things]).nearest(said, limit=2)
        hint = f"Did you mean {' or '.join(map(repr, near))}?" if near else remedy(self.families)
        raise BadRule(f"There is nothing called {said!r} here.", remedy=hint)

    def amount(self, words: str) -> str:
        """How much there is of a thing, as a term: `inventory[stick]`, `sum(inventory[*_planks])`."""
        return self.noun(words).goal.partition(">=")[0].strip()

    def key(self, words: str) -> str:
        """What an item is called in facts: "lava_bucket"; of several kinds a pattern, `*_log`."""
        found = re.search(r"\[(.+?)\]", self.noun(words).goal)
        return found.group(1) if found else self.noun(words).name

    def blocks(self, words: str) -> tuple[str, ...]:
        """The blocks that words mean, as names and patterns; () if there are none."""
        meant: Callable[[str, str], tuple[str, ...]] | None = getattr(self.foresight, "blocks_meant", None)
        if meant is None:
            return ()
        said = plain(words)
        known = any(said in noun.words for noun in self.vocabulary.nouns)
        return meant(said, self.key(said) if known else "")

    def noun(self, words: str) -> Noun:
        """A thing that can be had in amounts."""
        said = plain(words)
        usual = next(iter(self.vocabulary.verbs), "")
        found = [
            noun
            for noun in self.vocabulary.nouns
            if said in noun.words or said.replace(" ", "_") == noun.name
        ]
        if found:
            return next((noun for noun in found if usual in noun.verbs), found[0])
        near = Spelling([word for noun in self.vocabulary.nouns for word in noun.words]).nearest(
            said, limit=2
        )
        hint = f"Did you mean {' or '.join(map(repr, near))}?" if near else remedy(self.families)
        raise BadRule(f"There is nothing called {said!r} here.", remedy=hint)

    @staticmethod
    def either(fact: Callable[[str], str], names: Iterable[str]) -> str:
        return " or ".join(map(fact, names))

    def lost(self, part: str = "") -> NoReturn:
        where = f" (at {part!r})" if part and part != plain(self.text) else ""
        words = f"Cannot understand the rule {self.text!r}{where}."
        raise BadRule(words, remedy=remedy(self.families))


def remedy(families: Mapping[str, FactFamily] | None = None) -> str:
    first = PATTERNS.index("never dig straight down") if families and "inventory" in families else 0
    formula = "always health > 6" if first else "never in[red_cube, bowl]"
    return f"Rules look like: {'; '.join(PATTERNS[first : first + 9])}. Or write a formula: {formula}."
