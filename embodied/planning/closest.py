"""The skills that are closest to a text: by meaning, so that other words than theirs find them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from embodied.skills import Skill, SkillLibrary

if TYPE_CHECKING:
    from embodied.retrieval import Retriever

MANY: Final = 500
"""The vectors of a larger library are kept in the user's cache; a smaller one's are made at once."""

_DOCSTRING: Final = re.compile(r'"""(.*?)"""', re.DOTALL)

Found = Sequence[tuple[Skill, float]]
"""Skills, best first, with the cosine between what they mean and what the text means."""

Find = Callable[[SkillLibrary, str, int], Found]
"""The skills of a library that are closest to a text, at most so many."""


@dataclass
class Closest:
    """Finds by embeddings (`embodied.retrieval`); the index is made anew when the library has changed.

    A text without a word that the embeddings know finds nothing.
    """

    tell: Callable[[str], None] = lambda text: None
    _of: tuple[tuple[str, str], ...] = field(default=())
    _retriever: Retriever | None = None

    def __call__(self, library: SkillLibrary, query: str, limit: int) -> Found:
        skills = tuple(library)
        if not skills or limit < 1 or not query.strip():
            return ()
        retriever = self._index(skills)
        found = [library.get(name) for name, _ in retriever.search(query, limit)]
        return list(zip(found, _cosines(retriever, query, found), strict=True))

    def _index(self, skills: tuple[Skill, ...]) -> Retriever:
        of = tuple((skill.name, skill.hash + skill.description) for skill in skills)
        if self._retriever is None or of != self._of:
            from embodied.retrieval import Retriever  # numpy and the embeddings, only where a model is asked
            from embodied.retrieval.retriever import default_cache

            embedder = self._retriever.embedder if self._retriever else None  # loading it takes a while
            cache = default_cache(self.tell) if len(skills) > MANY else None
            self._retriever, self._of = Retriever(skills, embedder, cache), of
        return self._retriever


def _cosines(retriever: Retriever, query: str, skills: Sequence[Skill]) -> list[float]:
    """Of the embeddings alone: what a search ranks by may weigh other things, and has no scale of its own.

    The docstrings of its functions count as well: they say how a skill goes about it.
    """
    if not skills:
        return []
    wanted, *texts = retriever.embedder.embed([query, *map(_told, skills)])
    return [float(text @ wanted) for text in texts]


def _told(skill: Skill) -> str:
    from embodied.retrieval import index_text

    return " ".join(
        [index_text(skill), *(" ".join(text.split()) for text in _DOCSTRING.findall(skill.source))]
    )
