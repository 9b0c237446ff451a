"""A recurring sequence as a skill of its own: Python that calls the skills it was made of."""

from __future__ import annotations

import json
import re
import tempfile
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embodied.errors import BadInput, BadSkill
from embodied.exploring.needs import Use, needs_of_sequence
from embodied.exploring.sequences import Pattern, Slot, Variable
from embodied.library.store import LibraryStore
from embodied.methods import WorldSpec
from embodied.skills.library import SkillLibrary
from embodied.skills.loading import load_skill
from embodied.skills.skill import PLACEHOLDER, Skill

MOST_NAME = 64


@dataclass(frozen=True)
class Composed:
    """A skill as text, not yet in any folder."""

    name: str
    markdown: str
    source: str


def compose(pattern: Pattern, library: SkillLibrary, spec: WorldSpec, name: str = "") -> Composed:
    """The skill that does the steps of `pattern` one after another.

    Raises:
        BadSkill: a step's skill is not in the library, or does not have that argument.
        BadInput: there is a skill of this name already.
    """
    name = name or suggested_name(pattern)
    if name in library:
        raise BadInput(f"There is a skill {name!r} already.", remedy="Give another with --name.")
    skills = [library.get(skill) for skill, _ in pattern.steps]
    names = _variable_names(pattern)
    what = f"{_story(pattern, names)}. Steps that recurred in {pattern.pursuits} pursuits, as one."
    calls = ", ".join(sorted({skill.name for skill in skills}))
    front = [
        "---",
        f"name: {name}",
        f"description: {json.dumps(what[:1024], ensure_ascii=False)}",
        "metadata:",
        f"  embodied-world: {spec.name}",
        f'  embodied-achieves: "{_achieves(pattern, skills[-1], names)}"',
        f'  embodied-needs: "{_needs(pattern, skills, spec, names)}"',
        f'  embodied-calls: "{calls}"',
        "---",
        "",
        "# Composed from what happened",
        "",
        f"Made from journals by `embodied skills suggest`; on trial until `embodied skills verify {name}`.",
        "",
    ]
    return Composed(name, "\n".join(front), _source(name, what, pattern, skills, names))


def suggested_name(pattern: Pattern) -> str:
    """Of what each step is about: "oak-planks-then-stick"."""
    parts = [_subject(skill, slots) for skill, slots in pattern.steps]
    text = re.sub(r"[^a-z0-9]+", "-", "-then-".join(dict.fromkeys(parts)).lower()).strip("-")
    if not text or not text[0].isalpha():
        text = f"do-{text}"
    return text[:MOST_NAME].rstrip("-")


def keep(composed: Composed, store: LibraryStore, why: str) -> Skill:
    """Put a composed skill into a library, on trial, and read it back.

    Raises:
        BadInput: the library has the same skill, under this name or another.
        BadSkill: it is not well formed.
    """
    with tempfile.TemporaryDirectory(prefix="embodied-composed-") as made:
        folder = Path(made) / composed.name
        folder.mkdir()
        (folder / "SKILL.md").write_text(composed.markdown, encoding="utf-8")
        (folder / "skill.py").write_text(composed.source, encoding="utf-8")
        added = store.add(load_skill(folder), origin="composed", why=why)
    if added.status != "new":
        raise BadInput(
            f"{composed.name} is in the library already{f', as {added.twin}' if added.twin else ''}."
        )
    return store.get(composed.name)


def _variable_names(pattern: Pattern) -> dict[int, str]:
    """A parameter's name for each variable: that of the first argument it stands in, made different."""
    names: dict[int, str] = {}
    for _, slots in pattern.steps:
        for argument, slot in slots:
            if isinstance(slot, Variable) and slot.number not in names:
                alike = sum(taken == argument or taken.startswith(f"{argument}_") for taken in names.values())
                names[slot.number] = argument if not alike else f"{argument}_{alike + 1}"
    return names


def _source(name: str, what: str, pattern: Pattern, skills: Sequence[Skill], names: dict[int, str]) -> str:
    python_name = name.replace("-", "_")
    parameters = ", ".join(_parameters(pattern, skills, names))
    doc = textwrap.fill(what.replace("\\", " ").replace('"', "'"), 100, subsequent_indent="    ")
    lines = ['"""A sequence of steps that recurred, as one skill."""', "", ""]
    lines += [f"def {python_name}({parameters}) -> SkillResult:", f'    """{doc}"""']
    for number, (skill, (_, slots)) in enumerate(zip(skills, pattern.steps, strict=True), 1):
        arguments = ", ".join(f"{argument}={_code(slot, names)}" for argument, slot in slots)
        call = f"{skill.python_name}({arguments})"
        if number == len(pattern.steps):
            lines.append(f"    return {call}")
        else:
            lines += [f"    step_{number} = {call}", f"    if not step_{number}.ok:"]
            lines.append(f"        return step_{number}")
    return "\n".join(lines) + "\n"


def _parameters(pattern: Pattern, skills: Sequence[Skill], names: dict[int, str]) -> list[str]:
    """Those without a default first; a number has the usual amount as its default."""
    types: dict[int, str] = {}
    for skill, (_, slots) in zip(skills, pattern.steps, strict=True):
        known = {parameter.name: parameter.type for parameter in skill.parameters}
        for argument, slot in slots:
            if argument not in known:
                raise BadSkill(f"{skill.name} has no parameter {argument!r} any more")
            if isinstance(slot, Variable):
                types.setdefault(slot.number, known[argument])
    required = [f"{names[n]}: {kind}" for n, kind in types.items() if isinstance(pattern.typical.get(n), str)]
    optional = [
        f"{names[n]}: {kind} = {pattern.typical[n]!r}"
        for n, kind in types.items()
        if not isinstance(pattern.typical.get(n), str)
    ]
    return required + optional


def _achieves(pattern: Pattern, last: Skill, names: dict[int, str]) -> str:
    """What the last step achieves, over the new parameters; nothing where an argument was left out."""
    slots = dict(pattern.steps[-1][1])
    templates = []
    for template in last.achieves:
        used = PLACEHOLDER.findall(template)
        if all(name in slots for name in used):
            templates.append(PLACEHOLDER.sub(lambda match: _spelled(slots[match.group(1)], names), template))
    return "; ".join(templates).replace('"', "'")


def _needs(pattern: Pattern, skills: Sequence[Skill], spec: WorldSpec, names: dict[int, str]) -> str:
    """What must be there before, at the usual amounts; what is named by a parameter is spelled with it."""
    uses = []
    for skill, (_, slots) in zip(skills, pattern.steps, strict=True):
        arguments = {key: _usual(slot, pattern) for key, slot in slots}
        general = any(isinstance(slot, Variable) and isinstance(arguments[key], str) for key, slot in slots)
        uses.append(Use(skill, arguments, general))
    text = "; ".join(map(str, needs_of_sequence(uses, spec)))
    for number, value in pattern.typical.items():
        if isinstance(value, str):
            text = text.replace(f"[{value}]", f"[{{{names[number]}}}]")
    return text.replace('"', "'")


def _usual(slot: Slot, pattern: Pattern) -> Any:
    return pattern.typical[slot.number] if isinstance(slot, Variable) else slot


def _spelled(slot: Slot, names: dict[int, str]) -> str:
    return f"{{{names[slot.number]}}}" if isinstance(slot, Variable) else str(slot)


def _code(slot: Slot, names: dict[int, str]) -> str:
    return names[slot.number] if isinstance(slot, Variable) else repr(slot)


def _story(pattern: Pattern, names: dict[int, str]) -> str:
    parts = []
    for skill, slots in pattern.steps:
        said = ", ".join(f"{argument} {_told(slot, names)}" for argument, slot in slots)
        parts.append(f"{skill.replace('-', ' ')} ({said})")
    text = ", then ".join(parts)
    return text[:1].upper() + text[1:]


def _told(slot: Slot, names: dict[int, str]) -> str:
    return f"the given {names[slot.number]}" if isinstance(slot, Variable) else str(slot).replace("_", " ")


def _subject(skill: str, slots: Sequence[tuple[str, Any]]) -> str:
    """What a step is about: what it yields, as far as its arguments tell."""
    named = dict(slots)
    for argument in ("output", "item", "block", "thing"):
        if isinstance(named.get(argument), str):
            return str(named[argument])
    return skill
