"""What earlier conversations taught is told of, and what a proof on few seeds is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from embodied.launchfile import parse_launch
from embodied.session import Session
from embodied.teaching.conversation import Conversation

MINI = '[goal]\ntext = "get 1 ore"\n[world]\nkind = "mini"\nseed = 7\n'
Open = Callable[..., Callable[..., str]]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens conversations over one library; what each is told, line by line."""
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    held: list[tuple[Conversation, Session]] = []

    def begin(seeds: int = 1) -> Callable[..., str]:
        lines: list[str] = []
        session = Session(parse_launch(MINI, "test"), runs_dir=tmp_path / str(len(held))).start()
        talk = Conversation(session, lines.append, seeds=seeds, patient=True)
        held.append((talk, session))

        def say(line: str) -> str:
            before = len(lines)
            talk.hear(line)
            talk.settle()
            return "\n".join(lines[before:])

        return say

    yield begin
    for talk, session in held:
        talk.close()
        session.close()


def test_a_proof_on_too_few_seeds_says_how_many_it_takes(opened: Open) -> None:
    say = opened(seeds=1)
    told = say("to warm up: get 2 wood")
    assert "Proving it on 1 fresh seed; " in told
    assert "[warm-up] trial: passed on 1 of 1" in told
    assert "on trial still, as verified takes 3 seeds, all passed: 'practice warm up 3' proves it" in told
    assert "[warm-up] verified" in say("practice warm up 3")


def test_another_conversation_tells_of_what_was_taught_before(opened: Open) -> None:
    first = opened()
    assert "Nothing was taught yet for this world." in first("list skills")
    first("to warm up: get 2 wood")
    later = opened()
    told = later("what have i taught you?")
    assert "Nothing was taught yet in this conversation." in told
    assert "warm-up, trial, of 20" in told
    assert "'history of warm up' tells its versions" in told
    told = later("what skills do you know?")
    assert told.index("Taught:") < told.index("warm-up") < told.index("came along")
