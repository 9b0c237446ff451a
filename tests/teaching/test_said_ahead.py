"""Lines of a demonstration that a person types while the motion before them goes on."""

from __future__ import annotations

import threading
from typing import Any

from embodied.errors import BadInput
from embodied.teaching import showing
from tests.teaching.conftest import Talk

LONG_S = 30.0


class Held:
    """Holds the first motion of a demonstration up until `go`, as a slow arm would."""

    def __init__(self, talk: Talk, monkeypatch: Any) -> None:
        self.begun, self._gate = threading.Event(), threading.Event()
        move = talk.session.call

        def slowly(*args: Any, **kwargs: Any) -> Any:
            self.begun.set()
            assert self._gate.wait(LONG_S)
            return move(*args, **kwargs)

        monkeypatch.setattr(talk.session, "call", slowly)

    def go(self) -> None:
        self._gate.set()


def begun(talk: Talk, monkeypatch: Any, first: str) -> Held:
    talk.conversation.patient = False
    held = Held(talk, monkeypatch)
    talk.say("watch me")
    talk.begin(first)
    assert held.begun.wait(LONG_S)
    return held


def test_what_is_said_ahead_waits_for_the_motion_and_is_shown(talk: Talk, monkeypatch: Any) -> None:
    held = begun(talk, monkeypatch, "move above the red cube")
    for line in ("down to it", "close", "up 15 cm"):
        talk.begin(line)
    held.go()
    said = talk.say()
    assert "understand" not in said
    assert "done: move 15 cm up" in said
    assert talk.session.observe().get("holding", "red_cube") is True
    shown: Any = talk.conversation.demonstration
    assert [step.part.kind for step in shown.steps] == ["above", "at", "close", "by"]


def test_a_stop_drops_what_was_said_ahead(talk: Talk, monkeypatch: Any) -> None:
    held = begun(talk, monkeypatch, "move above the red cube")
    talk.begin("down to it")
    talk.begin("stop")
    held.go()
    talk.say()
    assert any("Not done then: 'down to it'" in line for line in talk.lines)
    assert not any("done: down" in line for line in talk.lines)


def test_what_was_said_ahead_of_a_failure_is_dropped(talk: Talk, monkeypatch: Any) -> None:
    held = begun(talk, monkeypatch, "move 3 m to the left")
    talk.begin("close")
    held.go()
    talk.say()
    assert any("Not done then: 'close'" in line for line in talk.lines)


def test_a_stop_while_a_line_said_ahead_is_read_is_heeded(talk: Talk, monkeypatch: Any) -> None:
    held = begun(talk, monkeypatch, "move above the red cube")
    talk.begin("down to it")
    read = showing.motions_of

    def stopped_meanwhile(*args: Any) -> Any:
        talk.conversation.stop()
        return read(*args)

    monkeypatch.setattr(showing, "motions_of", stopped_meanwhile)
    held.go()
    talk.say()
    assert not any("done: move to the red cube" in line for line in talk.lines)


def test_what_was_said_ahead_of_a_line_that_cannot_be_done_is_dropped(talk: Talk, monkeypatch: Any) -> None:
    held = begun(talk, monkeypatch, "move above the red cube")
    for line in ("down to it", "close"):
        talk.begin(line)

    def refused(*_: Any) -> Any:
        raise BadInput("There is no such motion.")

    monkeypatch.setattr(showing, "motions_of", refused)
    held.go()
    talk.say()
    assert any("Not done then: 'close'" in line for line in talk.lines)
