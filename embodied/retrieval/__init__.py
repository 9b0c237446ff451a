"""Finding skills by meaning: static embeddings, shared words, and a cache that can be deleted."""

from embodied.retrieval.cache import VectorCache
from embodied.retrieval.embedding import Embedder, WordLlamaEmbedder
from embodied.retrieval.index import VectorIndex
from embodied.retrieval.retriever import Retriever
from embodied.retrieval.text import index_text
from embodied.retrieval.words import WordIndex

__all__ = [
    "Embedder",
    "Retriever",
    "VectorCache",
    "VectorIndex",
    "WordIndex",
    "WordLlamaEmbedder",
    "index_text",
]
