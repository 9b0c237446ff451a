"""One Monty program out of a skill and all that it calls.

Each skill's file is fed on its own into one session, so its lines stay its own in errors. All share
one namespace, so the names at the top of a file are made private to it; and each skill's function is
wrapped, so that the host sees it begin and end.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from embodied.sandbox.names import private_names
from embodied.skills.skill import Skill

PRELUDE: Final = """\
class SkillResult:
    def __init__(self, ok, reason, value):
        self.ok = ok
        self.reason = reason
        self.value = value

    def __repr__(self):
        return f"SkillResult(ok={self.ok!r}, reason={self.reason!r}, value={self.value!r})"


def done(**facts):
    return SkillResult(True, "", facts)


def failed(reason, **facts):
    return SkillResult(False, reason, facts)


def _reported(skill, result):
    if not isinstance(result, SkillResult):
        raise TypeError(skill + "() must return done(...) or failed(...), it returned " + repr(result)[:80])
    return (result.ok, result.reason, result.value)
"""

_WRAPPER: Final = """

_{name}_run = {name}


def {name}(*args, **kwargs):
    depth = _enter("{skill}", args, kwargs)
    result = _{name}_run(*args, **kwargs)
    _exit(depth, _reported("{name}", result))
    return result
"""

DRIVER: Final = "_reported({name!r}, {name}(**_arguments))"


@dataclass(frozen=True)
class Part:
    """A skill's file as it is fed: names made private, wrapper appended. Lines are those of the file."""

    skill: Skill
    text: str

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.text.encode().splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        return starts

    @cached_property
    def _lines(self) -> list[bytes]:
        return self.skill.source.encode().splitlines()

    def line_at(self, offset: int) -> int:
        """The line (from 1) of a byte offset."""
        return bisect_right(self._starts, offset)

    def source_line(self, line: int) -> str:
        return self._lines[line - 1].decode().strip() if self.owns(line) else ""

    def owns(self, line: int) -> bool:
        """Whether a line is the skill's own, not the wrapper's."""
        return 0 < line <= len(self._lines)

    def shown(self, function: str | None) -> str:
        """A function's name as its author wrote it."""
        if function is None or function == "<module>":
            return "the top of the file"
        return function.removeprefix(f"_{self.skill.python_name}_") + "()"


def part_of(skill: Skill) -> Part:
    """Raises `BadSkill` if the names of its file cannot be made private."""
    text = private_names(skill.source, skill.python_name, skill.folder / "skill.py")
    return Part(skill, text.rstrip("\n") + "\n" + _WRAPPER.format(name=skill.python_name, skill=skill.name))
