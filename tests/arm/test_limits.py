"""The gate: whatever is sent, what reaches the driver is within the limits; and who may set them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mujoco")

from embodied_arm.gate import Gate
from embodied_arm.guard import Guard
from embodied_arm.limits import Limits
from embodied_arm.model import Array, PlanningModel

from embodied.arms import ArmCommand, ArmState
from embodied.errors import BadInput
from tests.arm.kinematic import FR3

PERIOD = FR3.control_period_s
HOME = np.array(FR3.home)
LIMITS = Limits.of(FR3, {"hand_speed": 0.5})


@pytest.fixture(scope="module")
def model() -> PlanningModel:
    return PlanningModel(FR3)


@pytest.fixture
def gate() -> Gate:
    return Gate(LIMITS, PERIOD, Guard(FR3, LIMITS), HOME)


def measured(q: Array) -> ArmState:
    return ArmState(0.0, tuple(q.tolist()), (0.0,) * 7, (0.0,) * 7, 0.08, 0.0)


def through(gate: Gate, wanted: list[Array]) -> Array:
    """What the gate lets through of joint targets, for an arm that follows at once."""
    q, sent = HOME.copy(), [HOME.copy()]
    for target in wanted:
        position = gate.pass_on(ArmCommand(position=tuple(target.tolist())), measured(q)).position
        assert position is not None
        q = np.array(position)
        sent.append(q)
    return np.array(sent)


def within_all(sent: Array, model: PlanningModel) -> None:
    assert np.isfinite(sent).all()
    velocity = np.diff(sent, axis=0) / PERIOD
    assert (sent >= np.array(FR3.lower)).all()
    assert (sent <= np.array(FR3.upper)).all()
    assert (np.abs(velocity) <= np.array(FR3.velocity)).all()
    hand = np.array([model.position(q) for q in sent])
    assert (np.linalg.norm(np.diff(hand, axis=0), axis=1) / PERIOD <= 0.65).all()
    assert (hand[:, 2] >= -0.011).all()


def attacks() -> list[Any]:
    chance = np.random.default_rng(3)
    ends = [np.array(FR3.lower), np.array(FR3.upper)]
    return [
        pytest.param([HOME * math.nan] * 20, id="not a number"),
        pytest.param([HOME + math.inf] * 20, id="infinite"),
        pytest.param([HOME + 3.0] * 100, id="a jump"),
        pytest.param([HOME + (-1) ** k for k in range(100)], id="oscillation at every period"),
        pytest.param([chance.normal(0, 5, 7) for _ in range(300)], id="noise"),
        pytest.param([ends[k // 100 % 2] * 2 for k in range(400)], id="from end to end"),
        pytest.param(
            [HOME + np.array([0, 0.02 * k, 0, 0, 0, 0, 0]) for k in range(200)], id="into the table"
        ),
        pytest.param([np.degrees(HOME)] * 200, id="degrees"),
    ]


@pytest.mark.parametrize("wanted", attacks())
def test_whatever_is_asked_stays_within_the_limits(
    gate: Gate, model: PlanningModel, wanted: list[Array]
) -> None:
    sent = through(gate, wanted)
    within_all(sent, model)
    assert gate.interventions


def test_a_gentle_motion_passes_untouched(gate: Gate) -> None:
    t = np.arange(1, 101) * PERIOD
    wanted = [HOME + 0.1 * (1 - math.cos(2 * math.pi * when / 2)) for when in t]
    assert through(gate, wanted)[1:] == pytest.approx(np.array(wanted))
    assert not gate.interventions


def test_a_target_far_from_the_measured_joints_is_pulled_in(gate: Gate) -> None:
    q = HOME.copy()
    for _ in range(200):  # the arm does not move at all
        position = gate.pass_on(ArmCommand(position=tuple((HOME + 1.0).tolist())), measured(q)).position
    assert np.abs(np.array(position) - q).max() <= 0.4 + 1e-9
    assert gate.interventions["step from measured"]


def test_force_and_width_that_are_no_numbers_are_left_out(gate: Gate) -> None:
    passed = gate.pass_on(ArmCommand(gripper_width=math.nan, gripper_force=math.inf), measured(HOME))
    assert (passed.gripper_width, passed.gripper_force) == (None, None)
    assert gate.interventions == {"gripper width not finite": 1, "gripper force not finite": 1}


@pytest.mark.parametrize(
    ("width", "force", "let_through"),
    [(0.05, 20.0, (0.05, 20.0)), (-0.01, -5.0, (0.0, 0.0)), (0.5, 500.0, (0.08, 70.0))],
)
def test_force_and_width_stay_within_what_the_hand_can(
    gate: Gate, width: float, force: float, let_through: tuple[float, float]
) -> None:
    passed = gate.pass_on(ArmCommand(gripper_width=width, gripper_force=force), measured(HOME))
    assert (passed.gripper_width, passed.gripper_force) == let_through
    changed = int((width, force) != let_through)
    assert (gate.interventions["gripper width"], gate.interventions["gripper force"]) == (changed, changed)


@pytest.mark.parametrize(
    "wanted",
    [
        {"hand_speed": 3.0},
        {"joint_margin": 0.0},
        {"velocity_share": 1.5},
        {"gripper_force": 200.0},
        {"step": 2.0},
        {"workspace_low": [-0.5, -0.5, -0.2]},
        {"workspace_high": [2.0, 0.5, 0.5]},
        {"workspace_low": [0.1, 0.1]},
        {"hand_speed": math.nan},
        {"hand_speed": "fast"},
        {"hand_speed": True},
    ],
)
def test_a_launch_file_cannot_widen_a_limit(wanted: dict[str, Any]) -> None:
    (name,) = wanted
    with pytest.raises(BadInput, match=rf"{name}.*\n.*tighter than the arm's own, never wider"):
        Limits.of(FR3, wanted)


def test_a_launch_file_can_tighten_them() -> None:
    tight = Limits.of(FR3, {"workspace_low": [0.2, -0.4, 0.05], "velocity_share": 0.1, "joint_margin": 0.2})
    assert tight.workspace_low == pytest.approx([0.2, -0.4, 0.05])
    assert tight.velocity == pytest.approx(0.1 * np.array(FR3.velocity))
    assert tight.lower == pytest.approx(np.array(FR3.lower) + 0.2)


def test_an_unknown_limit_is_named_with_the_nearest() -> None:
    with pytest.raises(BadInput, match="Did you mean 'hand_speed'"):
        Limits.of(FR3, {"hand_sped": 0.2})
