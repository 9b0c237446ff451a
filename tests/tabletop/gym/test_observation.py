"""The observation a policy sees, from any source of facts: a simulator's or a bridge's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from embodied.arms.facts import FAMILIES as ARM
from embodied.arms.observation import Observer
from embodied.errors import BadInput, WorldError
from embodied.facts import FactFamily, Observation, observation_from_wire
from embodied.rewards.spec import Entry, ObservationSpec

FAMILIES = {**ARM, "pose": FactFamily("pose", ("object",), "vector", "")}
SPEC = ObservationSpec(
    (
        Entry("hand", (3,), "m", low=-1.0, high=1.0, fact="hand"),
        Entry("hand_velocity", (3,), "m/s", low=-2.0, high=2.0),
        Entry("joints", (2,), "rad", low=-3.0, high=3.0, fact="joint"),
        Entry("cube", (3,), "m", low=(0.0, 0.0, 0.0), high=(1.0, 1.0, 0.5), fact="pose[cube]"),
    )
)


def facts(**given: Any) -> Observation:
    told: Mapping[str, Any] = {
        "hand": [0.1, 0.2, 0.3], "joint": {"a": 1.0, "b": 2.0}, "pose": {"cube": [0.4, 0.5, 0.1]}, **given
    }  # fmt: skip
    return observation_from_wire(FAMILIES, {"facts": told})


def test_facts_come_in_the_order_of_the_spec_with_rates_between() -> None:
    observer = Observer(SPEC, 0.04)
    first = observer.read(facts())
    assert first.dtype == np.float32
    assert first == pytest.approx([0.1, 0.2, 0.3, 0, 0, 0, 1, 2, 0.4, 0.5, 0.1])
    second = observer.read(facts(hand=[0.12, 0.2, 0.3]))
    assert observer.named(second)["hand_velocity"] == pytest.approx([0.5, 0, 0], abs=1e-6)
    third = observer.read(facts(hand=[0.12, 0.2, 0.3]))
    assert observer.named(third)["hand_velocity"] == pytest.approx([0, 0, 0], abs=1e-6)
    assert first == pytest.approx([0.1, 0.2, 0.3, 0, 0, 0, 1, 2, 0.4, 0.5, 0.1])  # not written into
    observer.begin()
    assert observer.named(observer.read(facts()))["hand_velocity"] == pytest.approx([0, 0, 0])


def test_what_is_out_of_bounds_is_told_as_the_bound() -> None:
    flat = Observer(SPEC, 0.04).read(facts(pose={"cube": [0.4, 0.5, -0.3]}))
    assert flat[-1] == 0.0


@pytest.mark.parametrize("missing", [{"pose": {}}, {"hand": None}, {"joint": {"a": 1.0}}])
def test_what_is_not_known_is_never_guessed(missing: dict[str, Any]) -> None:
    with pytest.raises(WorldError, match="is not known"):
        Observer(SPEC, 0.04).read(facts(**missing))


def test_a_measurement_that_is_no_number_is_refused() -> None:
    with pytest.raises(WorldError, match="not finite"):
        Observer(SPEC, 0.04).read(facts(hand=[float("nan"), 0, 0]))


def test_an_entry_without_a_source_is_named() -> None:
    with pytest.raises(BadInput, match="cube_speed"):
        Observer(ObservationSpec((Entry("cube_speed", (3,)),)), 0.04)
