"""Vectors in SQLite, filed under the hash of what they were made of. Deleting the file loses nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

import numpy as np

from embodied.retrieval.embedding import Embedder, Vectors, content_key

_BATCH = 500
_SCHEMA = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
_WAIT_S = 5.0


class VectorCache:
    """Remembers the vectors of texts. A file that cannot be used is replaced, with a note.

    Args:
        path: of the SQLite file; its folder is made.
        tell: told in a sentence when the file had to be made anew, or cannot be written.
    """

    def __init__(self, path: Path, tell: Callable[[str], None] = lambda text: None) -> None:
        self.path = path
        self.tell = tell

    def vectors(self, embedder: Embedder, texts: Sequence[str]) -> Vectors:
        """The vectors of `texts`, shape (n, d): remembered ones read, the others made and kept."""
        fingerprint = embedder.fingerprint
        keys = [content_key(fingerprint, text) for text in texts]
        found = self._read(list(dict.fromkeys(keys)), embedder.dimensions)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if missing:
            made = dict(zip(missing, embedder.embed(list(missing.values())), strict=True))
            self._write({key: row.tobytes() for key, row in made.items()})
            found.update(made)
        if not keys:
            return np.zeros((0, embedder.dimensions), np.float32)
        return np.stack([found[key] for key in keys])

    def _read(self, keys: Sequence[bytes], dimensions: int) -> dict[bytes, Vectors]:
        if not self.path.is_file():
            return {}
        try:
            rows = self._rows(keys)
        except sqlite3.OperationalError:  # busy, or not yet filled
            return {}
        except sqlite3.DatabaseError as broken:
            self._discard(f"could not be read ({broken})")
            return {}
        vectors = {key: np.frombuffer(blob, np.float32) for key, blob in rows if len(blob) == 4 * dimensions}
        usable = {key: row for key, row in vectors.items() if np.isfinite(row).all()}
        if len(usable) < len(rows):
            self.tell(f"{len(rows) - len(usable)} damaged entries of {self.path} are made anew")
        return usable

    def _rows(self, keys: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
        rows: list[tuple[bytes, bytes]] = []
        with closing(sqlite3.connect(self.path, timeout=_WAIT_S)) as database:
            for start in range(0, len(keys), _BATCH):
                some = keys[start : start + _BATCH]
                marks = ",".join("?" * len(some))
                query = f"SELECT key, vector FROM vectors WHERE key IN ({marks})"
                rows += [(bytes(key), bytes(blob)) for key, blob in database.execute(query, some)]
        return rows

    def _write(self, vectors: Mapping[bytes, bytes]) -> None:
        try:
            self._insert(vectors)
        except sqlite3.DatabaseError as broken:
            if _is_environment(broken):
                self.tell(f"{self.path} was not written: {broken}")
                return
            self._discard(f"could not be written ({broken})")
            with suppress(sqlite3.Error):
                self._insert(vectors)
        except OSError as refused:
            self.tell(f"{self.path} was not written: {refused}")

    def _insert(self, vectors: Mapping[bytes, bytes]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, timeout=_WAIT_S)) as database, database:
            database.execute(_SCHEMA)
            database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", vectors.items())

    def _discard(self, why: str) -> None:
        self.tell(f"the search cache {self.path} {why} and is made anew; nothing is lost")
        for name in (self.path.name, f"{self.path.name}-journal", f"{self.path.name}-wal"):
            with suppress(OSError):
                (self.path.parent / name).unlink()


def _is_environment(error: sqlite3.DatabaseError) -> bool:
    """Locked, read-only, no space: the file itself is sound, and searching goes on without it."""
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode != sqlite3.SQLITE_ERROR
