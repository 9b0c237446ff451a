"""A world's words for things and amounts, ready to be looked up."""

from __future__ import annotations

from embodied.english import key, tokens
from embodied.methods import Group, Noun, Vocabulary
from embodied.spelling import Spelling


class Lexicon:
    """What a vocabulary's nouns, groups and verbs are called."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
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
