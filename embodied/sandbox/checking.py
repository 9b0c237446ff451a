"""The static check of skill code against the stubs, before anything runs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def check_source(
    pool: Monty, limits: ResourceLimits, skill: Skill, stubs: str, callable_names: Iterable[str]
) -> list[TypeProblem]:
    """All problems of one skill's file; `callable_names` are offered for misspelt names.

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
        return [_problem(skill, entry, callable_names) for entry in json.loads(str(error))]
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


def _problem(skill: Skill, entry: dict[str, Any], names: Iterable[str]) -> TypeProblem:
    place = entry["location"]
    message = str(entry["message"])
    remedy = ""
    if entry["code"] == "unresolved-reference" and "`" in message:
        remedy = did_you_mean(message.split("`")[1], names)
    return TypeProblem(
        skill.name, _file(skill), place["row"], place["column"], str(entry["code"]), message, remedy
    )


def _at(skill: Skill, line: int, code: str, message: str) -> TypeProblem:
    return TypeProblem(skill.name, _file(skill), line, 1, code, message)


def _file(skill: Skill) -> Path:
    return skill.folder / "skill.py"
