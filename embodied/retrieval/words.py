"""Words that a query and a skill share, the rare ones counting most.

Averaged static embeddings blur a text: "a chest" lies as near to a chest plate as to a chest. Shared words,
weighted by how rare they are among the skills that are searched (tf-idf and its cosine; Salton and Buckley
1988), tell such neighbours apart; what all descriptions say alike ("obtain", "uses") weighs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
"""Shape (n,), one for each skill."""

DESCRIPTION: Final = 0.5
"""What a word of the description weighs beside one of the name."""

_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST: Final = 3
_ENDINGS: Final = (
    ("ies", "y"),
    ("ves", "f"),
    ("sses", "ss"),
    ("shes", "sh"),
    ("ches", "ch"),
    ("xes", "x"),
    ("ing", ""),
    ("ed", ""),
    ("s", ""),
)


class WordIndex:
    """Names and descriptions of n skills, searched by shared words.

    Args:
        names, descriptions: n of each.
    """

    def __init__(self, names: Sequence[str], descriptions: Sequence[str]) -> None:
        self._count = len(names)
        self._terms: dict[str, int] = {}
        terms, places, weights = self._read(names, descriptions)
        found = np.bincount(terms, minlength=len(self._terms))
        self._rarity = np.log((self._count + 1) / (found + 0.5)).astype(np.float32)
        values = (weights * self._rarity[terms]).astype(np.float32)
        lengths = np.sqrt(np.bincount(places, values**2, minlength=self._count)).astype(np.float32)
        order = np.argsort(terms, kind="stable")
        self._places = places[order]
        self._values = (values / np.where(lengths == 0, 1.0, lengths)[places])[order]
        self._ends = np.cumsum(found)
        self._common = found * 2 > self._count

    def _read(
        self, names: Sequence[str], descriptions: Sequence[str]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], Scores]:
        """For each word of each skill: which word, which skill, and what it weighs there."""
        terms: list[int] = []
        places: list[int] = []
        weights: list[float] = []
        for place, (name, description) in enumerate(zip(names, descriptions, strict=True)):
            said = dict.fromkeys(roots(description), DESCRIPTION)
            said.update(dict.fromkeys(roots(name), 1.0))
            for word, weight in said.items():
                terms.append(self._terms.setdefault(word, len(self._terms)))
                places.append(place)
                weights.append(weight)
        return np.array(terms, np.int64), np.array(places, np.int64), np.array(weights, np.float32)

    def scores(self, query: str) -> Scores:
        """Cosines in [0, 1] of the weighted words; words that no skill has count for nothing, and so do those
        that more than half of them have."""
        scores = np.zeros(self._count, np.float32)
        known = {self._terms[word] for word in roots(query) if word in self._terms}
        length = float(np.sqrt(sum(self._rarity[term] ** 2 for term in known)))
        for term in sorted(known):
            if not self._common[term]:
                begin, end = (int(self._ends[term - 1]) if term else 0), int(self._ends[term])
                weight = np.float32(self._rarity[term] / length)
                scores[self._places[begin:end]] += self._values[begin:end] * weight
        return scores


def roots(text: str) -> list[str]:
    """The words of a text in lower case, without the commonest endings."""
    return [_root(word) for word in _WORD.findall(text.lower())]


@lru_cache(maxsize=100_000)
def _root(word: str) -> str:
    if word.endswith("ss"):
        return word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word[: len(word) - len(ending)] + instead
    return word
