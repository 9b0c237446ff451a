"""Search in a library's skills by what they do, in other words than theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from embodied.node import cache_folder
from embodied.retrieval.cache import VectorCache
from embodied.retrieval.embedding import Embedder, WordLlamaEmbedder
from embodied.retrieval.index import VectorIndex
from embodied.retrieval.text import MOST_CHARACTERS, index_text, name_text
from embodied.retrieval.words import WordIndex
from embodied.skills.skill import Skill

MOST_QUERY_CHARACTERS = 2000

SHARED_WORDS = 0.5
"""What the cosine of shared words weighs beside that of the embeddings."""


def default_cache(tell: Callable[[str], None] = lambda text: None) -> VectorCache:
    """The user's cache of vectors."""
    return VectorCache(cache_folder() / "skill-vectors.sqlite", tell)


class Retriever:
    """Finds skills by meaning, and by the rare words that they share with a query.

    The index is built when it is made; make a new one when the library grew.

    Args:
        skills: what to search; a `SkillLibrary` is one.
        embedder: wordllama if none is given.
        cache: where vectors are kept; None keeps none.
    """

    def __init__(
        self, skills: Iterable[Skill], embedder: Embedder | None = None, cache: VectorCache | None = None
    ) -> None:
        self.embedder = embedder or WordLlamaEmbedder()
        chosen = list(skills)
        texts = [index_text(skill) for skill in chosen]
        vectors = cache.vectors(self.embedder, texts) if cache else self.embedder.embed(texts)
        self.index = VectorIndex([skill.name for skill in chosen], vectors, self.embedder.prefix)
        self.words = WordIndex(
            [name_text(skill.name) for skill in chosen],
            [skill.description[:MOST_CHARACTERS] for skill in chosen],
        )

    @classmethod
    def cached(
        cls,
        skills: Iterable[Skill],
        *,
        tell: Callable[[str], None] = lambda text: None,
        folder: Path | None = None,
    ) -> Retriever:
        """One that keeps its vectors in the user's cache, or in `folder`."""
        cache = VectorCache(folder / "skill-vectors.sqlite", tell) if folder else default_cache(tell)
        return cls(skills, cache=cache)

    def search(self, query: str, k: int = 5) -> list[tuple[str, float]]:
        """The `k` nearest skills as (name, score from -1 to 1), best first; [] if no word of the query is
        known."""
        text = query.strip()[:MOST_QUERY_CHARACTERS]
        if not text:
            return []
        shared = SHARED_WORDS * self.words.scores(text)
        found = self.index.nearest(self.embedder.embed([text])[0], k, shared)
        return [(name, score / (1 + SHARED_WORDS)) for name, score in found]
