"""A mistake in embodied itself is told in a line, and the conversation goes on."""

from __future__ import annotations

from typing import Any

import pytest

from embodied.journal import read
from embodied.skills import Skill
from embodied.teaching import practising, saying
from tests.teaching.conftest import Talk


def broken(*_: Any, **__: Any) -> Any:
    raise KeyError("nobody\x1b[2J foresaw this\nline")


def told(lines: str) -> str:
    (line,) = [one for one in lines.splitlines() if "A mistake in embodied itself" in one]
    assert "KeyError" in line
    assert "\x1b" not in line
    assert "go on with something else" in line
    return line


def test_in_what_a_line_asks_for(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(saying, "outline", broken)
        assert "'put the red cube in the bowl'" in told(talk.say("put the red cube in the bowl"))
    assert "Done: in[red_cube, bowl]" in talk.say("put the red cube in the bowl")
    written = [one for one in read(talk.session.run.journal.path) if one["type"] == "mistake"]
    assert len(written) == 1
    assert "test_mistakes.py" in "".join(written[0]["trace"])


def test_in_the_world_s_own_thread_and_in_what_is_done_beside(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(type(talk.session.run), "attempt", broken)
        assert "pursuing" in told(talk.say("put the red cube in the bowl"))
    assert talk.conversation.doing is None
    assert "Done: in[red_cube, bowl]" in talk.say("put the red cube in the bowl")


def test_in_a_proof_and_in_practice(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    prover = talk.conversation.prover
    with monkeypatch.context() as patch:
        patch.setattr(practising, "told", broken)
        patch.setattr(practising.Practice, "_measured", broken)
        talk.say("practice pick")
        prover.wait(30)
    assert "practising pick" in told("\n".join(talk.lines))
    talk.lines.clear()
    monkeypatch.setattr(prover, "gate", broken)
    skill: Skill = talk.session.run.library.get("pick")
    type(prover).prove(prover, skill, 1, lambda evidence, why: None)
    prover.wait(30)
    assert "proving pick" in told("\n".join(talk.lines))
