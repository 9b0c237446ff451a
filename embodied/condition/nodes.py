"""The parts of a condition."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from embodied.facts import Value

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_*?][A-Za-z0-9_*?.:-]*")


def _quoted(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"


def _key(text: str) -> str:
    return text if _PLAIN_KEY.fullmatch(text) else _quoted(text)


def _number(value: float) -> str:
    """All its digits and no exponent, so that it is read again as the same number."""
    if isinstance(value, int):
        return str(value)
    digits = f"{Decimal(repr(value)):f}"
    return digits if "." in digits else f"{digits}.0"


@dataclass(frozen=True)
class Literal:
    value: Value

    def __str__(self) -> str:
        if isinstance(self.value, bool):
            return str(self.value).lower()
        if isinstance(self.value, str):
            return _quoted(self.value)
        return _number(self.value) if isinstance(self.value, (int, float)) else str(self.value)


@dataclass(frozen=True)
class Fact:
    family: str
    keys: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.family + (f"[{', '.join(map(_key, self.keys))}]" if self.keys else "")


@dataclass(frozen=True)
class Sum:
    family: str
    pattern: str

    def __str__(self) -> str:
        return f"sum({self.family}[{_key(self.pattern)}])"


@dataclass(frozen=True)
class Distance:
    a: Fact
    b: Fact

    def __str__(self) -> str:
        return f"distance({self.a}, {self.b})"


@dataclass(frozen=True)
class Component:
    """One number of a vector: `hand.z`, `pose[red_cube].x`."""

    fact: Fact
    axis: str  # "x", "y" or "z"

    def __str__(self) -> str:
        return f"{self.fact}.{self.axis}"


@dataclass(frozen=True)
class Arithmetic:
    operator: str
    left: Term
    right: Term

    def __str__(self) -> str:
        right = f"({self.right})" if isinstance(self.right, Arithmetic) else str(self.right)
        return f"{self.left} {self.operator} {right}"


Term = Literal | Fact | Component | Sum | Distance | Arithmetic


def is_boolean(term: Term) -> bool:
    """Whether it is `true` or `false`; to Python, 1 and 0 are equal to them."""
    return isinstance(term, Literal) and isinstance(term.value, bool)


@dataclass(frozen=True)
class Comparison:
    """`left OP right`; a lone fact is `fact == true`."""

    left: Term
    operator: str
    right: Term

    def __str__(self) -> str:
        lone = isinstance(self.left, Fact) or is_boolean(self.left)
        if lone and self.operator == "==" and is_boolean(self.right) and self.right == Literal(True):
            return str(self.left)
        return f"{self.left} {self.operator} {self.right}"


@dataclass(frozen=True)
class Not:
    part: Condition

    def __str__(self) -> str:
        return f"not ({self.part})" if isinstance(self.part, (And, Or)) else f"not {self.part}"


@dataclass(frozen=True)
class And:
    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, (And, Or)) else str(part) for part in self.parts)


@dataclass(frozen=True)
class Or:
    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " or ".join(f"({part})" if isinstance(part, (And, Or)) else str(part) for part in self.parts)


@dataclass(frozen=True)
class Quantifier:
    kind: str  # "all" or "any"
    name: str
    family: str
    part: Condition

    def __str__(self) -> str:
        return f"{self.kind}({self.name} in {self.family}: {self.part})"


Condition = Comparison | Not | And | Or | Quantifier
