"""A learned policy on an arm: what it was trained with is compared, and what cannot be is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mujoco")
pytest.importorskip("franky_sim")
pytest.importorskip("onnxruntime")

from embodied.arms.describing import plain
from embodied.arms.facts import FAMILIES
from embodied.arms.trained import TrainedArm, kind_of
from embodied.deploying.deployment import Deployment
from embodied.deploying.fitness import NotFit, candidate
from embodied.deploying.policies import differences
from embodied.errors import BadInput
from embodied.facts import FactFamily, Observation
from embodied.launchfile import parse_launch
from embodied.learning.artefact import Artefact, Measured
from embodied.learning.environment import load_tasks
from embodied.learning.policy import load_policy
from embodied.learning.proposing import adopt
from embodied.library import open_library
from embodied.library.evidence import Ground, SeedResult
from embodied.loop.lifecycle import Onlookers
from embodied.outcome import Verdict
from embodied.skills import Skill, load_skill
from tests.arm.kinematic import FR3
from tests.policies.making import HAND, artefact, constant

TRAINED = Path(__file__).parents[1] / "data" / "policies" / "button-press"
CARD = json.loads((TRAINED / "policy.json").read_text())
LAUNCH = """
[goal]
text = "press the button"
[world]
kind = "arm"
driver = "tabletop"
arm = "test-arm"
scene = "default"
[world.limits]
hand_speed = 0.25
"""
LIMITS = {
    "joint_velocity_rad_s": CARD["arm"]["velocity"],
    "joint_acceleration_rad_s2": CARD["arm"]["acceleration"],
    "hand_speed_m_s": 0.5,
}
HERE: Mapping[str, Any] = plain(
    replace(
        FR3,
        name="FR3",
        joint_names=tuple(CARD["arm"]["joints"]),
        home=tuple(CARD["arm"]["home"]),
        control_period_s=0.02,
        gripper_width_max=0.08,
    )
)
BUTTON = FactFamily("pose", ("object",), "vector", "Where it is.")
PRESSED = FactFamily("pressed", ("object",), "bool", "It is down.")
SEEN = Observation(
    {**FAMILIES, "pose": BUTTON, "pressed": PRESSED},
    {
        "hand": {(): (0.4, 0.0, 0.2)},
        "pose": {("button",): (0.7, 0.0, 0.02)},
        "pressed": {("button",): False},
        "joint": {(f"fr3_joint{n}",): 0.0 for n in range(1, 8)},
    },
)

Differ = Callable[..., tuple[str, ...]]


def _kept(folder: Path) -> Artefact:
    shutil.copytree(TRAINED, folder)
    policy, card, reward = folder / "policy.onnx", folder / "policy.json", folder / "reward.py"
    return Artefact(load_policy(policy).digest, policy, card, reward, Measured(**CARD["held_out"]))


@pytest.fixture
def skill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Skill:
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    monkeypatch.setenv("EMBODIED_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("embodied.library.grades._same_ground", lambda *_: True)
    run = tmp_path / "run"
    return adopt(_kept(run / "trained"), run, open_library("tabletop"), "Press the button")


@pytest.fixture
def differ(skill: Skill) -> Differ:
    """How an arm differs from that of the policy's training."""

    def differ(seen: Observation = SEEN, limits: Mapping[str, Any] = LIMITS, **other: Any) -> tuple[str, ...]:
        details = {"description": {**HERE, **other}, "limits": {**LIMITS, **limits}}
        return differences((skill,), details, seen, real=False)

    return differ


def _prove(skill: Skill) -> None:
    store = open_library("tabletop")
    seeds = [1_000_000_000 + number for number in range(100)]
    id_ = store.begin_verification(skill.name, skill.hash, seeds, seeds[0])
    for seed in seeds:
        result = SeedResult(seed, Verdict.PASSED, "", {}, "pressed[button]")
        store.record(skill.name, skill.hash, id_, Ground({}, "", ""), result)


def test_a_trained_policy_is_deployed_and_what_differs_is_said(skill: Skill, tmp_path: Path) -> None:
    _prove(skill)
    launch = parse_launch(LAUNCH, "test")
    with Deployment.of(
        launch, skill.name, {}, runs_dir=tmp_path / "runs", audit=tmp_path / "home"
    ) as deployment:
        deployment.look()
        assert [one.partition(": ")[2] for one in deployment.differences] == [
            "the hand may move at 0.25 m/s; in training actions asked for up to 0.5 m/s along an axis"
        ]
        assert deployment.rehearse().passed
        done, _ = deployment.run(Onlookers())
    assert done.passed, done.reason


def test_the_arm_of_training_does_not_differ(differ: Differ) -> None:
    assert differ() == ()
    assert differ(name="FR3 (MuJoCo)") == ()
    assert differ(name="a twin of FR3") == ()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"control_period_s": 0.01}, "a control period is 10 ms, in training 20 ms"),
        ({"gripper_width_max": 0.06}, "the fingers open 60 mm, in training 80 mm"),
        ({"home": [0.0] * 7}, "home is elsewhere than in training, by up to 2.35 rad"),
        ({"joint_names": [f"panda_{n}" for n in range(7)]}, "joints are called panda_0"),
    ],
)
def test_what_differs_is_said(differ: Differ, other: dict[str, Any], said: str) -> None:
    (told,) = differ(**other)
    assert told.startswith(f"button-press-learned: {said}")


def test_slower_joints_are_named(differ: Differ) -> None:
    slow = [1.0, *CARD["arm"]["velocity"][1:]]
    (told,) = differ(limits={"joint_velocity_rad_s": slow})
    assert "fr3_joint1 1 (trained 2.096)" in told
    assert "fr3_joint2" not in told
    (told,) = differ(limits={"joint_acceleration_rad_s2": [5.0] * 7})
    assert "may speed up by less" in told


def test_a_real_arm_and_another_engine_are_said(skill: Skill) -> None:
    details = {"description": HERE, "limits": LIMITS, "engine": "pybullet"}
    assert differences((skill,), details, SEEN, real=True) == (
        "button-press-learned: it was trained in simulation (mujoco 3.3.0), and this arm is real",
    )
    assert differences((skill,), details, SEEN, real=False) == (
        "button-press-learned: physics are by pybullet, in training by mujoco 3.3.0",
    )


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"name": "UR5e"}, "trained with an arm FR3, and this is UR5e"),
        (
            {"joint_names": [f"fr3_joint{n}" for n in range(1, 7)]},
            "trained with 7 joints, and this FR3 has 6",
        ),
        ({"joint_names": CARD["arm"]["joints"][::-1]}, "The order of the joints differs"),
        ({"control_period_s": 0.03}, "no whole number of this arm's control periods of 30 ms"),
    ],
)
def test_another_arm_is_refused(differ: Differ, other: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        differ(**other)


def test_facts_without_a_source_are_named(differ: Differ) -> None:
    blind = replace(SEEN, facts={**SEEN.facts, "pose": {}})
    with pytest.raises(
        BadInput, match=r"nothing there tells what its policy sees: button \(pose\[button\]\)"
    ):
        differ(blind)
    families = {name: family for name, family in SEEN.families.items() if name != "pressed"}
    with pytest.raises(BadInput, match=r"pressed \(pressed\[button\]\)"):
        differ(replace(SEEN, families=families))


def test_actions_that_are_none_of_this_arms_are_refused(tmp_path: Path) -> None:
    entry = replace(HAND, name="move", fact="", low=-1.0, high=1.0, unit="1", role="", doc="1 is a metre.")
    kept = artefact(constant(0.0, 0.0, 0.0, action=(entry,)), tmp_path)
    from embodied.learning.policy_skill import skill_of

    odd = skill_of(kept, tmp_path)
    with pytest.raises(BadInput, match="does not fit this arm: The policy's actions are none"):
        differences((odd,), {"description": HERE, "limits": LIMITS}, SEEN, real=False)


def test_a_card_that_tells_no_arm_is_said(tmp_path: Path) -> None:
    from embodied.learning.policy_skill import skill_of

    old = skill_of(artefact(constant(0.0, 0.0, 0.0), tmp_path), tmp_path)
    (told,) = differences((old,), {"description": HERE, "limits": LIMITS}, SEEN, real=False)
    assert "does not say with which arm" in told


def test_what_was_changed_is_refused(skill: Skill, tmp_path: Path) -> None:
    _prove(skill)
    shown = tmp_path / "library" / "tabletop" / skill.name
    (shown / "policy.onnx").write_bytes(constant(0.0, 0.0, 1.0))
    with pytest.raises(NotFit, match=r"policy\.onnx"):
        candidate(open_library("tabletop"), skill.name, {})


@pytest.mark.parametrize(
    "change", [{"policy": "0" * 64}, {"arm": {"kind": "FR3"}}, {"arm": {**CARD["arm"], "home": [0.0]}}]
)
def test_a_card_of_another_policy_or_a_broken_one_is_refused(
    tmp_path: Path, skill: Skill, change: dict[str, Any]
) -> None:
    other = tmp_path / "other"
    shutil.copytree(skill.folder, other / skill.name)
    card = {**CARD, **change}
    (other / skill.name / "policy.json").write_text(json.dumps(card))
    with pytest.raises(BadInput, match=r"of another policy|does not tell its arm|other lengths"):
        differences(
            (load_skill(other / skill.name),), {"description": HERE, "limits": LIMITS}, SEEN, real=False
        )


def test_the_card_of_a_training_tells_its_arm() -> None:
    tasks = load_tasks("tabletop").tasks({})
    assert {TrainedArm.read(task.arm).kind for task in tasks} == {"FR3"}
    assert TrainedArm.read(tasks[0].arm).velocity == tuple(CARD["arm"]["velocity"])


def test_kinds_of_arms() -> None:
    assert kind_of("a twin of FR3 (MuJoCo)") == "FR3"
