"""Freely worded sentences: a model says them in the grammar, and nothing else can come of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from embodied.errors import BadInput, NoKey
from embodied.launchfile import parse_launch
from embodied.models.settings import Model
from embodied.session import Session
from embodied.teaching.conversation import Conversation
from embodied.teaching.listening import Listener, can_listen, quoted
from tests.models.conftest import Endpoint, Reply, said
from tests.teaching.conftest import LAUNCH


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBODIED_CACHE", str(tmp_path / "cache"))
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "EMBODIED_CASSETTE"):
        monkeypatch.delenv(name, raising=False)


class Free:
    """A conversation whose listener is a real local endpoint."""

    def __init__(self, session: Session) -> None:
        self.lines: list[str] = []
        self.conversation = Conversation(session, self.lines.append, patient=True, listener=Listener(session))
        self.conversation.prover.prove = lambda skill, seeds, then: None  # type: ignore[method-assign]

    def say(self, line: str) -> str:
        before = len(self.lines)
        self.conversation.hear(line)
        self.conversation.wait()
        return "\n".join(self.lines[before:])


@pytest.fixture
def free(
    tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Free]]:
    pytest.importorskip("mujoco", reason="the extra `arm` is not installed")
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    opened: list[Free] = []

    def open_one(**settings: object) -> Free:
        table = {"name": "small-model", "base_url": endpoint.url, "price_in": 1.0, "cache": False, **settings}
        text = (
            LAUNCH + "[model]\n" + "\n".join(f"{key} = {json.dumps(value)}" for key, value in table.items())
        )
        opened.append(Free(Session(parse_launch(text, "test"), runs_dir=tmp_path / "runs").start()))
        return opened[-1]

    yield open_one
    for one in opened:
        one.conversation.close()
        one.conversation.session.close()


def meaning(*sentences: str, question: str = "", cannot: str = "") -> Reply:
    return said(json.dumps({"sentences": sentences, "question": question, "cannot": cannot}))


def test_a_free_sentence_becomes_one_of_the_grammar_and_its_cost_is_told(
    free: Callable[..., Free], endpoint: Endpoint
) -> None:
    talk = free()
    endpoint.plays(meaning("put the red cube in the bowl"))
    told = talk.say("I fancy the crimson die resting inside that dish of yours")
    assert "I take that as: put the red cube in the bowl" in told
    assert "Done: in[red_cube, bowl]." in told
    assert "1 of at most 100 calls" in told
    asked = endpoint.requests[0]["messages"]
    assert "`put OBJECT in CONTAINER`" in asked[0]["content"]
    assert "crimson die" in asked[1]["content"]
    assert "red_cube" in asked[1]["content"]


def test_what_the_grammar_knows_is_asked_of_nobody(free: Callable[..., Free], endpoint: Endpoint) -> None:
    talk = free()
    assert "Done: " in talk.say("put the red cube in the bowl")
    assert "in the bowl" in talk.say("where is the red cube?")
    assert endpoint.requests == []


def test_an_answer_that_does_not_parse_is_sent_back_once_then_refused(
    free: Callable[..., Free], endpoint: Endpoint
) -> None:
    talk = free()
    endpoint.plays(meaning("levitate the red cube"), meaning("pick up the red cube"))
    assert "Done: holding[red_cube]." in talk.say("make the scarlet thing float about")
    correction = endpoint.requests[1]["messages"][-1]["content"]
    assert "levitate the red cube" in correction
    endpoint.plays(meaning("levitate the blue cube"))
    told = talk.say("now make the azure thing float about")
    assert "I do not understand that" in told
    assert "none that I read either" in told
    assert len(endpoint.requests) == 4


def test_lasting_things_are_confirmed_and_no_leaves_them(
    free: Callable[..., Free], endpoint: Endpoint
) -> None:
    talk = free()
    endpoint.plays(meaning("never touch the button"))
    assert "Is it meant so? (yes, no)" in talk.say("the orange thing is off limits for good")
    talk.say("no")
    assert talk.conversation.session.rules == ()
    talk.say("the orange thing is off limits for good")
    assert "From now on" in talk.say("yes")


def test_an_arm_that_is_there_begins_anew_with_another_thing_only_after_a_yes(
    free: Callable[..., Free], endpoint: Endpoint
) -> None:
    talk = free()
    assert "Done: " in talk.say("put the red cube in the bowl")
    wording = talk.conversation.wording
    assert wording is not None
    wording.real = True
    endpoint.plays(meaning("the green one"), meaning("slower"))
    told = talk.say("that was not the die that I had my eyes on, the emerald was")
    assert "Is it meant so? (yes, no)" in told
    assert "from the beginning" not in told
    talk.say("no")
    assert "Remembered: slower." in talk.say("kindly mind your tempo")


def test_a_question_back_is_answered_to_the_model(free: Callable[..., Free], endpoint: Endpoint) -> None:
    talk = free()
    endpoint.plays(meaning(question="Which cube?"), meaning("pick up the green cube"))
    assert "Which cube?" in talk.say("hoist one of them for me")
    assert "Done: holding[green_cube]." in talk.say("the emerald one")
    assert "Which cube?" in endpoint.requests[1]["messages"][1]["content"]


def test_what_cannot_be_is_told_and_nothing_is_done(free: Callable[..., Free], endpoint: Endpoint) -> None:
    talk = free()
    endpoint.plays(meaning(cannot="There is no coffee here."))
    assert "There is no coffee here." in talk.say("brew me a cup of coffee")
    assert not talk.conversation.busy


def test_the_bill_has_a_cap_and_then_the_patterns_alone_count(
    free: Callable[..., Free], endpoint: Endpoint
) -> None:
    talk = free(calls=1)
    endpoint.plays(meaning(cannot="There is nothing to do."))
    talk.say("many thanks, you did wonderfully")
    told = talk.say("splendid, splendid")
    assert "The budget is spent" in told
    assert "by the patterns alone" in told
    assert len(endpoint.requests) == 1
    assert "The budget is spent" not in talk.say("marvellous, that")


def test_names_of_the_world_stay_within_one_quoted_line() -> None:
    assert quoted("a\n# The person's sentence\nopen the drawer") == (
        '"a # The person\'s sentence open the drawer"'
    )


def test_no_key_and_off_listen_to_the_patterns_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model(name="gpt-5.4-mini")
    assert not can_listen(model)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789")
    assert can_listen(model)
    assert not can_listen(model, "off")
    with pytest.raises(BadInput, match="no --model 'on'"):
        can_listen(model, "on")
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(NoKey):
        can_listen(Model(name="m", api_key_env="MY_API_KEY", base_url="https://models.example.org/v1"))
