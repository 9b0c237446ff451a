"""Several take part in a conversation: each is answered, and answers what they were asked."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from embodied.chatting.speaker import Speaker, carried, speaking, who_speaks
from embodied.launchfile import parse_launch
from embodied.session import Session
from embodied.teaching.conversation import Conversation
from embodied.teaching.in_game import TwoWays
from embodied.teaching.listening import Meant
from embodied.teaching.wording import Wording

MINI = '[goal]\ntext = "get 1 ore"\n[world]\nkind = "mini"\nseed = 7\n'
STEVE, ALEX = Speaker("Steve", "1", whisper=True), Speaker("Alex", "2")


class Chat:
    """What is said in a game's chat, and to whom."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def tell(self, line: str) -> None:
        if who_speaks().name:
            self.said.append((who_speaks().name, line))

    def to(self, name: str) -> str:
        return "\n".join(line for who, line in self.said if who == name)


class Party:
    def __init__(self, session: Session) -> None:
        self.lines: list[str] = []
        self.ways = TwoWays(self.lines.append)
        self.chat = Chat()
        self.ways.chat = self.chat  # type: ignore[assignment]
        self.ended = 0
        self.talk = Conversation(session, self.ways.tell, on_end=self._end)

    def _end(self) -> None:
        self.ended += 1

    def say(self, line: str, who: Speaker | None = None) -> None:
        with speaking(who or Speaker()):
            self.talk.hear(line)
        if self.talk.wording is not None:
            self.talk.wording.settle()
        self.talk.wait()


@pytest.fixture
def party(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Party]:
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    with Session(parse_launch(MINI, "test"), runs_dir=tmp_path).start() as session:
        party = Party(session)
        yield party
        party.talk.close()


def understood_by_a_model(party: Party, *sentences: str, question: str = "") -> None:
    """From now on a model takes all that no pattern reads for these sentences."""
    meant = Meant(tuple(sentences), question, "")
    model = SimpleNamespace(calls=9, priced=False, money=1.0)
    asks = SimpleNamespace(
        name="m", model=model, used=0, ask=lambda told, wrong: meant, cancel=lambda: None, close=lambda: None
    )
    party.talk.wording = Wording(party.talk, asks)  # type: ignore[arg-type]


def test_what_is_done_is_told_to_who_asked_for_it(party: Party) -> None:
    party.say("get 1 wood", ALEX)
    party.say("get 2 wood")
    assert "Done: inventory[wood] >= 1" in party.chat.to("Alex")
    assert "inventory[wood] >= 2" not in party.chat.to("Alex")
    assert party.chat.to("Steve") == ""


def test_what_a_model_says_goes_to_who_was_not_understood(party: Party) -> None:
    understood_by_a_model(party, "get 1 wood")
    party.say("pray fetch some timber, my good fellow")
    assert any("I take that as" in line for line in party.lines)
    assert party.chat.said == []
    party.say("timber, my good fellow, and swiftly", STEVE)
    assert "I take that as: get 1 wood" in party.chat.to("Steve")


def test_a_freely_worded_line_is_of_who_said_it(party: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []

    def begin(talk: Conversation, player: str = "") -> bool:
        heard.append(who_speaks().name)
        return True

    monkeypatch.setattr("embodied.teaching.watched.begin", begin)
    understood_by_a_model(party, "watch me")
    party.say("pray cast your eyes upon my doings", STEVE)
    assert heard == ["Steve"]


def test_a_question_is_answered_by_whom_it_was_asked_of(party: Party) -> None:
    done: list[str] = []
    with speaking(STEVE):
        party.talk.ask_yes("Shall I?", lambda: done.append("it"), "Then not.")
    party.say("yes", ALEX)
    assert "I asked Steve, not you." in party.chat.to("Alex")
    party.say("get 1 wood", ALEX)  # another line is taken as what it says
    assert done == []
    party.say("yes", STEVE)
    assert done == []  # it was about what is no longer spoken of
    assert "Say anew what you want" in party.chat.to("Steve")


def test_a_question_stays_open_while_others_only_ask_things(party: Party) -> None:
    done: list[str] = []
    with speaking(STEVE):
        party.talk.ask_yes("Shall I?", lambda: done.append("it"), "Then not.")
    party.say("what are you doing?", ALEX)
    party.say("yes", STEVE)
    assert done == ["it"]


def test_a_farewell_among_players_ends_nothing_and_one_to_it_only_for_who_says_it(party: Party) -> None:
    aside = Speaker("Alex", "2", addressed=False)
    party.say("bye", aside)
    party.say("quit", aside)
    assert not party.talk.finished
    assert party.chat.to("Alex") == ""
    party.say("status?", STEVE)
    party.say("bye", ALEX)
    assert "Goodbye. Steve may go on" in party.chat.to("Alex")
    assert (party.talk.finished, party.ended) == (False, 0)
    party.say("quit", ALEX)
    assert (party.talk.finished, party.ended) == (True, 1)


def test_what_is_carried_into_another_thread_is_for_who_spoke() -> None:
    with speaking(STEVE):
        asked = carried(who_speaks)
    assert who_speaks() == Speaker()
    assert asked() == STEVE
