"""Text to vectors. The base embedder is static (one vector a token, averaged) and ships in a wheel."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (n, d), rows of length 1 (or 0 for a text without a known word)."""


class Embedder(Protocol):
    """Anything that makes vectors of texts; a heavier one is used by passing it to the `Retriever`.

    Attributes:
        fingerprint: of the model; vectors of different fingerprints are never mixed.
        dimensions: d.
        prefix: how many of the first numbers carry most of the meaning (Matryoshka); 0 if that is not so.
    """

    @property
    def fingerprint(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    @property
    def prefix(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Vectors: ...


class WordLlamaEmbedder:
    """wordllama's 256-dimensional static embeddings, from the weights in its wheel: no network, no torch.

    The model is loaded at the first use (about 0.5 s).
    """

    dimensions = 256
    prefix = 96

    @cached_property
    def fingerprint(self) -> str:
        return f"wordllama {version('wordllama')} {self.dimensions}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        return normalised(np.asarray(self._model.embed(list(texts)), dtype=np.float32))

    @cached_property
    def _model(self) -> Any:
        with _logging_as_it_is():
            import wordllama  # a quarter of a second that only searching needs

        folder = Path(wordllama.__file__).parent
        return wordllama.WordLlama.load(cache_dir=folder, dim=self.dimensions, disable_download=True)


@contextmanager
def _logging_as_it_is() -> Iterator[None]:
    """Importing wordllama sets up logging for the whole program, and every request would be printed."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def normalised(vectors: Vectors) -> Vectors:
    """Rows scaled to length 1; rows of zeros, or not finite, become zeros and match nothing."""
    clean = np.where(np.isfinite(vectors).all(axis=1, keepdims=True), vectors, 0.0)
    lengths = np.linalg.norm(clean, axis=1, keepdims=True)
    return np.asarray(clean / np.where(lengths == 0, 1.0, lengths), dtype=np.float32)


def content_key(fingerprint: str, text: str) -> bytes:
    """SHA-256 of the model and the text: what a cached vector is filed under."""
    return hashlib.sha256(f"{fingerprint}\0{text}".encode()).digest()
