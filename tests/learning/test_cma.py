"""Numbers of a skill are searched; the network that is kept does what the better skill does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embodied.errors import BadInput
from embodied.learning.cma_search import NumberSearch, SearchSettings, lift, worth
from embodied.learning.episodes import SELECTION_SEEDS, Act, Episode, run_episode
from embodied.learning.errors import NoGuide
from embodied.learning.guides import Guide
from embodied.learning.trainer import Snapshot, Trainer, TrainingJob, choose_trainer
from embodied.rewards.calling import in_process
from embodied.rewards.checking import check
from tests.learning.foreseeable import Missing
from tests.learning.test_guided import Weak
from tests.learning.test_sac import COMES_NEARER, actions
from tests.learning.test_sac import job as plain_job
from tests.learning.toys import ACTION, OBSERVATION, REACH, Point, still, straight

pytest.importorskip("cma")
pytest.importorskip("torch")

NEARNESS = """
def reward(obs, action, previous):
    return {"near": 1.0 - np.tanh(5.0 * np.linalg.norm(obs["hand"] - obs["target"], axis=-1))}
"""
SETTINGS = SearchSettings(rivals=6, episodes=2, proof=10)


def trainer() -> Trainer:
    from embodied.learning.cma import CmaTrainer
    from embodied.learning.distil import PupilSettings

    return CmaTrainer(SETTINGS, PupilSettings(width=64, batch=128))


def job(until: int, guide: Guide | None, *, state: Path | None = None) -> TrainingJob:
    return replace(plain_job(until, every=200, state=state), guide=guide)


def succeeded(act: Act) -> int:
    episodes = [run_episode(Point(), act, SELECTION_SEEDS + n, REACH.steps) for n in range(20)]
    return sum(episode.succeeded for episode in episodes)


@pytest.mark.parametrize("source", [COMES_NEARER, NEARNESS], ids=["progress", "level"])
def test_a_skill_that_never_succeeds_is_lifted(source: str) -> None:
    reward = in_process(check(source, OBSERVATION, ACTION))
    assert succeeded(Missing().act) == 0
    found = lift(Missing(), Point, reward, REACH.steps, seed=1, steps=20_000)
    assert (found.successes, found.episodes) == (30, 30)
    assert succeeded(found.guide.act) == 20
    assert found.steps < 20_000


@pytest.mark.parametrize("source", [COMES_NEARER, NEARNESS], ids=["progress", "level"])
def test_coming_near_is_worth_more_than_staying_even_without_success(source: str) -> None:
    reward = in_process(check(source, OBSERVATION, ACTION))

    def told(act: Act) -> tuple[float, float]:
        return worth(run_episode(Point(), act, 3, REACH.steps), reward, OBSERVATION, ACTION)

    arrived, missed, stayed = told(straight), told(Missing().act), told(still)
    assert arrived[0] > 1.0
    assert missed[0] == stayed[0] == 0.0
    assert arrived[1] > missed[1] > stayed[1]


def test_success_is_worth_more_the_sooner_it_comes() -> None:
    reward = in_process(check(NEARNESS, OBSERVATION, ACTION))
    soon = run_episode(Point(), straight, 3, REACH.steps)
    late = Episode(3, *(np.concatenate([np.repeat(part[:1], 5, 0), part]) for part in _parts(soon)))
    values = [worth(one, reward, OBSERVATION, ACTION)[0] for one in (soon, late)]
    assert values[0] > values[1] >= 1.0


def _parts(episode: Episode) -> Iterator[np.ndarray]:
    yield from (episode.observations, episode.actions, episode.success)


def test_the_network_learns_what_the_better_skill_does(tmp_path: Path) -> None:
    from embodied.learning.policy import load_policy

    best: list[tuple[int, Snapshot]] = []
    for snapshot in trainer().train(job(6000, Missing())):
        best.append((succeeded(snapshot.act), snapshot))
        if best[-1][0] >= 19:
            break
    count, snapshot = best[-1]
    assert count >= 19
    snapshot.export(tmp_path / "policy.onnx", step_seconds=0.1)
    assert succeeded(load_policy(tmp_path / "policy.onnx")) == count


def test_it_goes_on_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    did = {}
    for snapshot in trainer().train(job(1500, Missing())):
        did[snapshot.step] = actions(snapshot)
        snapshot.save(tmp_path / str(len(did)))
    again = {one.step: actions(one) for one in trainer().train(job(1500, Missing(), state=tmp_path / "2"))}
    assert list(again) == list(did)[2:]
    for step, actions_ in again.items():
        np.testing.assert_array_equal(actions_, did[step])
    assert {path.suffix for path in (tmp_path / "1").iterdir()} == {".json", ".safetensors"}


def test_a_state_of_another_search_is_refused(tmp_path: Path) -> None:
    snapshots = trainer().train(job(600, Missing()))
    first = [one for one, _ in zip(snapshots, range(2), strict=False)][-1]
    first.save(tmp_path)
    with pytest.raises(BadInput, match="cannot be read"):
        list(trainer().train(replace(job(900, Missing(), state=tmp_path), seed=2)))


def test_it_stops_when_it_is_told_to() -> None:
    asked = iter(range(10**6))
    stopping = replace(job(6000, Missing()), stop=lambda: next(asked) > 5)
    assert list(trainer().train(stopping)) == []
    search = NumberSearch(Missing(), Point(), plain_job(1).reward, 20, 1, SETTINGS, stop=lambda: True)
    assert not search.generation()
    assert search.guide == Missing()


def test_without_numbers_to_search_it_says_what_to_do_instead() -> None:
    with pytest.raises(NoGuide, match="no skill whose numbers could be searched") as error:
        list(trainer().train(job(100, None)))
    assert "--trainer sac" in str(error.value)
    with pytest.raises(NoGuide, match="'weak' declares no numbers") as error:
        choose_trainer("cma", Weak(), 20, 20)
    assert "--trainer guided" in str(error.value)
    assert choose_trainer("cma", Missing(), 1, 20).trainer.name == "cma"
