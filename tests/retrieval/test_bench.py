"""The benchmark of retrieval, small."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from embodied.bench import retrieval as bench
from embodied.errors import BadInput
from embodied.plugins import load_world
from embodied.skills import Skill, SkillLibrary, seed_folder


@pytest.fixture(scope="module")
def skills() -> list[Skill]:
    folder = seed_folder("minecraft")
    assert folder is not None
    return bench.corpus(list(SkillLibrary([folder])), load_world("minecraft").spec())


def test_there_are_a_hundred_independent_queries_and_a_hundred_of_our_own() -> None:
    sets = {name: bench.read_queries(path) for name, path in bench.SETS.items()}
    own = sets.pop("our own")
    assert len({query.text for query in own}) >= 100
    assert len({query.text for queries in sets.values() for query in queries}) >= 100


def test_queries_are_split_by_the_parity_of_their_goals_and_keep_the_skill_fixed_before(
    skills: list[Skill],
) -> None:
    goals = (bench.DATA / "query_goals.tsv").read_text(encoding="utf-8").splitlines()
    expected = {int(number): skill for number, _, skill in (line.split("\t") for line in goals)}
    for name, parity in (("independent, development", 0), ("independent, held out", 1)):
        rows = [json.loads(line) for line in bench.SETS[name].read_text(encoding="utf-8").splitlines()]
        assert {row["id"] for row in rows} == {number for number in expected if number % 2 == parity}
        assert all(row["expected"] == expected[row["id"]] for row in rows)
    assert set(expected.values()) <= {skill.name for skill in skills}


@pytest.mark.parametrize(("name", "at_least"), [("independent, development", 0.9), ("our own", 0.4)])
def test_most_skills_are_found_among_the_first_five(skills: list[Skill], name: str, at_least: float) -> None:
    queries = bench.read_queries(bench.SETS[name])
    row = bench.recall(skills, queries)
    assert row["queries"] == len(queries)
    assert row["recall@1"] <= row["recall@5"]
    assert row["recall@5"] > at_least


def test_a_measurement_is_kept_and_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "SIZES", (200,))
    monkeypatch.setattr(bench, "LOOKS", 5)
    queries = tmp_path / "queries.jsonl"
    queries.write_text(json.dumps({"query": "cut down trees", "expected": "obtain-wood"}) + "\n")
    results = tmp_path / "bench" / "retrieval.jsonl"
    spec = load_world("mini").spec()
    first = bench.measured([], spec, {"some": queries}, results)
    again = bench.measured([], spec, {"some": queries}, results)
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
        bench.measured([], load_world("mini").spec(), {"some": queries}, tmp_path / "results.jsonl")
