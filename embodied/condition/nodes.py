"""The parts of a condition."""

from __future__ import annotations

from dataclasses import dataclass

from embodied.facts import Value


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
