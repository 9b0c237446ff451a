"""Finds the known names nearest to a misspelled one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher

_SHORTLIST = 30


def _pairs(word: str) -> set[str]:
    padded = f" {word} "
    return {padded[i : i + 2] for i in range(len(padded) - 1)}


class Spelling:
    """Known names, indexed by their pairs of letters so that thousands can be searched in a few ms."""

    def __init__(self, known: Iterable[str]) -> None:
        self.known = sorted(set(known))
        self.index: dict[str, list[int]] = {}
        self.sizes: list[int] = []
        for number, word in enumerate(self.known):
            pairs = _pairs(word)
            self.sizes.append(len(pairs))
            for pair in pairs:
                self.index.setdefault(pair, []).append(number)

    def nearest(self, wrong: str, *, limit: int = 3, at_least: float = 0.6) -> list[str]:
        """The most similar names, best first; empty if none is similar."""
        wrong = wrong.casefold()[:80]
        pairs = _pairs(wrong)
        shared = Counter(number for pair in pairs for number in self.index.get(pair, ()))
        shortlist = sorted(shared, key=lambda n: (-2 * shared[n] / (len(pairs) + self.sizes[n]), n))
        scored = [
            (SequenceMatcher(None, wrong, self.known[n]).ratio(), self.known[n])
            for n in shortlist[:_SHORTLIST]
        ]
        scored.sort(key=lambda pair: (-pair[0], pair[1]))
        return [word for ratio, word in scored if ratio >= at_least][:limit]
