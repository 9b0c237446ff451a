"""Sentences in a world's phrases: "open the drawer and put the green cube inside"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from embodied.condition import And
from embodied.english import ARTICLES, FLUFF, NUMBERS, SEPARATORS, listed, tokens
from embodied.errors import BadGoal
from embodied.goals.exclusions import Wish
from embodied.goals.selecting import Complaint, Mentions, NounPhrases
from embodied.goals.sharing import apart_from, spelled_out
from embodied.methods import Vocabulary
from embodied.phrases import Phrase, Selection, Slot
from embodied.spelling import Spelling

_MAX_TRIES = 20_000
_ELEMENT = re.compile(r"\{(\w+)\}|\(([^)]*)\)|(\S+)")


@dataclass(frozen=True)
class _Element:
    """A slot, or words: one of `options`."""

    slot: Slot | None = None
    options: tuple[tuple[str, ...], ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class _Verb:
    """The verb of a wish, and with how many things it was said."""

    word: str
    slots: int


Match = tuple[int, dict[str, Selection | int]]


class SentenceReader:
    """Reads one goal. A later wish may leave its verb out: "put the red cube here and the blue one there"."""

    def __init__(self, vocabulary: Vocabulary, text: str) -> None:
        self.vocabulary = vocabulary
        self.text = text
        self.words = tokens(text)
        self.patterns = [(phrase, _elements(phrase)) for phrase in vocabulary.phrases]
        verbs = frozenset(one[0] for _, elements in self.patterns for one in elements[0].options)
        self.nouns = NounPhrases(vocabulary, text, verbs)
        self.reached = 0
        self._tries = 0
        self._hopeless: set[tuple[int, _Verb | None]] = set()

    def wishes(self) -> list[Wish]:
        """All wishes of the sentence; raises `BadGoal`."""
        if self._skip(0) >= len(self.words):
            raise BadGoal(
                f"Cannot understand the goal {self.text!r}: it names nothing to do.", remedy=self._examples()
            )
        found = self._from(0, Mentions(), None)
        if found is None:
            raise self._lost()
        asked = self.words[-1] == "?" and not any(one.command for one in found)
        if asked or all(one.condition == And(()) for one in found):
            raise BadGoal(
                f"Cannot understand the goal {self.text!r}: it asks for nothing to be done.",
                remedy=self._examples(),
            )
        return [one for one in found if one.condition != And(())]

    # ------------------------------------------------------------------------ matching

    def _from(self, at: int, mentions: Mentions, verb: _Verb | None) -> list[Wish] | None:
        at = self._skip(at)
        if at >= len(self.words):
            return []
        if (at, verb) in self._hopeless or self._tries > _MAX_TRIES:
            return None
        for phrase, elements, first in self._candidates(at, verb):
            for end, filled in self._match(elements, at, {}, mentions):
                if end < len(self.words) and not self._parts(end):
                    continue
                wish = self._wish(phrase, filled, end, mentions)
                if wish is None:
                    continue
                spoken = [one for one in filled.values() if isinstance(one, Selection)]
                if wish.moves_onto:  # "it" is what was moved, not what it stands on now
                    spoken.reverse()
                rest = self._from(end, Mentions([*mentions.selections, *spoken]), first)
                if rest is not None:
                    said = tuple(self.words[end : self._skip(end)])
                    rest = [replace(one, before=said) if one is rest[0] else one for one in rest]
                    return [replace(wish, command=self._says_verb(elements[0], at)), *rest]
        self._hopeless.add((at, verb))
        return None

    def _says_verb(self, element: _Element, at: int) -> bool:
        return not element.optional and any(
            tuple(self.words[at : at + len(one)]) == one for one in element.options
        )

    def _candidates(
        self, at: int, verb: _Verb | None
    ) -> Iterator[tuple[Phrase, list[_Element], _Verb | None]]:
        """Phrases that may begin here; a verb that is left out is that of the wish before, and so many things
        go with it as there: "put red and two others in the bowl" does not put red down."""
        for phrase, elements in self.patterns:
            if any(tuple(self.words[at : at + len(one)]) == one for one in elements[0].options):
                yield phrase, elements, _Verb(self.words[at], len(phrase.slots))
        for phrase, elements in self.patterns:
            if not elements[0].options:
                if self.words[at:] in _ALONE:  # "next one" names nothing
                    continue
                if not (verb and verb.slots < 2 and self.words[at - 1] == "and"):
                    before = len(self.nouns.complaints)
                    yield phrase, elements, verb
                    self._forget_kinds(before)
            elif (
                verb
                and verb.slots == len(phrase.slots)
                and any(one[0] == verb.word for one in elements[0].options)
            ):
                yield phrase, elements[1:], verb

    def _forget_kinds(self, before: int) -> None:
        """That a phrase with no verb wants another kind of thing is nothing to tell."""
        said = self.nouns.complaints
        said[before:] = [one for one in said[before:] if one.weight]

    def _match(
        self, elements: Sequence[_Element], at: int, filled: dict[str, Selection | int], mentions: Mentions
    ) -> Iterator[Match]:
        """Where the pattern can end, with what fills its slots."""
        self._tries += 1
        if self._tries > _MAX_TRIES:
            return
        self.reached = max(self.reached, at)
        if not elements:
            yield at, filled
            return
        element, rest = elements[0], elements[1:]
        if element.slot is None:
            for words in element.options:
                if tuple(self.words[at : at + len(words)]) == words:
                    yield from self._match(rest, at + len(words), filled, mentions)
            if element.optional:
                yield from self._match(rest, at, filled, mentions)
            return
        slot = element.slot
        if slot.number:
            word = self.words[at] if at < len(self.words) else ""
            if word in NUMBERS or (word.isdecimal() and len(word) < 6):
                amount = int(word) if word.isdecimal() else NUMBERS[word]
                yield from self._match(rest, at + 1, {**filled, slot.name: amount}, mentions)
            return
        here = [one for one in filled.values() if isinstance(one, Selection)]
        named = frozenset(name for one in here for name in one.names)
        so_far = Mentions([*mentions.selections, *here], named)
        for selection, end in self.nouns.read(at, slot, so_far):
            yield from self._match(rest, end, {**filled, slot.name: selection}, mentions)

    def _skip(self, at: int) -> int:
        """Past separators and politeness."""
        while at < len(self.words):
            if self.words[at] in SEPARATORS:
                at += 1
                continue
            length = next((n for n in range(6, 0, -1) if tuple(self.words[at : at + n]) in FLUFF), 0)
            if not length or self._begins_phrase(at, length):
                return at
            at += length
        return at

    def _begins_phrase(self, at: int, length: int) -> bool:
        """Whether a pattern begins here with at least as many words as the politeness has."""
        return any(
            len(one) >= length and tuple(self.words[at : at + len(one)]) == one
            for _, elements in self.patterns
            for one in elements[0].options
        )

    def _parts(self, at: int) -> bool:
        """Whether another wish, or nothing but politeness, may begin here."""
        return self.words[at] in SEPARATORS or self._skip(at) > at

    # ------------------------------------------------------------------------ meaning

    def _wish(
        self, phrase: Phrase, filled: dict[str, Selection | int], end: int, mentions: Mentions
    ) -> Wish | None:
        for slot in phrase.slots:
            if slot.implied:
                meant = self.nouns.without_words(end, slot, mentions)
                if meant is None:
                    return None
                filled = {**filled, slot.name: meant}
        try:
            apart = apart_from(filled)
            condition = spelled_out(phrase.goal, apart)
        except BadGoal as error:
            self.nouns.complaints.append(Complaint(end, 4, error))
            return None
        said = phrase.said.format(**{name: _told(one) for name, one in apart.items()})
        return Wish(condition, said, chosen=apart, goal=phrase.goal)

    # ------------------------------------------------------------------------ saying what is wrong

    def _lost(self) -> BadGoal:
        meant = self._nearly()
        worst = max(self.nouns.complaints, key=lambda one: (one.end, one.weight), default=None)
        beyond = worst is not None and worst.weight == 0 and self._strange(worst.end)
        if worst is not None and worst.end >= self.reached and not beyond:
            hint = " ".join(part for part in (worst.error.remedy, meant) if part)
            return BadGoal(worst.error.message, remedy=hint or self._examples())
        rest = self.nouns.quote(self.reached, len(self.words))
        if beyond or not self.reached or not rest:
            return BadGoal(f"Cannot understand the goal {self.text!r}.", remedy=meant or self._examples())
        return BadGoal(
            f"Cannot understand {rest!r} in the goal {self.text!r}.", remedy=meant or self._examples()
        )

    def _strange(self, at: int) -> bool:
        """Whether a word that this world has no use for comes at or after `at`."""
        known = self._known_words() | set(ARTICLES)
        return any(word.isalpha() and word not in known for word in self.words[at:])

    def _nearly(self) -> str:
        """ "Did you mean ...?" with the words that nobody knows put right, if that is understood."""
        known = self._known_words()
        spelling = Spelling(known)
        text = self.text
        for word in self.words:
            if word not in known and word.isalpha():
                near = spelling.nearest(word, limit=1, at_least=0.7)
                text = re.sub(rf"(?i)\b{word}\b", near[0], text) if near else text
        if text == self.text:
            return ""
        other = SentenceReader(self.vocabulary, text)
        found = other._from(0, Mentions(), None)
        return f"Did you mean {text!r}?" if found else ""

    def _known_words(self) -> set[str]:
        said = [word for _, elements in self.patterns for one in elements for o in one.options for word in o]
        for kind in self.vocabulary.kinds.values():
            said += [part for word in (*kind.singular, *kind.plural) for part in tokens(word)]
        for thing in self.vocabulary.things:
            said += [*thing.traits, *(part for word in (thing.spoken, *thing.words) for part in tokens(word))]
        polite = [word for phrase in FLUFF for word in phrase]
        return {*said, *polite, *NUMBERS, *SEPARATORS, "the", "all", "every", "each", "both", "any", "other"}

    def _examples(self) -> str:
        shown = ", ".join(f"{example!r}" for example in self.vocabulary.examples[:4])
        return f"Goals look like: {shown}." if shown else ""


def _elements(phrase: Phrase) -> list[_Element]:
    slots = {slot.name: slot for slot in phrase.slots}
    found = []
    for name, optional, words in _ELEMENT.findall(phrase.words):
        if name:
            found.append(_Element(slot=slots[name]))
        else:
            options = tuple(tuple(tokens(one)) for one in (optional or words).split("|"))
            longest_first = tuple(sorted(options, key=len, reverse=True))
            found.append(_Element(options=longest_first, optional=bool(optional)))
    return found


_ALONE = [[word] for word in NUMBERS]
_IN_WORDS = {number: word for word, number in NUMBERS.items()}


def _told(one: Selection | int) -> str:
    if isinstance(one, int):
        return _IN_WORDS.get(one, str(one))
    if one.rest:
        return "the rest" if one.count is None else f"the other {_IN_WORDS.get(one.count, one.count)}"
    names = tuple(name.replace("_", " ") for name in one.names)
    return listed(names) if one.count is None else f"{one.count} of {listed(names)}"
