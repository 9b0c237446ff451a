"""Conditions over facts: parsed, never `eval`ed, and three-valued.

Grammar (case-sensitive):

    condition  := and ("or" and)*
    and        := not ("and" not)*
    not        := "not" not | quantifier | "(" condition ")" | comparison
    quantifier := ("all" | "any") "(" NAME "in" FAMILY ":" condition ")"
    comparison := sum (OP sum)?                      OP: >= <= == != > <
    sum        := term (("+" | "-") term)*
    term       := NUMBER | "true" | "false" | STRING | call | fact | "(" sum ")"
    call       := "distance" "(" fact "," fact ")" | "sum" "(" FAMILY "[" PATTERN "]" ")"
    fact       := FAMILY ("[" KEY ("," KEY)* "]")?   a lone fact is true when it is

`distance` is Euclidean, in the unit of the two vectors (metres for positions). `sum(inventory[*_log])`
adds the facts whose key matches the pattern (`*` and `?`). Inside a quantifier, the name stands for
each key of the family's present facts.

Comparisons with an UNKNOWN fact are UNKNOWN; `and`, `or`, `not` follow Kleene's strong logic.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NoReturn

from embodied.errors import BadCondition, did_you_mean
from embodied.facts import UNKNOWN, FactFamily, FactSource, Unknown, Value

Truth = bool | Unknown
Bindings = Mapping[str, str]


@dataclass(frozen=True)
class Literal:
    value: Value

    def __str__(self) -> str:
        if isinstance(self.value, bool):
            return str(self.value).lower()
        return f"'{self.value}'" if isinstance(self.value, str) else f"{self.value:g}"


@dataclass(frozen=True)
class Fact:
    family: str
    keys: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.family + (f"[{', '.join(self.keys)}]" if self.keys else "")


@dataclass(frozen=True)
class Sum:
    family: str
    pattern: str

    def __str__(self) -> str:
        return f"sum({self.family}[{self.pattern}])"


@dataclass(frozen=True)
class Distance:
    a: Fact
    b: Fact

    def __str__(self) -> str:
        return f"distance({self.a}, {self.b})"


@dataclass(frozen=True)
class Arithmetic:
    operator: str
    left: Term
    right: Term

    def __str__(self) -> str:
        return f"({self.left} {self.operator} {self.right})"


Term = Literal | Fact | Sum | Distance | Arithmetic


@dataclass(frozen=True)
class Comparison:
    """`left OP right`; a lone fact is `fact == true`."""

    left: Term
    operator: str
    right: Term

    def __str__(self) -> str:
        if self.operator == "==" and self.right == Literal(True):
            return str(self.left)
        return f"{self.left} {self.operator} {self.right}"


@dataclass(frozen=True)
class Not:
    part: Condition

    def __str__(self) -> str:
        return f"not ({self.part})"


@dataclass(frozen=True)
class And:
    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, Or) else str(part) for part in self.parts)


@dataclass(frozen=True)
class Or:
    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " or ".join(f"({part})" if isinstance(part, And) else str(part) for part in self.parts)


@dataclass(frozen=True)
class Quantifier:
    kind: str  # "all" or "any"
    name: str
    family: str
    part: Condition

    def __str__(self) -> str:
        return f"{self.kind}({self.name} in {self.family}: {self.part})"


Condition = Comparison | Not | And | Or | Quantifier


# ---------------------------------------------------------------------------------------- parsing

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<string>'[^']*'|\"[^\"]*\")"
    r"|(?P<op>>=|<=|==|!=|>|<|\(|\)|\[|\]|,|:|\+|-)|(?P<name>[A-Za-z_*?][\w*?.]*)|(?P<bad>\S))"
)
_KEY = re.compile(r"\s*([\w*?.:-]+)\s*")
_MAX_LENGTH, _MAX_DEPTH = 4000, 40


@lru_cache(maxsize=4096)
def parse(text: str) -> Condition:
    """Parse a condition; raises `BadCondition` with the place of the mistake."""
    if len(text) > _MAX_LENGTH:
        raise BadCondition(f"The condition is {len(text)} characters long; at most {_MAX_LENGTH} are read.")
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.depth = 0

    def whole(self) -> Condition:
        condition = self.disjunction()
        if self.peek():
            self.fail(f"unexpected {self.peek()!r}")
        return condition

    def fail(self, what: str) -> NoReturn:
        raise BadCondition(
            f"Cannot read the condition: {what}.\n    {self.text}\n    {' ' * self.position}^",
            remedy="Expected something like: inventory[iron_pickaxe] >= 1 and health > 5",
        )

    def match(self) -> re.Match[str] | None:
        found = _TOKEN.match(self.text, self.position)
        if found and found.group("bad"):
            self.fail(f"unexpected character {found.group('bad')!r}")
        return found

    def peek(self) -> str:
        found = self.match()
        return found.group().strip() if found else ""

    def take(self) -> str:
        found = self.match()
        if not found:
            self.fail("it ends too early")
        self.position = found.end()
        return found.group().strip()

    def expect(self, token: str) -> None:
        if self.peek() != token:
            self.fail(f"expected {token!r}, found {self.peek() or 'the end'!r}")
        self.take()

    def disjunction(self) -> Condition:
        parts = [self.conjunction()]
        while self.peek() == "or":
            self.take()
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def conjunction(self) -> Condition:
        parts = [self.negation()]
        while self.peek() == "and":
            self.take()
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def negation(self) -> Condition:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            self.fail("it is nested too deeply")
        try:
            token = self.peek()
            if token == "not":
                self.take()
                return Not(self.negation())
            if token in ("all", "any"):
                return self.quantifier()
            if token == "(":
                return self.parenthesised()
            return self.comparison()
        finally:
            self.depth -= 1

    def parenthesised(self) -> Condition:
        """A "(" may open a condition or an arithmetic term: try the term first."""
        start, depth = self.position, self.depth
        try:
            return self.comparison()
        except BadCondition:
            self.position, self.depth = start, depth
        self.expect("(")
        condition = self.disjunction()
        self.expect(")")
        return condition

    def quantifier(self) -> Condition:
        kind = self.take()
        self.expect("(")
        name = self.name()
        self.expect("in")
        family = self.name()
        self.expect(":")
        part = self.disjunction()
        self.expect(")")
        return Quantifier(kind, name, family, part)

    def comparison(self) -> Condition:
        left = self.sum()
        if self.peek() in (">=", "<=", "==", "!=", ">", "<"):
            return Comparison(left, self.take(), self.sum())
        if isinstance(left, Fact) or left in (Literal(True), Literal(False)):
            return Comparison(left, "==", Literal(True))
        self.fail("expected a comparison")

    def sum(self) -> Term:
        left = self.term()
        while self.peek() in ("+", "-"):
            left = Arithmetic(self.take(), left, self.term())
        return left

    def term(self) -> Term:
        found = self.match()
        if found is None:
            self.fail("it ends too early")
        token = self.take()
        if found.group("number"):
            return Literal(float(token) if "." in token else int(token))
        if found.group("string"):
            return Literal(token[1:-1])
        if token == "-":
            return Arithmetic("-", Literal(0), self.term())
        if token == "(":
            self.depth += 1
            if self.depth > _MAX_DEPTH:
                self.fail("it is nested too deeply")
            inner = self.sum()
            self.depth -= 1
            self.expect(")")
            return inner
        if token in ("true", "false"):
            return Literal(token == "true")
        if not found.group("name") or token in ("and", "or", "not", "in"):
            self.fail(f"unexpected {token!r}")
        if token == "distance":
            self.expect("(")
            a = self.fact(self.name())
            self.expect(",")
            b = self.fact(self.name())
            self.expect(")")
            return Distance(a, b)
        if token == "sum":
            self.expect("(")
            fact = self.fact(self.name())
            self.expect(")")
            if len(fact.keys) != 1:
                self.fail("sum() takes a family with one pattern, as in sum(inventory[*_log])")
            return Sum(fact.family, fact.keys[0])
        return self.fact(token)

    def name(self) -> str:
        found = self.match()
        if not found or not found.group("name"):
            self.fail(f"expected a name, found {self.peek() or 'the end'!r}")
        return self.take()

    def fact(self, family: str) -> Fact:
        if self.peek() != "[":
            return Fact(family)
        self.take()
        keys = [self.key()]
        while self.peek() == ",":
            self.take()
            keys.append(self.key())
        self.expect("]")
        return Fact(family, tuple(keys))

    def key(self) -> str:
        token = self.match()
        if token and token.group("string"):
            return self.take()[1:-1]
        found = _KEY.match(self.text, self.position)
        if not found:
            self.fail(f"expected a key, found {self.peek() or 'the end'!r}")
        self.position = found.end()
        return found.group(1)


# ------------------------------------------------------------------------------------- evaluation

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
}


def evaluate(condition: Condition, observation: FactSource, bindings: Bindings | None = None) -> Truth:
    """True, False or UNKNOWN."""
    names = bindings or {}
    match condition:
        case Comparison(left, operator, right):
            return _compare(_term(left, observation, names), operator, _term(right, observation, names))
        case Not(part):
            value = evaluate(part, observation, names)
            return value if value is UNKNOWN else not value
        case And(parts):
            return _kleene((evaluate(part, observation, names) for part in parts), absorbing=False)
        case Or(parts):
            return _kleene((evaluate(part, observation, names) for part in parts), absorbing=True)
        case Quantifier(kind, name, family, part):
            spec = observation.families.get(family)
            values = [
                evaluate(part, observation, {**names, name: keys[0]})
                for keys, _ in observation.items(family)
                if keys
            ]
            if spec is None or not spec.closed:
                values.append(UNKNOWN)  # there may be more than what was seen
            return _kleene(values, absorbing=kind == "any")


def _kleene(values: Iterator[Truth] | list[Truth], *, absorbing: bool) -> Truth:
    result: Truth = not absorbing
    for value in values:
        if value is absorbing:
            return absorbing
        if value is UNKNOWN:
            result = UNKNOWN
    return result


def _term(term: Term, observation: FactSource, names: Bindings) -> Value | Unknown:
    match term:
        case Literal(value):
            return value
        case Fact(family, keys):
            return observation.get(family, *(names.get(key, key) for key in keys))
        case Sum(family, pattern):
            return _sum(family, pattern, observation)
        case Distance(a, b):
            return _distance(_term(a, observation, names), _term(b, observation, names))
        case Arithmetic(operator, left, right):
            x, y = _term(left, observation, names), _term(right, observation, names)
            if not isinstance(x, (int, float)) or not isinstance(y, (int, float)):
                return UNKNOWN
            return x + y if operator == "+" else x - y


def _sum(family: str, pattern: str, observation: FactSource) -> Value | Unknown:
    spec = observation.families.get(family)
    if spec is None or not spec.closed:
        return UNKNOWN
    return sum(
        value
        for keys, value in observation.items(family)
        if isinstance(value, (int, float)) and keys and fnmatchcase(keys[0], pattern)
    )


def _distance(a: Value | Unknown, b: Value | Unknown) -> Value | Unknown:
    if not isinstance(a, tuple) or not isinstance(b, tuple) or len(a) != len(b):
        return UNKNOWN
    return math.dist(a, b)


def _compare(left: Value | Unknown, operator: str, right: Value | Unknown) -> Truth:
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if operator == "==":
        return left == right
    if operator == "!=":
        return left != right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return _COMPARE[operator](left, right)
    return UNKNOWN


# ------------------------------------------------------------------------------------ inspection


def check(condition: Condition, families: Mapping[str, FactFamily]) -> None:
    """Raise `BadCondition` where a family is unknown or has other keys than it should."""
    for fact in facts_in(condition):
        family = families.get(fact.family)
        if family is None:
            raise BadCondition(
                f"There is no fact {fact.family!r}.",
                remedy=did_you_mean(fact.family, families) or f"Known facts: {', '.join(sorted(families))}.",
            )
        if len(fact.keys) != len(family.keys):
            wanted = f"{family.name}[{', '.join(family.keys)}]" if family.keys else family.name
            raise BadCondition(f"{fact} has {len(fact.keys)} keys.", remedy=f"Expected {wanted}.")


def facts_in(condition: Condition) -> Iterator[Fact]:
    """Every fact that a condition reads; a sum counts as a fact with its pattern as key."""
    match condition:
        case Comparison(left, _, right):
            yield from _facts_of(left)
            yield from _facts_of(right)
        case Not(part):
            yield from facts_in(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from facts_in(part)
        case Quantifier(_, _, family, part):
            yield Fact(family, ("*",))
            yield from facts_in(part)


def _facts_of(term: Term) -> Iterator[Fact]:
    match term:
        case Fact():
            yield term
        case Sum(family, pattern):
            yield Fact(family, (pattern,))
        case Distance(a, b):
            yield a
            yield b
        case Arithmetic(_, left, right):
            yield from _facts_of(left)
            yield from _facts_of(right)


@dataclass(frozen=True)
class Requirement:
    """`fact >= amount`: what a planner can work towards. A pattern in the last key means a sum."""

    fact: tuple[str, ...]
    amount: float = field(default=1.0)

    @property
    def is_sum(self) -> bool:
        return any(mark in self.fact[-1] for mark in "*?")


def requirement(condition: Condition) -> Requirement | None:
    """The requirement that a comparison states, or None if it states none (`<`, `!=`, ...)."""
    if not isinstance(condition, Comparison) or not isinstance(condition.right, Literal):
        return None
    left, value = condition.left, condition.right.value
    if isinstance(left, Sum):
        fact: tuple[str, ...] = (left.family, left.pattern)
    elif isinstance(left, Fact):
        fact = (left.family, *left.keys)
    else:
        return None
    if condition.operator in (">=", "==") and isinstance(value, (int, float)):
        return Requirement(fact, float(value))
    if condition.operator == ">" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return Requirement(fact, float(value) + 1)
    return None
