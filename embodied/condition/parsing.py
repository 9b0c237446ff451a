"""From text to a condition."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NoReturn

from embodied.condition.nodes import (
    And,
    Arithmetic,
    Comparison,
    Component,
    Condition,
    Distance,
    Fact,
    Literal,
    Not,
    Or,
    Quantifier,
    Sum,
    Term,
    is_boolean,
)
from embodied.errors import BadCondition

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<string>'[^']*'|\"[^\"]*\")"
    r"|(?P<op>>=|<=|==|!=|>|<|\(|\)|\[|\]|,|:|\+|-)|(?P<name>[A-Za-z_*?][\w*?.]*)|(?P<bad>\S))"
)
_KEY = re.compile(r"\s*([\w*?.:-]+)\s*")
_AXIS = re.compile(r"\.([xyz])(?![\w.])")
_MAX_LENGTH, _MAX_DEPTH = 4000, 40
_MAX_OPERATIONS = 100
_MAX_NUMBER = 1e15


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
        self.operations = 0

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

    def descend(self) -> None:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            self.fail(f"it is nested too deeply, at most {_MAX_DEPTH} levels are read")

    def negation(self) -> Condition:
        self.descend()
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
        start, depth, operations = self.position, self.depth, self.operations
        try:
            return self.comparison()
        except BadCondition:
            self.position, self.depth, self.operations = start, depth, operations
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
        if isinstance(left, Fact) or is_boolean(left):
            return Comparison(left, "==", Literal(True))
        self.fail("expected a comparison")

    def sum(self) -> Term:
        left = self.term()
        while self.peek() in ("+", "-"):
            self.operations += 1
            if self.operations > _MAX_OPERATIONS:
                self.fail(f"it adds and subtracts too often, at most {_MAX_OPERATIONS} times are read")
            left = Arithmetic(self.take(), left, self.term())
        return left

    def number(self, token: str) -> Literal:
        value = float(token) if "." in token else int(token)
        if value > _MAX_NUMBER:
            self.fail(f"the number is too large, at most {_MAX_NUMBER:g} is read")
        return Literal(value)

    def negative(self) -> Term:
        self.descend()
        term = self.term()
        self.depth -= 1
        if isinstance(term, Literal) and isinstance(term.value, (int, float)) and not is_boolean(term):
            return Literal(-term.value)
        return Arithmetic("-", Literal(0), term)

    def term(self) -> Term:
        found = self.match()
        if found is None:
            self.fail("it ends too early")
        token = self.take()
        if found.group("number"):
            return self.number(token)
        if found.group("string"):
            return Literal(token[1:-1])
        if token == "-":
            return self.negative()
        if token == "(":
            self.descend()
            inner = self.sum()
            self.depth -= 1
            self.expect(")")
            return inner
        if token in ("true", "false"):
            return Literal(token == "true")
        if not found.group("name") or token in ("and", "or", "not") or (token == "in" and self.peek() != "["):
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
        return self.component(token)

    def component(self, token: str) -> Term:
        """A fact, or one number of it where it is a vector: `hand.z`, `pose[cup].x`."""
        family, dot, axis = token.rpartition(".")
        if dot and family and axis in ("x", "y", "z") and self.peek() != "[":
            return Component(Fact(family), axis)
        fact = self.fact(token)
        found = _AXIS.match(self.text, self.position)
        if found is None:
            return fact
        self.position = found.end()
        return Component(fact, found.group(1))

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
