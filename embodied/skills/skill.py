"""A skill, as it was read from its folder."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from embodied.condition import Condition, parse
from embodied.errors import BadInput, BadSkill, did_you_mean
from embodied.skills.types import fits


class Required(Enum):
    REQUIRED = "required"

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Final = Required.REQUIRED

PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_KEY: Final = re.compile(r"[\w*?.:-]+")


@dataclass(frozen=True)
class Parameter:
    """A parameter of a skill: its Python annotation as written, and its default or `REQUIRED`."""

    name: str
    type: str
    default: Any = REQUIRED

    def __str__(self) -> str:
        text = f"{self.name}: {self.type}"
        return text if self.default is REQUIRED else f"{text} = {self.default!r}"


@dataclass(frozen=True)
class Skill:
    """One skill.

    Attributes:
        name: its name and folder, "mine-block".
        python_name: its function, "mine_block".
        description: what it does and when to use it.
        world: the kind of world it is for ("minecraft").
        parameters: of its function, in order.
        achieves, needs: templates of conditions over its parameters, "inventory[{item}] >= {count}".
        calls: the names of the skills that it calls.
        runtime: "python", or "policy": its code runs a policy that lies beside it.
        source: the text of skill.py.
        doc: the docstring of its function.
        folder: where it was read from.
        policy: SHA-256 of its `policy.onnx`; "" if it has none.
    """

    name: str
    python_name: str
    description: str
    world: str
    parameters: tuple[Parameter, ...]
    achieves: tuple[str, ...]
    needs: tuple[str, ...]
    calls: tuple[str, ...]
    runtime: str
    source: str
    doc: str = ""
    folder: Path = field(default=Path(), compare=False)
    policy: str = ""

    @cached_property
    def hash(self) -> str:
        """SHA-256 over code, policy and interface; the description and the licence are not part of it."""
        interface = {
            "name": self.name,
            "world": self.world,
            "achieves": self.achieves,
            "needs": self.needs,
            "calls": self.calls,
            "runtime": self.runtime,
            **({"policy": self.policy} if self.policy else {}),
        }
        text = json.dumps(interface, sort_keys=True) + "\n" + self.source
        return hashlib.sha256(text.encode()).hexdigest()

    def signature(self) -> str:
        """`mine_block(block: str = 'oak_log', count: int = 1) -> SkillResult`."""
        return f"{self.python_name}({', '.join(map(str, self.parameters))}) -> SkillResult"

    def bind(self, *positional: Any, **named: Any) -> dict[str, Any]:
        """All arguments by name, defaults filled in; raises `BadInput` if they do not fit."""
        names = [parameter.name for parameter in self.parameters]
        if len(positional) > len(names):
            raise self._refuse(f"takes {len(names)} arguments, {len(positional)} given")
        given = dict(zip(names, positional, strict=False))
        for name, value in named.items():
            if name not in names:
                raise self._refuse(f"has no parameter {name!r}", did_you_mean(name, names))
            if name in given:
                raise self._refuse(f"got {name!r} twice")
            given[name] = value
        for parameter in self.parameters:
            if parameter.name not in given:
                if parameter.default is REQUIRED:
                    raise self._refuse(f"misses the argument {parameter.name!r}")
                given[parameter.name] = parameter.default
            elif not fits(given[parameter.name], parameter.type):
                got = given[parameter.name]
                shown = repr(got) if len(repr(got)) < 60 else type(got).__name__
                raise self._refuse(f"wants {parameter.name}: {parameter.type}, got {shown}")
        return {name: given[name] for name in names}

    def achieved(self, arguments: Mapping[str, Any]) -> tuple[Condition, ...]:
        """What holds after success, with these arguments."""
        return tuple(self._condition(template, arguments) for template in self.achieves)

    def needed(self, arguments: Mapping[str, Any]) -> tuple[Condition, ...]:
        """What must hold before, with these arguments."""
        return tuple(self._condition(template, arguments) for template in self.needs)

    def _condition(self, template: str, arguments: Mapping[str, Any]) -> Condition:
        bound = self.bind(**arguments)
        return parse(PLACEHOLDER.sub(lambda match: _spelled(bound[match.group(1)]), template))

    def _refuse(self, why: str, hint: str = "") -> BadInput:
        return BadInput(f"{self.python_name}() {why}", remedy=hint or f"Expected {self.signature()}.")


def _spelled(value: Any) -> str:
    """A value as a condition spells it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)) or (isinstance(value, str) and _KEY.fullmatch(value)):
        return str(value)
    if isinstance(value, str):
        remedy = "Letters, digits and any of _ . : - * ? may stand in a fact's key."
        raise BadInput(f"{value!r} cannot stand in a condition", remedy=remedy)
    raise BadSkill(
        f"a condition over a parameter that is a {type(value).__name__}",
        remedy="Only text, numbers and booleans can stand in embodied-achieves and embodied-needs.",
    )
