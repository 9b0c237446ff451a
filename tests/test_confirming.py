"""Body and server must agree, where the server tells of it."""

from __future__ import annotations

from collections.abc import Callable

from embodied.condition import parse
from embodied.confirming import confirm
from embodied.facts import FactFamily, Observation
from embodied.outcome import Judgement, Verdict

FAMILIES = {
    "inventory": FactFamily("inventory", ("item",), "int", "held", closed=True, default=0),
    "position": FactFamily("position", (), "vector", "where"),
}
GOAL = parse("inventory[ore] >= 2")
PASSED = Judgement(Verdict.PASSED, str(GOAL))


def holding(ore: int) -> Observation:
    return Observation(FAMILIES, {"inventory": {("ore",): ore}})


def server(*answers: Observation | None) -> Callable[[], Observation | None]:
    """Gives its answers in order, the last for ever."""
    left = list(answers)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def test_they_agree() -> None:
    found = confirm(GOAL, PASSED, server(holding(2)))
    assert (found.verdict, found.reason) == (Verdict.PASSED, "inventory[ore] >= 2 (the server agrees)")


def test_a_server_that_lags_is_asked_again() -> None:
    assert confirm(GOAL, PASSED, server(None, holding(1), holding(2))).passed


def test_they_disagree() -> None:
    found = confirm(GOAL, PASSED, server(holding(1)), lag_s=0)
    assert found.verdict is Verdict.UNKNOWN
    assert "the server: inventory[ore] >= 2 does not hold: it is 1" in found.reason


def test_a_server_that_does_not_know_the_body() -> None:
    found = confirm(GOAL, PASSED, server(None), lag_s=0)
    assert found.verdict is Verdict.UNKNOWN
    assert "does not know it" in found.reason


def test_what_the_server_does_not_tell_of_passes_by_the_bodys_facts() -> None:
    found = confirm(parse("xp_level >= 1"), PASSED, server(holding(0)), lag_s=0)
    assert found.passed
    assert "(the server does not tell of xp_level)" in found.reason
    both = parse("inventory[ore] >= 2 and xp_level >= 1")
    assert confirm(both, PASSED, server(holding(1)), lag_s=0).verdict is Verdict.UNKNOWN
    assert (
        "the server agrees; the server does not tell of" in confirm(both, PASSED, server(holding(2))).reason
    )
