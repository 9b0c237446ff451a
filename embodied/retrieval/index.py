"""The nearest rows of a matrix: a product and a partial sort; no vector database.

Reading the matrix is what takes the time. So a large one is first scanned in its few main directions, and
only the rows that come out best are compared in full.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embodied.retrieval.embedding import Vectors

LARGE = 20_000
"""Rows from which the scan has two stages; with fewer it is exact."""
COARSE = 64
"""Dimensions of the first stage: the main directions of a sample of the rows (PCA)."""
SHORTLIST = 1000
"""Rows that the second stage compares in full."""
_SAMPLE = 5_000


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
        self._directions: Vectors | None = None  # (d, COARSE)
        if len(self.names) >= LARGE and self.vectors.shape[1] > COARSE:
            self._directions = _main_directions(self.vectors)
            self._coarse = np.ascontiguousarray(self.vectors @ self._directions)  # (n, COARSE)

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
        if self._directions is None:
            rows, scores = np.arange(len(self.names)), self.vectors @ query
        else:
            rows = _best(self._coarse @ (query @ self._directions), max(SHORTLIST, 4 * k))
            scores = self.vectors[rows] @ query
        found = [(self.names[int(rows[place])], float(scores[place])) for place in _best(scores, k)]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def _best(scores: Vectors, k: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The places of the `k` highest scores, in no order."""
    return np.argpartition(scores, -k)[-k:] if k < len(scores) else np.arange(len(scores))


def _main_directions(vectors: Vectors) -> Vectors:
    """The directions in which the rows' lengths lie most, shape (d, COARSE)."""
    sample = vectors[:: max(1, len(vectors) // _SAMPLE)]
    _, directions = np.linalg.eigh(sample.T @ sample)  # ascending
    return np.ascontiguousarray(directions[:, -COARSE:], dtype=np.float32)
