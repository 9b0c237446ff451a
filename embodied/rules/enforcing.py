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

from embodied.condition import And, Condition, Not, always_holds, facts_in
from embodied.errors import BadInput
from embodied.facts import FactFamily, Observation
from embodied.methods import WorldSpec
from embodied.outcome import PrimitiveResult, Verdict
from embodied.plain_text import plain_line
from embodied.rules.arm_foresight import ArmForesight
from embodied.rules.foresight import Foresight, families_of, foresight_of
from embodied.rules.handing import TAKE_RULES, Handed, for_bridge
from embodied.rules.keeping import fits
from embodied.rules.language import facts_of, obligation, variables_in
from embodied.rules.monitor import Monitor, Violation, bound, call_in_words
from embodied.rules.rule import Call, Rule
from embodied.rules.sentences import understand_rule
from embodied.world import BodySpec, World

REFUSED: Final = "rule"
BROKEN: Final = "rule_broken"
WATCHED: Final = "watched, not enforced"

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
            given = understand_rule(rule, self._kind, who=who) if isinstance(rule, str) else rule
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
                    Verdict.UNKNOWN if rule in self._inert else self._monitor.verdict(rule),
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
        """ "bridge and engine", "engine", "watched, not enforced", or why it does not matter here."""
        if rule in self._inert:
            return self._inert[rule]
        engine = enforceable(rule, self._foresight)
        if rule in self._handed.rules:
            return "bridge and engine" if engine else "bridge"
        return "engine" if engine else WATCHED

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
        if self._stale:
            self._hand_over()
        if spec is None or not self._rules or name in (TAKE_RULES, "observe", "take_policy"):
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

    def _refusal(self, name: str, arguments: Mapping[str, Any], moves: bool) -> Violation | None:
        """Why a call is not made; None if it is."""
        if self._present is None or moves:
            self._look()
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

    def _hand_over(self) -> None:
        """What the bridge can enforce itself is sent to it, as data."""
        self._stale = False
        if TAKE_RULES not in self._world.spec.primitives:
            return
        in_force = [rule for rule in self._rules if rule not in self._inert]
        present = self._foresight.told(self._look())
        handed = for_bridge(in_force, present, self._world.spec.primitives[TAKE_RULES])
        result = self._world.call(TAKE_RULES, handed.data)
        self._handed = handed if result.ok else Handed()
        if isinstance(self._foresight, ArmForesight):
            self._foresight.ceilings(self._handed.data)
        self._tell(
            "rules_handed", data=dict(handed.data), rules=[rule.text for rule in handed.rules], ok=result.ok
        )


def enforceable(rule: Rule, foresight: Foresight) -> bool:
    """Whether a call that would break a rule can be told beforehand."""
    formula = rule.formula
    if isinstance(formula.what, Call):
        return True
    if formula.kind == "within":
        return False
    parts = [part for part in (formula.what, formula.when) if part is not None]
    families = {fact.family for part in parts if not isinstance(part, Call) for fact in facts_in(part)}
    return bool(families & foresight.foresees)


def _covering(rule: Rule, goal: Condition) -> list[dict[str, str]]:
    """What the names of a rule that stand for every thing stand for in a goal."""
    variables = variables_in(rule.formula)
    names = dict.fromkeys(key for fact in facts_in(goal) for key in fact.keys)
    return [dict(zip(variables, chosen, strict=True)) for chosen in permutations(names, len(variables))]


def _clock(observation: Observation) -> float:
    """The world's own clock where it tells one, else ours [s]."""
    told = observation.notes.get("time_s")
    return float(told) if isinstance(told, (int, float)) else time.monotonic()
