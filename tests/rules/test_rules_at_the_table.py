"""Rules of an arm at the simulated table: foreseen from geometry, and kept in the bridge where it can."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from embodied.launchfile import parse_launch
from embodied.outcome import Verdict
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
