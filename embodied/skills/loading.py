"""Reading a skill's folder: SKILL.md (Agent Skills front matter), skill.py, and a policy if it runs one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from embodied.condition import parse
from embodied.errors import BadCondition, BadSkill, did_you_mean
from embodied.skills.policies import POLICY_FILE, checked_policy
from embodied.skills.skill import PLACEHOLDER, Parameter, Skill
from embodied.skills.source import bad, read_interface

FIELDS: Final = frozenset({"name", "description", "license", "compatibility", "metadata", "allowed-tools"})
KEYS: Final = frozenset(
    {
        "embodied-world",
        "embodied-achieves",
        "embodied-needs",
        "embodied-calls",
        "embodied-runtime",
        "embodied-policy",
    }
)
RUNTIMES: Final = ("python", "policy")
_SAFE: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it was built
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def load_skill(folder: Path, *, named: str = "") -> Skill:
    """Read one skill; raises `BadSkill` that names the file, the line and the mend.

    Args:
        named: the name that it must have, where that is not its folder's.
    """
    front, lines = _front_matter(folder / "SKILL.md")
    file = folder / "SKILL.md"
    name = _checked_name(front, folder, named or folder.resolve().name, lines)
    metadata = _checked_metadata(front, file, lines)
    code = folder / "skill.py"
    if not code.is_file():
        raise BadSkill(f"{code}: is missing", remedy=f"Write `def {name.replace('-', '_')}(...)` there.")
    python_name = name.replace("-", "_")
    source = _text(code)
    interface = read_interface(source, python_name, code)
    achieves = _templates("embodied-achieves", metadata, interface.parameters, file, lines)
    needs = _templates("embodied-needs", metadata, interface.parameters, file, lines)
    calls = tuple(
        sorted({part.strip() for part in metadata.get("embodied-calls", "").split(",") if part.strip()})
    )
    for called in calls:
        if called.replace("-", "_") not in interface.calls:
            what = f"embodied-calls names {called!r}, which skill.py does not call"
            raise bad(file, _line(lines, "embodied-calls"), what, "Take it out, or call it.")
    runtime = metadata.get("embodied-runtime", "python")
    policy = ""
    if runtime == "policy":
        policy = checked_policy(folder, metadata["embodied-policy"], source)
    return Skill(
        name=name,
        python_name=python_name,
        description=" ".join(front["description"].split()),
        world=metadata["embodied-world"],
        parameters=interface.parameters,
        achieves=achieves,
        needs=needs,
        calls=calls,
        runtime=runtime,
        source=source,
        doc=interface.doc,
        folder=folder,
        policy=policy,
    )


def _listed(names: str) -> tuple[str, ...]:
    return tuple(sorted({name.strip() for name in names.split(",") if name.strip()}))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSkill(
            f"{file}: cannot be read: {error}", remedy="It must be a text file in UTF-8."
        ) from error


def _front_matter(file: Path) -> tuple[Mapping[str, Any], list[str]]:
    if not file.is_file():
        raise BadSkill(f"{file}: is missing", remedy="A skill's folder holds SKILL.md and skill.py.")
    lines = _text(file).splitlines()
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if not lines or lines[0].rstrip() != "---" or end is None:
        raise bad(file, 1, "has no front matter", "Begin the file with YAML between two lines of `---`.")
    try:
        front = yaml.load("\n".join(lines[1:end]), Loader=_SAFE)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        what = f"the front matter is not YAML: {getattr(error, 'problem', error)}"
        raise bad(file, line, what, 'Put values with ":" or "{" in double quotes.') from error
    if not isinstance(front, dict):
        raise bad(file, 1, "the front matter is not a mapping", "Write `name: ...` and `description: ...`.")
    for key in front:
        if key not in FIELDS:
            remedy = f"{did_you_mean(str(key), FIELDS)} Your own keys go under `metadata`, as text.".strip()
            raise bad(file, _line(lines, str(key)), f"unknown field {key!r}", remedy)
    return front, lines[: end + 1]


def is_skill_name(name: object) -> bool:
    """Whether something can be a skill's name: "mine-block"."""
    return isinstance(name, str) and bool(_NAME.fullmatch(name)) and len(name) <= 64


def _checked_name(front: Mapping[str, Any], folder: Path, wanted: str, lines: list[str]) -> str:
    file = folder / "SKILL.md"
    name, description = front.get("name"), front.get("description")
    if not isinstance(name, str) or not is_skill_name(name):
        remedy = "Use lower-case letters, digits and single hyphens, at most 64: mine-block."
        raise bad(file, _line(lines, "name"), f"{name!r} cannot be a skill's name", remedy)
    if name != wanted:
        remedy = "Give the folder and the skill the same name."
        raise bad(file, _line(lines, "name"), f"the name {name!r} is not the folder's, {wanted!r}", remedy)
    if not isinstance(description, str) or not 1 <= len(description.strip()) <= 1024:
        remedy = "Say in 1 to 1024 characters what the skill does and when to use it."
        raise bad(file, _line(lines, "description"), "has no usable description", remedy)
    return name


def _checked_metadata(front: Mapping[str, Any], file: Path, lines: list[str]) -> Mapping[str, str]:
    metadata = front.get("metadata")
    if not isinstance(metadata, dict) or "embodied-world" not in metadata:
        line = _line(lines, "metadata")
        raise bad(file, line, "metadata lacks embodied-world", "Add `embodied-world: minecraft` there.")
    for key, value in metadata.items():
        if not isinstance(value, str):
            remedy = "Metadata maps text to text: put the value in double quotes."
            raise bad(file, _line(lines, str(key)), f"{key} is not text", remedy)
        if str(key).startswith("embodied-") and key not in KEYS:
            hint = did_you_mean(str(key), KEYS) or f"Known are {', '.join(sorted(KEYS))}."
            raise bad(file, _line(lines, str(key)), f"unknown key {key!r}", hint)
    runtime = metadata.get("embodied-runtime", "python")
    if runtime not in RUNTIMES:
        line = _line(lines, "embodied-runtime")
        remedy = f"The known runtimes are {' and '.join(RUNTIMES)}."
        raise bad(file, line, f"cannot run a skill of runtime {runtime!r}", remedy)
    if (runtime == "policy") != ("embodied-policy" in metadata):
        line = _line(lines, "embodied-policy" if runtime == "python" else "embodied-runtime")
        remedy = f"Both are there or none: `embodied-policy` is the SHA-256 of {POLICY_FILE}."
        raise bad(file, line, "embodied-runtime: policy and embodied-policy belong together", remedy)
    return metadata


def _templates(
    key: str, metadata: Mapping[str, str], parameters: tuple[Parameter, ...], file: Path, lines: list[str]
) -> tuple[str, ...]:
    templates = tuple(part.strip() for part in metadata.get(key, "").split(";") if part.strip())
    names = [parameter.name for parameter in parameters]
    for template in templates:
        for used in PLACEHOLDER.findall(template):
            if used not in names:
                hint = did_you_mean(used, names) or f"The parameters are {', '.join(names) or 'none'}."
                raise bad(file, _line(lines, key), f"{key}: {{{used}}} is not a parameter", hint)
        try:
            parse(PLACEHOLDER.sub("1", template))
        except BadCondition:
            _parse_as_text(template, key, file, lines)
    return templates


def _parse_as_text(template: str, key: str, file: Path, lines: list[str]) -> None:
    """A placeholder may stand for a number or for a key: one of the two must give a condition."""
    try:
        parse(PLACEHOLDER.sub("x", template))
    except BadCondition as error:
        raise bad(
            file, _line(lines, key), f"{key}: {error.message}", error.remedy or "See docs/skills.md."
        ) from error


def _line(lines: list[str], key: str) -> int:
    """The line of a key in the front matter, or 1."""
    return next((n for n, line in enumerate(lines, 1) if line.strip().startswith(f"{key}:")), 1)
