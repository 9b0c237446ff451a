"""What the operator stopped stays stopped when its bridge ends, until a person resets it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from embodied_arm.operating import Operating

from embodied.arms.running import reset, stop
from embodied.arms.stopped import find_stopped
from embodied.cli.main import main
from embodied.errors import BadInput
from tests.arm.conftest import Bench, Make

Run = Callable[..., tuple[Bench, Operating]]


@pytest.fixture
def run(make: Make, tmp_path: Path) -> Iterator[Run]:
    made: list[Operating] = []

    def run(name: str = "franka", identity: str = "franka@192.0.2.7") -> tuple[Bench, Operating]:
        arm = make()
        made.append(Operating(arm.body.controller, name, "no physics", identity, tmp_path))
        return arm, made[-1]

    yield run
    for one in made:
        one.close()


@pytest.mark.parametrize(("name", "identity"), [("franka", ""), ("another name", "franka@192.0.2.7")])
def test_the_next_bridge_of_an_arm_begins_stopped_by_its_name_or_its_address(
    run: Run, name: str, identity: str
) -> None:
    _, first = run()
    stop("franka", "a hand on the table")
    first.close()
    arm, second = run(name, identity)
    assert arm.call("home").error == "halted"
    assert arm.world.observe().notes["protective_stop"] == "a hand on the table"
    assert reset() == "a hand on the table"
    assert arm.call("home").ok
    second.close()
    assert not find_stopped()
    assert run()[0].call("home").ok


def test_it_is_reset_where_no_bridge_runs(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    _, first = run()
    stop()
    first.close()
    with pytest.raises(SystemExit):
        main(["arm", "list"])
    assert "franka is stopped: the operator said stop" in capsys.readouterr().out
    with pytest.raises(BadInput, match="none is stopped"):
        reset("ur5e")
    assert reset("franka") == "the operator said stop"
    assert run()[0].call("home").ok


def test_another_arm_is_not_stopped_by_it(run: Run) -> None:
    _, first = run()
    stop()
    first.close()
    assert run("ur5e", "ur5e@192.0.2.8")[0].call("home").ok


def test_an_arm_that_was_lost_in_motion_can_be_reset(run: Run) -> None:
    arm, _ = run()
    controller = arm.body.controller
    stop()
    controller.lost = "it has fallen silent"
    controller.gate.velocity[:] = 0.1
    assert reset() == "the operator said stop"


def test_of_two_that_are_called_alike_one_that_is_reset_lets_not_go_of_the_other(run: Run) -> None:
    _, first = run("arm", "")
    _, second = run("arm", "")
    stop("all")
    assert reset("arm") == "the operator said stop"
    first.close()
    second.close()
    assert [arm.name for arm in find_stopped()] == ["arm-2"]
    assert run("arm", "")[0].call("home").error == "halted"
    reset("arm")
    assert not find_stopped()
