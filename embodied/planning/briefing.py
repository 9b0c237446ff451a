"""What every prompt of planning is told: the world, the library, the facts, what was tried."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from embodied.condition import Condition
from embodied.exploring.lessons import hints_for
from embodied.facts import Observation
from embodied.methods import WorldSpec
from embodied.models import Message
from embodied.planning.calls import written_call
from embodied.planning.closest import Closest, Find
from embodied.planning.plan import Attempt
from embodied.primitives import PrimitiveSpec
from embodied.prompts import render, render_parts
from embodied.render import render_families, render_observation
from embodied.sandbox.stubs import NOT_OFFERED
from embodied.skills import Skill, SkillLibrary

_SENTENCE: Final = re.compile(r"(?<=[.!?]) +(?=[A-Z])")
_MORE: Final = re.compile(r"\bcount`? more\b")
_TOTAL: Final = re.compile(r"\buntil\b|\btotal\b")

MOST_SKILLS: Final = 40
"""A larger library is not written out: the skills closest to the goal are."""


@dataclass(frozen=True)
class Briefing:
    """Where the values of prompts come from.

    Attributes:
        library: called anew for each question, since it grows.
        find: how the closest skills are found.
        rules: those in force, in words; called anew for each question, since they may change.
    """

    spec: WorldSpec
    primitives: Mapping[str, PrimitiveSpec]
    library: Callable[[], SkillLibrary]
    find: Find = field(default_factory=Closest)
    rules: Callable[[], Sequence[str]] = tuple

    def messages(
        self,
        prompt: str,
        *,
        goal_text: str,
        goal: Condition,
        observation: Observation,
        history: str,
        **more: str,
    ) -> list[Message]:
        """The prompt; `more` are values that only this prompt has, or has otherwise."""
        values = {
            "world": world_text(self.spec, self.rules()),
            "primitives": primitives_text(self.primitives),
            "goal": goal_text,
            "condition": str(goal),
            "skills": self.skills(f"{goal_text} {goal}"),
            "observation": render_observation(observation, aside=aside_of(self.spec), about=goal),
            "history": history,
        }
        parts = render_parts(prompt, **{**values, **more})
        return [Message(role, text) for role, text in parts]

    def skills(self, query: str) -> str:
        library = self.library()
        if len(library) <= MOST_SKILLS:
            shown: Sequence[Skill] = tuple(library)
        else:
            shown = [skill for skill, _ in self.find(library, query, MOST_SKILLS)]
        if not shown:
            return "(none yet: everything has to be defined in `new_skills`)"
        lines = "\n".join(skill_line(skill) for skill in shown)
        rest = len(library) - len(shown)
        further = f"\n({rest} more that seem further from this goal)" if rest else ""
        hints = hints_for(self.spec.name, [skill.name for skill in shown])
        return lines + further + (f"\n\nSeen in earlier runs:\n{hints}" if hints else "")


def world_text(spec: WorldSpec, rules: Sequence[str] = ()) -> str:
    """The world, its facts, how conditions are written, and the rules in force where there are any."""
    world = render(
        "world",
        kind=spec.name,
        notes=notes_of(spec) or "(no notes)",
        families=render_families(spec.families),
        conditions=render("conditions"),
    )
    if not rules:
        return world
    return f"{world}\n\n{render('rules', rules=chr(10).join(f'- {rule}' for rule in rules))}"


def notes_of(spec: WorldSpec) -> str:
    """What a world says about itself for whoever plans or writes; older worlds say nothing."""
    notes = getattr(spec, "notes", "")
    return notes.strip() if isinstance(notes, str) else ""


def aside_of(spec: WorldSpec) -> tuple[str, ...]:
    """Families and names of facts that a world holds for bulk; most worlds name none."""
    return tuple(getattr(spec, "aside", ()))


def primitives_text(primitives: Mapping[str, PrimitiveSpec]) -> str:
    """The first sentence of each: enough to judge what code could do; whoever writes it gets the rest."""
    return "\n".join(
        f"- `{name}`: {_first_sentence(spec.doc)}"
        for name, spec in sorted(primitives.items())
        if name not in NOT_OFFERED
    )


def primitives_named(primitives: Mapping[str, PrimitiveSpec]) -> str:
    """Their names alone, which say enough where skills do the work and a new one is seldom wanted."""
    return ", ".join(f"`{name}`" for name in sorted(primitives) if name not in NOT_OFFERED)


def _first_sentence(doc: str) -> str:
    return _SENTENCE.split(" ".join(doc.split()), maxsplit=1)[0].rstrip(".")


def skill_line(skill: Skill) -> str:
    """A skill in the list that a planner chooses from."""
    call = skill.signature().removesuffix(" -> SkillResult")
    return f"- `{call}`: {skill_meaning(skill)}"


def skill_meaning(skill: Skill) -> str:
    """What a skill does, what its `count` counts, what it achieves and needs; for planners and writers."""
    doc = " ".join(skill.doc.split())
    description = " ".join(skill.description.split())
    extra = f" {doc}" if doc and doc not in description else ""
    achieves = f" Achieves: {'; '.join(skill.achieves)}." if skill.achieves else ""
    needs = f" Needs: {'; '.join(skill.needs)}." if skill.needs else ""
    return f"{description}{extra}{_count_means(skill)}{achieves}{needs}"


def _count_means(skill: Skill) -> str:
    """A skill that makes `count` more also achieves `>= {count}`: which of the two it is has to be said."""
    if not any("{count}" in achieved for achieved in skill.achieves):
        return ""
    text = f"{skill.description} {skill.doc}"
    if _TOTAL.search(text) and not _MORE.search(text):
        return " (`count` is the total at the end.)"
    return " (`count` is how many more, on top of what is held.)"


def attempt_line(attempt: Attempt) -> str:
    """One attempt: the call, the verdict, the facts' reason and what the skill itself said."""
    call = written_call(attempt.step.skill, attempt.step.arguments)
    if attempt.judgement.passed:
        return f"{call}: done"
    said = f"; the skill said: {attempt.error}" if attempt.error else ""
    near = " (it came nearer)" if attempt.progress else ""
    return f"{call}: not done{near}, {attempt.judgement.reason}{said}"
