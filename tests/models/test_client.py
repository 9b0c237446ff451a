"""Asking a model: what comes back, what it costs, and what the journal keeps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from embodied.errors import BadInput, BadLaunchFile, BudgetSpent, ModelRefused
from embodied.models import Message
from embodied.models.settings import model_from_table
from tests.models.conftest import KEY, Endpoint, Open, Reply, refused, said

HELLO = [Message("system", "You are brief."), Message("user", "Say hello.")]
PLAN = {
    "type": "object",
    "properties": {"steps": {"type": "array", "items": {"type": "string"}}},
    "required": ["steps"],
    "additionalProperties": False,
}
STEPS = '{"steps": ["mine a log"]}'


def test_an_answer_with_its_cost(endpoint: Endpoint, open_desk: Open) -> None:
    desk = open_desk(price_in=1.0, price_out=10.0)
    (answer,) = desk.client.ask("planner", HELLO)
    assert (answer.text, answer.prompt_tokens, answer.completion_tokens) == ("hello", 100, 10)
    assert answer.cost == pytest.approx(0.0002)
    assert not answer.cached
    (record,) = desk.calls()
    assert record["messages"][1] == {"role": "user", "content": "Say hello."}
    assert (record["part"], record["model"], record["answer"]) == ("planner", "small-model", "hello")
    assert (record["calls"], record["retries"], record["error"]) == (1, 0, None)
    assert (desk.budget.model_calls, desk.budget.used.tokens) == (1, 110)
    assert endpoint.keys == [f"Bearer {KEY}"]


def test_each_part_has_its_own_model_and_price(endpoint: Endpoint, open_desk: Open) -> None:
    table = {"writer": {"name": "large-model", "price_in": 5, "price_out": 0, "temperature": 0.2}}
    desk = open_desk(parts=model_from_table(table).parts)
    (answer,) = desk.client.ask("writer", HELLO)
    assert answer.cost == pytest.approx(0.0005)
    desk.client.ask("critic", HELLO)
    first, second = endpoint.requests
    assert (first["model"], first["temperature"]) == ("large-model", 0.2)
    assert second["model"] == "small-model"
    assert "temperature" not in second


def test_a_server_that_does_not_count_is_estimated(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(said("four letters a token", usage=False))
    desk = open_desk()
    (answer,) = desk.client.ask("planner", HELLO)
    assert answer.completion_tokens == 5
    assert answer.prompt_tokens > 0
    assert desk.calls()[0]["estimated"] is True


def test_data_by_schema(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(said(STEPS))
    (answer,) = open_desk().client.ask("planner", HELLO, schema=PLAN)
    assert answer.data == {"steps": ["mine a log"]}
    asked = endpoint.requests[0]["response_format"]["json_schema"]
    assert asked == {"name": "planner", "schema": PLAN, "strict": True}


def test_a_server_without_schemas_is_asked_in_other_ways_and_that_is_remembered(
    endpoint: Endpoint, open_desk: Open
) -> None:
    def old_server(body: dict[str, object]) -> Reply:
        if "response_format" in body:
            return refused(400, "response_format is not supported")
        return said(f"Here you are:\n```json\n{STEPS}\n```\nGood luck!")

    endpoint.decide = old_server
    desk = open_desk()
    (answer,) = desk.client.ask("planner", HELLO, schema=PLAN)
    assert answer.data == {"steps": ["mine a log"]}
    kinds = [request.get("response_format", {}).get("type") for request in endpoint.requests]
    assert kinds == ["json_schema", "json_object", None]
    assert '"additionalProperties"' in endpoint.requests[-1]["messages"][-1]["content"]
    assert desk.budget.model_calls == 1
    desk.client.ask("planner", HELLO, schema=PLAN)
    assert len(endpoint.requests) == 4


def test_json_objects_where_schemas_are_refused(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(refused(422, "json_schema: extra inputs are not permitted"), said(STEPS))
    (answer,) = open_desk().client.ask("planner", HELLO, schema=PLAN)
    assert answer.data == {"steps": ["mine a log"]}
    assert endpoint.requests[1]["response_format"] == {"type": "json_object"}


def test_a_model_with_other_names_for_settings(endpoint: Endpoint, open_desk: Open) -> None:
    def reasoning(body: dict[str, object]) -> Reply:
        if "max_tokens" in body:
            return refused(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        if "temperature" in body:
            return refused(400, "Unsupported value: 'temperature' does not support 0.5 with this model.")
        return said("hello")

    endpoint.decide = reasoning
    desk = open_desk(temperature=0.5)
    assert desk.client.ask("planner", HELLO)[0].text == "hello"
    assert endpoint.requests[-1]["max_completion_tokens"] == 8192
    assert desk.client.ask("planner", HELLO)[0].text == "hello"
    assert len(endpoint.requests) == 4


def test_several_samples_in_one_request(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(said("one", "two", "three"))
    desk = open_desk()
    answers = desk.client.ask("planner", HELLO, samples=3)
    assert [answer.text for answer in answers] == ["one", "two", "three"]
    assert sum(answer.prompt_tokens for answer in answers) == 100
    assert desk.calls()[0]["more_answers"] == ["two", "three"]
    assert desk.budget.model_calls == 1


def test_several_samples_of_a_server_that_gives_one_at_a_time(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(said("one"), said("two"))
    desk = open_desk()
    assert [answer.text for answer in desk.client.ask("planner", HELLO, samples=2)] == ["one", "two"]
    assert desk.budget.model_calls == 2


def test_unusable_samples_are_left_out(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(said(STEPS, "no plan at all"))
    desk = open_desk()
    answers = desk.client.ask("planner", HELLO, schema=PLAN, samples=2)
    assert [answer.data for answer in answers] == [{"steps": ["mine a log"]}]
    assert "not_json" in desk.calls()[0]["error"]


def test_the_same_question_of_a_later_run_costs_nothing(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(said("first"), said("second"), said("third"))
    run = open_desk(cache=True).client
    assert [run.ask("planner", HELLO)[0].text for _ in range(2)] == ["first", "second"]
    desk = open_desk(cache=True)
    (answer,) = desk.client.ask("planner", HELLO)
    assert (answer.text, answer.cached, answer.cost, answer.prompt_tokens) == ("first", True, 0.0, 0)
    assert (desk.budget.model_calls, desk.budget.used.cached) == (0, 1)
    assert open_desk(cache=False).client.ask("planner", HELLO)[0].text == "third"


def test_samples_and_bad_answers_are_not_kept(endpoint: Endpoint, open_desk: Open, tmp_path: Path) -> None:
    endpoint.plays(said("one", "two"), said("nothing"), said(STEPS))
    client = open_desk(cache=True).client
    client.ask("planner", HELLO, samples=2)
    client.ask("planner", HELLO, schema=PLAN)
    kept = list((tmp_path / "cache" / "models").rglob("*.json"))
    assert [json.loads(path.read_text())["body"].count("mine a log") for path in kept] == [1]


def test_a_damaged_cache_is_passed_over(endpoint: Endpoint, open_desk: Open, tmp_path: Path) -> None:
    open_desk(cache=True).client.ask("planner", HELLO)
    (kept,) = (tmp_path / "cache" / "models").rglob("*.json")
    kept.write_text('{"v": 1, "bo')
    assert open_desk(cache=True).client.ask("planner", HELLO)[0].text == "hello"
    assert len(endpoint.requests) == 2


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"calls": 1}, "1 of 1 calls of models"),
        ({"tokens": 8300}, "110 of 8300 tokens"),
        ({"price_out": 100.0, "money": 0.82}, "money"),
    ],
)
def test_a_budget_is_never_overspent(
    endpoint: Endpoint, open_desk: Open, settings: dict[str, float], named: str
) -> None:
    desk = open_desk(**settings)
    desk.client.ask("planner", HELLO)
    with pytest.raises(BudgetSpent, match=named) as caught:
        desk.client.ask("planner", HELLO)
    assert len(endpoint.requests) == 1
    assert caught.value.exit_code == 3
    assert caught.value.more.startswith(f"--set model.{next(key for key in reversed(settings))}=")


def test_a_budget_of_nothing_asks_nobody(endpoint: Endpoint, open_desk: Open) -> None:
    with pytest.raises(BudgetSpent):
        open_desk(calls=0).client.ask("planner", HELLO)
    assert endpoint.requests == []


def test_an_unknown_part_or_no_model_is_said(open_desk: Open) -> None:
    with pytest.raises(BadInput, match="planner"):
        open_desk().client.ask("planer", HELLO)
    with pytest.raises(BadLaunchFile, match=r"--set model\.name="):
        open_desk(name="").client.ask("planner", HELLO)


def test_an_unknown_model_lists_the_known_ones(endpoint: Endpoint, open_desk: Open) -> None:
    endpoint.plays(refused(404, "model not found", "model_not_found"))
    with pytest.raises(ModelRefused, match="Did you mean 'small-model'") as caught:
        open_desk(name="smal-model").client.ask("planner", HELLO)
    assert caught.value.exit_code == 2
