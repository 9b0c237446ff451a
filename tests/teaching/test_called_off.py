"""What was called off is not begun, and nobody who wants a stop waits for what goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from embodied.session import Session
from embodied.teaching.lesson import Lesson, Part
from embodied.teaching.running import LessonRun
from tests.teaching.conftest import Talk

PRESS = Lesson((Part("use", skill="press-button", arguments={"button": "button"}),))
LONG_S = 30.0


class Queue:
    """Keeps a session busy until `end`; tells when something more waits for its turn."""

    def __init__(self, session: Session, monkeypatch: Any) -> None:
        begun, self._gate, self.waits = threading.Event(), threading.Event(), threading.Event()
        submit = session.submit

        def held(run: Any) -> None:
            begun.set()
            assert self._gate.wait(LONG_S)

        def noted(do: Callable[[Any], Any]) -> Any:
            answer = submit(do)
            self.waits.set()
            return answer

        submit(held)
        assert begun.wait(LONG_S)
        monkeypatch.setattr(session, "submit", noted)

    def end(self) -> None:
        self._gate.set()


def test_a_step_that_waits_for_its_turn_is_not_begun_after_a_stop(talk: Talk, monkeypatch: Any) -> None:
    queue = Queue(talk.session, monkeypatch)
    run = LessonRun(talk.session, PRESS, talk.lines.append)
    came_to: list[tuple[bool, str]] = []
    thread = threading.Thread(target=lambda: came_to.append(run.run()))
    thread.start()
    assert queue.waits.wait(LONG_S)
    run.stop("stopped by the person")
    queue.end()
    thread.join(LONG_S)
    assert came_to == [(False, "stopped")]
    assert talk.session.observe().get("pressed", "button") is not True


def test_what_is_brought_about_first_is_not_begun_after_a_stop(talk: Talk, monkeypatch: Any) -> None:
    talk.say("close")  # what would be done first is something
    talk.conversation.patient = False
    before = talk.session.observe().get("pressed", "button")
    pursued: list[str] = []
    pursue = talk.session.pursue

    def stopped_just_then(goal: Any, *, unless: Callable[[], str] = lambda: "") -> Any:
        talk.conversation.stop()
        pursued.append(unless())
        return pursue(goal, unless=unless)

    monkeypatch.setattr(talk.session, "pursue", stopped_just_then)
    talk.say("press the button twice")
    assert pursued == ["stopped by the person"]
    assert talk.session.observe().get("pressed", "button") is before


def test_a_skill_is_not_deleted_while_the_body_moves_and_nobody_waits_for_that(talk: Talk) -> None:
    talk.say("watch me", "press the button", "done", "give it the name ping")
    talk.conversation.patient = False
    gate = threading.Event()
    talk.conversation.work("at it", lambda: talk.session.submit(lambda run: gate.wait(LONG_S)).result())
    said = threading.Thread(target=lambda: [talk.conversation.hear(line) for line in ("delete ping", "yes")])
    said.start()
    said.join(LONG_S / 3)
    waits = said.is_alive()
    gate.set()
    said.join(LONG_S)
    talk.conversation.wait()
    assert not waits
    assert "I am still busy" in "\n".join(talk.lines)
    assert "used no more" in talk.say("delete ping", "yes")
