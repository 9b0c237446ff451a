"""The static check of skill code against the stubs, before anything runs."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic_monty import (
    Monty,
    MontyComplete,
    MontyError,
    MontySyntaxError,
    MontyTypingError,
    ResourceLimits,
)

from embodied.errors import did_you_mean
from embodied.skills.skill import Skill

_FACT: Final = re.compile(r"""\bfacts?\(\s*["'](\w+)["']""")


@dataclass(frozen=True)
class TypeProblem:
    """A mistake that the check found."""

    skill: str
    file: Path
    line: int
    column: int
    code: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" + (f". {self.remedy}" if self.remedy else "")


@dataclass(frozen=True)
class Offered:
    """The names that a mend may propose.

    Attributes:
        callables: primitives, sandbox functions and skills.
        families: of facts.
    """

    callables: frozenset[str]
    families: frozenset[str]


def check_source(
    pool: Monty, limits: ResourceLimits, skill: Skill, stubs: str, offered: Offered
) -> list[TypeProblem]:
    """All problems of one skill's file.

    The check feeds the file, which defines its functions and constants and calls nothing.
    """
    session = pool.checkout(
        script_name="skill.py",
        limits=limits,
        type_check=True,
        type_check_stubs=stubs,
        type_check_format="json",
        os_policy={"sleep": "call_host", "datetime": "call_host"},
    )
    try:
        with session as worker:
            snapshot = worker.feed_start(skill.source, print_callback=_drop)
    except MontyTypingError as error:
        return [_problem(skill, entry, offered) for entry in json.loads(str(error))]
    except MontySyntaxError as error:
        frames = error.traceback()
        return [_at(skill, frames[-1].line if frames else 1, "syntax", error.display("msg"))]
    except MontyError as error:
        return [_at(skill, 1, "constants", f"its constants cannot be computed: {error}")]
    if not isinstance(snapshot, MontyComplete):
        return [_at(skill, 1, "constants", "its constants call the body; move that into a function")]
    return []


def _drop(stream: str, text: str) -> None:
    """Output of a file that is only being checked goes nowhere."""


def _problem(skill: Skill, entry: dict[str, Any], offered: Offered) -> TypeProblem:
    place = entry["location"]
    message = str(entry["message"])
    remedy = ""
    if entry["code"] == "unresolved-reference" and "`" in message:
        remedy = did_you_mean(message.split("`")[1], offered.callables)
    elif entry["code"] in ("no-matching-overload", "invalid-argument-type"):
        remedy = _family_mend(skill, place["row"], offered.families)
    return TypeProblem(
        skill.name, _file(skill), place["row"], place["column"], str(entry["code"]), message, remedy
    )


def _family_mend(skill: Skill, line: int, families: frozenset[str]) -> str:
    """What to say of a `fact("...")` on this line whose family is not one of the body's."""
    lines = skill.source.split("\n")
    for family in _FACT.findall(lines[line - 1] if line <= len(lines) else ""):
        if family not in families:
            known = did_you_mean(family, families) or f"The families are {', '.join(sorted(families))}."
            return f"There is no family of facts {family!r}. {known}"
    return ""


def _at(skill: Skill, line: int, code: str, message: str) -> TypeProblem:
    return TypeProblem(skill.name, _file(skill), line, 1, code, message)


def _file(skill: Skill) -> Path:
    return skill.folder / "skill.py"
