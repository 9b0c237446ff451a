"""The rules that a bridge can enforce inside its primitives, as data for its `take_rules`.

An arm's gate knows ceilings and keep-out zones; a Minecraft body knows where not to go, and what not to dig,
place or hit, on its ways too. What a bridge takes it says in the schema of `take_rules`. All at once: what is
not in the data is lifted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from embodied.condition import evaluate
from embodied.facts import Observation
from embodied.primitives import PrimitiveSpec
from embodied.rules import handing_arm, handing_blocks
from embodied.rules.rule import Formula, Rule
from embodied.rules.sentences import is_dig_down

TAKE_RULES: Final = "take_rules"
_LEAST: Final = frozenset({"ceiling", "ceiling_held", "highest"})
_MOST: Final = frozenset({"lowest"})


@dataclass(frozen=True)
class Handed:
    """Attributes: data: what `take_rules` is called with; rules: those that it enforces."""

    data: Mapping[str, Any] = field(default_factory=dict)
    rules: frozenset[Rule] = frozenset()


def for_bridge(
    rules: Sequence[Rule],
    present: Observation,
    spec: PrimitiveSpec,
    ended: Callable[[Rule], bool] = lambda rule: False,
) -> Handed:
    """What of the rules a bridge can enforce that takes the arguments of `spec`.

    Args:
        present: the facts now. What holds only "when" something is so is handed over while it is.
        ended: whether the "until" of a rule has come.
    """
    takes = set(spec.args.get("properties", {}))
    data: dict[str, Any] = {}
    handed: set[Rule] = set()
    for rule in rules:
        if rule.formula.kind == "within":
            continue
        for part in _parts(rule.formula, present, rule.text):
            if not part or not set(part) <= takes:
                continue
            handed.add(rule)
            if ended(rule) or not _applies(rule.formula, part, present):
                continue
            for name, value in part.items():
                data[name] = _tighter(name, data.get(name), value)
    return Handed(data, frozenset(handed))


def _parts(formula: Formula, present: Observation, text: str) -> Sequence[Mapping[str, Any]]:
    """What a rule comes to as data, in each of the ways that bridges know."""
    plain = replace(formula, when=None)
    return (
        handing_arm.ceiling(formula),
        handing_arm.zones(formula, present, text),
        handing_blocks.places(plain),
        handing_blocks.things(plain),
        handing_blocks.kept(plain),
        {"no_dig_down": True} if is_dig_down(plain) else {},
    )


def _applies(formula: Formula, part: Mapping[str, Any], present: Observation) -> bool:
    """Whether a rule holds in what is so now: its `when`, where the bridge itself does not look at that."""
    if formula.when is None or "ceiling_held" in part:
        return True
    return evaluate(formula.when, present) is not False


def _tighter(name: str, old: Any, new: Any) -> Any:
    if old is None:
        return new
    if name in _LEAST:
        return min(old, new)
    if name in _MOST:
        return max(old, new)
    if isinstance(new, Mapping):
        return {**old, **{key: max(value, old.get(key, value)) for key, value in new.items()}}
    return [*old, *(one for one in new if one not in old)] if isinstance(new, list) else old or new
