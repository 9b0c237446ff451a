"""An arm that knows where things are by a camera alone: real skills, over pictures painted as it goes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("cv2", reason="the extra `vision` is not installed")
pytest.importorskip("mujoco", reason="the extra `arm` is not installed")

from embodied_tabletop.real.rehearsing import setup_of
from embodied_tabletop.seeing.calibration import Calibration

from embodied.condition import evaluate, parse
from embodied.deploying.fitness import Candidate, refuse_blind
from embodied.errors import BadInput
from embodied.facts import UNKNOWN
from embodied.library import Grade
from embodied.sandbox import SkillExecutor, SkillRun
from embodied.skills import SkillLibrary
from tests.tabletop.seeing.measuring import off_by
from tests.tabletop.seeing.painting import calibration
from tests.tabletop.seeing.watched import Watched, watched

SKILLS = SkillLibrary([Path(__file__).resolve().parents[3] / "skills" / "tabletop"])
WHERE = {
    "red_cube": {"position": [0.52, -0.17, 0.35]},
    "blue_cube": {"position": [0.44, 0.06, -0.20]},
    "green_cube": {"position": [0.60, 0.02, 0.0]},
    "tray": {"position": [0.50, 0.27, 0.0]},
}
"""Nowhere near to what the scene file says."""

Watch = Callable[..., Watched]


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    made: list[Watched] = []

    def watch(where: Any = WHERE, **more: Any) -> Watched:
        made.append(watched(tmp_path, where, **more))
        return made[-1]

    yield watch
    for one in made:
        one.close()


def _run(at: Watched, skill: str, **arguments: str) -> SkillRun:
    with SkillExecutor(SKILLS, at.world) as executor:
        return executor.run(skill, arguments)


def _holds(at: Watched, condition: str) -> Any:
    return evaluate(parse(condition), at.world.observe())


def test_a_thing_is_picked_where_it_is_seen_and_put_where_another_is_seen(watch: Watch) -> None:
    at = watch()
    assert _run(at, "pick", object="red_cube").ok
    assert at.twin.around.table.view.held == {"red_cube"}  # truly, in the world that the arm never sees
    assert _holds(at, "holding[red_cube]") is True
    assert _run(at, "place-on", object="red_cube", support="blue_cube").ok
    at.clock.ahead += 60.0  # the marker of the lower one is covered all the time
    at.looked()
    x, y, z = at.really("red_cube").position
    assert math.dist((x, y), at.really("blue_cube").position[:2]) < 0.008
    assert z == pytest.approx(0.0675, abs=0.002)
    assert _holds(at, "on[red_cube, blue_cube] and clear[red_cube] and not on[red_cube, table]") is True


def test_what_is_seen_is_near_to_what_is_true(watch: Watch) -> None:
    at = watch()
    seen = at.world.observe()
    for name in WHERE:
        assert seen.get("pose", name) == pytest.approx(at.really(name).position, abs=0.002)
    assert seen.get("yaw", "red_cube") == pytest.approx(0.35, abs=0.02)
    assert _holds(at, "on[red_cube, table] and clear[red_cube] and not in[red_cube, tray]") is True


def test_two_things_that_are_swapped_are_known_by_their_markers(watch: Watch) -> None:
    at = watch()
    at.put("red_cube", 0.44, 0.06)
    at.put("blue_cube", 0.52, -0.17)
    at.looked()
    seen = at.world.observe()
    assert seen.get("pose", "red_cube") == pytest.approx((0.44, 0.06, 0.0225), abs=0.002)
    assert seen.get("pose", "blue_cube") == pytest.approx((0.52, -0.17, 0.0225), abs=0.002)


def test_what_is_hidden_is_believed_for_a_while_and_then_unknown(watch: Watch) -> None:
    at = watch(forget_s=5.0)
    at.table.covered = {"red_cube"}
    at.looked(2)
    assert at.world.observe().get("pose", "red_cube") is not UNKNOWN
    at.clock.ahead += 6.0
    at.looked()
    seen = at.world.observe()
    assert seen.get("pose", "red_cube") is UNKNOWN
    assert seen.get("pose", "blue_cube") is not UNKNOWN
    for condition in ("on[red_cube, table]", "clear[red_cube]", "free[left_edge]", "left_of[red_cube, tray]"):
        assert _holds(at, condition) is UNKNOWN
    assert _holds(at, "on[blue_cube, table] and hand_empty") is True
    assert {event["data"].get("object") for event in seen.events if event["type"] == "lost_sight"} == {
        "red_cube"
    }
    at.table.covered = set()
    at.looked()
    assert _holds(at, "on[red_cube, table]") is True


def test_what_is_in_the_hand_needs_not_be_seen(watch: Watch) -> None:
    at = watch()
    assert _run(at, "pick", object="red_cube").ok
    at.table.covered = {"red_cube"}
    at.clock.ahead += 60.0
    at.looked()
    seen = at.world.observe()
    assert seen.get("pose", "red_cube") == pytest.approx(seen.get("hand"), abs=0.02)
    assert _holds(at, "holding[red_cube]") is True


def test_a_camera_that_goes_dark_under_a_motion_fails_the_skill_and_nothing_else(watch: Watch) -> None:
    at = watch()
    call, calls = at.world.call, []

    def dark_after_the_first_motion(name: str, arguments: Any, **more: Any) -> Any:
        result = call(name, arguments, **more)
        calls.append(name)
        if name == "move_to" and not at.table.blind:
            at.table.blind = True
            at.clock.ahead += 60.0
            call("wait", {"seconds": 0.1})
        return result

    at.world.call = dark_after_the_first_motion  # type: ignore[method-assign]
    run = _run(at, "pick", object="red_cube")
    assert not run.ok
    assert "close_gripper" not in calls
    assert at.world.observe().get("pose", "red_cube") is UNKNOWN
    assert at.world.observe().get("moving") is False
    at.looked(2)
    assert "no picture" in at.eye.sight.wrong


def test_a_thing_that_is_nowhere_to_be_seen_is_named_before_anything_moves(watch: Watch) -> None:
    at = watch(covered=frozenset({"red_cube"}))
    skill = SKILLS.get("pick")
    chosen = Candidate(skill, skill.bind(object="red_cube"), Grade.FIT_FOR_ARM, "")
    with pytest.raises(BadInput, match="there is no red_cube, or nothing sees it"):
        refuse_blind(chosen, at.world.observe())
    other = replace(chosen, arguments=skill.bind(object="blue_cube"))
    refuse_blind(other, at.world.observe())
    with pytest.raises(BadInput, match="Nothing tells where red_cube"):
        setup_of(at.table.scene, at.world.observe())
    at.table.covered = set()
    at.looked()
    refuse_blind(chosen, at.world.observe())


def test_a_camera_that_stands_elsewhere_than_it_was_calibrated_is_not_believed(watch: Watch) -> None:
    with pytest.raises(BadInput, match="camera was moved"):
        watch(believed=off_by(calibration(bent=False), 0.03))


def test_a_camera_that_is_pushed_makes_all_unknown(watch: Watch) -> None:
    at = watch()
    pushed: Calibration = off_by(calibration(bent=False), 0.02)
    at.table.painter.camera = pushed
    at.looked(2)
    assert "moved" in at.eye.sight.wrong
    at.clock.ahead += 6.0
    at.looked(2)
    assert not [keys for keys, _ in at.world.observe().items("pose") if keys[0] in WHERE]


def test_pictures_of_another_size_than_calibrated_are_told(watch: Watch) -> None:
    other = calibration(bent=False, width=640, height=360, focal=500.0)
    with pytest.raises(BadInput, match="1280 x 720"):
        watch(believed=other)


def test_the_world_says_by_which_calibration_it_sees_and_shows_its_picture(watch: Watch) -> None:
    at = watch()
    assert at.world.spec.details["camera"]["calibration"] == calibration(bent=False).hash
    result = at.world.call("look", {"camera": "camera"})
    assert result.ok
    assert Path(str(result.value["path"])).exists()
