"""Noun phrases: which things of a scene are meant by "all cubes", "the red and the blue one", "two blocks".

things := one (("," | "and" | "or") one)*
one    := ("all" | "every" | "both" | "any" | "the" | "a" | NUMBER | "other")* trait* (kind | name | "one")?
        | "it" | "them" | "everything" | "the others" | "the rest"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from embodied.english import NUMBERS, listed, tokens, with_article
from embodied.errors import BadGoal
from embodied.goals.quoting import Quoted
from embodied.methods import Vocabulary
from embodied.phrases import Selection, Slot, Thing

_ALL = frozenset({"all", "every", "each", "whole"})
_ANY = frozenset({"any", "some", "a", "an", "another"})
_SKIPPED = frozenset({"the", "my", "your", "our", "this", "that", "these", "those", "of", "its", "own"})
_EVERYTHING = frozenset({"everything", "anything"})
_PRONOUNS = frozenset({"it", "them", "they", "those", "that", "this", "him"})
_OTHERS = frozenset({"others", "rest", "remaining"})
_AMOUNTS = {**NUMBERS, "couple": 2, "pair": 2}
_LEAVING_OUT = (
    ("except", "for"),
    ("except",),
    ("but", "not"),
    ("but",),
    ("apart", "from"),
    ("other", "than"),
    ("excluding",),
)
_DECORATION = frozenset(
    {"little", "small", "tiny", "big", "large", "nice", "colored", "entire", "wooden", "plastic"}
)
"""Words before a noun that tell nothing apart: passed over, where one thing is meant without them."""
_THING = frozenset({"thing", "object", "item", "piece"})
_THINGS = frozenset({"things", "objects", "items", "pieces"})
_JOINTS = frozenset({",", "and", "&", "+", "plus"})
_MAX_UNKNOWN = 3
"""So many words that nobody knows may stand before a kind: "a shiny purple cube"."""


@dataclass(frozen=True)
class Complaint:
    """Why words could not be read.

    Attributes:
        end: how far reading came, in words.
        weight: which of several at the same place to tell: the heavier.
    """

    end: int
    weight: int
    error: BadGoal


@dataclass
class One:
    """One noun phrase as it was said; which things it means depends on the slot."""

    start: int
    end: int
    every: bool = False
    both: bool = False
    any: bool = False
    plural: bool = False
    pronoun: bool = False
    other: bool = False
    number: int | None = None
    traits: frozenset[str] = frozenset()
    kind: str = ""
    named: str = ""
    unknown: tuple[str, ...] = ()
    decorated: bool = False


@dataclass
class Mentions:
    """What was spoken of so far, oldest first."""

    selections: list[Selection] = field(default_factory=list)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for selection in self.selections for name in selection.names)


class NounPhrases:
    """Reads noun phrases of one text. What cannot be read is kept in `complaints`."""

    def __init__(self, vocabulary: Vocabulary, text: str, verbs: frozenset[str] = frozenset()) -> None:
        self.vocabulary = vocabulary
        self.words = tokens(text)
        self.quote = Quoted(text)
        self._not_unknown = _JOINTS | _SKIPPED | _ALL | _ANY | _EVERYTHING | _PRONOUNS | _OTHERS | verbs
        self._not_unknown |= set(_AMOUNTS)
        self.complaints: list[Complaint] = []
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

    def read(self, at: int, slot: Slot, mentions: Mentions) -> Iterator[tuple[Selection, int]]:
        """What may be meant by the words from `at`, and where it ends; the longest first."""
        ones = self._series(at)
        left_out = self._left_out(ones)
        for count in range(len(ones), 0, -1):
            if count == len(ones) and left_out is not None:
                left, end = self._without(ones, left_out, slot, mentions)
                if left is not None:
                    yield left, end
                continue
            selection = self._together(ones[:count], slot, mentions)
            if selection is not None:
                yield selection, ones[count - 1].end

    def without_words(self, at: int, slot: Slot, mentions: Mentions) -> Selection | None:
        """What a slot that is left out means: what was last spoken of, or the only such thing."""
        for earlier in reversed(mentions.selections):
            fit = tuple(name for name in earlier.names if self._thing(name).kind in slot.kinds)
            if fit:
                return Selection(fit, earlier.count)
        fit = tuple(thing.name for thing in self.vocabulary.things if thing.kind in slot.kinds)
        if len(fit) == 1:
            return Selection(fit)
        if fit:
            wanted = slot.name if len(slot.name) > 1 else " or ".join(sorted(slot.kinds))
            self._complain(at, 2, f"It is not said which {wanted} is meant.", self._choices(fit))
        return None

    # ------------------------------------------------------------------------ exceptions

    def _left_out(self, ones: list[One]) -> list[One] | None:
        """What follows "except", after words for several things."""
        if not ones or not any(one.every or one.plural for one in ones):
            return None
        at = ones[-1].end + (self.words[ones[-1].end : ones[-1].end + 1] == [","])
        for words in _LEAVING_OUT:
            if tuple(self.words[at : at + len(words)]) == words:
                return self._series(at + len(words)) or None
        return None

    def _without(
        self, ones: list[One], left_out: list[One], slot: Slot, mentions: Mentions
    ) -> tuple[Selection | None, int]:
        anything = replace(slot, least=0, most=0)
        kind = next((one.kind for one in ones if one.kind), "")
        for one in left_out:
            one.kind = one.kind or ("" if one.named else kind)
        whole, gone = self._together(ones, anything, mentions), self._together(left_out, anything, mentions)
        end = left_out[-1].end
        if whole is None or gone is None or whole.count is not None or gone.count is not None:
            return None, end
        names = tuple(name for name in whole.names if name not in gone.names)
        fits = slot.least <= len(names) and (not slot.most or len(names) <= slot.most)
        return (Selection(names) if names and fits else None), end

    # ------------------------------------------------------------------------ words

    def _series(self, at: int) -> list[One]:
        ones: list[One] = []
        while True:
            one = self._one(at)
            if one is None:
                return ones
            ones.append(one)
            at = one.end
            joint = at
            while joint < len(self.words) and self.words[joint] in _JOINTS and joint - at < 2:
                joint += 1
            if joint == at:
                return ones
            at = joint

    def _one(self, start: int) -> One | None:
        one = One(start, start)
        at = start
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
            if not self._modifier(one, word, traits, alone=at == start):
                unknown = self._unknown_before_kind(at)
                if not unknown:
                    break
                one.unknown = unknown
                at += len(unknown)
                continue
            at += 1
            one.end = at
            if one.pronoun or (word in _EVERYTHING) or word in ("others", "rest"):
                break
            if word in {"one", "ones"} | _THING | _THINGS and (traits or one.other or one.every):
                break
        one.traits = frozenset(traits)
        self._prefer_a_name(one)
        said = one.kind or one.named or one.traits or one.pronoun or one.other or one.every
        return one if said else None

    def _prefer_a_name(self, one: One) -> None:
        """A word for a kind that is also the whole name of one thing ("brick") means that thing."""
        general = one.plural or one.every or one.both or one.any or one.other or one.number is not None
        if one.kind and not general and not one.traits and not one.unknown:
            said = tuple(self._last(one))
            named = [thing for thing in self.vocabulary.things if tuple(tokens(thing.spoken)) == said]
            if len(named) == 1:
                one.kind, one.named = "", named[0].name

    def _modifier(self, one: One, word: str, traits: list[str], *, alone: bool) -> bool:
        """Take note of a word before a noun; False if it is none."""
        if word in self.traits:
            traits.append(word)
        elif word in _PRONOUNS and alone and word in ("it", "them", "they", "him"):
            one.pronoun = True
        elif word in _EVERYTHING:
            one.every = one.plural = True
        elif word in _ALL:
            one.every = True
        elif word == "both":
            one.both = True
        elif word == "other" or word in _OTHERS or word == "else":
            one.other = True
            one.plural = one.plural or word in _OTHERS
        elif word in ("one", "ones") and (traits or one.other):
            one.plural = word == "ones"
        elif word in _THING | _THINGS and (traits or one.other or one.every):
            one.plural = word in _THINGS
        elif word in _DECORATION:
            one.decorated = True
        elif word in _AMOUNTS or word.isdigit():
            one.number = int(word) if word.isdigit() and len(word) < 6 else _AMOUNTS.get(word, 99999)
        elif word in _ANY:
            one.any = True
        elif word not in _SKIPPED:
            return False
        return True

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

    # ------------------------------------------------------------------------ meaning

    def _together(self, ones: list[One], slot: Slot, mentions: Mentions) -> Selection | None:
        """All of a series as one selection; a kind that is left out is that of a neighbour."""
        found: list[Selection] = []
        for number, one in enumerate(ones):
            kinds = [other.kind for other in (*ones[number:], *reversed(ones[:number])) if other.kind]
            selection = self._meant(one, kinds[0] if kinds else "", slot, mentions)
            if selection is None:
                return None
            found.append(selection)
        whole = found[0]
        if len(found) > 1:
            if any(each.count is not None for each in found):
                return None
            names = dict.fromkeys(name for each in found for name in each.names)
            whole = Selection(tuple(names))
        many = len(whole.names) if whole.count is None else whole.count
        if many == 1 < slot.least:
            return None
        if many < slot.least or (slot.most and many > slot.most):
            wanted = f"{slot.least}" if slot.least == slot.most else f"at most {slot.most}"
            if many < slot.least:
                wanted = f"at least {slot.least}"
            limit = f"and {slot.why}" if slot.why and many > slot.most else f"where {wanted} can be meant"
            message = f"{self._quoted(ones)} are {many} things, {limit}."
            self._complain(ones[-1].end, 1, message, self._choices(whole.names))
            return None
        return whole

    def _meant(self, one: One, kind: str, slot: Slot, mentions: Mentions) -> Selection | None:
        if one.pronoun:
            return self.without_words(one.end, slot, mentions)
        kind = one.kind or ("" if one.named or (one.every and not one.kind) else kind)
        pool = [thing for thing in self.vocabulary.things if self._agrees(thing, one, kind)]
        if one.other:
            if not any(self._thing(name).kind in slot.kinds for name in mentions.names):
                message = f"{self._quoted([one])}: other than which is not said."
                self._complain(one.end, 3, message, "Name those that are meant.")
                return None
            pool = [thing for thing in pool if thing.name not in mentions.names]
        if one.unknown or not pool:
            self._nothing_such(one, kind)
            return None
        fit = tuple(thing.name for thing in pool if thing.kind in slot.kinds)
        if not fit:
            wanted = " or ".join(map(with_article, sorted(slot.kinds)))
            message = f"{self._quoted([one])} cannot be meant here: {wanted} is wanted."
            self._complain(one.end, 0, message, "")
            return None
        return self._counted(one, fit)

    def _agrees(self, thing: Thing, one: One, kind: str) -> bool:
        if one.named:
            return thing.name == one.named
        return one.traits <= thing.traits and (not kind or thing.kind == kind)

    def _counted(self, one: One, fit: tuple[str, ...]) -> Selection | None:
        number = 2 if one.both else one.number
        if one.decorated and len(fit) > 1:
            self._complain(one.end, 3, f"I cannot tell which {self._quoted([one])} is.", self._choices(fit))
            return None
        if number is not None and (number < 1 or number > len(fit)):
            fewer = f"there {'is' if len(fit) == 1 else 'are'} only {len(fit)}: {self._listed(fit)}"
            asked = "Ask for at least 1." if number < 1 else fewer[0].upper() + fewer[1:] + "."
            self._complain(one.end, 3, f"{self._quoted([one])} cannot be had.", asked)
            return None
        if one.both and len(fit) != 2:
            self._complain(one.end, 3, f"{self._quoted([one])} could be more than two.", self._choices(fit))
            return None
        if number is not None and number < len(fit):
            return Selection(fit, number, open=True)
        if number is not None or one.every or (one.plural and not one.any):
            return Selection(fit, open=len(fit) > 1)
        if len(fit) == 1:
            return Selection(fit)
        if one.any:
            return Selection(fit, 1, open=True)
        message = f"{self._quoted([one])} could be {' or '.join(self._spoken(name) for name in fit)}."
        self._complain(one.end, 2, message, f"Say which, or 'any {' '.join(self._last(one))}'.")
        return None

    def _nothing_such(self, one: One, kind: str) -> None:
        alike = tuple(thing.name for thing in self.vocabulary.things if thing.kind == kind) if kind else ()
        shown = alike or tuple(thing.name for thing in self.vocabulary.things)
        start = one.start
        while start < one.end - 1 and self.words[start] in ("the", "a", "an", "all"):
            start += 1
        what = self.quote(start, one.end)
        found = f"there {'is' if len(shown) == 1 else 'are'} {self._listed(shown)}"
        self._complain(one.end, 3, f"There is no {what}; {found}.", "")

    # ------------------------------------------------------------------------ saying

    def _thing(self, name: str) -> Thing:
        return next(thing for thing in self.vocabulary.things if thing.name == name)

    def _spoken(self, name: str) -> str:
        return f"the {self._thing(name).spoken}"

    def _listed(self, names: Sequence[str]) -> str:
        return listed(tuple(f"a {self._thing(name).spoken}" for name in names))

    def _choices(self, names: Sequence[str]) -> str:
        return f"There are {self._listed(names)}." if names else ""

    def _last(self, one: One) -> list[str]:
        words = list(self.words[one.start : one.end])
        return [word for word in words if word not in _SKIPPED]

    def _quoted(self, ones: Sequence[One]) -> str:
        return repr(self.quote(ones[0].start, ones[-1].end))

    def _complain(self, end: int, weight: int, message: str, remedy: str) -> None:
        self.complaints.append(Complaint(end, weight, BadGoal(message, remedy=remedy)))
