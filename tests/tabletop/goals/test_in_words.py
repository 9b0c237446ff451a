"""A goal whose condition is hard to read is told in words; the journal has the condition."""

from __future__ import annotations

from pathlib import Path

import pytest
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.spec import TabletopSpec

from embodied.goals import GoalParser
from embodied.journal import read
from embodied.launchfile import parse_launch
from embodied.loop import start_run
from embodied.outcome import Verdict
from embodied.view.timeline import line_of

SPEC = TabletopSpec(load_scene("default"))
PARSER = GoalParser(SPEC.vocabulary, SPEC.families)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("build a tower of three", "three cubes stand on one another"),
        ("put any two cubes in the bowl", "2 of red cube, blue cube, green cube and yellow cube in bowl"),
        ("put the red cube in the bowl", ""),
        ("in[red_cube, bowl] or in[blue_cube, bowl]", ""),
    ],
)
def test_only_what_is_hard_to_read_is_put_in_words(text: str, words: str) -> None:
    assert PARSER.parse(text).in_words == words


def test_a_run_speaks_of_the_goal_in_words(tmp_path: Path) -> None:
    pytest.importorskip("mujoco", reason="the extra `arm` is not installed")
    text = (
        '[goal]\ntext = "build a tower of two"\n[world]\nkind = "tabletop"\nseed = 1\nown_process = false\n'
    )
    report = start_run(parse_launch(text, "test"), runs_dir=tmp_path)
    assert (report.verdict, report.reason) == (Verdict.PASSED, "two cubes stand on one another")
    records = read(report.journal)
    assert "any(cube1 in kind" in records[0]["condition"]
    assert "means two cubes stand on one another" in line_of(records[0])
    assert "any(" not in line_of(records[0])
    (first, *_) = [record for record in records if record["type"] == "plan"]
    assert first["tree"]["text"] == "two cubes stand on one another"
