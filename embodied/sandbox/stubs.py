"""The type stubs that skill code is checked against, made from the body's own lists."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping
from typing import Final

from embodied.errors import BadSkill
from embodied.facts import FactFamily
from embodied.primitives import PrimitiveSpec
from embodied.skills.skill import Skill

NOT_OFFERED: Final = frozenset(
    {"observe", "take_policy", "take_rules", "hear_players", "tell_player", "watch_player", "watched"}
)
"""Primitives that skills do not see: facts are read with `fact` and `facts`, and policies are handed over
from the library; rules come from a person."""

HOST_FUNCTIONS: Final = frozenset(
    {"done", "failed", "fact", "facts", "log", "random_int", "seconds_left", "print", "Result", "SkillResult"}
)

_HEADER: Final = '''\
from typing import Any as Any, Literal as Literal, overload

class Result:
    """What a primitive came to: `value`, or the code of an expected failure in `error`."""
    ok: bool
    error: str
    message: str
    value: dict[str, Any]

class SkillResult:
    """What a skill came to."""
    ok: bool
    reason: str
    value: dict[str, Any]

def done(**facts: Any) -> SkillResult: ...
def failed(reason: str, **facts: Any) -> SkillResult: ...
def log(text: str) -> None: ...
def random_int(lo: int, hi: int) -> int: ...
def seconds_left() -> float: ...
'''

_PYTHON: Final = {"int": "int", "float": "float", "bool": "bool", "str": "str", "vector": "tuple[float, ...]"}


def stub_text(
    primitives: Mapping[str, PrimitiveSpec], families: Mapping[str, FactFamily], skills: Iterable[Skill] = ()
) -> str:
    """One `.pyi` text of all that skill code can call; raises `BadSkill` if two things share a name."""
    parts = [_HEADER, _facts(families)]
    parts += [_primitive(spec) for name, spec in sorted(primitives.items()) if name not in NOT_OFFERED]
    for skill in sorted(skills, key=lambda each: each.name):
        refuse_taken_name(skill, primitives)
        parts.append(_function(skill.python_name, skill.signature(), skill.description))
    return "\n".join(parts)


def fact_signatures(families: Mapping[str, FactFamily]) -> list[str]:
    """How each family is read, for a reader: `fact("inventory", item) -> int`."""
    lines = []
    for family in families.values():
        kind = _PYTHON.get(family.kind, "Any")
        keys = "".join(f", {name}" for name in _key_names(family.keys))
        sure = family.closed and family.default is not None
        many = f'    facts("{family.name}") -> dict[str, {kind}]' if len(family.keys) == 1 else ""
        lines.append(f'fact("{family.name}"{keys}) -> {kind}{"" if sure else " | None"}{many}')
    return lines


def refuse_taken_name(skill: Skill, primitives: Mapping[str, PrimitiveSpec]) -> None:
    """Raise `BadSkill` if a skill has the name of a primitive or of a function that all skills have."""
    if skill.python_name in primitives or skill.python_name in HOST_FUNCTIONS:
        what = "a primitive of the body" if skill.python_name in primitives else "a function of the sandbox"
        raise BadSkill(
            f"{skill.folder}: the skill {skill.name!r} has the name of {what}", remedy="Give it another name."
        )


def _primitive(spec: PrimitiveSpec) -> str:
    if not spec.name.isidentifier() or keyword.iskeyword(spec.name):
        raise BadSkill(
            f"the primitive {spec.name!r} is not a Python name", remedy="The bridge must rename it."
        )
    if spec.name in HOST_FUNCTIONS:
        what = f"the primitive {spec.name!r} has the name of a function that all skills have"
        raise BadSkill(what, remedy="The bridge must rename it.")
    errors = "".join(f"\n    error {code!r}: {meaning}" for code, meaning in sorted(spec.errors.items()))
    shape = spec.result_shape()
    value = f"\n    value {shape}" if shape else ""
    return _function(spec.name, f"{spec.signature()} -> Result", spec.doc + value + errors)


def _function(name: str, signature: str, doc: str) -> str:
    safe = doc.replace("\\", "\\\\").replace('"""', "'''")
    return f'def {signature}:\n    """{safe} """\n    ...\n'


def _facts(families: Mapping[str, FactFamily]) -> str:
    """Overloads of `fact` and `facts`, so that a misspelt family or a forgotten None is a type error."""
    lines: list[str] = []
    for family in families.values():
        kind = _PYTHON.get(family.kind, "Any")
        keys = "".join(f", {name}: str" for name in _key_names(family.keys))
        literal = f'family: Literal["{family.name}"]'
        if family.closed and family.default is not None:
            lines += ["@overload", f"def fact({literal}{keys}, /) -> {kind}: ..."]
        else:
            lines += ["@overload", f"def fact({literal}{keys}, /) -> {kind} | None: ..."]
            lines += ["@overload", f"def fact({literal}{keys}, /, *, default: {kind}) -> {kind}: ..."]
        if len(family.keys) == 1:
            lines += ["@overload", f"def facts({literal}, /) -> dict[str, {kind}]: ..."]
    return "\n".join(_completed(lines)) + "\n"


def _key_names(keys: tuple[str, ...]) -> list[str]:
    """The keys as parameters; numbered where they repeat: `on[object, object]`."""
    usable = [key for key in keys if key.isidentifier() and not keyword.iskeyword(key) and key != "family"]
    return list(keys) if len(set(usable)) == len(keys) else [f"key{n}" for n in range(1, len(keys) + 1)]


def _completed(lines: list[str]) -> list[str]:
    """Overloads parted by function, each list with an unreachable second one so that one family is enough."""
    result: list[str] = []
    for name in ("fact", "facts"):
        chosen = [line for line in lines if line.startswith(f"def {name}(")]
        for line in chosen:
            result += ["@overload", line]
        result += ["@overload", f"def {name}(family: None, /) -> None: ..."] * (2 if not chosen else 1)
    return result
