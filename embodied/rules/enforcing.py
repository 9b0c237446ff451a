"""Rules in force: a world whose calls are looked at before they are made.

Between skills, planners and people on the one side and the body on the other stands a `RuledWorld`. A call
that would break a rule is not made: its result is the failure `rule`, with the rule's text. What can be
handed to the bridge as data is, and then holds inside its primitives too (docs/rules.md). A rule that was
broken all the same is the failure `rule_broken`, which ends the step.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any, Final

from embodied.condition import And, Comparison, Condition, Not, always_holds, facts_in
from embodied.errors import BadInput
from embodied.facts import FactFamily, Observation, observation_from_wire
from embodied.methods import WorldSpec
from embodied.outcome import PrimitiveResult, Verdict
from embodied.plain_text import plain_line
from embodied.rules.arm_foresight import ArmForesight
from embodied.rules.foresight import Foresight, families_of, foresight_of
from embodied.rules.handing import TAKE_RULES, Handed, for_bridge
from embodied.rules.keeping import fits, understand
from embodied.rules.language import facts_of, obligation, variables_in
from embodied.rules.monitor import Monitor, Violation, bound, call_in_words
from embodied.rules.rule import Call, Formula, Rule
from embodied.world import BodySpec, World

REFUSED: Final = "rule"
BROKEN: Final = "rule_broken"
NOT_NOW: Final = frozenset({"busy", "timeout", "halted", "cancelled"})
"""Errors of a bridge that would take rules, and does not just now."""
WATCHED: Final = "watched, not enforced"
UNSEEN: Final = "neither watched nor enforced: no bridge that takes it is there"

Tell = Callable[..., object]


class RuledWorld:
    """A `World` under rules, which may change at any time.

    Args:
        world: the body as it is.
        spec: of the kind of world, whose words rules are said in.
        rules: in force from the beginning.
        tell: writes into the journal: `rule_refused`, `rule_broken`, `rules`.
    """

    def __init__(self, world: World, spec: WorldSpec, rules: Sequence[Rule], tell: Tell) -> None:
        self._world = world
        self._kind = spec
        self._tell = tell
        self._foresight: Foresight = foresight_of(spec)
        self._lock = threading.RLock()
        self._events: list[Mapping[str, Any]] = []
        self._rules: tuple[Rule, ...] = ()
        self._inert: dict[Rule, str] = {}
        self._handed = Handed()
        self._untaken: tuple[Rule, ...] = ()
        self._stale = bool(rules)
        self._monitor = Monitor()
        self._present: Observation | None = None
        self.violations: list[Violation] = []
        """What was broken; the run takes note of those of a step."""
        self.refusals: list[Violation] = []
        """What was refused, likewise."""
        if rules:
            self._use(tuple(rules))

    # -- the rules ---------------------------------------------------------------------------------

    @property
    def rules(self) -> tuple[Rule, ...]:
        """In force now, in order."""
        return self._rules

    def add(self, rule: Rule | str, *, who: str = "you") -> Rule:
        """A rule more, from now on. From any thread.

        Raises:
            BadRule: it is not understood, is there already, or contradicts another.
        """
        with self._lock:
            given = understand(rule, self._kind, who=who) if isinstance(rule, str) else rule
            fits(given, self._rules, families_of(self._kind))
            self._use((*self._rules, given))
            return given

    def remove(self, number: int) -> Rule:
        """The rule of that number, from 1, is no more. From any thread. Raises BadInput if there is none."""
        with self._lock:
            if not 1 <= number <= len(self._rules):
                raise BadInput(f"There is no rule {number}.", remedy=f"There are {len(self._rules)} rules.")
            gone = self._rules[number - 1]
            self._use(tuple(rule for at, rule in enumerate(self._rules, 1) if at != number))
            return gone

    def status(self) -> list[tuple[Rule, str, Verdict]]:
        """Each rule, by what it is enforced, and whether it was kept."""
        with self._lock:
            return [
                (
                    rule,
                    self.enforced_by(rule),
                    self._verdict(rule),
                )
                for rule in self._rules
            ]

    def rules_in_words(self) -> tuple[str, ...]:
        """Each rule as it was said, was understood and is enforced; for planners and writers."""
        with self._lock:
            return tuple(map(self._in_words, self._rules))

    def _in_words(self, rule: Rule) -> str:
        by = self.enforced_by(rule)
        manner = by if by.startswith(WATCHED) else f"enforced by {by}"
        return plain_line(f"{rule.text} (checked as `{rule.formula}`; {manner})")

    def enforced_by(self, rule: Rule) -> str:
        """ "bridge and engine", "bridge", "engine", "watched, not enforced", or why not even that."""
        if rule in self._inert:
            return self._inert[rule]
        engine = enforceable(rule, self._foresight)
        if rule in self._taken():
            return "bridge and engine" if engine else "bridge"
        return "engine" if engine else UNSEEN if unseen(rule, self._foresight) else WATCHED

    def _taken(self) -> frozenset[Rule]:
        """The rules that the bridge enforces, or will from the next call on."""
        spec = self._world.spec.primitives.get(TAKE_RULES)
        if not self._stale or spec is None:
            return self._handed.rules
        present = self._present or observation_from_wire(self._world.spec.families, {"facts": {}})
        return for_bridge(self._rules, present, spec).rules

    def _verdict(self, rule: Rule) -> Verdict:
        if rule in self._inert or self.enforced_by(rule) == UNSEEN:
            return Verdict.UNKNOWN
        return self._monitor.verdict(rule)

    def forbids(self, goal: Condition) -> str:
        """Why a goal cannot be reached under the rules, as far as words tell; "" if it may be."""
        families = families_of(self._kind)
        if any(fact.family not in families for fact in facts_in(goal)):
            return ""
        for rule in self._rules:
            formula = rule.formula
            must = obligation(formula)
            if must is None or formula.until is not None or rule in self._inert:
                continue
            for names in _covering(rule, goal):
                if always_holds(Not(And((goal, bound(must, names)))), families):
                    return f"the rule {rule.text!r} forbids it"
        return ""

    def due(self) -> list[Condition]:
        """What rules want done in time, now."""
        with self._lock:
            return self._monitor.due()

    def _use(self, rules: tuple[Rule, ...]) -> None:
        known: dict[str, FactFamily] = {**self._world.spec.families, **self._foresight.families}
        known["arg"] = FactFamily("arg", ("argument",), "float", "")
        self._inert = {}
        for rule in rules:
            unknown = {fact.family for fact in facts_of(rule.formula)} - set(known)
            if unknown:
                self._inert[rule] = f"watched, not enforced: nothing here tells {', '.join(sorted(unknown))}"
        self._rules = rules
        self._monitor.watch([rule for rule in rules if rule not in self._inert])
        self._stale = True

    # -- the world ---------------------------------------------------------------------------------

    @property
    def spec(self) -> BodySpec:
        return self._world.spec

    @property
    def body(self) -> World:
        """The world beneath, for what no rule is about: hearing and answering people, from other threads."""
        return self._world

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def observe(self) -> Observation:
        observation = self._look()
        events, self._events = self._events, []
        if not events:
            return observation
        return replace(observation, events=tuple(events))

    def call(
        self, name: str, arguments: Mapping[str, Any], *, timeout_s: float | None = None
    ) -> PrimitiveResult:
        spec = self._world.spec.primitives.get(name)
        ruled = spec is not None and bool(self._rules) and name not in (TAKE_RULES, "observe", "take_policy")
        if self._stale or (ruled and spec is not None and (spec.moves or self._present is None)):
            self._look()
            late = self._hand_over()
            if late is not None and spec is not None and spec.moves:
                return PrimitiveResult(False, {}, late.error, f"no rules were taken: {late.message}")
        if spec is None or not ruled:
            return self._world.call(name, arguments, timeout_s=timeout_s)
        spec.check_args(arguments)
        refusal = self._refusal(name, arguments, spec.moves)
        if refusal is not None:
            text = f"not done: {refusal}"
            self.refusals.append(refusal)
            self._tell("rule_refused", rule=refusal.rule.text, name=name, args=dict(arguments), reason=text)
            return PrimitiveResult(False, {"rule": refusal.rule.text}, REFUSED, text)
        seen = len(self.violations)
        result = self._world.call(name, arguments, timeout_s=timeout_s)
        if result.error == REFUSED:
            return self._refused_by_bridge(name, arguments, result)
        if spec.moves:
            self._look()
        if len(self.violations) > seen and result.error not in ("lost", "stalled"):
            broken = self.violations[-1]
            return PrimitiveResult(
                False, {"rule": broken.rule.text}, BROKEN, str(broken), assistance=result.assistance
            )
        return result

    def halt(self, reason: str) -> None:
        self._world.halt(reason)

    def close(self) -> None:
        self._world.close()

    # -- parts -------------------------------------------------------------------------------------

    def _look(self) -> Observation:
        """The facts now; what they break is told."""
        observation = self._world.observe()
        if not self._rules:
            self._present = observation
            return observation
        self._events += observation.events
        with self._lock:
            self._present = self._foresight.told(observation)
            broken = self._monitor.heed(self._present, _clock(observation))
        for violation in broken:
            self.violations.append(violation)
            by = self.enforced_by(violation.rule)
            self._tell("rule_broken", rule=violation.rule.text, reason=str(violation), enforced=by)
        return observation

    def _refused_by_bridge(
        self, name: str, arguments: Mapping[str, Any], result: PrimitiveResult
    ) -> PrimitiveResult:
        """What a bridge did not do for a rule's sake is told as what the engine refuses is."""
        handed = [rule for rule in self._rules if rule in self._handed.rules]
        if not handed:
            return result
        meant = replace(handed[0], text="; or ".join(rule.text for rule in handed))
        refusal = Violation(meant, f"{call_in_words(name, arguments)} ({result.message})")
        self.refusals.append(refusal)
        text = f"not done: {refusal}"
        self._tell("rule_refused", rule=meant.text, name=name, args=dict(arguments), reason=text)
        return replace(result, value={**result.value, "rule": meant.text}, message=text)

    def _refusal(self, name: str, arguments: Mapping[str, Any], moves: bool) -> Violation | None:
        """Why a call is not made; None if it is."""
        held_by_nobody = [rule for rule in self._untaken if not enforceable(rule, self._foresight)]
        if moves and held_by_nobody:  # the next call hands them over again
            why = f"{call_in_words(name, arguments)}, by a body that has not taken it over,"
            return Violation(held_by_nobody[0], why)
        present = self._present
        assert present is not None
        properties = self._world.spec.primitives[name].args.get("properties", {})
        given = {key: schema["default"] for key, schema in properties.items() if "default" in schema}
        given |= dict(arguments)
        with self._lock:
            states = self._foresight.states(name, given, present) if moves else ()
            now = _clock(present)
            seconds = self._foresight.seconds(name, given)
            refusal = self._monitor.would_break(
                name, given, present, states, now=now, seconds=seconds, what=call_in_words(name, arguments)
            )
            if refusal is None:
                self._monitor.called(name, given, present, now)
            return refusal

    def _hand_over(self) -> PrimitiveResult | None:
        """What the bridge can enforce itself is sent to it, as data, whenever that changes: rules, what they
        hold "until" and "when", and where the things stand that they speak of.

        Gives the answer of a bridge that does not take them just now: they are sent again with the next call,
        and what it had before stays.
        """
        spec = self._world.spec.primitives.get(TAKE_RULES)
        if spec is None:
            self._stale = False
            return None
        in_force = [rule for rule in self._rules if rule not in self._inert]
        assert self._present is not None
        handed = for_bridge(in_force, self._present, spec, self._monitor.ended)
        if not self._stale and handed.data == self._handed.data:
            self._untaken = ()
            return None
        result = self._world.call(TAKE_RULES, handed.data)
        self._stale = result.error in NOT_NOW
        if self._stale:
            return result
        self._handed = handed if result.ok else Handed()
        lost = handed.rules if handed.data and not result.ok else ()
        self._untaken = tuple(rule for rule in in_force if rule in lost)
        if isinstance(self._foresight, ArmForesight):
            self._foresight.ceilings(self._handed.data)
        self._tell(
            "rules_handed", data=dict(handed.data), rules=[rule.text for rule in handed.rules], ok=result.ok
        )
        return None


def enforceable(rule: Rule, foresight: Foresight) -> bool:
    """Whether a call that would break a rule can be told beforehand."""
    formula = rule.formula
    if isinstance(formula.what, Call):
        return True
    if formula.kind == "within":
        return False
    parts = [part for part in (formula.what, formula.when) if part is not None]
    families = {fact.family for part in parts if not isinstance(part, Call) for fact in facts_in(part)}
    if families == {"inventory"} and getattr(foresight, "gains_unforeseen", False):
        return _is_least(formula)
    return bool(families & foresight.foresees)


def unseen(rule: Rule, foresight: Foresight) -> bool:
    """Whether only a bridge that enforces a rule could tell that it was broken."""
    told_by_none: frozenset[str] = getattr(foresight, "untold", frozenset())
    return any(fact.family in told_by_none for fact in facts_of(rule.formula))


def by_bridge(rule: Rule, foresight: Foresight) -> bool:
    """Whether the bridges of a kind of world are known to enforce a rule of this form."""
    takes: frozenset[str] = getattr(foresight, "by_bridge", frozenset())
    formula = rule.formula
    parts = [] if isinstance(formula.what, Call) else [fact.family for fact in facts_in(formula.what)]
    return formula.kind != "within" and bool(parts) and set(parts) <= takes


def _is_least(formula: Formula) -> bool:
    """Whether a rule is that there be at least so much: what is lost by calls is foreseen, what is picked up
    is not."""
    operator = formula.what.operator if isinstance(formula.what, Comparison) else ""
    return operator in ((">", ">=") if formula.kind == "always" else ("<", "<="))


def _covering(rule: Rule, goal: Condition) -> list[dict[str, str]]:
    """What the names of a rule that stand for every thing stand for in a goal."""
    variables = variables_in(rule.formula)
    names = dict.fromkeys(key for fact in facts_in(goal) for key in fact.keys)
    return [dict(zip(variables, chosen, strict=True)) for chosen in permutations(names, len(variables))]


def _clock(observation: Observation) -> float:
    """The world's own clock where it tells one, else ours [s]."""
    told = observation.notes.get("time_s")
    return float(told) if isinstance(told, (int, float)) else time.monotonic()
