"""What the gate puts to the proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from embodied.condition import Condition
from embodied.planning import Step
from embodied.skills import SkillLibrary


@dataclass(frozen=True)
class Case:
    """One use of a skill.

    Attributes:
        library: what may be called, the skill itself among it.
        needs, expects: what must hold before and after.
        held: what was held when it was first used; given where the world gives the needs.
        way: the steps that led to its first use.
        step_retries: how often a step towards the needs may fail in the same way.
    """

    skill: str
    arguments: Mapping[str, Any]
    needs: tuple[Condition, ...]
    expects: Condition
    library: SkillLibrary
    held: Mapping[str, int] = field(default_factory=dict)
    way: tuple[Step, ...] = ()
    step_retries: int = 3
