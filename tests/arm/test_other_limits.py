"""An arm at rest can be held to other limits: those of the agent that has it now."""

from __future__ import annotations

from contextlib import ExitStack

import numpy as np
import pytest

from embodied.bridge.body import CallContext, PrimitiveFailed
from tests.arm.conftest import Bench, Make

WALL = {"name": "wall", "shape": "box", "position": [0.5, 0.35, 0.3], "size": [0.6, 0.1, 0.6]}
PERIOD_S = 0.02


def fastest(arm: Bench, begin: int) -> float:
    path = arm.hand_path()[begin:]
    return float(np.linalg.norm(np.diff(path, axis=0), axis=1).max()) / PERIOD_S


def test_all_that_moves_it_holds_to_them(make: Make) -> None:
    arm = make()
    assert arm.call("move_to", x=0.5, y=0.2, z=0.3).ok
    begin = len(arm.driver.sent)
    arm.body.hold_to(arm.body.limits_of({"hand_speed": 0.1, "gripper_force": 5.0, "keep_out": [WALL]}))
    assert arm.call("move_to", x=0.5, y=-0.1, z=0.3).ok
    assert fastest(arm, begin) <= 0.1 + 1e-6
    assert arm.call("move_to", x=0.5, y=0.35, z=0.3).error == "collision"
    assert arm.body.details["limits"]["hand_speed_m_s"] == 0.1
    begin = len(arm.driver.sent)
    arm.call("close_gripper", force=40.0, must_hold=False)
    assert max(command.gripper_force or 0.0 for command in arm.driver.sent[begin:]) == 5.0


def test_and_can_be_given_its_own_again(make: Make) -> None:
    arm = make()
    arm.body.hold_to(arm.body.limits_of({"keep_out": [WALL]}))
    arm.body.hold_to(arm.body.limits_of({}))
    assert arm.call("move_to", x=0.5, y=0.35, z=0.3).ok


def test_not_while_it_moves(make: Make) -> None:
    arm = make()
    refused: list[PrimitiveFailed] = []

    def meanwhile() -> None:
        arm.driver.then_at = -1
        arm.body.controller._turns.give_back()  # as another thread would find it between two ticks
        try:
            arm.body.hold_to(arm.body.limits_of({"hand_speed": 0.1}))
        except PrimitiveFailed as failed:
            refused.append(failed)
        finally:
            arm.body.controller._turns.take()

    arm.driver.then, arm.driver.then_at = meanwhile, arm.driver.ticks + 20
    assert arm.call("move_to", x=0.5, y=0.3, z=0.3).ok
    assert [failed.code for failed in refused] == ["busy"]
    assert arm.body.details["limits"]["hand_speed_m_s"] == pytest.approx(0.5)


def test_nor_where_a_call_began_while_the_models_for_them_were_made(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Making them takes seconds; a motion must not be torn to a stop, nor its ceiling lifted."""
    arm = make()
    made, control = arm.body._planners, arm.body.controller
    context = CallContext(lambda: None, lambda value: None, lambda type, data: None)
    with ExitStack() as call:

        def meanwhile(*given: object) -> object:
            call.enter_context(control.call(context))
            return made(*given)  # type: ignore[arg-type]

        monkeypatch.setattr(arm.body, "_planners", meanwhile)
        with pytest.raises(PrimitiveFailed, match="the arm moves"):
            arm.body.hold_to(arm.body.limits_of({"hand_speed": 0.1, "keep_out": [WALL]}))
    assert arm.body.details["limits"]["hand_speed_m_s"] == pytest.approx(0.5)
    assert control.gate.limits.hand_speed == pytest.approx(0.5)
    assert arm.call("move_to", x=0.5, y=0.35, z=0.3).ok
