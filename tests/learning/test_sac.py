"""SAC on a toy: what it gives, that it goes on as if it had never stopped, that the file does what it did."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embodied.errors import BadInput
from embodied.learning.environment import Flat
from embodied.learning.episodes import SELECTION_SEEDS, random_act, run_episode
from embodied.learning.errors import PolicyMismatch
from embodied.learning.features import fitted
from embodied.learning.policy import load_policy
from embodied.learning.trainer import Snapshot, Trainer, TrainingJob
from embodied.rewards.calling import in_process
from embodied.rewards.checking import check
from embodied.rewards.spec import ActionSpec, Entry, ObservationSpec
from tests.learning.toys import ACTION, OBSERVATION, REACH, Point

pytest.importorskip("stable_baselines3")

COMES_NEARER = """
def left(obs):
    return np.linalg.norm(obs["hand"] - obs["target"], axis=-1)


def reward(obs, action, previous):
    return {"nearer": 30.0 * (left(previous) - left(obs))}
"""
OBSERVATIONS: Flat = np.random.default_rng(0).uniform(-0.3, 0.3, (8, 6)).astype(np.float32)


def trainer() -> Trainer:
    from embodied.learning.sac import SacSettings, SacTrainer

    return SacTrainer(SacSettings(width=64, batch=128))


def job(until: int, *, every: int = 100, state: Path | None = None) -> TrainingJob:
    experience = tuple(
        run_episode(Point(), random_act(np.random.default_rng(seed), 3), seed, REACH.steps)
        for seed in range(10)
    )
    seen = np.concatenate([one.observations for one in experience]).astype(float)
    reward = in_process(check(COMES_NEARER, OBSERVATION, ACTION))
    features = fitted(OBSERVATION, seen)
    return TrainingJob(Point, reward, features, REACH.steps, 1, until, every, experience, state=state)


def actions(snapshot: Snapshot) -> Flat:
    return np.stack([snapshot.act(row) for row in OBSERVATIONS])


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[int, Flat]]:
    """A training of 200 steps: its state after 100, the policy's file, and what it did at each snapshot."""
    folder = tmp_path_factory.mktemp("sac")
    did = {}
    for snapshot in trainer().train(job(200)):
        did[snapshot.step] = actions(snapshot)
        snapshot.save(folder / f"state-{snapshot.step}")
        snapshot.export(folder / "policy.onnx", step_seconds=0.1)
    return folder, did


def test_snapshots_come_when_they_were_asked_for(kept: tuple[Path, dict[int, Flat]]) -> None:
    assert list(kept[1]) == [100, 200]
    assert not np.allclose(kept[1][100], kept[1][200], atol=1e-3)


def test_a_training_that_goes_on_is_the_training_that_never_stopped(
    kept: tuple[Path, dict[int, Flat]],
) -> None:
    (last,) = list(trainer().train(job(200, state=kept[0] / "state-100")))
    assert last.step == 200
    np.testing.assert_array_equal(actions(last), kept[1][200])


def test_a_state_holds_no_pickle(kept: tuple[Path, dict[int, Flat]]) -> None:
    assert sorted(path.name for path in (kept[0] / "state-100").iterdir()) == [
        "state.json",
        "state.safetensors",
    ]


def test_a_state_that_was_cut_off_is_named(kept: tuple[Path, dict[int, Flat]], tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text((kept[0] / "state-100" / "state.json").read_text())
    (tmp_path / "state.safetensors").write_bytes(b"\x10")
    with pytest.raises(BadInput, match="the state of this training cannot be read"):
        list(trainer().train(job(200, state=tmp_path)))


def test_the_file_does_what_the_network_does(kept: tuple[Path, dict[int, Flat]]) -> None:
    policy = load_policy(kept[0] / "policy.onnx")
    done = np.stack([policy(row) for row in OBSERVATIONS])
    np.testing.assert_allclose(done, kept[1][200], atol=1e-5)
    assert np.abs(done).max() <= 1.0


def test_the_file_says_what_it_sees_and_does(kept: tuple[Path, dict[int, Flat]]) -> None:
    policy = load_policy(kept[0] / "policy.onnx")
    assert policy.observation == OBSERVATION
    assert policy.action == ACTION
    assert policy.step_seconds == 0.1
    policy.refuse_other(OBSERVATION, ACTION)


def test_a_body_that_sees_other_things_is_refused_with_the_difference(
    kept: tuple[Path, dict[int, Flat]],
) -> None:
    policy = load_policy(kept[0] / "policy.onnx")
    other = ObservationSpec((OBSERVATION.entries[0], Entry("target", (3,), "cm", "hand", role="place")))
    with pytest.raises(PolicyMismatch) as error:
        policy.refuse_other(other, ActionSpec((Entry("move", (3,), "1", "world", -1.0, 1.0),)))
    assert "target: unit was 'm', is 'cm'." in str(error.value)


def test_a_changed_file_is_refused_by_its_hash(kept: tuple[Path, dict[int, Flat]], tmp_path: Path) -> None:
    content = (kept[0] / "policy.onnx").read_bytes()
    digest = load_policy(kept[0] / "policy.onnx").digest
    (tmp_path / "policy.onnx").write_bytes(content + b"\0")
    with pytest.raises(BadInput, match="it was changed"):
        load_policy(tmp_path / "policy.onnx", digest=digest[:16])


def test_what_is_no_policy_is_named(tmp_path: Path) -> None:
    (tmp_path / "p.onnx").write_bytes(b"no network")
    with pytest.raises(BadInput, match="this is no policy of embodied"):
        load_policy(tmp_path / "p.onnx")
    with pytest.raises(BadInput, match="No such file"):
        load_policy(tmp_path / "gone.onnx")


def test_it_learns_to_reach() -> None:
    best = 0
    for snapshot in trainer().train(job(1500, every=250)):
        episodes = [run_episode(Point(), snapshot.act, SELECTION_SEEDS + n, REACH.steps) for n in range(20)]
        best = max(best, sum(episode.succeeded for episode in episodes))
        if best >= 18:
            return
    raise AssertionError(f"at best {best} of 20")
