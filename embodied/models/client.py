"""The client of an OpenAI-compatible endpoint: structured answers, budget, cache, journal."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from embodied.budget import Budget
from embodied.errors import BadAnswer, BadInput, BadLaunchFile, did_you_mean
from embodied.models.cache import AnswerCache
from embodied.models.cassette import RecordingLine, ReplayLine, cassette_asked_for
from embodied.models.completion import NotACompletion, error_in, read_completion
from embodied.models.dialect import Dialect
from embodied.models.endpoint import Endpoint, find_endpoint
from embodied.models.line import Exchange, HttpLine, Line
from embodied.models.messages import PARTS, Answer, Message
from embodied.models.patience import Patience
from embodied.models.sending import LETTERS_A_TOKEN, Record, Sender, error_of, estimated_prompt
from embodied.models.settings import Model, Role
from embodied.models.structured import fitting_data, usable_text
from embodied.node import cache_folder
from embodied.primitives import JsonSchema
from embodied.prompts import render

WORTH_ANOTHER = ("empty", "not_json", "schema")
"""Unusable answers that are sent back once, with what is wrong."""
QUOTED = 4000
"""How much of an unusable answer is shown to the model again [characters]."""
REMEDIES = {
    "empty": "Another model may do better: --set model.{part}=NAME.",
    "not_json": "A model that cannot write JSON is too weak for this part: --set model.{part}=NAME.",
    "schema": "A model that cannot keep to a schema is too weak for this part: --set model.{part}=NAME.",
    "refusal": "Say the goal in other words, or ask another model: --set model.{part}=NAME.",
    "truncated": "Allow longer answers: --set model.max_tokens={longer}.",
}


@dataclass(frozen=True)
class _Received:
    """An exchange that brought an answer. Attributes: retries: requests before it; cached."""

    exchange: Exchange
    body: dict[str, Any]
    retries: int = 0
    cached: bool = False


@dataclass
class OpenAIClient:
    """A `ModelClient` over a line. `connect` makes one from the launch file and the environment.

    Not thread-safe: a run asks one question at a time.
    """

    model: Model
    budget: Budget
    record: Record
    line: Line
    endpoint: Endpoint
    cache: AnswerCache | None = None
    patience: Patience = field(default_factory=Patience)
    stop: threading.Event = field(default_factory=threading.Event)
    dialects: dict[str, Dialect] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sender = Sender(
            self.line,
            self.endpoint,
            self.budget,
            self.record,
            self.patience,
            self.model.timeout_s,
            self.stop,
        )

    def __enter__(self) -> OpenAIClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.line.close()

    def ask(
        self, part: str, messages: Sequence[Message], *, schema: JsonSchema | None = None, samples: int = 1
    ) -> list[Answer]:
        """See `embodied.models.messages.ModelClient`."""
        role = role_of(self.model, part)
        good, bad = self._round(part, role, messages, schema, samples)
        if not good and bad[0].reason in WORTH_ANOTHER:
            good, bad = self._round(part, role, [*messages, *_correction(bad[0])], schema, samples)
        if good:
            return good
        worst = bad[0]
        remedy = REMEDIES[worst.reason].format(part=part, longer=role.max_tokens * 2)
        raise BadAnswer(
            worst.reason,
            f"The {part} model {role.name} gave no usable answer: {worst.message}.",
            text=worst.text,
            remedy=remedy,
        )

    def _round(
        self, part: str, role: Role, messages: Sequence[Message], schema: JsonSchema | None, samples: int
    ) -> tuple[list[Answer], list[BadAnswer]]:
        """Ask until there are `samples` answers; some servers give one at a time."""
        good: list[Answer] = []
        bad: list[BadAnswer] = []
        while len(good) + len(bad) < samples:
            received = self._receive(part, role, messages, schema, samples - len(good) - len(bad))
            usable, unusable = self._read(part, role, received, schema)
            good += usable
            bad += unusable
        return good, bad

    def _receive(
        self, part: str, role: Role, messages: Sequence[Message], schema: JsonSchema | None, samples: int
    ) -> _Received:
        """An exchange with status 200, in whatever dialect the endpoint understands; raises ModelError."""
        while True:
            dialect = self._dialect(role)
            several = samples if dialect.several else 1
            body = dialect.body(part, role, messages, schema, several)
            place = self.cache.place(body) if self.cache is not None and several == 1 else None
            kept = self.cache.read(place) if self.cache is not None and place is not None else None
            if kept is not None:
                return _Received(Exchange(200, kept), body, cached=True)
            exchange, retries = self._sender.send(part, role, body)
            received = _Received(exchange, body, retries)
            if exchange.status == 200 and _has_choices(exchange):
                if self.cache is not None and place is not None and self._is_usable(exchange, schema):
                    self.cache.keep(place, self.endpoint.hide(exchange.text))
                return received
            error = error_of(exchange, self.endpoint, self.line, role)
            self._journal(part, role, received, [], error=error.message)
            said = error_in(exchange.text)
            asks_json = schema is not None
            other = dialect.after_refusal(exchange.status, said, asks_json=asks_json, samples=several)
            if other is None:
                if exchange.failure == "late":
                    self._sender.check(role, body)  # out of time is a spent budget, not a slow model
                raise error
            self.dialects[role.name] = other

    def _dialect(self, role: Role) -> Dialect:
        if role.name not in self.dialects:
            length = "max_completion_tokens" if self.endpoint.is_openai else "max_tokens"
            self.dialects[role.name] = Dialect(length=length)
        return self.dialects[role.name]

    def _is_usable(self, exchange: Exchange, schema: JsonSchema | None) -> bool:
        try:
            for choice in read_completion(exchange.text).choices:
                text = usable_text(choice)
                if schema is not None:
                    fitting_data(text, schema)
        except BadAnswer:
            return False
        return True

    def _read(
        self, part: str, role: Role, received: _Received, schema: JsonSchema | None
    ) -> tuple[list[Answer], list[BadAnswer]]:
        """The answers in an exchange, journalled; what cannot be used as the errors that it would raise."""
        completion = read_completion(received.exchange.text)
        texts = [choice.text or choice.refusal for choice in completion.choices]
        found: list[tuple[str, Any]] = []
        bad: list[BadAnswer] = []
        for choice in completion.choices:
            try:
                text = self.endpoint.hide(usable_text(choice))
                found.append((text, None if schema is None else fitting_data(text, schema)))
            except BadAnswer as unusable:
                bad.append(unusable)
        error = f"{bad[0].reason}: {bad[0].message}" if bad else ""
        spent = self._journal(part, role, received, texts, error=error)
        good = []
        for number, (text, data) in enumerate(found):
            good.append(
                Answer(text, data, **spent) if number == 0 else Answer(text, data, cached=received.cached)
            )
        return good, bad

    def _journal(
        self, part: str, role: Role, received: _Received, texts: Sequence[str], *, error: str
    ) -> dict[str, Any]:
        """Count and write down an exchange; gives what it took, as `Answer` has it."""
        exchange, body = received.exchange, received.body
        prompt, answers, estimated = _tokens(received, texts)
        seconds = 0.0 if received.cached else exchange.seconds
        spent = {
            "prompt_tokens": prompt,
            "completion_tokens": answers,
            "cost": round(role.cost(prompt, answers), 9),
            "cached": received.cached,
            "seconds": round(seconds, 3),
        }
        record = {
            "part": part,
            "model": role.name,
            "messages": self.endpoint.hide(body["messages"]),
            "answer": self.endpoint.hide(texts[0]) if texts else "",
            "more_answers": self.endpoint.hide(list(texts[1:])),
            **spent,
            "calls": int(exchange.worked and not received.cached),
            "estimated": estimated,
            "retries": received.retries,
            "error": self.endpoint.hide(error) or None,
        }
        self.budget.count(record)
        self.record("model_call", **record)
        return spent


def role_of(model: Model, part: str) -> Role:
    """Who plays `part`. Raises BadInput: no such part; BadLaunchFile: no model is named for it."""
    if part not in PARTS:
        raise BadInput(f"There is no part {part!r}.", remedy=did_you_mean(part, PARTS))
    role = model.role(part)
    if not role.name:
        raise BadLaunchFile(
            f"No model is named for the {part}.",
            remedy="Name one under [model]: name = …, or --set model.name=…",
        )
    return role


def refuse_unusable(model: Model, part: str) -> None:
    """Find what would stop the first question to `part`, before anything is started; asks nobody.

    Raises:
        BadLaunchFile, NoKey, WrongKey, BadInput: as `connect` and `ask` would.
    """
    role_of(model, part)
    cassette = cassette_asked_for()
    if cassette is None or cassette[0] != "replay":
        find_endpoint(model)


def connect(
    model: Model, budget: Budget, record: Record, *, stop: threading.Event | None = None
) -> OpenAIClient:
    """A client for a run; `record` is its `Journal.write`. EMBODIED_CASSETTE records or plays its traffic.

    Raises:
        NoKey, WrongKey: there is no key where one is needed, or none that can be one.
        BadInput: the address or the cassette cannot be used.
    """
    stop = stop or threading.Event()
    cassette = cassette_asked_for()
    if cassette is not None and cassette[0] == "replay":
        nobody, at_once = Endpoint(f"cassette:{cassette[1].name}"), Patience(first_wait_s=0.0)
        return OpenAIClient(model, budget, record, ReplayLine(cassette[1]), nobody, None, at_once, stop)
    endpoint = find_endpoint(model)
    for remark in _remarks(model, endpoint):
        record("note", text=remark)
    line: Line = HttpLine(endpoint)
    cache = AnswerCache(cache_folder() / "models", endpoint.base_url) if model.cache else None
    if cassette is not None:
        line, cache = RecordingLine(line, cassette[1], endpoint), None
    return OpenAIClient(model, budget, record, line, endpoint, cache, Patience(), stop)


def _remarks(model: Model, endpoint: Endpoint) -> Iterator[str]:
    """What a user should know of where questions, key and money go."""
    yield f"models are asked at {endpoint.base_url}"
    if endpoint.key and not endpoint.is_openai:
        yield f"the key in {endpoint.key_name} goes to {endpoint.host}"
    if endpoint.withheld and not endpoint.is_local:
        yield "no key goes there: the launch file brought the address, and api_key_env names no key for it"
    if endpoint.key and endpoint.base_url.startswith("http:") and not endpoint.is_local:
        yield "the key goes there unencrypted: the address begins with http:"
    if not model.priced and not endpoint.is_local:
        yield "[model] has no prices: money is not counted; calls, tokens and minutes are"


def _correction(bad: BadAnswer) -> list[Message]:
    problems = f"{bad.message[:1].upper()}{bad.message[1:]}."
    said = [Message("assistant", bad.text[:QUOTED])] if bad.text.strip() else []
    return [*said, Message("user", render("correction", problems=problems))]


def _has_choices(exchange: Exchange) -> bool:
    try:
        return bool(read_completion(exchange.text).choices)
    except NotACompletion:
        return False


def _tokens(received: _Received, texts: Sequence[str]) -> tuple[int, int, bool]:
    """(of the prompt, of the answers, whether they are estimated)."""
    if received.cached or not received.exchange.worked:
        return 0, 0, False
    prompt = answers = None
    if received.exchange.status == 200 and _has_choices(received.exchange):
        completion = read_completion(received.exchange.text)
        prompt, answers = completion.prompt_tokens, completion.completion_tokens
    estimated = prompt is None or answers is None
    if prompt is None:
        prompt = estimated_prompt(received.body)
    if answers is None:
        answers = sum(map(len, texts)) // LETTERS_A_TOKEN
    return prompt, answers, estimated
