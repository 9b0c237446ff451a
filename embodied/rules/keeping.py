"""Rules as they are kept: a file for each kind of world, beside the library."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from embodied.errors import BadInput, BadRule, did_you_mean
from embodied.facts import FactFamily
from embodied.methods import WorldSpec
from embodied.plugins import library_of
from embodied.rules.foresight import families_of
from embodied.rules.language import contradiction, read_formula
from embodied.rules.places import Area, read_area
from embodied.rules.rule import Rule
from embodied.rules.sentences import understand_rule
from embodied.skills import user_folder

VERSION: Final = 1
MOST: Final = 100


def rules_file(world: str) -> Path:
    """Where the rules of a kind of world are kept; kinds that share a library share them."""
    folder = user_folder(library_of(world))
    return folder.parent / f"{folder.name}.rules.json"


def kept_rules(world: str) -> tuple[Rule, ...]:
    """The rules that were kept, oldest first.

    Raises:
        BadInput: the file cannot be read. A rule that is lost in silence is not kept to.
    """
    path = rules_file(world)
    if not path.is_file():
        return ()
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        if table["version"] != VERSION:
            raise ValueError(f"version {table['version']}")
        return tuple(
            Rule(
                str(one["text"]), read_formula(str(one["formula"])), world, str(one["who"]), str(one["when"])
            )
            for one in table["rules"]
        )
    except (OSError, ValueError, KeyError, TypeError, BadRule) as broken:
        raise BadInput(
            f"The rules in {path} cannot be read: {broken}.", remedy="Mend the file, or move it away."
        ) from broken


def kept_areas(world: str) -> dict[str, Area]:
    """The places that were named, by name. Raises BadInput as `kept_rules` does."""
    path = rules_file(world)
    if not path.is_file():
        return {}
    try:
        named = json.loads(path.read_text(encoding="utf-8")).get("areas", {})
        return {str(name): Area(str(name), str(corners)) for name, corners in named.items()}
    except (OSError, ValueError, AttributeError) as broken:
        raise BadInput(
            f"The places in {path} cannot be read: {broken}.", remedy="Mend the file, or move it away."
        ) from broken


def keep_area(area: Area, world: str) -> None:
    """Keep a place under its name; one of that name is replaced."""
    with _alone(world):
        _write(world, kept_rules(world), {**kept_areas(world), area.name: area})


def forget_area(name: str, world: str) -> Area:
    """Forget a place. Rules that were said with it stay as they were understood.

    Raises BadInput if there is none of that name."""
    with _alone(world):
        areas = kept_areas(world)
        if name not in areas:
            hint = did_you_mean(name, areas) or f"There are: {', '.join(areas) or 'none'}."
            raise BadInput(f"No place is called {name!r}.", remedy=hint)
        gone = areas.pop(name)
        _write(world, kept_rules(world), areas)
    return gone


def understand(text: str, spec: WorldSpec, *, who: str = "you", when: str = "") -> Rule:
    """A rule in words, which may speak of places that are kept. Raises BadRule, BadInput."""
    return understand_rule(text, spec, who=who, when=when, areas=kept_areas(spec.name))


def keep_rules(world: str, rules: Sequence[Rule], areas: Mapping[str, Area] | None = None) -> None:
    """All rules of a kind of world are these from now on, and the places, if given."""
    with _alone(world):
        _write(world, rules, areas)


@contextmanager
def _alone(world: str) -> Iterator[None]:
    """While this is entered nobody else changes the rules of a world: what is read is what is changed."""
    from embodied.library.locks import FileLock  # the gate of the library knows rules

    with FileLock(rules_file(world).with_suffix(".lock")):
        yield


def _write(world: str, rules: Sequence[Rule], areas: Mapping[str, Area] | None = None) -> None:
    """Write all rules of a kind of world, and the places (as they are, unless given), in one move. `_alone`
    is the caller's."""
    path = rules_file(world)
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = [{**asdict(rule), "formula": rule.formula.text} for rule in rules]
    named = {area.name: area.corners for area in (kept_areas(world) if areas is None else areas).values()}
    table = {"version": VERSION, **({"areas": named} if named else {}), "rules": plain}
    text = json.dumps(table, indent=1, ensure_ascii=False)
    beside = path.with_suffix(f".{os.getpid()}.tmp")
    beside.write_text(text + "\n", encoding="utf-8")
    beside.replace(path)


def add_rule(text: str, spec: WorldSpec, *, who: str = "you") -> Rule:
    """Understand a rule and keep it.

    Raises:
        BadRule: it is not understood, contradicts another, or is there already.
    """
    rule = understand(text, spec, who=who, when=datetime.now(UTC).isoformat(timespec="seconds"))
    with _alone(spec.name):
        kept = kept_rules(spec.name)
        fits(rule, kept, families_of(spec))
        _write(spec.name, [*kept, rule])
    return rule


def remove_rule(world: str, number: int) -> Rule:
    """Forget the rule of that number, from 1. Raises BadInput if there is none."""
    with _alone(world):
        kept = kept_rules(world)
        if not 1 <= number <= len(kept):
            raise BadInput(
                f"There is no rule {number}.",
                remedy=f"There are 1 to {len(kept)}." if kept else "There are no rules.",
            )
        _write(world, [rule for at, rule in enumerate(kept, 1) if at != number])
    return kept[number - 1]


def keep_rule(rule: Rule) -> None:
    """Keep a rule that a session has taken, for all that comes after."""
    with _alone(rule.scope):
        kept = kept_rules(rule.scope)
        if all(one.formula != rule.formula for one in kept):
            when = rule.when or datetime.now(UTC).isoformat(timespec="seconds")
            _write(rule.scope, [*kept, replace(rule, when=when)])


def forget_rule(rule: Rule) -> None:
    """Keep a rule no more; one that is not kept is none the less gone."""
    with _alone(rule.scope):
        _write(rule.scope, [one for one in kept_rules(rule.scope) if one.formula != rule.formula])


def fits(rule: Rule, others: Sequence[Rule], families: Mapping[str, FactFamily]) -> None:
    """Raises BadRule where a rule is there already, contradicts another, or is one too many."""
    if len(others) >= MOST:
        raise BadRule(f"There are {MOST} rules already.", remedy="Remove one.")
    for number, other in enumerate(others, 1):
        if other.formula == rule.formula:
            raise BadRule(f"That is rule {number} already: {other.text!r}.")
        if contradiction(rule.formula, other.formula, families):
            raise BadRule(
                f"The rule {rule.text!r} contradicts rule {number}, {other.text!r}: both cannot be kept.",
                remedy=f"Which one is meant? Remove rule {number} first if it is the new one.",
            )


def rules_for(spec: WorldSpec, more: Sequence[str | Rule] = ()) -> tuple[Rule, ...]:
    """The rules of a run: those that are kept, and more, as its launch file has them.

    Raises:
        BadRule: one of the launch file is not understood, or contradicts another.
        BadInput: those that are kept cannot be read.
    """
    rules = list(kept_rules(spec.name))
    areas = kept_areas(spec.name)
    for one in more:
        area = read_area(one) if isinstance(one, str) else None
        if area is not None:
            areas[area.name] = area
            continue
        rule = understand_rule(one, spec, who="launch file", areas=areas) if isinstance(one, str) else one
        if all(rule.formula != other.formula for other in rules):
            fits(rule, rules, families_of(spec))
            rules.append(rule)
    return tuple(rules)
