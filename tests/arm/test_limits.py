"""The gate: whatever is sent, what reaches the driver is within the limits; and who may set them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mujoco")

from embodied_arm.gate import Gate
from embodied_arm.guard import Guard
from embodied_arm.limits import Limits
from embodied_arm.model import Array, PlanningModel
from embodied_arm.tool import read_tool

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


# -- zones, tools and joints, as a launch file says them -------------------------------------------

BOX = {"name": "screen", "shape": "box", "position": [0.55, 0.3, 0.3], "size": [0.3, 0.05, 0.6]}


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"joint_velocity": [9.0] * 7}, r"joint_velocity of fr3_joint1 = 9.0 rad/s.*from 0.001 to\s+2.62"),
        ({"joint_upper": [0.0, 5.0, 0, 0, 0, 1.0, 0]}, r"joint_upper of fr3_joint2 = 5.0 rad.*to\s+1.78"),
        ({"joint_jerk": [100.0] * 6}, r"joint_jerk.*is not a list of 7 numbers \(rad/s\^3\)"),
        ({"jerk_share": 2.0}, "jerk_share = 2.0"),
        ({"external_force": 90.0}, "external_force = 90.0 is not a number from 1 to 50"),
        ({"singular_stop": 40.0}, "singular_stop = 40.0"),
        ({"singular_slow": 10.0, "singular_stop": 5.0}, "must be below singular_stop"),
        ({"table_press": 0.1}, "table_press = 0.1"),
        (
            {"keep_out": [{**BOX, "shape": "cone"}]},
            r"zone 1: shape = 'cone' is not one of box, sphere, cylinder",
        ),
        ({"keep_out": [{**BOX, "radius": 0.1}]}, r"zone 1: a box has no 'radius'"),
        ({"keep_out": [{**BOX, "size": [0.1, math.nan, 0.1]}]}, r"size = nan"),
        ({"keep_out": [BOX, BOX]}, r"two zones 'screen'"),
        ({"keep_out": BOX}, "is not a list"),
    ],
)
def test_what_is_wider_or_wrong_is_refused_with_the_numbers(wanted: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        Limits.of(FR3, wanted)


def test_joints_may_be_tightened_one_by_one() -> None:
    tight = Limits.of(FR3, {"joint_velocity": [0.5] * 7, "joint_lower": [-1.0, *FR3.lower[1:]]})
    assert tight.velocity == pytest.approx([0.5] * 7)
    assert tight.lower[0] == -1.0
    assert tight.lower[1:] == pytest.approx(np.array(FR3.lower[1:]) + 0.02)


def test_the_ends_of_the_models_own_joints_hold_too(model: PlanningModel) -> None:
    narrow = (np.array(FR3.lower) + 0.3, np.array(FR3.upper) - 0.3)
    limits = Limits.of(FR3, {}, model_range=narrow)
    assert limits.lower == pytest.approx(narrow[0] + 0.02)
    assert limits.upper == pytest.approx(narrow[1] - 0.02)
    assert (model.own_range[0] <= np.array(FR3.lower) + 1e-3).all()


def test_a_tool_takes_from_acceleration_and_from_the_force_that_is_left() -> None:
    arm = replace(FR3, payload_max=3.0)
    loaded = Limits.of(arm, {}, tool=read_tool({"mass": 0.5, "payload": 1.0}, arm))
    assert loaded.acceleration == pytest.approx(0.75 * np.array(FR3.acceleration))
    assert loaded.external_force == pytest.approx(50.0 - 1.5 * 9.81)
    with pytest.raises(BadInput, match=r"make 4 kg; .* may carry 3 kg"):
        read_tool({"mass": 4.0}, arm)
    with pytest.raises(BadInput, match="does not tell what it may carry"):
        read_tool({"mass": 0.1}, FR3)
    with pytest.raises(BadInput, match="Did you mean 'mass'"):
        read_tool({"mas": 0.1}, arm)
    with pytest.raises(BadInput, match=r"leaves 0.6 N above the weight of 1.5 kg"):
        Limits.of(arm, {"external_force": 15.3}, tool=read_tool({"mass": 1.5}, arm))


# -- what the gate says and does --------------------------------------------------------------------


def test_interventions_say_when_by_how_much_and_in_words(gate: Gate) -> None:
    state = replace(measured(HOME), time_s=1.5)
    gate.pass_on(ArmCommand(position=tuple((HOME + 0.1).tolist())), state)
    gate.pass_on(ArmCommand(position=tuple((HOME + 0.3).tolist())), replace(state, time_s=1.52))
    told = {row["name"]: row for row in gate.interventions.told()}
    row = told["joint velocity"]
    assert (row["count"], row["first_s"], row["unit"]) == (2, 1.5, "rad/s")
    assert row["worst"] > 10.0
    assert "rad/s and may do" in row["words"]
    assert any(
        line.startswith("joint velocity 2 times, first at 1.50 s, at worst by")
        for line in gate.interventions.sentences()
    )


@pytest.mark.parametrize("streamed", [True, False])
def test_only_what_is_streamed_is_kept_from_singularities(streamed: bool) -> None:
    """Stretching the arm out; a plan was looked at as a whole, and may pass one in joint space."""
    guard = Guard(FR3, LIMITS)
    gate = Gate(LIMITS, PERIOD, guard, HOME)
    goal = HOME.copy()
    goal[3], goal[5] = -0.3, 1.9
    q, seen = HOME, []
    for _ in range(400):
        position = gate.pass_on(
            ArmCommand(position=tuple(goal.tolist())), measured(q), streamed=streamed
        ).position
        q = np.array(position)
        seen.append(guard.condition(q))
    assert (max(seen) < 30.0) == streamed
    assert bool(gate.interventions["singularity"]) == streamed
    for _ in range(400):
        q = np.array(gate.pass_on(ArmCommand(position=FR3.home), measured(q), streamed=streamed).position)
    assert q == pytest.approx(HOME, abs=1e-3)  # the way back is free


def test_the_elbow_is_kept_out_of_a_zone_as_the_hand_is() -> None:
    limits = Limits.of(
        FR3, {"keep_out": [{"shape": "sphere", "position": [-0.1, 0.0, 0.65], "radius": 0.12}]}
    )
    gate = Gate(limits, PERIOD, Guard(FR3, limits), HOME)
    goal = HOME.copy()
    goal[1] = -1.2  # leans back: the hand stays in front
    q = HOME
    for _ in range(300):
        q = np.array(gate.pass_on(ArmCommand(position=tuple(goal.tolist())), measured(q)).position)
    assert q[1] > goal[1] + 0.05
    assert gate.interventions["keep-out zone 1"]
    assert "link" in gate.interventions.worst["keep-out zone 1"].words


def test_an_arm_that_begins_in_a_zone_may_leave_it() -> None:
    hand = PlanningModel(FR3).position(HOME)
    zone = {"shape": "sphere", "position": np.add(hand, (0.1, 0.0, -0.1)).tolist(), "radius": 0.14}
    limits = Limits.of(FR3, {"keep_out": [zone]})
    gate = Gate(limits, PERIOD, Guard(FR3, limits), HOME)
    back = HOME.copy()
    back[1] -= 0.5
    q = HOME
    for _ in range(300):
        q = np.array(gate.pass_on(ArmCommand(position=tuple(back.tolist())), measured(q)).position)
    assert q == pytest.approx(back, abs=0.02)
