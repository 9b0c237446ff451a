"""Named observations and actions: saved, compared, rendered."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from embodied.rewards.errors import BadSpec
from embodied.rewards.spec import ActionSpec, Entry, ObservationSpec

OBSERVATION = ObservationSpec(
    (
        Entry("hand", (3,), "m", "world", (0.2, -0.5, 0.0), (0.8, 0.5, 0.6), "The grasp point.", "hand"),
        Entry("cube", (3,), "m", "world", doc="Its centre.", role="object", fact="pose[red_cube]"),
        Entry("opening", (), "m", low=0.0, high=0.08, doc="Of the gripper.", role="gripper"),
    )
)
ACTION = ActionSpec((Entry("move", (3,), low=-1.0, high=1.0), Entry("grip", (), low=-1.0, high=1.0)))


def batch(size: int) -> dict[str, np.ndarray]:
    numbers = np.arange(size * 7.0).reshape(size, 7)
    return {"hand": numbers[:, :3], "cube": numbers[:, 3:6], "opening": numbers[:, 6]}


def test_it_is_frozen_and_a_key() -> None:
    assert {OBSERVATION: 1}[ObservationSpec(OBSERVATION.entries)] == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        OBSERVATION.entries[0].name = "other"  # type: ignore[misc]


def test_what_is_saved_is_read_again_with_the_same_digest() -> None:
    again = ObservationSpec.from_json(OBSERVATION.to_json())
    assert (again, again.digest, hash(again)) == (OBSERVATION, OBSERVATION.digest, hash(OBSERVATION))
    assert json.loads(OBSERVATION.to_json())["entries"][1]["fact"] == "pose[red_cube]"


def test_unbounded_is_none_so_that_json_can_carry_it() -> None:
    entry = Entry("x", (2,), low=-np.inf, high=np.array([np.inf, np.inf]))
    assert (entry.low, entry.high) == (None, None)
    assert entry.lower.tolist() == [-np.inf, -np.inf]
    assert Entry("x", (2,), low=np.array([1.0, 1.0])).low == 1.0


def test_it_is_rendered_a_line_an_entry() -> None:
    assert OBSERVATION.describe().splitlines()[0] == (
        "hand: (3,) [m], world frame, from (0.2, -0.5, 0.0) to (0.8, 0.5, 0.6). The grasp point."
    )


def test_flat_and_named_are_each_others_inverse() -> None:
    flat = OBSERVATION.flatten(batch(4))
    assert flat.shape == (4, 7)
    again = OBSERVATION.split(flat)
    assert again["opening"].shape == (4,)
    assert all(np.array_equal(again[name], value) for name, value in batch(4).items())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hand": np.zeros((4, 2))}, "hand has shape (4, 2).\n  Expected (batch, 3)."),
        ({"opening": np.zeros(3)}, "opening has shape (3,).\n  Expected (4,)."),
        ({"hans": np.zeros(4)}, "There is no observation 'hans'.\n  Did you mean 'hand'?"),
    ],
)
def test_values_that_do_not_fit_are_named(change: dict[str, np.ndarray], words: str) -> None:
    with pytest.raises(BadSpec) as caught:
        OBSERVATION.check({**batch(4), **change})
    assert str(caught.value) == words


def test_a_missing_entry_is_named() -> None:
    with pytest.raises(BadSpec, match="lacks 'cube'"):
        OBSERVATION.check({name: value for name, value in batch(2).items() if name != "cube"})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": "red cube"}, "cannot name an entry"),
        ({"name": "__class__"}, "cannot name an entry"),
        ({"name": "x", "shape": (0,)}, "shape (0,) cannot be"),
        ({"name": "x", "role": "objekt"}, "Did you mean 'object'?"),
        ({"name": "x", "shape": (2,), "role": "hand"}, "does not fit the role 'hand'"),
        ({"name": "x", "low": 1.0, "high": 0.0}, "low is above high"),
        ({"name": "x", "shape": (3,), "low": (1.0, 2.0)}, "Write one number, 3 numbers, or None"),
        ({"name": "x", "low": float("nan")}, "does not fit"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(BadSpec) as caught:
        Entry(**arguments)  # type: ignore[arg-type]
    assert words in str(caught.value)


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(BadSpec, match="Two entries are called 'x'"):
        ActionSpec((Entry("x"), Entry("x")))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version":1,"kind":"observation","entries":[{"a":1}]}'])
def test_a_text_that_is_no_spec_is_refused(text: str) -> None:
    with pytest.raises(BadSpec, match="no observation spec"):
        ObservationSpec.from_json(text)


def test_an_action_spec_is_no_observation_spec() -> None:
    with pytest.raises(BadSpec, match="This is the spec of an action, version 1, not observation 1"):
        ObservationSpec.from_json(ACTION.to_json())


def test_what_differs_between_two_specs_is_said() -> None:
    other = ObservationSpec(
        (dataclasses.replace(OBSERVATION.entries[0], unit="mm"), *OBSERVATION.entries[2:])
    )
    assert OBSERVATION.differences(other) == ("hand: unit was 'm', is 'mm'.", "cube is missing.")
    turned = ObservationSpec(OBSERVATION.entries[::-1])
    assert OBSERVATION.differences(turned) == ("The order was hand, cube, opening, is opening, cube, hand.",)
    assert OBSERVATION.differences(OBSERVATION) == ()
