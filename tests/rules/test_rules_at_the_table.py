"""Rules of an arm at the simulated table: foreseen from geometry, and kept in the bridge where it can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from embodied.launchfile import parse_launch
from embodied.outcome import PrimitiveResult, Verdict
from embodied.session import Session

LAUNCH = """
[goal]
text = "press the button"
[world]
kind = "tabletop"
seed = 1
[agent]
rules = ["never put the red cube in the bowl", "do not lift anything above 30 cm", "never touch the bowl"]
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("rules")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBODIED_LIBRARY", str(folder / "library"))
        with Session(parse_launch(LAUNCH, "test"), runs_dir=folder).start() as session:
            yield session


def test_no_part_of_the_arm_enters_a_half_that_it_is_to_keep_out_of(session: Session) -> None:
    assert session.call("home").ok
    said = session.add_rule("keep out of the left half")
    by = {rule.text: how for rule, how, _ in session.run.world.status()}
    assert by[said.text] == "bridge and engine"
    assert session.call("move_by", dx=0.02, dy=-0.1).ok
    assert session.call("move_to", x=0.45, y=0.2, z=0.3).error == "rule"
    # What the engine cannot foresee the bridge ends: the elbow and the hand turn into the left half.
    turned = session.call("move_joints", positions=[0.9, -0.3, 0.0, -2.2, 0.0, 2.0, 0.8])
    assert turned.error
    assert session.observe().get("hand")[1] < 0.0
    session.remove_rule(len(session.rules))
    assert session.call("move_to", x=0.45, y=0.2, z=0.3).ok
    assert session.call("home").ok


def test_nothing_moves_while_the_bridge_does_not_take_the_rules_yet(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    beneath = session.run.world._world
    call, busy = beneath.call, [True]

    def late(name: str, arguments: Mapping[str, Any], **more: Any) -> PrimitiveResult:
        if name == "take_rules" and busy:
            busy.pop()
            return PrimitiveResult(False, {}, "busy", "the arm moves")
        result: PrimitiveResult = call(name, arguments, **more)
        return result

    monkeypatch.setattr(beneath, "call", late)
    assert session.call("home").ok
    session.add_rule("keep out of the left half")
    refused = session.call("move_joints", positions=[0.9, -0.3, 0.0, -2.2, 0.0, 2.0, 0.8])
    before = session.observe().get("hand")
    session.remove_rule(len(session.rules))
    assert (refused.error, busy) == ("busy", [])
    assert "no rules were taken" in refused.message
    assert isinstance(before, tuple)
    assert before[1] < 0.05


def test_what_is_permitted_is_done_and_what_is_not_is_refused_in_time(session: Session) -> None:
    assert session.do("pick", object="red_cube").passed
    high = session.call("move_by", dz=0.2)
    assert (high.error, high.value["rule"]) == ("rule", "do not lift anything above 30 cm")
    bowl = session.observe().get("pose", "bowl")
    assert isinstance(bowl, tuple)
    assert session.call("move_to", x=bowl[0], y=bowl[1], z=0.15, via="above").ok
    let_go = session.call("open_gripper")
    assert (let_go.error, let_go.value["rule"]) == ("rule", "never put the red cube in the bowl")
    assert session.observe().get("in", "red_cube", "bowl") is False
    assert session.call("move_to", x=bowl[0], y=bowl[1], z=0.1, touch="bowl").error == "rule"


def test_the_bridge_itself_keeps_to_the_ceiling(session: Session) -> None:
    assert session.observe().get("holding", "red_cube") is True
    by = {rule.text: how for rule, how, _ in session.run.world.status()}
    assert by["do not lift anything above 30 cm"] == "bridge and engine"
    joints = [0.0, -0.3, 0.0, -2.2, 0.0, 2.0, 0.8]
    assert session.call("move_joints", positions=joints).error in ("outside_workspace", "rule")


def test_nothing_was_broken(session: Session) -> None:
    assert not session.pursue("put the red cube in the bowl").passed
    assert all(verdict is not Verdict.FAILED for *_, verdict in session.run.world.status())
