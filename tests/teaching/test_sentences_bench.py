"""The bench of sentences: what is judged counts as judged only while it is read the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied.bench.sentences import DATA, REFUSED, ground, sentences, table, taken, write

HEAD = "sentence\tmeaning\ttaken_as\tjudged\n"


def _table(path: Path, *rows: tuple[str, str, str, str]) -> Path:
    path.write_text(HEAD + "".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_verdict_holds_while_the_sentence_is_read_the_same(tmp_path: Path) -> None:
    meant = "the red cube in the bowl"
    path = _table(
        tmp_path / "some.tsv",
        ("Put the red cube in the bowl!", meant, "goal: in[red_cube, bowl]", "right"),
        ("the red cube in the bowl please, put it", meant, "goal: in[blue_cube, bowl]", "wrong"),
        ("put the red cube in the tray", meant, "goal: in[blue_cube, bowl]", "wrong"),
        ("make me a coffee", "impossible here", "", ""),
    )
    found = list(sentences(path))
    assert [one.verdict for one in found][::2] == ["right", "unjudged"]
    assert found[3].verdict == "refused"
    shares = {line[0]: line[1] for line in table(found)}
    assert shares["right"] == "1 of 4"


def test_all_are_read_and_what_is_written_for_the_judge_is_read_again(tmp_path: Path) -> None:
    found = list(sentences())
    assert len(found) == 874 == len(DATA.read_text(encoding="utf-8").splitlines()) - 1
    path = tmp_path / "deep" / "for_the_judge.tsv"
    write(found, path)
    assert list(sentences(path)) == found


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("open the drawer", "goal: is_open[drawer]"),
        ("never touch the yellow cube", "rule: never touched[yellow_cube]"),
        ("make me a coffee", REFUSED),
    ],
)
def test_a_reading_is_one_line(text: str, what: str) -> None:
    read = taken(text, ground())
    assert read.startswith(what)
    assert "\n" not in read
