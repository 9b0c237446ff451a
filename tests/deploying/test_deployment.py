"""From a skill with evidence to an arm that has done it, and all the ways to be told no."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("mujoco")
pytest.importorskip("franky_sim")

from embodied_tabletop.real.driver import DRIVER
from embodied_tabletop.real.world import WORLD, Settings

from embodied.arms import consent
from embodied.arms.consent import NoConsent
from embodied.deploying.deployment import Deployment
from embodied.deploying.fitness import NotFit, fit_skills
from embodied.deploying.motion import motion_of
from embodied.deploying.report import write_report
from embodied.errors import BadInput
from embodied.launchfile import parse_launch
from embodied.library import open_library
from embodied.loop.lifecycle import Onlookers
from embodied.session import Session
from embodied.skills import Skill
from embodied.skills.loading import load_skill
from tests.deploying.proving import LAUNCH, prove

Deploy = Callable[..., Deployment]


@pytest.fixture
def deploy(tmp_path: Path) -> Deploy:
    def deploy(skill: str = "pick", text: str = LAUNCH, **arguments: str) -> Deployment:
        launch = parse_launch(text, "test")
        given = arguments or {"object": "red_cube"}
        return Deployment.of(launch, skill, given, runs_dir=tmp_path / "runs", audit=tmp_path / "home")

    return deploy


def test_the_whole_way(deploy: Deploy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    prove("pick")
    real = property(lambda self: self.arm == "test-arm")  # held to the rules of one that is there
    monkeypatch.setattr(Settings, "needs_consent", real)
    with deploy() as deployment:
        deployment.look()
        before = deployment.world.observe().get("pose", "red_cube")  # type: ignore[union-attr]
        assert deployment.rehearse().passed
        after = deployment.world.observe().get("pose", "red_cube")  # type: ignore[union-attr]
        assert after == pytest.approx(before, abs=1e-4)  # type: ignore[arg-type]
        with pytest.raises(NoConsent):
            deployment.run(Onlookers())
    with deploy() as deployment:
        deployment.look()
        assert deployment.rehearse().passed
        deployment.consent("test-arm", how="typed")
        done, _ = deployment.run(Onlookers())
    assert done.passed
    motion = motion_of(deployment.folder)
    assert motion is not None
    assert motion.sent > 50
    page = write_report(deployment.folder, {"skill": "pick"}, done.verdict.value, motion)
    assert "PASSED" in page.read_text()
    assert json.loads((deployment.folder / "report.json").read_text())["motion"]["ticks"] == motion.ticks
    assert [line["what"] for line in consent.read_audit(tmp_path / "home")][-2:] == ["consent", "deployed"]
    with pytest.raises(NoConsent):
        consent.required("test-arm")  # it ended with the deployment


def test_a_skill_without_the_evidence_is_refused(deploy: Deploy) -> None:
    with pytest.raises(NotFit, match="90 of 100"):
        deploy()
    with pytest.raises(NotFit, match="No skill is fit"):
        fit_skills(open_library("arm"))


def test_what_a_fit_skill_calls_runs_inside_it_alone_and_is_no_step_at_an_arm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove("stack")
    monkeypatch.setattr(Settings, "is_real", True)
    fit = fit_skills(open_library("arm"))
    assert fit.names == ("stack",)
    assert {"pick", "place-on", "stack"} <= {part.name for part in fit.closure("stack")}
    with Session(parse_launch(LAUNCH, "test"), runs_dir=tmp_path / "runs").start() as session:
        with pytest.raises(BadInput, match="pick is used here inside other skills only"):
            session.do("pick", object="red_cube")
        done = session.pursue("pick up the red cube")
        assert not done.passed
        assert session.observe().get("holding", "red_cube") is not True
        assert session.do("stack", object="red_cube", support="blue_cube").passed


def test_eighty_nine_are_not_enough(deploy: Deploy) -> None:
    prove("pick", passed=89)
    with pytest.raises(NotFit):
        deploy()


def test_arguments_that_do_not_fit_are_refused(deploy: Deploy) -> None:
    prove("pick")
    with pytest.raises(BadInput, match="no parameter"):
        deploy(thing="red_cube")
    with pytest.raises(BadInput):
        deploy("no-such-skill")


def test_a_world_that_is_no_arm_is_refused(deploy: Deploy) -> None:
    prove("pick")
    with pytest.raises(BadInput, match="not about an arm"):
        deploy(text='[goal]\ntext = "get 1 ore"\n[world]\nkind = "mini"\n')


def test_what_nothing_tells_of_is_refused_before_anything_moves(deploy: Deploy) -> None:
    prove("pick")
    with deploy(object="violet_cube") as deployment, pytest.raises(BadInput, match="violet_cube"):
        deployment.look()


def test_limits_wider_than_the_arms_are_refused(deploy: Deploy) -> None:
    prove("pick")
    text = LAUNCH + "[world.limits]\nhand_speed = 4.0\n"
    with deploy(text=text) as deployment, pytest.raises(Exception, match="hand_speed"):
        deployment.look()


def test_what_was_moved_by_hand_since_the_rehearsal_is_noticed(deploy: Deploy) -> None:
    prove("pick")
    with deploy() as deployment:
        deployment.look()
        assert deployment.rehearse().passed
        assert deployment.seen is not None
        joint, angle = next(iter(deployment.seen.items("joint")))
        was = {**deployment.seen.facts["joint"], joint: float(angle) + 0.05}  # type: ignore[arg-type]
        deployment.seen = replace(deployment.seen, facts={**deployment.seen.facts, "joint": was})
        deployment.consent("test-arm", how="typed")
        with pytest.raises(BadInput, match=r"joint\[.*has moved"):
            deployment.run(Onlookers())
    with pytest.raises(NoConsent):
        consent.required("test-arm")  # nothing was moved by it, and nothing will be


def test_a_twin_rehearses_for_an_arm_without_a_simulator(tmp_path: Path) -> None:
    """What a UR5e or an SO-101 would be rehearsed with."""
    from embodied_tabletop.real.rehearsing import rehearsal

    from embodied.arms.describing import plain
    from embodied.mini.inprocess import InProcessWorld
    from tests.arm.kinematic import FR3

    driver = DRIVER.open(
        {"arm": {"driver": "twin", "settings": {"like": plain(FR3)}}, "scene": "arm"}, tmp_path
    )
    from embodied_arm.body import ArmBody

    world = InProcessWorld(ArmBody(driver, {}, tmp_path))
    seven = plain(FR3) | {"joint_names": [f"other_{n}" for n in range(7)]}
    settings = Settings.of({"driver": "ur5e", "scene": "arm"})
    table = rehearsal(settings, {**world.spec.details, "description": seven}, world.observe())
    world.close()
    assert table["driver"] == "twin"
    assert len(table["connection"]["joints"]) == 7
    assert table["setup"]["objects"]["red_cube"]["position"][:2] == pytest.approx([0.45, -0.10], abs=1e-3)


def _other_pick(folder: Path) -> Skill:
    """A skill of pick's name that does something else."""
    shutil.copytree(open_library("tabletop").get("pick").folder, folder / "pick")
    code = folder / "pick" / "skill.py"
    code.write_text(code.read_text().replace("_TRIES = 4", "_TRIES = 3"))
    return load_skill(folder / "pick")


def test_a_skill_that_is_another_since_the_rehearsal_is_not_run(deploy: Deploy, tmp_path: Path) -> None:
    prove("pick")
    with deploy() as deployment:
        deployment.look()
        before = deployment.world.observe().get("hand")  # type: ignore[union-attr]
        other = _other_pick(tmp_path / "other")
        open_library("tabletop").add(other, origin="written", why="meanwhile")
        prove("pick", version=other.hash)
        open_library("tabletop").restore("pick", other.hash)
        with pytest.raises(NotFit, match="changed in the library"):
            deployment.rehearse()
        after = deployment.world.observe().get("hand")  # type: ignore[union-attr]
        assert after == pytest.approx(before, abs=1e-6)  # type: ignore[arg-type]
        with pytest.raises(NotFit, match="changed in the library"):
            deployment.run(Onlookers())


def test_on_an_arm_that_is_there_nothing_new_runs_and_a_person_needs_no_skill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settings, "is_real", True)
    with Session(parse_launch(LAUNCH, "test"), runs_dir=tmp_path / "runs").start() as session:
        assert session.call("move_by", dz=-0.01).ok
        new = session.run.store.get("pick")  # it has no evidence
        with pytest.raises(NotFit, match="pick is new"):
            session.submit(lambda run: run.use(run.library.with_skill(new))).result()
        with pytest.raises(BadInput):
            session.do("pick", object="red_cube")
        assert not list(session.run.library)


def test_a_simulator_stands_for_no_other_drivers_arm(tmp_path: Path) -> None:
    settings = {"driver": "ur5e", "simulator": "franky-sim", "connection": {"host": "192.0.2.1"}}
    assert WORLD.is_real(settings)
    with pytest.raises(BadInput, match="none of the driver 'ur5e'"):
        WORLD.simulation(settings, tmp_path)
    assert not WORLD.is_real({"driver": "franka", "simulator": "franky-sim"})
