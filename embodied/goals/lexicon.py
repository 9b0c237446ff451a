"""A world's words for things and amounts, ready to be looked up."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from embodied.english import key, tokens
from embodied.methods import Group, Noun, Vocabulary
from embodied.spelling import Spelling

_SLIP: Final = 0.85
"""So much alike, a word is another with a letter wrong."""

_ALIKE: Final = 0.7
"""So much alike, a name may have been meant."""


class Lexicon:
    """What a vocabulary's nouns, groups and verbs are called."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.things: dict[str, list[Noun | Group]] = {}
        for thing in self._all():
            for word in thing.words:
                self.things.setdefault(key(tokens(word)), []).append(thing)
        self.nouns: dict[str, Noun] = {}
        for noun in vocabulary.nouns:
            self.nouns.setdefault(noun.name, noun)
        self.verbs = {tuple(tokens(word)): verb for verb, words in vocabulary.verbs.items() for word in words}
        self.default_verb = next(iter(vocabulary.verbs), "")

    def examples(self) -> str:
        """A sentence with goals that can be asked for."""
        shown = ", ".join(f"{example!r}" for example in self.vocabulary.examples[:4])
        return f"Goals look like: {shown}." if shown else ""

    def suggest(self, words: str) -> str:
        """ "Did you mean ...?" for words that name nothing, or the examples.

        Told are names that things have in the world; of a slip in another word ("dinamite") its name is.
        """
        things: dict[str, str] = {}
        for word in self.spelling.nearest(words, limit=12, at_least=_SLIP):
            thing = self.things[key(tokens(word))][0]
            things.setdefault(thing.name, word if word in thing.words[:2] else thing.words[0])
        for word in self.names.nearest(words, limit=12, at_least=_ALIKE):
            things.setdefault(self.things[key(tokens(word))][0].name, word)
        near = list(things.values())[:3]
        return f"Did you mean {' or '.join(map(repr, near))}?" if near else self.examples()

    @cached_property
    def spelling(self) -> Spelling:
        """All words for things. Made at the first mistake: most goals have none."""
        return Spelling(word for thing in self._all() for word in thing.words)

    @cached_property
    def names(self) -> Spelling:
        """What things are called in the world, singular and plural: not what people call them, too."""
        return Spelling(word for noun in self.vocabulary.nouns for word in noun.words[:2])

    def _all(self) -> tuple[Noun | Group, ...]:
        return (*self.vocabulary.nouns, *self.vocabulary.groups)
