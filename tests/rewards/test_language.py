"""The reward language: the same numbers as Python and numpy give."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from embodied.rewards.calling import guarded, in_process, total
from embodied.rewards.checking import check
from embodied.rewards.compiling import RewardFunction
from embodied.rewards.errors import (
    Constant,
    Failed,
    MixesStates,
    MutatesInput,
    NotFinite,
    OutOfScale,
    RewardError,
    TooLarge,
    TooSlow,
    WrongShape,
    WrongTerms,
)
from embodied.rewards.language import METHODS, NUMPY, reference
from embodied.rewards.probing import probe, random_batch
from embodied.rewards.spec import Array, Arrays
from tests.rewards.toys import ACTION, OBSERVATION, REACH, body

LONG = '''
"""Bring the cube to the target."""
import numpy as np

SCALE = 5.0
UP = np.array([0.0, 0.0, 1.0])
WEIGHTS = np.array([1.0, 2.0, 0.5])


def near(distance, scale):
    """1 at 0, 0 far away."""
    return 1.0 - np.tanh(scale * distance)


def lifted(obs):
    height = obs["cube"][:, 2]
    return np.clip((height - 0.02) / 0.1, 0.0, 1.0)


def reward(obs: dict, action: dict, previous: dict) -> dict:
    """Staged."""
    offset = obs["hand"] - obs["cube"]
    distance = np.linalg.norm(offset, axis=-1)
    above = (obs["hand"][:, 2] > obs["cube"][:, 2]) & (distance < 0.3)
    closed = np.where(distance < 0.2, 0.08 - obs["gripper"], obs["gripper"]) / 0.08
    along = np.sum(offset * UP, axis=-1) / (distance + 1e-6)
    spread = np.zeros(obs["cube"].shape[0])
    for i in range(3):
        spread = spread + WEIGHTS[i] * np.abs(offset[:, i])
    for i in range(1, 3):
        spread = spread + offset[:, i] ** 2 - offset[:, -1] ** 3
    both = np.stack((distance, np.hypot(offset[:, 0], offset[:, 1])), axis=-1)
    speed = np.linalg.norm(obs["cube"] - previous["cube"], axis=-1, keepdims=True).squeeze(-1)
    side = np.cross(offset, UP)[..., 0] + offset[:, None, :].sum(axis=(1, 2))
    side = side + (-distance) % 0.3 + distance // 0.1
    wide = np.concatenate([obs["hand"], obs["cube"]], axis=-1).mean(axis=1)
    return {
        "reach": near(distance, SCALE),
        "above": 0.5 * above,
        "closed": np.maximum(closed, 0.1) * (~above).astype(np.float32),
        "along": np.exp(-along) + np.pi * np.sign(along),
        "spread": -spread,
        "both": both.min(axis=-1) + np.max(both, axis=1) + both.clip(0.1, 0.2)[:, 0],
        "any": both[:, 1:].any(axis=-1),
        "lift": lifted(obs) - lifted(previous) + side + wide,
        "effort": -0.01 * np.sum(np.square(action["move"]), axis=-1) - 1e-3 * action["grip"] ** 2 - speed,
        "time": -0.01,
    }
'''


def compiled(source: str) -> RewardFunction:
    return in_process(check(source, OBSERVATION, ACTION))


def python(source: str, folder: Path) -> RewardFunction:
    """The same text as a module of Python."""
    file = folder / "as_python.py"
    file.write_text(f"import numpy as np\n{source}", encoding="utf-8")
    spec = importlib.util.spec_from_file_location("as_python", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return guarded(module.reward)


def test_it_means_what_python_means(tmp_path: Path) -> None:
    batch = random_batch(OBSERVATION, ACTION)
    ours, pythons = compiled(LONG)(*batch), python(LONG, tmp_path)(*batch)
    assert list(ours) == list(pythons)
    for name, values in pythons.items():
        np.testing.assert_allclose(ours[name], values, rtol=1e-12, atol=1e-12, err_msg=name)


def test_one_state_or_a_thousand() -> None:
    function = compiled(LONG)
    terms = probe(function, OBSERVATION, ACTION)
    assert {value.shape for value in terms.values()} == {(256,)}
    assert total(terms).shape == (256,)
    empty = [
        {name: value[:0] for name, value in values.items()} for values in random_batch(OBSERVATION, ACTION)
    ]
    assert function(*empty)["reach"].shape == (0,)


def test_what_it_reads_is_known() -> None:
    code = check(LONG, OBSERVATION, ACTION)
    assert set(code.reads) == {"hand", "cube", "gripper"}
    assert set(code.acts) == {"move", "grip"}
    assert code.terms[:3] == ("reach", "above", "closed")
    assert check(REACH, OBSERVATION, ACTION).operations < code.operations < 4000


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        (body('x = np.log(obs["gripper"])'), NotFinite, "'x' is -inf in state"),
        (body('x = np.sqrt(obs["cube"][:, 1])'), NotFinite, "'x' is nan in state"),
        (body('d = obs["hand"] - obs["hand"]\nx = d[:, 0] / d[:, 1]'), NotFinite, "Mind division by 0"),
        (body('x = 1e8 * obs["cube"][:, 0] * 1e4'), OutOfScale, "Scale it to about 1"),
        (body('x = 10 ** 8 * 10 ** 8 + obs["gripper"]'), OutOfScale, "A number reaches 1e+16"),
        (body('x = obs["cube"]'), WrongShape, "'x' has shape (256, 3) for 256 states.\n  Expected (256,)"),
        (body('x = np.sum(obs["cube"], axis=(0, 1))'), WrongShape, "'x' has shape ()"),
        (body('x = obs["gripper"] - np.mean(obs["gripper"], axis=0)'), MixesStates, "never axis=0"),
        (body('x = obs["gripper"] - obs["gripper"][0]'), MixesStates, "for the same state alone"),
        (body("x = 1.0"), Constant, "The reward is 1 in all of 256 different states"),
        (body('x = 0.0 * obs["gripper"] + 3'), Constant, "tells better states from worse"),
        (body('x = obs["cube"][:, 3]'), Failed, "line 2: numpy could not compute this: index 3 is out of"),
        (body('y = 1.0\nx = obs["cube"] + obs["gripper"]'), Failed, "line 3: numpy could not compute"),
        (body("x = 1 / 0"), Failed, "line 2: numpy could not compute this: division by zero"),
        (body("x = np.zeros(10 ** 8)"), TooLarge, "A new array would have more"),
        (body("x = np.zeros(5000000)"), TooLarge, "more than 4194304 elements"),
        (body('x = np.zeros((obs["cube"].shape[0], 100000))'), TooLarge, "more than 4194304 elements"),
        (
            body('y = obs["cube"][:, :, None]\nx = (y * y[:, None])[:, None] * y[:, None]'),
            TooLarge,
            "combination",
        ),
        (
            body("y = np.ones((256, 256))\nx = np.stack((y, y, y, y, y), axis=0)[:, None] * y"),
            WrongShape,
            "(5, 1, 256",
        ),
    ],
)
def test_a_wrong_result_has_a_name_and_a_remedy(source: str, error: type[RewardError], words: str) -> None:
    with pytest.raises(error) as caught:
        probe(compiled(source), OBSERVATION, ACTION)
    assert words in str(caught.value)
    assert caught.value.remedy


def test_a_python_function_is_held_to_the_same() -> None:
    batch = random_batch(OBSERVATION, ACTION)
    for wrong, error in (
        (lambda obs, action, previous: obs["hand"].__setitem__(0, 0.0), MutatesInput),
        (lambda obs, action, previous: {"x": obs["haand"]}, Failed),
        (lambda obs, action, previous: obs["gripper"], WrongTerms),
        (lambda obs, action, previous: {"x": "much"}, WrongShape),
        (lambda obs, action, previous: {}, WrongTerms),
    ):
        with pytest.raises(error):
            guarded(wrong)(*batch)


def test_one_that_computes_for_long_is_named() -> None:
    slow = body(
        "y = np.ones((64, 4096))\nfor i in range(60):\n    y = np.tanh(y)\nx = y[0, 0] + obs['gripper']"
    )
    with pytest.raises(TooSlow, match="use whole arrays instead of loops"):
        probe(compiled(slow), OBSERVATION, ACTION, call_seconds=0.01)


def test_the_reference_names_all_that_there_is() -> None:
    words = set(reference().replace(",", " ").replace(";", " ").split())
    assert {*NUMPY, *METHODS} <= words


def test_other_terms_for_one_state_are_noticed() -> None:
    def reward(obs: Arrays, action: Arrays, previous: Arrays) -> Mapping[str, Array]:
        x = previous["gripper"]
        return {"x": x} if len(x) > 1 else {"y": x}

    with pytest.raises(WrongTerms, match="For one state the terms are y"):
        probe(guarded(reward), OBSERVATION, ACTION)
