"""What happens while a skill runs, told as it happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["enter", "exit", "call", "result", "log", "observation"]


@dataclass(frozen=True)
class SandboxEvent:
    """One event of a run. "call" is told before the primitive is sent.

    Attributes:
        kind: what happened.
        depth: how many skills are running; 1 inside the one that was asked for.
        skill: the innermost running skill, and for "enter" and "exit" the skill itself.
        line: the line of its skill.py, 0 if it does not apply.
        name: the skill or primitive; "" for the other kinds.
        data: the arguments ("enter", "call"), the SkillReturn or None if it raised ("exit"), the
            PrimitiveResult ("result"), the text ("log"), the Observation ("observation").
        call: number of the primitive call in this run, from 1; pairs "call" with "result".
    """

    kind: Kind
    depth: int
    skill: str
    line: int
    name: str
    data: Any
    call: int = 0
