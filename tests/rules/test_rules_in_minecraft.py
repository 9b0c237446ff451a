"""Rules of a session in the embedded Minecraft world: handed over, held by the body, lifted."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from embodied.launchfile import parse_launch
from embodied.session import Session

pytestmark = pytest.mark.node

LAUNCH = """
[goal]
text = "get 1 dirt"
[world]
kind = "minecraft"
seed = 3
fast = true
[agent]
rules = ["never break anything", "always keep 5 torches"]
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("rules")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBODIED_LIBRARY", str(folder / "library"))
        with Session(parse_launch(LAUNCH, "test"), runs_dir=folder).start() as session:
            yield session


def by(session: Session) -> dict[str, str]:
    return {rule.text: how for rule, how, _ in session.run.world.status()}


def feet(session: Session) -> tuple[int, int, int]:
    position = session.observe().get("position")
    assert isinstance(position, tuple)
    x, y, z = (math.floor(value) for value in position)
    return x, y, z


def test_blocks_are_left_alone_until_the_rule_is_lifted(session: Session) -> None:
    x, y, z = feet(session)
    here = {"x": x, "y": y - 1, "z": z, "harvest": False}
    refused = session.call("dig", **here)
    assert refused.error == "rule"
    assert "never break anything" in refused.message
    assert by(session)["never break anything"] == "bridge"
    assert session.remove_rule(1).text == "never break anything"
    session.add_rule("never break glass")
    beside = {**here, "x": x + 1}
    assert session.call("dig", **beside).ok or session.call("dig", **here).ok
    while session.observe().get("on_ground") is not True:
        session.call("wait", seconds=0.1)


def test_it_goes_no_deeper_than_it_may_and_what_it_must_keep_is_kept(session: Session) -> None:
    x, y, z = feet(session)
    rule = session.add_rule(f"never go below y {y}")
    below = session.call("go_to", x=x + 2, y=y - 3, z=z, range=0)
    assert not below.ok
    assert feet(session)[1] >= y
    assert by(session)[rule.text] == "bridge"
    assert by(session)["always keep 5 torches"] == "bridge and engine"
    over = session.add_rule("never have more than 40 torches")
    assert by(session)[over.text] == "watched, not enforced"
