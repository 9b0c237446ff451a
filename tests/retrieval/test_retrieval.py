"""Searching skills by meaning, and a cache that nothing depends on."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embodied.bench.corpus import copies, families, goal_skills
from embodied.mini.knowledge import MiniSpec
from embodied.retrieval import Retriever, VectorCache, VectorIndex, WordIndex, WordLlamaEmbedder, index_text
from embodied.retrieval.embedding import Vectors, normalised
from embodied.skills import Skill, SkillLibrary, seed_folder
from embodied.skills.skill import Parameter


def skill(name: str, description: str) -> Skill:
    source = f"def {name.replace('-', '_')}() -> SkillResult:\n    ...\n"
    return Skill(name, name.replace("-", "_"), description, "mini", (), (), (), (), "python", source)


KITCHEN = [
    skill("cook-meat", "Cook raw meat over a fire."),
    skill("dig-tunnel", "Dig a tunnel through rock."),
    skill("sail-boat", "Cross a lake in a boat."),
    skill("plant-seeds", "Sow wheat on farmland."),
]


class CountingEmbedder:
    """wordllama, counting the texts that it was asked for."""

    dimensions = 256
    prefix = 0

    def __init__(self, fingerprint: str = "counted") -> None:
        self.inner = WordLlamaEmbedder()
        self.fingerprint = fingerprint
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return self.inner.embed(texts)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("roast a steak", "cook-meat"),
        ("excavate a passage in the stone", "dig-tunnel"),
        ("go over the water with a ship", "sail-boat"),
        ("grow crops on a field", "plant-seeds"),
    ],
)
def test_a_skill_is_found_in_other_words(query: str, expected: str) -> None:
    assert Retriever(KITCHEN).search(query, 4)[0][0] == expected


def test_scores_are_best_first_and_k_is_kept() -> None:
    found = Retriever(KITCHEN).search("cook meat", 3)
    scores = [score for _, score in found]
    assert len(found) == 3
    assert scores == sorted(scores, reverse=True)
    assert all(-1.001 <= score <= 1.001 for score in scores)
    assert len(Retriever(KITCHEN).search("cook meat", 99)) == 4


@pytest.mark.parametrize("query", ["", "   ", "\n"])
def test_an_empty_query_finds_nothing(query: str) -> None:
    assert Retriever(KITCHEN).search(query, 5) == []


def test_an_empty_library_is_searched_without_error(tmp_path: Path) -> None:
    assert Retriever([]).search("anything") == []
    assert Retriever([], cache=VectorCache(tmp_path / "v.sqlite")).search("anything") == []


def test_the_text_has_name_and_description_and_not_what_all_skills_say_alike() -> None:
    one = replace(
        skill("mine-block", "Dig out blocks."),
        parameters=(Parameter("wanted_item", "str"),),
        achieves=("inventory[{wanted_item}] >= 1",),
    )
    assert index_text(one) == "mine block. Dig out blocks"


def test_of_skills_that_mean_nearly_the_same_the_one_that_shares_a_rare_word_is_found() -> None:
    made = [
        skill(f"obtain-{item}", f"Obtain {item}. Uses craft item from iron ingot.")
        for item in ("chest", "chestplate", "trapped-chest", "bowl", "boat", "bow")
    ]
    retriever = Retriever(made)
    for query, expected in (
        ("gimme a chest to put my things in", "obtain-chest"),
        ("two bowls please", "obtain-bowl"),
        ("bows for my friends", "obtain-bow"),
    ):
        assert retriever.search(query, 1)[0][0] == expected


def test_words_of_every_skill_and_of_none_weigh_nothing() -> None:
    index = WordIndex(["get apple", "get pear", "get plum"], ["Get it.", "Get it.", "Get it."])
    assert not index.scores("get it").any()
    assert not index.scores("xylophone").any()
    assert not index.scores("42").any()
    assert index.scores("get three pears").argmax() == 1
    assert index.scores("pear").max() <= 1.001


def test_words_repeated_in_a_description_gain_nothing() -> None:
    plain, stuffed = skill("cook-meat", "Cook meat."), skill("trap", "cook meat " * 500)
    others = [skill(f"other-{word}", f"Do {word}.") for word in ("sleep", "swim", "sing", "dance")]
    assert Retriever([plain, stuffed, *others]).search("cook meat", 1)[0][0] == "cook-meat"


def test_stuffing_a_description_gains_nothing_beyond_a_length() -> None:
    stuffed = skill("trap", "cook meat fire " * 1000)
    assert len(index_text(stuffed)) <= 1500


def test_the_seed_skills_of_a_world_are_searched() -> None:
    folder = seed_folder("mini")
    assert folder is not None
    assert Retriever(SkillLibrary([folder])).search("collect wood from trees")[0][0] == "gather-thing"


# ------------------------------------------------------------------------------------------ cache


def test_a_text_is_embedded_once(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "cache" / "v.sqlite")
    first, second = CountingEmbedder(), CountingEmbedder()
    one = Retriever(KITCHEN, first, cache).search("roast", 2)
    two = Retriever(KITCHEN, second, cache).search("roast", 2)
    assert one == two
    assert second.asked == ["roast"]


def test_a_changed_skill_and_another_model_are_embedded_anew(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "v.sqlite")
    Retriever(KITCHEN, CountingEmbedder(), cache)
    changed, other = CountingEmbedder(), CountingEmbedder("another")
    Retriever([*KITCHEN[1:], skill("cook-meat", "Boil an egg.")], changed, cache)
    Retriever(KITCHEN, other, cache)
    assert len(changed.asked) == 1
    assert len(other.asked) == 4


def test_deleting_the_cache_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite"
    before = Retriever(KITCHEN, cache=VectorCache(path)).search("roast", 2)
    path.unlink()
    assert Retriever(KITCHEN, cache=VectorCache(path)).search("roast", 2) == before
    assert path.is_file()


@pytest.mark.parametrize("damage", ["text", "torn", "schema", "vectors"])
def test_a_corrupt_cache_is_made_anew_with_a_note(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "v.sqlite"
    expected = Retriever(KITCHEN, cache=VectorCache(path)).search("roast", 2)
    if damage == "text":
        path.write_text("this is no database, and never was one; " * 100)
    elif damage == "torn":
        content = path.read_bytes()
        path.write_bytes(content[:100] + b"\0" * (len(content) - 100))
    elif damage == "schema":
        path.unlink()
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE vectors (other TEXT)")
        database.close()
    else:
        with sqlite3.connect(path) as database:
            database.execute("UPDATE vectors SET vector = x'00ff'")
        database.close()
    notes: list[str] = []
    assert Retriever(KITCHEN, cache=VectorCache(path, notes.append)).search("roast", 2) == expected
    assert len(notes) == 1
    again: list[str] = []
    third = CountingEmbedder(WordLlamaEmbedder().fingerprint)
    assert Retriever(KITCHEN, third, VectorCache(path, again.append)).search("roast", 2) == expected
    assert (again, third.asked) == ([], ["roast"])


def test_a_cache_that_cannot_be_written_does_not_stop_the_search(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    notes: list[str] = []
    found = Retriever(KITCHEN, cache=VectorCache(tmp_path / "file" / "v.sqlite", notes.append)).search(
        "roast"
    )
    assert found
    assert "not written" in notes[0]


# ------------------------------------------------------------------------------------------ index


def test_vectors_that_are_not_finite_match_nothing() -> None:
    broken = np.array([[np.nan, 1.0], [0.0, 2.0]], np.float32)
    index = VectorIndex(["broken", "whole"], normalised(broken))
    assert index.nearest(np.array([0.0, 1.0], np.float32), 1) == [("whole", 1.0)]


def test_ten_thousand_skills_are_searched() -> None:
    many = [*copies(KITCHEN, 10_000), skill("find-star", "Look at the stars through a telescope.")]
    retriever = Retriever(many)
    assert len(retriever.index) == 10_001
    assert retriever.search("observe the night sky", 1)[0][0] == "find-star"


def test_a_large_index_read_by_prefixes_finds_what_a_whole_scan_finds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many = [*copies(KITCHEN, 300), skill("find-star", "Look at the stars through a telescope.")]
    queries = ("observe the night sky", "roast a steak", "grow crops on a field", "ship")
    whole = [Retriever(many).search(query, 1) for query in queries]
    monkeypatch.setattr("embodied.retrieval.index.LARGE", 100)
    monkeypatch.setattr("embodied.retrieval.index.SHORTLIST", 150)
    by_prefix = [Retriever(many).search(query, 1) for query in queries]
    assert [[name for name, _ in found] for found in by_prefix] == [[n for n, _ in found] for found in whole]
    assert [found[0][1] for found in by_prefix] == pytest.approx([found[0][1] for found in whole])


# ------------------------------------------------------------------------------------------ corpus


def test_items_of_one_last_word_are_a_family() -> None:
    found = families(["oak_stairs", "stone_stairs", "brick_stairs", "oak_door", "torch"])
    assert found == {
        "oak_door": ["oak_door"],
        "stairs": ["brick_stairs", "oak_stairs", "stone_stairs"],
        "torch": ["torch"],
    }


def test_the_corpus_has_a_skill_for_each_family_and_no_two_alike() -> None:
    made = goal_skills(MiniSpec())
    assert [one.name for one in made] == [
        "obtain-ore",
        "obtain-pickaxe",
        "obtain-plank",
        "obtain-stick",
        "obtain-wood",
    ]
    assert len({index_text(one) for one in copies(made, 50)}) == 50


def test_searching_never_imports_torch() -> None:
    program = (
        "import sys; from embodied.retrieval import WordLlamaEmbedder;"
        "WordLlamaEmbedder().embed(['x']); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False"


def test_the_embeddings_do_not_set_up_logging_for_the_whole_program() -> None:
    ask = (
        "import logging; from embodied.retrieval.embedding import WordLlamaEmbedder;"
        "WordLlamaEmbedder().embed(['a log']); root = logging.getLogger(); print(root.level, root.handlers)"
    )
    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == "30 []"
