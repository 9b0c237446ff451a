"""Whether rules are kept: three-valued, fed with observations and calls one after the other.

A rule over `{x}` is looked at for every thing that its facts name, different names for different things.
What is not known breaks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from itertools import permutations
from typing import Any, Final

from embodied.condition import Comparison, Condition, Truth, evaluate, named
from embodied.condition.evaluating import Bindings, amounts
from embodied.facts import UNKNOWN, Key, Observation, Value
from embodied.outcome import Verdict
from embodied.rules.language import ARGUMENT, facts_of, variables_in
from embodied.rules.rule import Call, Formula, Rule

MOST_BINDINGS: Final = 2000
_Key = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Violation:
    """A rule that was broken, or would be.

    Attributes:
        by: what broke it: a call in words, or what was seen.
    """

    rule: Rule
    by: str

    def __str__(self) -> str:
        return f"{self.by} breaks the rule {self.rule.text!r}"


@dataclass
class _Watch:
    """What is remembered of one rule. What was not so when it was given breaks nothing yet."""

    rule: Rule
    ended: set[_Key] = field(default_factory=set)
    breaking: dict[_Key, str] = field(default_factory=dict)
    due: dict[_Key, float] = field(default_factory=dict)
    began: dict[_Key, Truth] = field(default_factory=dict)
    late: set[_Key] = field(default_factory=set)
    unknown: bool = True
    fresh: bool = True
    violation: Violation | None = None


class Monitor:
    """Watches rules. For one thread at a time.

    Args:
        rules: they are watched from the first observation on.
    """

    def __init__(self, rules: Sequence[Rule] = ()) -> None:
        self._watched: dict[Rule, _Watch] = {}
        self._latest: Violation | None = None
        self.watch(rules)

    def watch(self, rules: Sequence[Rule]) -> None:
        """From now on these rules, and no others; what is remembered of those that stay is kept."""
        self._watched = {rule: self._watched.get(rule) or _Watch(rule) for rule in rules}

    @property
    def latest(self) -> Violation | None:
        """The last violation."""
        return self._latest

    def verdict(self, rule: Rule) -> Verdict:
        """FAILED once it was broken; PASSED if it was kept so far; UNKNOWN while that is not known."""
        watch = self._watched[rule]
        if watch.violation is not None:
            return Verdict.FAILED
        return Verdict.UNKNOWN if watch.unknown else Verdict.PASSED

    def heed(self, observation: Observation, now: float) -> list[Violation]:
        """What was newly broken by what is seen now.

        Args:
            now: the time of the observation, by the world's clock [s].
        """
        found = []
        for watch in self._watched.values():
            broken = self._within(watch, observation, now) if watch.rule.formula.kind == "within" else None
            broken = broken or self._state(watch, observation)
            if broken is not None:
                watch.violation = self._latest = broken
                found.append(broken)
        return found

    def would_break(
        self,
        name: str,
        arguments: Mapping[str, Any],
        present: Observation,
        states: Sequence[Observation],
        *,
        now: float,
        seconds: float = 0.0,
        what: str = "",
    ) -> Violation | None:
        """The first rule that a call would break; None if it may be made.

        Args:
            states: the facts on its way and after it, as far as they are foreseen.
            seconds: how long it takes at least [s].
            what: the call in words.
        """
        what = what or call_in_words(name, arguments)
        for watch in self._watched.values():
            formula = watch.rule.formula
            if isinstance(formula.what, Call):
                if self._forbids(watch, name, arguments, present):
                    return Violation(watch.rule, what)
            elif formula.kind == "within":
                if any(now + seconds > due for due in watch.due.values()) and seconds:
                    return Violation(watch.rule, f"{what} takes too long and")
            elif why := self._leads(watch, present, states):
                return Violation(watch.rule, f"{what} {why} and")
        return None

    def called(self, name: str, arguments: Mapping[str, Any], present: Observation, now: float) -> None:
        """A call was made: it may begin the time of a rule."""
        for watch in self._watched.values():
            after = watch.rule.formula.after
            if isinstance(after, Call):
                for binding, key in _bindings(watch.rule.formula, present):
                    if _fits(after, name, arguments, present, binding):
                        watch.due.setdefault(key, now + watch.rule.formula.seconds)

    def ended(self, rule: Rule) -> bool:
        """Whether the "until" of a rule that stands for no names has come."""
        watch = self._watched.get(rule)
        return watch is not None and () in watch.ended

    def due(self) -> list[Condition]:
        """What is to be done in time, now."""
        return [
            bound(watch.rule.formula.what, dict(key))
            for watch in self._watched.values()
            if not isinstance(watch.rule.formula.what, Call)
            for key in watch.due
        ]

    # -- one rule ----------------------------------------------------------------------------------

    def _state(self, watch: _Watch, observation: Observation) -> Violation | None:
        formula = watch.rule.formula
        broken, breaking = None, {}
        if formula.kind != "within":
            watch.unknown = False
        for binding, key in _bindings(formula, observation):
            if formula.until is not None and evaluate(formula.until, observation, binding) is True:
                watch.ended.add(key)
            if key in watch.ended or formula.kind == "within" or isinstance(formula.what, Call):
                continue
            kept = _kept(formula, observation, binding)
            watch.unknown = watch.unknown or kept is UNKNOWN
            if kept is False:
                breaking[key] = _said(formula, binding)
                if key not in watch.breaking and not watch.fresh:
                    broken = Violation(watch.rule, breaking[key])
        watch.breaking, watch.fresh = breaking, False
        watch.unknown = watch.unknown or bool(breaking)
        return broken

    def _within(self, watch: _Watch, observation: Observation, now: float) -> Violation | None:
        formula, broken = watch.rule.formula, None
        assert not isinstance(formula.what, Call)
        watch.unknown = False
        for binding, key in _bindings(formula, observation):
            fulfilled = evaluate(formula.what, observation, binding)
            watch.unknown = watch.unknown or fulfilled is UNKNOWN
            if formula.after is None:
                begins: Truth = fulfilled is False
            elif isinstance(formula.after, Call):
                begins = False
            else:
                was, begins = watch.began.get(key, False), evaluate(formula.after, observation, binding)
                watch.began[key] = begins
                begins = begins is True and was is not True
            if fulfilled is True:
                watch.due.pop(key, None)
                watch.late.discard(key)
            elif begins is True and key not in watch.late:
                watch.due.setdefault(key, now + formula.seconds)
            if key in watch.due and now > watch.due[key]:
                del watch.due[key]
                watch.late.add(key)
                what = bound(formula.what, binding)
                broken = Violation(watch.rule, f"{what} was not so within {formula.seconds:g} s and")
        return broken

    @staticmethod
    def _forbids(watch: _Watch, name: str, arguments: Mapping[str, Any], present: Observation) -> bool:
        formula = watch.rule.formula
        assert isinstance(formula.what, Call)
        return any(
            key not in watch.ended
            and _fits(formula.what, name, arguments, present, binding)
            and (formula.when is None or evaluate(formula.when, present, binding) is True)
            for binding, key in _bindings(formula, present)
        )

    @staticmethod
    def _leads(watch: _Watch, present: Observation, states: Sequence[Observation]) -> str:
        """What the states on a call's way come to, if they break the rule; "" if they keep it.

        Where it is broken now, a call that makes it no worse may be made: the way out must be free.
        """
        formula = watch.rule.formula
        for state in states[-1:] if watch.breaking else states:
            for binding, key in _bindings(formula, state):
                if key in watch.ended:
                    continue
                kept = _kept(formula, state, binding)
                before = _kept(formula, present, binding)
                if kept is UNKNOWN and before is True and _lost(formula, present, state, binding):
                    return "leads to what cannot be foreseen"
                if kept is False and (before is not False or _worse(formula, present, state, binding)):
                    return f"leads to {_said(formula, binding)}"
        return ""


def bound(condition: Condition | Call, names: Bindings) -> Condition:
    """A condition with names put in for those that stand for every thing."""
    assert not isinstance(condition, Call)
    for variable, name in names.items():
        condition = named(condition, variable, name)
    return condition


def _kept(formula: Formula, observation: Observation, binding: Bindings) -> Truth:
    """Whether the state part of a rule holds in a state."""
    assert not isinstance(formula.what, Call)
    value = evaluate(formula.what, observation, binding)
    if formula.kind == "never":
        value = value if value is UNKNOWN else not value
    if formula.when is None or value is True:
        return value
    applies = evaluate(formula.when, observation, binding)
    if applies is False:
        return True
    return value if applies is True else UNKNOWN


def _worse(formula: Formula, present: Observation, state: Observation, binding: Bindings) -> bool:
    """Whether a broken rule would be broken more, or otherwise; not where its facts stay as they are."""
    if isinstance(formula.what, Comparison):
        before, after = amounts(formula.what, present, binding), amounts(formula.what, state, binding)
        if before is not None and after is not None:
            return abs(after[0] - after[1]) > abs(before[0] - before[1]) + 1e-9
    return any(_value(present, fact, binding) != _value(state, fact, binding) for fact in facts_of(formula))


def _lost(formula: Formula, present: Observation, state: Observation, binding: Bindings) -> bool:
    """Whether a fact that is known now would not be."""
    return any(
        _value(state, fact, binding) is UNKNOWN and _value(present, fact, binding) is not UNKNOWN
        for fact in facts_of(formula)
    )


def _value(observation: Observation, fact: Any, binding: Bindings) -> Any:
    return observation.get(fact.family, *(binding.get(key, key) for key in fact.keys))


def _fits(
    call: Call, name: str, arguments: Mapping[str, Any], present: Observation, binding: Bindings
) -> bool:
    if not fnmatchcase(name, call.name):
        return False
    if call.where is None:
        return True
    given: dict[Key, Value] = {
        (key,): value for key, value in arguments.items() if isinstance(value, (bool, int, float, str))
    }
    facts: dict[str, Mapping[Key, Value]] = {**present.facts, ARGUMENT.name: given}
    families = {**present.families, ARGUMENT.name: ARGUMENT}
    return evaluate(call.where, replace(present, families=families, facts=facts), binding) is True


def _bindings(formula: Formula, observation: Observation) -> Iterator[tuple[dict[str, str], _Key]]:
    """What the names that stand for every thing stand for: all things that the rule's facts name."""
    variables = variables_in(formula)
    if not variables:
        yield {}, ()
        return
    names: dict[str, None] = {}
    for fact in facts_of(formula):
        for place, key in enumerate(fact.keys):
            if key in variables:
                names |= {keys[place]: None for keys, _ in observation.items(fact.family)}
    for number, chosen in enumerate(permutations(names, len(variables))):
        if number >= MOST_BINDINGS:
            return
        binding = dict(zip(variables, chosen, strict=True))
        yield binding, tuple(binding.items())


def _said(formula: Formula, binding: Bindings) -> str:
    what = bound(formula.what, binding)
    return f"{what}" if formula.kind == "never" else f"not ({what})"


def call_in_words(name: str, arguments: Mapping[str, Any]) -> str:
    """A call as it is written."""
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items() if value is not None)})"
