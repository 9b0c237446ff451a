"""Everything that goes wrong with an endpoint has a name, a reason and a next step."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import closing

import pytest

from embodied.errors import (
    BadAnswer,
    BadInput,
    BudgetSpent,
    EmbodiedError,
    ModelError,
    ModelInterrupted,
    ModelRefused,
    ModelTimeout,
    ModelUnreachable,
    NoKey,
    RateLimited,
    WrongKey,
)
from embodied.models import Message
from tests.models.conftest import KEY, Endpoint, Open, Reply, refused, said

HELLO = [Message("user", "Say hello.")]
PLAN = {
    "type": "object",
    "properties": {"steps": {"type": "array", "items": {"type": "string"}}},
    "required": ["steps"],
}
STEPS = '{"steps": ["mine a log"]}'


def failing(open_desk: Open, kind: type[EmbodiedError], **settings: object) -> EmbodiedError:
    with pytest.raises(kind) as caught:
        open_desk(**settings).client.ask("planner", HELLO)
    assert caught.value.remedy
    return caught.value


def test_no_key(open_desk: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(NoKey, match="OPENAI_API_KEY is not set") as caught:
        open_desk(base_url="")
    assert caught.value.exit_code == 2
    assert "--planner offline" in caught.value.remedy


def test_a_local_server_needs_no_key(
    endpoint: Endpoint, open_desk: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert open_desk(base_url="").client.ask("planner", HELLO)[0].text == "hello"


def test_a_server_that_wants_a_key_after_all(
    endpoint: Endpoint, open_desk: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    endpoint.plays(refused(401, "no key"))
    assert "is not set" in failing(open_desk, NoKey).message


def test_a_wrong_key_is_not_tried_again(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(refused(401, f"Incorrect API key provided: {KEY[:7]}***{KEY[-4:]}", "invalid_api_key"))
    error = failing(open_desk, WrongKey)
    assert "OPENAI_API_KEY" in error.message
    assert KEY[-4:] not in str(error)
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize("key", ["sk-\nsecret", "sk-sécret"])
def test_a_key_that_cannot_be_one(open_desk: Open, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(WrongKey, match="characters that no key has") as caught:
        open_desk()
    assert "cret" not in str(caught.value)


@pytest.mark.parametrize("address", ["localhost:1", "http://me:secret@host/v1", "http://host/v1?key=secret"])
def test_an_address_that_cannot_be_used(
    open_desk: Open, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", address)
    with pytest.raises(BadInput, match="OPENAI_BASE_URL") as caught:
        open_desk(base_url="")
    assert "secret" not in str(caught.value)


def test_nobody_there(open_desk: Open) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        error = failing(open_desk, ModelUnreachable, base_url=f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
    assert "cannot be reached" in error.message
    assert "OPENAI_BASE_URL" in error.remedy


def test_a_rate_limit_that_passes(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(refused(429, "slow down", retry_after="0"), refused(429, "slow down"), said("hello"))
    desk = open_desk()
    assert desk.client.ask("planner", HELLO)[0].text == "hello"
    assert [record["error"] for record in desk.tried()] == ["429: slow down (error)"] * 2
    assert desk.calls()[0]["retries"] == 2
    assert desk.budget.model_calls == 1


def test_a_rate_limit_for_ever(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(refused(429, "slow down"))
    assert "slow down" in failing(open_desk, RateLimited).message
    assert len(endpoint.requests) == 6


def test_a_wait_that_is_too_long_is_not_waited(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(refused(429, "slow down", retry_after="3600"))
    assert "wait 3.6e+03 s" in failing(open_desk, RateLimited).message
    assert len(endpoint.requests) == 1


def test_no_wait_outlasts_the_run(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(refused(429, "slow down", retry_after="0.4"))
    began = time.monotonic()
    with pytest.raises((RateLimited, BudgetSpent)):
        open_desk(minutes=0.01).client.ask("planner", HELLO)
    assert time.monotonic() - began < 1.0


def test_no_credit_is_not_tried_again(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(refused(429, "You exceeded your current quota", "insufficient_quota"))
    assert "no more credit" in failing(open_desk, RateLimited).message
    assert len(endpoint.requests) == 1


def test_a_server_that_fails_and_recovers(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(refused(500, "oops"), refused(503, "loading"), said("hello"))
    assert open_desk().client.ask("planner", HELLO)[0].text == "hello"


def test_a_server_that_fails_for_ever(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(refused(500, "oops"))
    assert "oops" in failing(open_desk, ModelUnreachable).message


def test_an_error_sent_as_a_success(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(Reply({"error": {"code": 429, "message": "upstream is busy"}}), said("hello"))
    assert open_desk().client.ask("planner", HELLO)[0].text == "hello"


@pytest.mark.parametrize("fault", ["cut", "chunks cut"])
def test_a_stream_that_is_cut_once(endpoint: Endpoint, open_desk: Open, fault: str) -> None:
    endpoint.plays(Reply(said("hello").body, fault=fault), said("hello"))
    desk = open_desk()
    assert desk.client.ask("planner", HELLO)[0].text == "hello"
    assert desk.budget.model_calls == 2  # the model has worked at both, and may be paid for both
    assert desk.budget.used.prompt_tokens > 100


@pytest.mark.parametrize(
    "reply", [Reply(said("hello").body, fault="cut"), Reply('{"choices": [{"mess'), Reply("")]
)
def test_a_body_that_always_breaks_off(endpoint: Endpoint, open_desk: Open, reply: Reply) -> None:
    endpoint.plays(reply)
    assert "broke off" in failing(open_desk, ModelUnreachable).message
    assert len(endpoint.requests) == 2


def test_something_else_answers(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(Reply("<html>It works!</html>"))
    error = failing(open_desk, ModelUnreachable)
    assert "no OpenAI-compatible endpoint" in error.message
    assert "/v1" in error.remedy


def test_a_request_that_is_refused(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(refused(400, "maximum context length is 8192 tokens"))
    assert "context length" in failing(open_desk, ModelRefused).message


@pytest.mark.parametrize("fault", ["late", "drip"])
def test_too_late(endpoint: Endpoint, open_desk: Open, fault: str) -> None:
    endpoint.plays(Reply(said("hello").body, fault=fault))
    error = failing(open_desk, ModelTimeout, timeout_s=0.3)
    assert "within 0.3 s" in error.message or "time was up" in error.message
    assert len(endpoint.requests) == 2


def test_the_run_ends_while_a_model_thinks(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(Reply(fault="late"))
    with pytest.raises(BudgetSpent, match="minutes"):
        open_desk(minutes=0.005).client.ask("planner", HELLO)


def test_ctrl_c_while_a_model_thinks(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(Reply(fault="late"))
    stop = threading.Event()
    desk = open_desk(stop=stop)
    caught: list[BaseException] = []

    def ask() -> None:
        try:
            desk.client.ask("planner", HELLO)
        except ModelError as error:
            caught.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    assert endpoint.asked.wait(5)
    stop.set()
    thread.join(5)
    assert isinstance(caught[0], ModelInterrupted)
    assert desk.budget.model_calls == 1


@pytest.mark.parametrize(
    ("first", "shown"),
    [
        ('{"steps": ["mine', "no whole JSON"),
        ("I would mine a log.", "no whole JSON"),
        ('{"steps": "mine"}', "'steps'"),
        ('{"stepz": []}', "'steps' is a required property"),
        ("", "empty"),
    ],
)
def test_an_answer_that_cannot_be_used_is_sent_back_once(
    endpoint: Endpoint, open_desk: Open, first: str, shown: str
) -> None:
    endpoint.plays(said(first), said(STEPS))
    desk = open_desk()
    assert desk.client.ask("planner", HELLO, schema=PLAN)[0].data == {"steps": ["mine a log"]}
    again = endpoint.requests[1]["messages"]
    assert shown in again[-1]["content"]
    assert [message["role"] for message in again] == ["user", *(["assistant"] if first else []), "user"]
    assert desk.budget.model_calls == 2


@pytest.mark.parametrize(
    ("reply", "reason", "requests"),
    [
        (said('{"steps": 3}'), "schema", 2),
        (said("no"), "not_json", 2),
        (said('{"steps": ["mine a l'), "not_json", 2),
        (said(""), "empty", 2),
        (said(None), "empty", 2),
        (said(None, refusal="I cannot help with that."), "refusal", 1),
        (said("half an answ", finish="length"), "truncated", 1),
        (said("", finish="content_filter"), "refusal", 1),
    ],
)
def test_what_stays_unusable_is_an_error_with_a_reason(
    endpoint: Endpoint, open_desk: Open, reply: Reply, reason: str, requests: int
) -> None:
    endpoint.plays(reply)
    desk = open_desk()
    with pytest.raises(BadAnswer) as caught:
        desk.client.ask("planner", HELLO, schema=PLAN)
    assert (caught.value.reason, caught.value.exit_code) == (reason, 1)
    assert caught.value.remedy
    assert len(endpoint.requests) == requests
    assert reason in desk.calls()[-1]["error"]


def test_no_answers_at_all(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(said())
    assert "no answer" in failing(open_desk, ModelUnreachable).message
