"""Shown by playing, in a real embedded world: another bot joins as Steve and plays on the game's protocol."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from embodied.deeds import Showroom, Watch
from embodied.errors import BadInput
from embodied.launchfile import parse_launch
from embodied.loop.run import Run
from embodied.sandbox import SkillExecutor
from embodied.session import Session
from embodied.teaching.conversation import Conversation
from embodied.world import World

pytestmark = pytest.mark.node

LAUNCH = """
[goal]
text = "get 1 dirt"
[world]
kind = "minecraft"
seed = 3
fast = true
view_distance = 4
[teach]
players = ["Steve"]
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("playing")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBODIED_LIBRARY", str(folder / "library"))
        with Session(parse_launch(LAUNCH, "test"), runs_dir=folder / "runs").start() as opened:
            yield opened


@pytest.fixture
def talk(session: Session) -> Iterator[tuple[Conversation, list[str]]]:
    lines: list[str] = []
    conversation = Conversation(session, lines.append, patient=True)
    conversation.prover.prove = lambda *_: None  # type: ignore[method-assign]
    yield conversation, lines
    conversation.close()


@pytest.fixture
def steve(session: Session) -> Iterator[World]:
    def join(run: Run) -> World:
        assert isinstance(run.simulation, Showroom)
        return run.simulation.join("Steve")

    world = session.submit(join).result()
    yield world
    world.close()


def play(session: Session, player: World, skill: str, **arguments: Any) -> None:
    with SkillExecutor(session.run.library, player) as executor:
        done = executor.run(skill, arguments, deadline_s=120)
    assert done.ok, done.reason or done.error


def call(player: World, name: str, **arguments: Any) -> dict[str, Any]:
    result = player.call(name, arguments)
    assert result.ok, result.message
    return dict(result.value)


def test_what_steve_plays_becomes_a_skill_and_is_kept(
    session: Session, talk: tuple[Conversation, list[str]], steve: World
) -> None:
    conversation, lines = talk
    conversation.hear("watch me")
    assert lines == ["I am watching Steve play. Say 'done' when it is done."]
    play(session, steve, "mine-block", block="oak_log", item="oak_log", count=2)
    play(session, steve, "craft-item", item="oak_planks", count=8)
    play(session, steve, "craft-item", item="crafting_table", count=1)
    spot = call(steve, "find_place")
    call(steve, "place", item="crafting_table", x=spot["x"], y=spot["y"], z=spot["z"])
    call(steve, "place", item="oak_planks", x=spot["x"], y=spot["y"] + 1, z=spot["z"])
    for line in ("done", "call this landmark"):
        conversation.hear(line)
        conversation.wait()
    said = "\n".join(lines)
    assert (
        "mine 2 LOG, craft 5 planks of it, craft 1 crafting table, put crafting table, put planks of it"
        in said
    )
    assert "Kept: landmark(log)" in said  # written, and type-checked against the body
    done = session.do("landmark")
    assert done.passed, done.reason


def test_a_player_who_leaves_midway_is_asked_about(
    session: Session, talk: tuple[Conversation, list[str]], steve: World
) -> None:
    conversation, lines = talk
    conversation.hear("watch steve")
    here = steve.observe().get("position")
    assert isinstance(here, tuple)
    play(session, steve, "mine-block", block="dirt", item="dirt", count=1)
    steve.close()
    conversation.hear("done")
    assert "Steve left the world before you said 'done'" in lines[-1]
    conversation.hear("no")
    assert lines[-1] == "Then show it again: 'watch me'."


def test_a_name_that_is_not_in_the_world(talk: tuple[Conversation, list[str]]) -> None:
    conversation, lines = talk
    conversation.hear("watch herobrine")
    assert "There is no player 'herobrine' in this world." in lines[0]


def test_the_server_tells_what_was_done_since_and_nothing_before(session: Session, steve: World) -> None:
    play(session, steve, "mine-block", block="dirt", item="dirt", count=1)

    def watch(run: Run) -> Watch:
        assert isinstance(run.simulation, Showroom)
        with pytest.raises(BadInput):
            run.simulation.watch("nobody")
        return run.simulation.watch("Steve")

    watched = session.submit(watch).result()
    assert session.submit(lambda run: watched.look()).result().deeds == ()
    facts = session.submit(lambda run: watched.facts()).result()
    assert facts is not None
    assert facts.number("inventory", "dirt") >= 1


FOREIGN = """
[goal]
text = "get 1 dirt"
[world]
kind = "minecraft"
host = "{host}"
port = {port}
version = "1.20.4"
username = "onlooker"
fast = true
"""


def test_on_another_server_the_body_sees_and_what_is_crafted_is_inferred(
    session: Session, steve: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    here = session.run.simulation
    assert isinstance(here, Showroom)
    host, port = here.address.split(":")
    launch = parse_launch(FOREIGN.format(host=host, port=port), "test")
    lines: list[str] = []
    with Session(launch, runs_dir=tmp_path / "runs").start() as foreign:
        conversation = Conversation(foreign, lines.append, patient=True)
        try:
            conversation.hear("watch steve")
            play(session, steve, "mine-block", block="oak_log", item="oak_log", count=2)
            play(session, steve, "craft-item", item="oak_planks", count=8)
            play(session, steve, "craft-item", item="crafting_table", count=1)
            spot = call(steve, "find_place")
            call(steve, "place", item="crafting_table", x=spot["x"], y=spot["y"], z=spot["z"])
            conversation.hear("done")
        finally:
            conversation.close()
    said = "\n".join(lines)
    assert "not what you do in menus" in said
    assert "take it that these were crafted: oak planks, crafting table" in said
    assert "craft 4 planks of it, craft 1 crafting table, put crafting table" in said
