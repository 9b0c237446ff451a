"""Where the tables and keys of a launch file stand. tomllib does not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

_HEADER = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\-\"' ]+?)\s*=")


def key_lines(text: str) -> Iterator[tuple[str, int]]:
    """Where each table and key stands, in the plain layout that people write."""
    table = ""
    inside = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if inside:
            if inside in line:
                inside = ""
            continue
        if header := _HEADER.match(line):
            table = header[1].replace('"', "")
            yield table, number
        elif key := _KEY.match(line):
            name = key[1].replace('"', "").replace(" ", "")
            yield (f"{table}.{name}" if table else name), number
            inside = next((q for q in ('"""', "'''") if line.count(q) % 2), "")
