"""A step's call as a model writes it: `fetch(thing='rope', count=2)`, parsed and never evaluated."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from embodied.errors import BadInput, BadSkill
from embodied.skills.skill import Skill
from embodied.skills.source import read_interface
from embodied.syntax import expression_tree

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST: Final = 2000


def parse_call(text: str) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    """The skill's name with hyphens, positional arguments and arguments by name.

    Raises:
        BadInput: it is not one call of a plain name with literal arguments.
    """
    expected = "Expected one call with literal arguments, such as fetch(thing='rope', count=2)."
    shown = text if len(text) < 120 else text[:117] + "..."
    if len(text) > _LONGEST:
        raise BadInput(f"the call is {len(text)} characters long", remedy=expected)
    name, bracket, rest = text.strip().partition("(")
    python_text = name.strip().replace("-", "_") + bracket + rest
    try:
        node = expression_tree(python_text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise BadInput(f"{shown!r} is not a call: {error}", remedy=expected) from None
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise BadInput(f"{shown!r} is not one call of a skill", remedy=expected)
    try:
        positional = tuple(ast.literal_eval(argument) for argument in node.args)
        named = {word.arg: ast.literal_eval(word.value) for word in node.keywords if word.arg is not None}
    except (ValueError, TypeError, SyntaxError):
        raise BadInput(f"{shown!r} has arguments that are no literals", remedy=expected) from None
    if len(named) != len(node.keywords):
        raise BadInput(f"{shown!r} has ** or repeated arguments", remedy=expected)
    return node.func.id.replace("_", "-"), positional, named


def written_call(skill: str, arguments: Mapping[str, Any]) -> str:
    """The same call for a reader, and for telling two calls apart."""
    inner = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    return f"{skill.replace('-', '_')}({inner})"


def outline(name: str, signature: str, task: str, world: str, achieves: str = "") -> Skill:
    """A skill that has only a name and a signature yet, so that calls of it can be checked.

    Raises:
        BadInput: the name or the signature cannot be a skill's.
    """
    clean = name.strip().replace("_", "-").lower()
    if not _NAME.fullmatch(clean) or len(clean) > 64:
        raise BadInput(
            f"{name!r} cannot be a skill's name",
            remedy="Use lower-case letters, digits and single hyphens: fetch-thing.",
        )
    python_name = clean.replace("-", "_")
    inner = signature.strip().removeprefix("def ").partition("(")
    head = f"{python_name}({inner[2]}" if inner[1] else f"{python_name}()"
    head = re.sub(r"\s*->.*$", "", head.rstrip(": \n"), flags=re.DOTALL)
    source = f'def {head} -> SkillResult:\n    """{python_name}"""\n'
    try:
        interface = read_interface(source, python_name, Path(clean))
    except BadSkill as error:
        raise BadInput(
            f"the signature {signature!r} of {clean}: {error.message}", remedy=error.remedy
        ) from None
    return Skill(
        name=clean,
        python_name=python_name,
        description=" ".join(task.split()),
        world=world,
        parameters=interface.parameters,
        achieves=(achieves,) if achieves else (),
        needs=(),
        calls=(),
        runtime="python",
        source="",
    )
