"""What a plan would have used and gained so far, laid over the facts of an observation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from embodied.facts import FactFamily, Key, Observation, Unknown, Value
from embodied.methods import FactRef

Amounts = Mapping[FactRef, float]


class Ledger:
    """Facts whose numbers a plan may add to and take from.

    A reserved amount still counts for conditions that only need it to be there, but is not `free` to be
    used up by another branch of the plan.
    """

    def __init__(self, base: Observation) -> None:
        self.base = base
        self.overlay: dict[FactRef, float] = {}
        self.reserved: dict[FactRef, float] = {}

    @property
    def families(self) -> Mapping[str, FactFamily]:
        return self.base.families

    def get(self, family: str, *keys: str) -> Value | Unknown:
        changed = self.overlay.get((family, *keys))
        return self.base.get(family, *keys) if changed is None else changed

    def items(self, family: str) -> Iterator[tuple[Key, Value]]:
        changed = {ref[1:]: amount for ref, amount in self.overlay.items() if ref[0] == family}
        yield from changed.items()
        for keys, value in self.base.items(family):
            if keys not in changed:
                yield keys, value

    def matching(self, fact: FactRef) -> list[tuple[FactRef, float]]:
        """The facts that a reference means (one, or all that match its pattern) with their amounts."""
        if not is_pattern(fact):
            value = self.get(*fact)
            return [(fact, float(value) if isinstance(value, (int, float)) else 0.0)]
        return [
            ((fact[0], *keys), float(value))
            for keys, value in self.items(fact[0])
            if keys and isinstance(value, (int, float)) and fnmatchcase(keys[-1], fact[-1])
        ]

    def amount(self, fact: FactRef) -> float:
        return sum(amount for _, amount in self.matching(fact))

    def free(self, fact: FactRef) -> float:
        """How much there is that no branch of the plan has reserved."""
        return self.amount(fact) - sum(
            amount
            for ref, amount in self.reserved.items()
            if ref == fact or (is_pattern(fact) and ref[0] == fact[0] and fnmatchcase(ref[-1], fact[-1]))
        )

    def add(self, fact: FactRef, amount: float) -> None:
        """Change an amount, never below zero; a pattern is taken from what matches, largest first."""
        if not is_pattern(fact):
            self.overlay[fact] = max(0.0, self.amount(fact) + amount)
            return
        for ref, held in sorted(self.matching(fact), key=lambda pair: -pair[1]):
            taken = min(held, max(0.0, -amount))
            self.overlay[ref] = held - taken
            amount += taken

    def reserve(self, amounts: Amounts, sign: float = 1.0) -> None:
        for fact, amount in amounts.items():
            self.reserved[fact] = self.reserved.get(fact, 0.0) + sign * amount

    def snapshot(self) -> tuple[dict[FactRef, float], dict[FactRef, float]]:
        return dict(self.overlay), dict(self.reserved)

    def restore(self, snapshot: tuple[dict[FactRef, float], dict[FactRef, float]]) -> None:
        self.overlay, self.reserved = dict(snapshot[0]), dict(snapshot[1])


def is_pattern(fact: FactRef) -> bool:
    return "*" in fact[-1] or "?" in fact[-1]


def describe(fact: FactRef, amount: float) -> str:
    """A fact and an amount for a reader: "3 oak_log", "on[a, b]"."""
    keys: Iterable[str] = fact[1:]
    if fact[0] == "inventory":
        return f"{amount:g} {' '.join(keys)}"
    return fact[0] + (f"[{', '.join(keys)}]" if fact[1:] else "") + (f" ≥ {amount:g}" if amount != 1 else "")
