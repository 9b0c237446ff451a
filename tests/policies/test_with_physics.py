"""The same in training and on the arm; a trained policy from its file to a grade and to a goal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mujoco")
pytest.importorskip("franky_sim")
pytest.importorskip("gymnasium")
pytest.importorskip("onnxruntime")

from embodied_arm.model import PlanningModel
from embodied_arm.policy_run import ModelArm
from embodied_tabletop.driver import DRIVER
from embodied_tabletop.engine import CONTROL_PERIOD_S
from embodied_tabletop.facts import facts
from embodied_tabletop.gym import STEP_S, TabletopEnv
from embodied_tabletop.gym.control import LIMITS
from embodied_tabletop.spec import TabletopSpec

from embodied.arms.motion import motion_for
from embodied.arms.observation import Observer
from embodied.facts import observation_from_wire
from embodied.journal import read
from embodied.launchfile import parse_launch
from embodied.learning.artefact import Artefact, Measured
from embodied.learning.environment import load_tasks
from embodied.learning.policy import load_policy
from embodied.learning.proposing import adopt, propose
from embodied.library import Grade, LibraryStore
from embodied.loop import start_run
from embodied.outcome import Verdict
from tests.policies.making import artefact, towards

TRAINED = Path(__file__).parents[1] / "data" / "policies" / "button-press"
"""`embodied refine tabletop --task ButtonPress --minutes 3 --jobs 1`: 100 of 100 held-out episodes."""


@pytest.mark.parametrize("control", ["end_effector_delta", "joint_delta"])
@pytest.mark.parametrize("task", ["ButtonPress", "DrawerOpen", "Stack"])
def test_observations_and_actions_are_those_of_training_bit_for_bit(
    tmp_path: Path, task: str, control: str
) -> None:
    env = TabletopEnv(task, control=control)
    driver = DRIVER.open({"scene": "drawer"}, tmp_path)
    try:
        model = PlanningModel(driver.description)
        arm = ModelArm(model)
        observer = Observer(env.observation_spec, STEP_S)
        motion = motion_for(env.action_spec, arm, LIMITS, STEP_S, driver.description.gripper_width_max)
        flat, _ = env.reset(seed=7)
        rng = np.random.default_rng(1)
        for step in range(25):
            joints = env._engine.joints()
            arm.place(joints)
            if step == 0:
                motion.begin(np.array(env._control._last))
            assert observer.read(_told(env, joints, model)).tolist() == flat.tolist()
            action = rng.uniform(-1.0, 1.0, env.action_spec.size)
            mine = motion.targets(action)
            flat, *_ = env.step(action)
            assert mine == pytest.approx(env._targets, abs=1e-9)
            for _ in range(round(STEP_S / CONTROL_PERIOD_S)):
                eased = motion.towards(mine)
            assert eased == pytest.approx(env._control._last, abs=1e-9)
    finally:
        driver.close()
        env.close()


def _told(env: TabletopEnv, joints: tuple[float, ...], model: PlanningModel) -> Any:
    """The facts as an arm's bridge tells them of the same instant."""
    position, _ = model.pose()
    wire = {
        **facts(env.facts.view),
        "hand": position.tolist(),
        "gripper_width": env._engine.gripper_width(),
        "joint": {f"joint{n}": q for n, q in enumerate(joints)},
    }
    return observation_from_wire(TabletopSpec.families, {"facts": json.loads(json.dumps(wire))})


def test_a_trained_policy_passes_the_gate_and_is_what_the_planner_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    card = json.loads((TRAINED / "policy.json").read_text())
    source = load_tasks("tabletop")
    task = next(each for each in source.tasks({}) if each.name == card["task"])
    measured = Measured(**card["held_out"])
    kept = Artefact(
        load_policy(TRAINED / "policy.onnx").digest,
        TRAINED / "policy.onnx",
        TRAINED / "policy.json",
        TRAINED / "reward.py",
        measured,
    )
    store = LibraryStore(tmp_path / "library" / "tabletop", "tabletop")
    proposed = propose(kept, task, source, {}, tmp_path / "run", kind="tabletop", seeds=3, store=store)
    assert (proposed.grade, proposed.successes) == (Grade.VERIFIED, 3), proposed.reason
    assert proposed.kept
    scene = tmp_path / "run" / "gate" / "buttonpress.toml"
    launch = parse_launch(
        f'[goal]\ntext = "press the button"\n[world]\nkind = "tabletop"\nscene = "{scene}"\n'
        "own_process = false\n[agent]\nseed_skills = false\n",
        "a test",
    )
    report = start_run(launch, runs_dir=tmp_path / "runs")
    assert report.verdict is Verdict.PASSED, report.reason
    started = [record for record in read(report.journal) if record["type"] == "step_started"]
    assert [record["skill"] for record in started] == ["button-press-learned"]


def test_the_planner_takes_a_policy_for_a_goal_that_is_neither_true_nor_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    store = LibraryStore(tmp_path / "library" / "tabletop", "tabletop")
    kept = artefact(towards(0.44, 0.27, 0.06), tmp_path / "run")
    adopt(kept, tmp_path / "run", store, "Hand over")
    launch = parse_launch(
        '[goal]\ntext = "distance(hand, pose[hand_over]) < 0.1"\n'
        '[world]\nkind = "tabletop"\nown_process = false\n[agent]\nseed_skills = false\n',
        "a test",
    )
    report = start_run(launch, runs_dir=tmp_path / "runs")
    assert report.verdict is Verdict.PASSED, report.reason
