"""The benchmark of retrieval, small."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from embodied.bench import retrieval as bench
from embodied.errors import BadInput
from embodied.library import open_library
from embodied.plugins import load_world

QUERIES = Path(__file__).resolve().parents[1] / "data" / "retrieval_queries.jsonl"


def test_there_are_a_hundred_queries_and_each_expects_a_skill_of_the_corpus() -> None:
    queries = bench.read_queries(QUERIES)
    assert len({query.text for query in queries}) >= 100
    skills = bench.corpus(list(open_library("minecraft").skills()), load_world("minecraft").spec())
    row = bench.recall(skills, queries)
    assert row["queries"] == len(queries)
    assert row["recall@1"] <= row["recall@5"]
    assert row["recall@5"] > 0.3  # far above the 5 of 185 of chance


def test_a_measurement_is_kept_and_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "SIZES", (200,))
    monkeypatch.setattr(bench, "LOOKS", 5)
    queries = tmp_path / "queries.jsonl"
    queries.write_text(json.dumps({"query": "cut down trees", "expected": "obtain-wood"}) + "\n")
    results = tmp_path / "bench" / "retrieval.jsonl"
    spec = load_world("mini").spec()
    first = bench.measured([], spec, queries, results)
    again = bench.measured([], spec, queries, results)
    assert again == json.loads(json.dumps(first))
    assert len(results.read_text().splitlines()) == 1
    assert first["speed"][0]["skills"] == 200
    assert any("recall@5" in line for line in bench.summary(first))


@pytest.mark.parametrize(
    "text", ["not json\n", '{"query": "x"}\n', '{"query": "x", "expected": "no-such-skill"}\n']
)
def test_queries_that_cannot_be_used_are_refused(tmp_path: Path, text: str) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_text(text)
    with pytest.raises(BadInput):
        bench.measured([], load_world("mini").spec(), queries, tmp_path / "results.jsonl")
