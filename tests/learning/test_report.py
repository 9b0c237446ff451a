"""report.html as a person reads it: from the verdict to the seeds."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from embodied.learning.artefact import Artefact, Measured
from embodied.learning.candidates import Candidate, Proposal
from embodied.learning.progress import Progress
from embodied.learning.report import Film, render
from embodied.rewards.analyst import analyse
from embodied.rewards.training import Checkpoint, TermStatistics

SEEDS = tuple(range(1_318_151_400, 1_318_151_500))
SOURCE = '"""Composed for: is_open[drawer]\n\ntouch; each step pays.\n"""\n\nMOVE_WEIGHT = 3\n'


def checkpoint(number: int) -> Checkpoint:
    """Of 25; the last ones rest on more episodes."""
    episodes = 20 if number < 24 else 60
    terms = {"move": TermStatistics(0.01 * number, 0.1, -1.0, 1.0)}
    return Checkpoint(500 * number, episodes, episodes * number // 50, 80.0, -10.0, terms)


def candidate(number: int, title: str, *, points: int = 25) -> Candidate:
    made = Candidate(number, Proposal("grasp, progress", SOURCE, {}, shown=title), "kept", "accepted")
    for index in range(1, points + 1):
        made = made.measured(checkpoint(index))
    analysis = analyse(made.record(100))
    return Candidate(number, made.proposal, "kept", "accepted", made.checkpoints, analysis.text)


@pytest.fixture(scope="module")
def page() -> str:
    progress = Progress()
    progress.candidates |= {
        1: candidate(1, "touch, progress"),
        2: candidate(2, "push, level, smooth", points=2),
    }
    measured = Measured(100, 89, 0.81, 0.94, SEEDS[0], 41.0, SEEDS)
    none = Path("none")
    artefact = Artefact("ab" * 32, Path("abab.onnx"), none, none, measured)
    picture = np.zeros((48, 64, 3), np.uint8)
    film = Film((picture, picture), ("step 0, 0.0 s", "step 41, 2.1 s"), SEEDS[0])
    told = {"task": "Open the drawer.", "next": "embodied run --goal " + "x" * 300}
    chosen = progress.candidates[1]
    return render("open the drawer", "succeeds on 89 of 100", told, progress, chosen, artefact, film)


def test_seeds_come_last_and_are_folded(page: str) -> None:
    above, _, seeds = page.partition("<h2>Held-out seeds</h2><details>")
    assert all(str(seed) in seeds for seed in SEEDS)
    assert not any(str(seed) in above for seed in SEEDS[1:]), "only the episode that is shown"
    assert "<h2>" not in seeds
    assert "89 of 100 (81 % to 94 %)" in above


def test_nothing_runs_off_the_page(page: str) -> None:
    style = page[page.index("<style>") : page.index("</style>")]
    assert "white-space:pre-wrap" in style
    assert "overflow-wrap:anywhere" in style
    assert "overflow-x" not in style, "what is scrolled to is lost on paper"
    assert "@media print" in style


def test_it_needs_neither_a_network_nor_a_script(page: str) -> None:
    assert "<script" not in page
    assert not re.search(r"(src|href)=\"(?!data:)|url\(|@import|onclick", page)


def test_each_picture_is_one_of_its_own_with_its_moment(page: str) -> None:
    assert page.count("<img") == 2
    assert page.count('<label><input type="checkbox"') == 2, "a click makes it larger"
    assert "step 41, 2.1 s" in page


def test_all_checkpoints_are_told_with_how_many_episodes_they_rest_on(page: str) -> None:
    assert "All checkpoints (25)" in page
    assert "<td>50 %, 30 of 60</td>" in page
    assert "<td>2 %, " not in page
    assert "<td>10 %, 2 of 20</td>" in page
    assert "20,</text>" in page
    assert "60 episodes for a point</text>" in page


def test_the_analyst_speaks_in_sentences(page: str) -> None:
    said = page[page.index("What the analyst says") : page.index("What the critic said")]
    assert "<li>Success is 50 % at the end (30 of 60" in said
    assert "Training over" not in said


def test_the_words_in_names_are_explained_once(page: str) -> None:
    assert page.count("<tr><th>progress</th><td>each step pays what a stage has gained") == 1
    for word in ("touch", "push", "level", "smooth"):
        assert f"<tr><th>{word}</th>" in page
    assert "<tr><th>grasp</th>" not in page


def test_the_page_of_nothing_says_so() -> None:
    page = render("open", "time was up", {}, Progress(), None, None, Film(why_none="there is no policy yet"))
    assert "Nothing was measured." in page
    assert "No pictures: there is no policy yet" in page
    assert "Held-out seeds" not in page
