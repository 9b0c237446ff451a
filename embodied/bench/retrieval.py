"""How often the right skill is found, and how fast among 10 000 and 100 000."""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embodied import retrieval
from embodied.bench.calibration import calibration_s
from embodied.bench.cases import append_row, read_results
from embodied.bench.corpus import copies, goal_skills
from embodied.bench.statistics import wilson
from embodied.errors import BadInput
from embodied.methods import WorldSpec
from embodied.retrieval import Retriever, index_text
from embodied.skills.skill import Skill

SIZES = (10_000, 100_000)
LOOKS = 200
"""Searches that are timed, after as many to warm up."""


DATA = Path(__file__).parent / "data"
SETS: Mapping[str, Path] = {
    "independent, held out": DATA / "queries_held_out.jsonl",
    "independent, development": DATA / "queries_development.jsonl",
    "our own": DATA / "queries_own.jsonl",
}
"""Nothing was ever tuned on the first and the last; on the second, how a skill is searched was chosen."""


@dataclass(frozen=True)
class Query:
    """Attributes: text: in a user's words; expected: the one skill that counts as found."""

    text: str
    expected: str


def corpus(seeds: Sequence[Skill], spec: WorldSpec) -> list[Skill]:
    return [*seeds, *goal_skills(spec)]


def read_queries(path: Path) -> list[Query]:
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [Query(row["query"], row["expected"]) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise BadInput(
            f"{path}: cannot be read as queries: {wrong!r}.",
            remedy='One JSON object a line: {"query": "...", "expected": "skill-name"}.',
        ) from wrong


def recall(skills: Sequence[Skill], queries: Sequence[Query]) -> dict[str, Any]:
    """Recall@1 and @5 with 95 % intervals, and every query whose skill was not the first."""
    names = {skill.name for skill in skills}
    unknown = [query.expected for query in queries if query.expected not in names]
    if unknown:
        raise BadInput(f"The corpus has no skill {unknown[0]!r}, which a query expects.")
    retriever = Retriever(skills)
    missed, at = [], {1: 0, 5: 0}
    for query in queries:
        found = [name for name, _ in retriever.search(query.text, 5)]
        for k in at:
            at[k] += query.expected in found[:k]
        if found[:1] != [query.expected]:
            missed.append({"query": query.text, "expected": query.expected, "found": found})
    total = len(queries)
    row: dict[str, Any] = {"queries": total, "missed": missed}
    for k, hits in at.items():
        row[f"recall@{k}"] = hits / total if total else 0.0
        row[f"interval@{k}"] = wilson(hits, total)
    return row


def speed(skills: Sequence[Skill], size: int, queries: Sequence[Query]) -> dict[str, Any]:
    """Building an index of `size` synthetic copies [s]; a search from text to names, wall and CPU [ms]."""
    began = time.perf_counter()
    retriever = Retriever(copies(skills, size))
    built = time.perf_counter() - began
    texts = [queries[number % len(queries)].text for number in range(2 * LOOKS)]
    times, computed = [], []
    for text in texts:
        began, cpu = time.perf_counter(), time.process_time()
        retriever.search(text, 5)
        times.append((time.perf_counter() - began) * 1000)
        computed.append((time.process_time() - cpu) * 1000)
    timed = sorted(times[LOOKS:])
    return {
        "skills": size,
        "build_s": round(built, 2),
        "median_ms": round(statistics.median(timed), 3),
        "cpu_ms": round(statistics.median(computed[LOOKS:]), 3),
        "p99_ms": round(timed[int(len(timed) * 0.99)], 3),
    }


def measured(
    seeds: Sequence[Skill], spec: WorldSpec, sets: Mapping[str, Path], results: Path
) -> dict[str, Any]:
    """Everything, as a row of `results`; what was measured by the same code on the same texts and queries is
    not run again.

    Args:
        sets: name to a file of queries.
    """
    skills = corpus(seeds, spec)
    asked = {name: read_queries(path) for name, path in sets.items()}
    every = [query for queries in asked.values() for query in queries]
    key = _key(skills, every)
    for row in read_results(results):
        if row["key"] == key:
            return row
    row = {
        "key": key,
        "seeds": len(seeds),
        "skills": len(skills),
        "sets": {name: recall(skills, queries) for name, queries in asked.items()},
        "speed": [speed(skills, size, every) for size in SIZES],
        "calibration_s": round(calibration_s(), 4),
        "load": round(os.getloadavg()[0], 1),
    }
    return append_row(results, row)


def _key(skills: Sequence[Skill], queries: Sequence[Query]) -> str:
    code = [path.read_text(encoding="utf-8") for path in sorted(Path(retrieval.__file__).parent.glob("*.py"))]
    texts = [*(index_text(skill) for skill in skills), *(f"{q.text}|{q.expected}" for q in queries), *code]
    return f"retrieval/{hashlib.sha256(chr(10).join(texts).encode()).hexdigest()[:16]}"


def summary(row: dict[str, Any]) -> list[str]:
    lines = [
        f"corpus: {row['seeds']} seed skills and {row['skills'] - row['seeds']} made by rule, one a family"
    ]
    for name, found in row["sets"].items():
        shares = []
        for k in (1, 5):
            low, high = found[f"interval@{k}"]
            shares.append(f"recall@{k} {found[f'recall@{k}']:.0%} (95 %: {low:.0%} – {high:.0%})")
        lines.append(f"{name}, {found['queries']} queries: {', '.join(shares)}")
    for fast in row["speed"]:
        lines.append(
            f"{fast['skills']} skills: {fast['median_ms']:.2f} ms a search at the median, "
            f"{fast['p99_ms']:.2f} ms at p99, {fast['cpu_ms']:.2f} ms of processor time; "
            f"index built in {fast['build_s']:.1f} s"
        )
    lines.append(f"timed at a load average of {row['load']}: other work on the cores slows the scan")
    return lines
