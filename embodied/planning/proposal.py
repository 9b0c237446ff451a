"""What a model proposed: plans and new skills, checked against the library and the schema of facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from embodied.condition import Condition, check, empty_parts, parse
from embodied.errors import BadCondition, BadInput, BadSkill
from embodied.facts import FactFamily
from embodied.planning.calls import outline, parse_call, written_call
from embodied.primitives import JsonSchema, PrimitiveSpec
from embodied.sandbox.stubs import HOST_FUNCTIONS
from embodied.skills import Skill, SkillLibrary

MOST_STEPS: Final = 60


def _object(**properties: Any) -> dict[str, Any]:
    """Every property required and none beside them, as strict structured output wants it."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_TEXT: Final = {"type": "string"}
_NEW_SKILL: Final = _object(name=_TEXT, signature=_TEXT, task=_TEXT, achieves=_TEXT)
_STEP: Final = _object(call=_TEXT, expects=_TEXT, why=_TEXT)

PLANS_SCHEMA: Final[JsonSchema] = _object(
    new_skills={"type": "array", "items": _NEW_SKILL},
    plans={
        "type": "array",
        "items": _object(same={"type": "integer"}, steps={"type": "array", "items": _STEP}),
    },
    impossible=_TEXT,
)
STEP_SCHEMA: Final[JsonSchema] = _object(
    thought=_TEXT,
    new_skill={"anyOf": [{"type": "null"}, _NEW_SKILL]},
    call=_TEXT,
    expects=_TEXT,
    impossible=_TEXT,
)


@dataclass(frozen=True)
class Move:
    """A checked step: a call whose arguments fit, and the condition that it should bring about."""

    skill: str
    arguments: Mapping[str, Any]
    expects: Condition
    why: str = ""

    @property
    def key(self) -> str:
        """Two moves with one key are the same node of a tree."""
        return f"{self.text} => {self.expects}"

    @property
    def text(self) -> str:
        return written_call(self.skill, self.arguments)


@dataclass(frozen=True)
class Proposal:
    """Attributes: plans: best first; outlines: new skills by name; refused: what was wrong with the rest."""

    plans: tuple[tuple[Move, ...], ...]
    outlines: Mapping[str, Skill] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    impossible: str = ""


@dataclass(frozen=True)
class Judge:
    """Checks what a model proposed: skills exist, arguments fit, conditions parse and name known families."""

    world: str
    library: SkillLibrary
    primitives: Mapping[str, PrimitiveSpec]
    families: Mapping[str, FactFamily]
    known: Mapping[str, Skill] = field(default_factory=dict)

    def plans(self, data: Mapping[str, Any]) -> Proposal:
        """The plans of an answer that fits `PLANS_SCHEMA`; one wrong step refuses its plan."""
        refused: list[str] = []
        outlines = self._outlines(data.get("new_skills") or (), refused)
        plans = []
        for number, raw in enumerate(data.get("plans") or (), 1):
            try:
                steps = self._whole(data["plans"], raw)[:MOST_STEPS]
                plan = tuple(self._numbered(step, at, outlines) for at, step in enumerate(steps, 1))
            except BadInput as error:
                refused.append(f"plan {number}: {error}")
                continue
            if plan:
                plans.append(plan)
        return Proposal(tuple(plans), outlines, tuple(refused), str(data.get("impossible") or ""))

    @staticmethod
    def _whole(plans: Sequence[Mapping[str, Any]], raw: Mapping[str, Any]) -> list[Any]:
        """All steps of a plan: `same` of the first plan's, then its own; what repeats costs no tokens."""
        shared = 0 if raw is plans[0] else max(0, int(raw.get("same") or 0))
        return [*plans[0]["steps"][:shared], *raw["steps"]]

    def checked(self, steps: Sequence[Mapping[str, Any]]) -> tuple[Move, ...]:
        """Steps as moves; raises `BadInput` if one of them does not fit the library or the facts."""
        return tuple(self._numbered(step, at, self.known) for at, step in enumerate(steps, 1))

    def step(self, data: Mapping[str, Any]) -> Proposal:
        """The one step of an answer that fits `STEP_SCHEMA`, as a plan of one."""
        refused: list[str] = []
        impossible = str(data.get("impossible") or "")
        new = data.get("new_skill")
        outlines = self._outlines([new] if new else [], refused)
        if impossible and not str(data.get("call") or "").strip():
            return Proposal((), outlines, (), impossible)
        try:
            thought = {"why": str(data.get("thought") or "")}
            move = self._move({**data, **thought}, outlines)
        except BadInput as error:
            return Proposal((), outlines, (*refused, str(error)))
        return Proposal(((move,),), outlines, tuple(refused))

    def _outlines(self, raw: Sequence[Mapping[str, Any]], refused: list[str]) -> dict[str, Skill]:
        found = dict(self.known)
        for one in raw:
            try:
                skill = outline(
                    one["name"], one["signature"], one["task"], self.world, one["achieves"].strip()
                )
                self._refuse_taken(skill)
            except BadInput as error:
                refused.append(f"new skill {one['name']!r}: {error}")
                continue
            if skill.name not in self.library:
                found[skill.name] = skill
        return found

    def _refuse_taken(self, skill: Skill) -> None:
        if skill.python_name in self.primitives or skill.python_name in HOST_FUNCTIONS:
            what = "a primitive" if skill.python_name in self.primitives else "a function of the sandbox"
            raise BadInput(f"it has the name of {what}", remedy="Choose another, a verb and an object.")

    def _numbered(self, raw: Mapping[str, Any], number: int, outlines: Mapping[str, Skill]) -> Move:
        try:
            return self._move(raw, outlines)
        except BadInput as error:
            raise BadInput(
                f"step {number}, {raw.get('call')}: {error.message}", remedy=error.remedy
            ) from None

    def _move(self, raw: Mapping[str, Any], outlines: Mapping[str, Skill]) -> Move:
        name, positional, named = parse_call(str(raw["call"]))
        skill = self._skill(name, outlines)
        arguments = skill.bind(*positional, **named)
        try:
            expects = parse(str(raw["expects"]).strip())
            check(expects, self.families)
        except BadCondition as error:
            raise BadInput(f"expects: {error.message}", remedy=error.remedy) from None
        empty = empty_parts(expects, self.families)
        if empty:
            shown = " and ".join(map(str, empty))
            raise BadInput(
                f"expects: {shown} holds whatever is done", remedy="Say what the step is to bring about."
            )
        return Move(skill.name, arguments, expects, str(raw.get("why") or "").strip())

    def _skill(self, name: str, outlines: Mapping[str, Skill]) -> Skill:
        if name in self.library:
            return self.library.get(name)
        if name in outlines:
            return outlines[name]
        if name.replace("-", "_") in self.primitives:
            raise BadInput(
                f"{name.replace('-', '_')} is a primitive, and steps call skills",
                remedy="Define a new skill that does it.",
            )
        try:
            return self.library.get(name)
        except BadSkill as error:
            raise BadInput(
                f"there is no skill {name!r}, neither in the library nor in new_skills", remedy=error.remedy
            ) from None
