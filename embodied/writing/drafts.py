"""A model's answer as a skill's folder, read like any other skill."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from embodied.condition import check, parse
from embodied.errors import BadCondition, BadInput, BadSkill
from embodied.facts import FactFamily
from embodied.primitives import JsonSchema
from embodied.skills import Skill, SkillLibrary, load_skill
from embodied.skills.loading import is_skill_name
from embodied.skills.skill import PLACEHOLDER
from embodied.skills.source import called_names
from embodied.syntax import module_tree

_TEXT: Final = {"type": "string"}
SKILL_SCHEMA: Final[JsonSchema] = {
    "type": "object",
    "properties": {"description": _TEXT, "achieves": _TEXT, "needs": _TEXT, "code": _TEXT},
    "required": ["description", "achieves", "needs", "code"],
    "additionalProperties": False,
}

_FENCE: Final = re.compile(r"\A\s*```[a-z]*\n(.*?)\n?```\s*\Z", re.DOTALL)
_DESCRIPTION: Final = 600


@dataclass(frozen=True)
class Draft:
    """One version that a model wrote. The conditions are templates over the parameters."""

    name: str
    description: str
    achieves: str
    needs: str
    code: str


@dataclass(frozen=True)
class Tried:
    """A draft and what came of it.

    Attributes:
        outcome: in a few words, for a heading.
        findings: what the next version must know.
        ran: False if it was refused before it could run.
    """

    draft: Draft
    outcome: str
    findings: str
    ran: bool


def draft_of(name: str, data: Mapping[str, Any]) -> Draft:
    """The answer that fits `SKILL_SCHEMA`, without the fences that models like to put around code."""
    code = str(data["code"]).replace("\r\n", "\n")
    fenced = _FENCE.match(code)
    return Draft(
        name=name,
        description=" ".join(str(data["description"]).split())[:_DESCRIPTION],
        achieves=str(data["achieves"]).strip(),
        needs=str(data["needs"]).strip(),
        code=(fenced.group(1) if fenced else code).rstrip() + "\n",
    )


def make_skill(
    draft: Draft,
    home: Path,
    world: str,
    library: SkillLibrary,
    families: Mapping[str, FactFamily],
    arguments: Mapping[str, Any],
) -> Skill:
    """Write the draft's folder into `home` and read it.

    What it calls is taken from its code. A condition that cannot be read, or that names no fact of this
    world, is left out: the step's own condition decides.

    Raises:
        BadSkill: the code cannot be a skill's, or does not take the arguments that it is wanted for.
    """
    if not is_skill_name(draft.name):
        raise BadSkill(
            f"{draft.name[:80]!r} cannot be a skill's name",
            remedy="Use at most 64 lower-case letters, digits and single hyphens.",
        )
    folder = home / draft.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "skill.py").write_text(draft.code, encoding="utf-8")
    names = _called(draft.code)
    calls = sorted(skill.name for skill in library if skill.python_name in names and skill.name != draft.name)
    for achieves, needs in ((draft.achieves, draft.needs), (draft.achieves, ""), ("", draft.needs), ("", "")):
        metadata = {
            "embodied-world": world,
            "embodied-achieves": _usable(achieves, families),
            "embodied-needs": _usable(needs, families),
            "embodied-calls": ", ".join(calls),
        }
        write_skill_md(folder, draft, metadata)
        try:
            skill = load_skill(folder)
        except BadSkill as error:
            if "SKILL.md" in error.message and (achieves or needs):
                continue
            raise
        break
    try:
        skill.bind(**arguments)
        skill.achieved(arguments)
        skill.needed(arguments)
    except (BadInput, BadCondition) as error:
        raise BadSkill(
            f"skill.py:1: the planned call does not fit: {error.message}", remedy=error.remedy
        ) from error
    return skill


def write_skill_md(folder: Path, draft: Draft, metadata: Mapping[str, str]) -> None:
    """The front matter, as YAML that no text of a model can break out of."""
    front = {
        "name": draft.name,
        "description": draft.description or f"Does {draft.name.replace('-', ' ')}.",
        "metadata": dict(metadata),
    }
    text = yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=1000)
    title = draft.name.replace("-", " ").capitalize()
    (folder / "SKILL.md").write_text(f"---\n{text}---\n\n# {title}\n", encoding="utf-8")


def _called(code: str) -> frozenset[str]:
    try:
        return called_names(module_tree(code))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()  # reading the skill says where


def _usable(template: str, families: Mapping[str, FactFamily]) -> str:
    """The parts of a template that name facts of this world."""
    return "; ".join(
        part for part in map(str.strip, template.split(";")) if part and _names_facts(part, families)
    )


def _names_facts(part: str, families: Mapping[str, FactFamily]) -> bool:
    for stand_in in ("1", "x"):
        try:
            check(parse(PLACEHOLDER.sub(stand_in, part)), families)
        except BadCondition:
            continue
        return True
    return False
