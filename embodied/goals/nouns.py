"""The words of noun phrases: "all cubes", "the red and the blue one", "two of the blocks", "the last one".

things := one (("," | "and" | "or") one)*
one    := ("all" | "every" | "both" | "any" | "the" | "a" | NUMBER | "half" | "other" | "last")* trait*
          (kind | name | "one")?
        | "it" | "them" | "everything" | "the others" | "the rest"

Which things they mean is told in `selecting`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from embodied.english import NUMBERS, tokens
from embodied.goals.quoting import Quoted
from embodied.methods import Vocabulary

ALL: Final = frozenset({"all", "every", "each", "whole"})
_ANY: Final = frozenset({"any", "some", "a", "an", "another"})
_POINTING: Final = frozenset({"that", "this", "those", "these"})
_SKIPPED: Final = frozenset({"the", "my", "your", "our", "of", "its", "own"}) | _POINTING
_EVERYTHING: Final = frozenset({"everything", "anything"})
_PRONOUNS: Final = frozenset({"it", "them", "they", "him"})
_OTHERS: Final = frozenset({"others", "rest", "remaining"})
AMOUNTS: Final = {**NUMBERS, "couple": 2, "pair": 2}
_LEAVING_OUT: Final = (
    ("except", "for"),
    ("except",),
    ("but", "not"),
    ("but",),
    ("apart", "from"),
    ("other", "than"),
    ("excluding",),
)
_DECORATION: Final = frozenset(
    {
        *("little", "small", "tiny", "big", "large", "nice", "colored", "entire", "wooden", "plastic"),
        *("specimen", "sample"),
    }
)
"""Words before a noun that tell nothing apart: passed over, where one thing is meant without them."""
_THING: Final = frozenset({"thing", "object", "item", "piece"})
_THINGS: Final = frozenset({"things", "objects", "items", "pieces"})
_JOINTS: Final = frozenset({",", "and", "&", "+", "plus", "or"})
_WHERE: Final = frozenset({"in", "into", "on", "onto", "to", "at", "inside", "one"})
_MAX_UNKNOWN: Final = 3
"""So many words that nobody knows may stand before a kind: "a shiny purple cube"."""


@dataclass
class One:
    """One noun phrase as it was said; which things it means depends on the slot.

    Attributes:
        half: half of them.
        of_them: of what was spoken of before, where something was.
        or_: it is another choice than the one before: "the red or the blue cube".
    """

    start: int
    end: int
    every: bool = False
    both: bool = False
    any: bool = False
    plural: bool = False
    pronoun: bool = False
    other: bool = False
    half: bool = False
    of_them: bool = False
    or_: bool = False
    number: int | None = None
    traits: frozenset[str] = frozenset()
    kind: str = ""
    named: str = ""
    unknown: tuple[str, ...] = ()
    decorated: bool = False


class NounWords:
    """Reads the words of noun phrases of one text."""

    def __init__(self, vocabulary: Vocabulary, text: str, verbs: frozenset[str] = frozenset()) -> None:
        self.vocabulary = vocabulary
        self.words = tokens(text)
        self.quote = Quoted(text)
        self._not_unknown = _JOINTS | _SKIPPED | ALL | _ANY | _EVERYTHING | _PRONOUNS | _OTHERS | verbs
        self._not_unknown |= {*AMOUNTS, *_POINTING, "last", "half", "either"}
        traits = frozenset(trait for thing in vocabulary.things for trait in thing.traits)
        self.traits = traits - self._not_unknown  # a name may hold any words of the grammar
        self._by_words: dict[tuple[str, ...], tuple[str, str, bool]] = {}
        for name, kind in vocabulary.kinds.items():
            for plural, said in ((False, kind.singular), (True, kind.plural)):
                for word in said:
                    self._by_words[tuple(tokens(word))] = ("kind", name, plural)
        for thing in vocabulary.things:
            for word in (thing.spoken, *thing.words):
                self._by_words.setdefault(tuple(tokens(word)), ("name", thing.name, False))
        self._longest = max((len(words) for words in self._by_words), default=0)

    def series(self, at: int) -> list[One]:
        """All noun phrases from `at` that are joined."""
        ones: list[One] = []
        either = self.words[at : at + 1] == ["either"]
        while True:
            one = self._one(at + (either and not ones))
            if one is None:
                return ones
            one.or_ = bool(ones) and "or" in self.words[ones[-1].end : at]
            ones.append(one)
            at = one.end
            joint = at
            while joint < len(self.words) and self.words[joint] in _JOINTS and joint - at < 2:
                joint += 1
            if joint == at:
                return ones
            at = joint

    def left_out(self, ones: list[One]) -> list[One] | None:
        """What follows "except", after words for several things."""
        if not ones or not any(one.every or one.plural for one in ones):
            return None
        at = ones[-1].end + (self.words[ones[-1].end : ones[-1].end + 1] == [","])
        for words in _LEAVING_OUT:
            if tuple(self.words[at : at + len(words)]) == words:
                return self.series(at + len(words)) or None
        return None

    def bare(self, one: One) -> list[str]:
        """Its words without articles."""
        return [word for word in self.words[one.start : one.end] if word not in _SKIPPED]

    def quoted(self, ones: list[One]) -> str:
        return repr(self.quote(ones[0].start, ones[-1].end))

    def _one(self, start: int) -> One | None:
        one = One(start, start)
        least = self.words[start : start + 2] == ["at", "least"]
        at = start + 2 if least and self.words[start + 2 : start + 3] != ["the"] else start
        traits: list[str] = []
        while at < len(self.words):
            word = self.words[at]
            found = self._name_at(at)
            if found is not None:
                (what, name, plural), length = found
                one.end = at + length
                one.plural = plural
                if what == "kind":
                    one.kind = name
                else:
                    one.named = name
                break
            if not self._modifier(one, word, traits, at):
                unknown = self._unknown_before_kind(at)
                if not unknown:
                    break
                one.unknown = unknown
                at += len(unknown)
                continue
            at += 1
            one.end = at
            if (
                one.pronoun
                or (one.of_them and one.every)
                or (word in _EVERYTHING)
                or word in ("others", "rest")
            ):
                break
            if word in {"one", "ones"} | _THING | _THINGS and (traits or one.other or one.every):
                break
        one.traits = frozenset(traits)
        self._prefer_a_name(one)
        said = one.kind or one.named or one.traits or one.pronoun or one.other or one.every
        return one if said or one.half or self._counts_alone(one) else None

    def _counts_alone(self, one: One) -> bool:
        """ "two on the tray", "two of them"; not "2 cm"."""
        if one.number is None or one.unknown or not 0 < one.number < 100:
            return False
        return not any(word.isdecimal() for word in self.words[one.start : one.end])

    def _prefer_a_name(self, one: One) -> None:
        """A word for a kind that is also the whole name of one thing ("brick") means that thing."""
        general = one.plural or one.every or one.both or one.any or one.other or one.number is not None
        if one.kind and not general and not one.traits and not one.unknown:
            said = tuple(self.bare(one))
            named = [thing for thing in self.vocabulary.things if tuple(tokens(thing.spoken)) == said]
            if len(named) == 1:
                one.kind, one.named = "", named[0].name

    def _modifier(self, one: One, word: str, traits: list[str], at: int) -> bool:
        """Take note of a word before a noun; False if it is none."""
        alone = at == one.start
        if word in self.traits:
            traits.append(word)
        elif word in ("them", "they") and alone and self.words[at + 1 : at + 2] == ["all"]:
            one.of_them = True
        elif word in _PRONOUNS and alone:
            one.pronoun = True
        elif word in ("them", "those") and self.words[at - 1] == "of":  # "two of them"
            one.plural = one.of_them = True
        elif word in _POINTING and alone and self._ends_at(at + 1):
            one.pronoun = True
        elif word in _EVERYTHING:
            one.every = one.plural = True
        elif word in ALL:
            one.every = True
        elif word == "both":
            one.both = True
        elif word == "half" and (alone or one.other or self.words[at - 1] in ("one", "the")):
            one.half, one.number = not one.other, None
        elif word == "other" or word in _OTHERS or word == "else":
            one.other = True
            one.plural = one.plural or word in _OTHERS
        elif word == "another" and (self._ends_at(at + 1) or self.words[at + 1] in _WHERE):
            one.number = 1  # what is counted anew is another
        elif word == "last" and not traits:
            one.other, one.number = True, 1
        elif word in ("one", "ones") and (traits or one.other):
            one.plural = word == "ones"
        elif word in _THING | _THINGS and (traits or one.other or one.every):
            one.plural = word in _THINGS
        elif word in _DECORATION:
            one.decorated = True
        elif word in AMOUNTS or word.isdecimal():
            one.number = int(word) if word.isdecimal() and len(word) < 6 else AMOUNTS.get(word, 99999)
        elif word in _ANY:
            one.any = True
        elif word not in _SKIPPED:
            return False
        return True

    def _ends_at(self, at: int) -> bool:
        return at >= len(self.words) or not self.words[at].isalnum() or self.words[at] in ("and", "then")

    def _name_at(self, at: int) -> tuple[tuple[str, str, bool], int] | None:
        for length in range(min(self._longest, len(self.words) - at), 0, -1):
            found = self._by_words.get(tuple(self.words[at : at + length]))
            if found is not None:
                return found, length
        return None

    def _unknown_before_kind(self, at: int) -> tuple[str, ...]:
        """Words that mean nothing here, if a kind of things follows them."""
        for length in range(1, _MAX_UNKNOWN + 1):
            end = at + length
            found = self._name_at(end) if end < len(self.words) else None
            if found is not None:
                words = tuple(self.words[at:end])
                known = any(
                    word in self._not_unknown or not word.isalpha() or len(word) < 3 for word in words
                )
                return () if known or found[0][0] != "kind" else words
        return ()
