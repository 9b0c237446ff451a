"""The nearest rows of a matrix: one product and a partial sort; no vector database."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embodied.retrieval.embedding import Vectors


class VectorIndex:
    """Names with vectors of length 1, searched by cosine.

    Args:
        names: n of them.
        vectors: shape (n, d).
    """

    def __init__(self, names: Sequence[str], vectors: Vectors) -> None:
        if len(names) != len(vectors):
            raise ValueError(f"{len(names)} names for {len(vectors)} vectors")
        self.names = tuple(names)
        self.vectors = np.ascontiguousarray(vectors, dtype=np.float32)

    def __len__(self) -> int:
        return len(self.names)

    def nearest(self, query: Vectors, k: int) -> list[tuple[str, float]]:
        """The `k` best (name, cosine), best first; equal ones by name.

        Args:
            query: shape (d,), of length 1.
        """
        k = min(k, len(self.names))
        if k <= 0 or not query.any():
            return []
        scores = self.vectors @ query
        best = np.argpartition(scores, -k)[-k:] if k < len(scores) else np.arange(len(scores))
        found = [(self.names[int(place)], float(scores[place])) for place in best]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))
