"""The nearest rows of a matrix: one product and a partial sort; no vector database.

Reading 100 000 × 256 numbers takes longer than multiplying them. Where an embedder packs most of the meaning
into the first numbers (Matryoshka representations, Kusupati et al. 2022), a large index is first read by
those alone, and only the best of that reading are compared as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embodied.retrieval.embedding import Vectors, normalised

LARGE: Final = 20_000
"""From so many rows on the first reading is by prefixes."""

SHORTLIST: Final = 2000
"""Rows that are compared as a whole after it."""


class VectorIndex:
    """Names with vectors of length 1, searched by cosine.

    Args:
        names: n of them.
        vectors: shape (n, d).
        prefix: how many of the first numbers carry most of the meaning; 0 if that is not so.
    """

    def __init__(self, names: Sequence[str], vectors: Vectors, prefix: int = 0) -> None:
        if len(names) != len(vectors):
            raise ValueError(f"{len(names)} names for {len(vectors)} vectors")
        self.names = tuple(names)
        self.vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        coarse = 0 < prefix < self.vectors.shape[1] and len(names) >= LARGE
        self._prefixes = normalised(self.vectors[:, :prefix]) if coarse else None

    def __len__(self) -> int:
        return len(self.names)

    def nearest(self, query: Vectors, k: int, bonus: Vectors | None = None) -> list[tuple[str, float]]:
        """The `k` best (name, cosine plus bonus), best first; equal ones by name.

        Args:
            query: shape (d,), of length 1; all zeros matches nothing but a bonus.
            bonus: shape (n,), added to the cosines.
        """
        k = min(k, len(self.names))
        if k <= 0 or not (query.any() or (bonus is not None and bonus.any())):
            return []
        places, scores = self._scores(query, k, bonus)
        best = np.argpartition(scores, -k)[-k:] if k < len(scores) else np.arange(len(scores))
        found = [(self.names[int(places[one])], float(scores[one])) for one in best]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def _scores(
        self, query: Vectors, k: int, bonus: Vectors | None
    ) -> tuple[Sequence[int] | NDArray[np.intp], Vectors]:
        """Which rows are compared as a whole, and what they come to."""
        if self._prefixes is None:
            scores = _product(self.vectors, query)
            return range(len(scores)), scores if bonus is None else scores + bonus
        start = normalised(query[None, : self._prefixes.shape[1]])[0]
        first = _product(self._prefixes, start)
        if bonus is not None:
            first += bonus
        count = min(max(SHORTLIST, 4 * k), len(first))
        places = np.argpartition(first, -count)[-count:]
        scores = _product(self.vectors[places], query)
        return places, scores if bonus is None else scores + bonus[places]


def _product(rows: Vectors, query: Vectors) -> Vectors:
    """Shape (n,). By one thread: those of a BLAS wait for each other where the cores have other work, and a
    scan that takes 2 ms then takes 12."""
    return np.asarray(np.einsum("ij,j->i", rows, query), dtype=np.float32)
