"""Formulas over time: three-valued, and each broken when it is broken, not before."""

from __future__ import annotations

from typing import Any

from embodied.facts import FactFamily, Observation, observation_from_wire
from embodied.outcome import Verdict
from embodied.rules import Monitor, Rule, read_formula

FAMILIES = {
    family.name: family
    for family in (
        FactFamily("open", ("drawer",), "bool", "", closed=True, default=False),
        FactFamily("holding", ("object",), "bool", "", closed=True, default=False),
        FactFamily("hand", (), "vector", ""),
    )
}


def seen(**facts: Any) -> Observation:
    return observation_from_wire(FAMILIES, {"facts": facts})


def rule(text: str) -> Rule:
    return Rule(text, read_formula(text, FAMILIES), "test")


def test_never_is_broken_by_the_first_state_that_breaks_it() -> None:
    high = rule("never hand.z > 0.3 when holding[*]")
    monitor = Monitor([high])
    assert monitor.heed(seen(hand=[0, 0, 0.5], holding={}), 0.0) == []
    assert monitor.verdict(high) is Verdict.PASSED
    (broken,) = monitor.heed(seen(hand=[0, 0, 0.5], holding={"cup": True}), 1.0)
    assert "hand.z > 0.3" in str(broken)
    assert monitor.heed(seen(hand=[0, 0, 0.5], holding={"cup": True}), 2.0) == []
    assert (monitor.verdict(high), monitor.latest) == (Verdict.FAILED, broken)


def test_what_is_unknown_breaks_nothing() -> None:
    high = rule("never hand.z > 0.3")
    monitor = Monitor([high])
    assert monitor.heed(seen(), 0.0) == []
    assert monitor.verdict(high) is Verdict.UNKNOWN


def test_what_was_so_before_the_rule_breaks_nothing_and_may_be_mended() -> None:
    high = rule("never hand.z > 0.3")
    monitor = Monitor([high])
    now = seen(hand=[0, 0, 0.5])
    assert monitor.heed(now, 0.0) == []
    lower, higher = seen(hand=[0, 0, 0.45]), seen(hand=[0, 0, 0.55])
    assert monitor.would_break("move", {}, now, [lower], now=0.0) is None
    assert monitor.would_break("move", {}, now, [higher], now=0.0) is not None


def test_until_ends_a_rule() -> None:
    monitor = Monitor([rule("never holding[cup] until open[drawer]")])
    monitor.heed(seen(), 0.0)
    held = seen(holding={"cup": True})
    assert monitor.would_break("close", {}, seen(), [held], now=0.0) is not None
    monitor.heed(seen(open={"drawer": True}), 1.0)
    assert monitor.would_break("close", {}, seen(), [held], now=1.0) is None
    assert monitor.heed(held, 2.0) == []


def test_within_is_broken_when_its_time_is_up_and_not_before() -> None:
    shut = rule("within(20 s, not open[drawer]) after open[drawer]")
    monitor = Monitor([shut])
    monitor.heed(seen(), 0.0)
    assert monitor.heed(seen(open={"drawer": True}), 5.0) == []
    assert [str(one) for one in monitor.due()] == ["not open[drawer]"]
    assert monitor.heed(seen(open={"drawer": True}), 24.0) == []
    assert monitor.would_break("wait", {}, seen(), [], now=24.0, seconds=3.0) is not None
    (broken,) = monitor.heed(seen(open={"drawer": True}), 26.0)
    assert "within 20 s" in str(broken)
    assert monitor.heed(seen(), 27.0) == []
    assert monitor.due() == []


def test_different_names_stand_for_different_things() -> None:
    monitor = Monitor([rule("never holding[{a}] and holding[{b}]")])
    monitor.heed(seen(), 0.0)
    assert monitor.heed(seen(holding={"cup": True}), 1.0) == []
    assert len(monitor.heed(seen(holding={"cup": True, "pen": True}), 2.0)) == 1


def test_a_call_is_forbidden_by_its_name_and_arguments() -> None:
    monitor = Monitor([rule("never call(move_*, arg[speed] > 0.5)")])
    assert monitor.would_break("move_to", {"speed": 0.9}, seen(), [], now=0.0) is not None
    assert monitor.would_break("move_to", {"speed": 0.3}, seen(), [], now=0.0) is None
    assert monitor.would_break("open", {"speed": 0.9}, seen(), [], now=0.0) is None
