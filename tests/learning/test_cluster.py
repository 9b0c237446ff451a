"""The same search on a ray cluster, started here; runs where the extra `ray` is installed."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from embodied.errors import SetupError
from embodied.learning import errors
from embodied.learning.budget import Work
from embodied.learning.errors import NoTrainer
from embodied.learning.trainer import trainer_named
from tests.learning.plugged import plugged
from tests.learning.searching import FARTHER, NEARER, SCHEDULE, Fixed, checkpoints, notes, search
from tests.learning.toys import PlayedTrainer

__all__ = ["plugged"]
PAIR = replace(SCHEDULE, finalists=2)
LOCAL = Work(2, cluster="local")


def designer() -> Fixed:
    return Fixed(NEARER, FARTHER, NEARER.replace("5.0", "4.0"))


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_comes_to_what_one_process_comes_to(plugged: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    alone = search(tmp_path / "alone", designer(), trainer_named("played"), schedule=PAIR)
    there = search(tmp_path / "there", designer(), trainer_named("played"), schedule=PAIR, work=LOCAL)
    assert there.candidates == alone.candidates
    assert checkpoints(tmp_path / "there") == checkpoints(tmp_path / "alone")
    assert (tmp_path / "there" / "candidates" / "01" / "policy-400.onnx").exists()


@pytest.mark.filterwarnings("ignore")
def test_a_killed_process_of_a_cluster_goes_on_from_its_last_checkpoint(
    plugged: Path, tmp_path: Path
) -> None:
    pytest.importorskip("ray")
    whole = search(tmp_path / "whole", designer(), trainer_named("played"), schedule=PAIR)
    killed = search(tmp_path / "killed", designer(), trainer_named("dies-once"), schedule=PAIR, work=LOCAL)
    assert killed.candidates == whole.candidates
    (said,) = notes(tmp_path / "killed")
    assert "it goes on from step" in said


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_is_not_there_is_an_error_that_says_so(plugged: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    with pytest.raises(SetupError, match="no ray cluster at 'auto'") as error:
        search(tmp_path, designer(), trainer_named("played"), work=Work(2, cluster="auto"))
    assert "ray start --head" in str(error.value)


def test_without_ray_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "find_spec", lambda name: None if name == "ray" else find_spec(name))
    with pytest.raises(NoTrainer, match="needs ray, not installed") as error:
        search(tmp_path, designer(), PlayedTrainer(), work=LOCAL)
    assert "pip install 'embodied-agent[ray]'" in str(error.value)
