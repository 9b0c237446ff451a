"""A "stop" in the chat leaves nothing going on, and nothing to say yes to."""

from __future__ import annotations

from pathlib import Path

from embodied.launchfile import parse_launch
from embodied.session import Session
from embodied.teaching.conversation import Conversation
from embodied.teaching.in_game import stopped

MINI = '[goal]\ntext = "get a pickaxe"\n[world]\nkind = "mini"\n'


def test_a_yes_after_a_stop_answers_nothing_and_what_goes_on_beside_ends(tmp_path: Path) -> None:
    done: list[str] = []
    with Session(parse_launch(MINI, "test"), runs_dir=tmp_path).start() as session:
        lines: list[str] = []
        conversation = Conversation(session, lines.append)
        try:
            conversation.ask_yes("Shall I?", lambda: done.append("it"), "Then not.")
            conversation.prover.beside(
                lambda stop: done.append("stopped" if stop.wait(30) else "late"), "waiting"
            )
            assert stopped(conversation)
            conversation.prover.wait(30)
            assert done == ["stopped"]
            conversation.hear("yes")
            assert done == ["stopped"]
            assert "no open question" in lines[-1]
            assert not stopped(conversation)
        finally:
            conversation.close()
