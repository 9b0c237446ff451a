"""One way to say something, and the same in other words: a row of the tables of wordings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

Instead = str | Callable[[re.Match[str]], str]
"""What stands in the place of what was found: text as in `re.sub`, or made of what was found."""


@dataclass(frozen=True)
class Change:
    """One change of a sentence.

    Attributes:
        example: a sentence that it changes.
        words: what it looks for; case does not matter.
        once: only the first place is changed.
    """

    example: str
    words: re.Pattern[str]
    instead: Instead
    once: bool = False

    def applies(self, said: str) -> bool:
        return self.words.search(said) is not None

    def __call__(self, said: str) -> str:
        """The sentence in other words; as it is where the change does not apply."""
        return self.words.sub(self.instead, said, count=int(self.once))


def part(example: str, words: str, instead: Instead = "", *, once: bool = False) -> Change:
    """A change of the parts of a sentence that match."""
    return Change(example, re.compile(words, re.IGNORECASE), instead, once)


def whole(example: str, words: str, instead: Instead) -> Change:
    """A change of sentences that match from beginning to end."""
    return Change(example, re.compile(rf"\A(?:{words})\Z", re.IGNORECASE), instead)
