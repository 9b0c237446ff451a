"""From an order to a skill that was tried: ask, check, try, judge, repair, at most so many rounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from embodied.condition import Condition
from embodied.errors import BadAnswer, BadSkill
from embodied.exploring.lessons import hints_for
from embodied.facts import Observation
from embodied.methods import WorldSpec
from embodied.models import Message, ModelClient
from embodied.outcome import Judgement
from embodied.planning.asking import longest_answer
from embodied.planning.briefing import aside_of, world_text
from embodied.planning.calls import written_call
from embodied.planning.closest import Closest, Find, Found
from embodied.primitives import PrimitiveSpec
from embodied.prompts import render, render_parts
from embodied.render import render_observation
from embodied.sandbox import SkillRun
from embodied.sandbox.checking import TypeProblem
from embodied.skills import Skill, SkillLibrary
from embodied.skills.sameness import normal_hash
from embodied.writing.drafts import SKILL_SCHEMA, Draft, Tried, draft_of, make_skill
from embodied.writing.findings import findings_of, outcome_of, shown_problems
from embodied.writing.offers import primitives_offered, skills_offered

REPAIRS: Final = 3
"""Rounds of repair after the first version."""

NEAR: Final = 0.35
"""The code of the nearest skill is an example if it is so near to the task [cosine]; unlike code costs tokens
and teaches nothing."""

MOST_SOURCE: Final = 7000
"""And no longer than this [characters]."""

OFFERED: Final = 24
"""Skills whose signatures are offered to the code; more would drown the primitives."""


@dataclass(frozen=True)
class Order:
    """What is wanted.

    Attributes:
        name, signature, task, achieves, uses: as of `NewSkill`.
        arguments: of the trial.
        expects: what must hold right after it.
        seconds: how long the trial may take [s].
    """

    name: str
    signature: str
    task: str
    arguments: Mapping[str, Any]
    expects: Condition
    achieves: str = ""
    uses: Sequence[str] = ()
    seconds: float = 600.0


@dataclass(frozen=True)
class Trial:
    """What the body did with a draft: the run, the verdict from facts, and the calls in a readable form."""

    run: SkillRun
    judgement: Judgement
    before: Observation
    after: Observation
    calls: Sequence[str] = ()
    interrupted: str = ""


@dataclass(frozen=True)
class Written:
    """What came of an order.

    Attributes:
        skill: the skill that passed its trial; None if none did.
        merged: True if the code was that of a skill which there was already.
        tried: every version, in order.
        why: why there is none, for the planner; "" if there is one.
    """

    skill: Skill | None
    tried: tuple[Tried, ...]
    merged: bool = False
    why: str = ""


class Bench(Protocol):
    """Where drafts are checked and tried. The loop of a run is one; nothing is executed elsewhere."""

    def check(self, skill: Skill) -> Sequence[TypeProblem]:
        """Type-check without running anything."""
        ...

    def try_out(self, skill: Skill, order: Order) -> Trial:
        """Run it in the sandbox, with the body, and judge it from facts."""
        ...

    def observation(self) -> Observation:
        """The facts now."""
        ...


@dataclass
class Workshop:
    """Writes skills for one run.

    Attributes:
        home: where drafts are written, a folder each.
        find: how the closest skills are found.
        note: told what happens, in a line.
        repairs: rounds after the first version.
        rules: those in force, in words.
    """

    client: ModelClient
    spec: WorldSpec
    primitives: Mapping[str, PrimitiveSpec]
    library: Callable[[], SkillLibrary]
    home: Path
    note: Callable[[str], None] = lambda text: None
    find: Find = field(default_factory=Closest)
    repairs: int = REPAIRS
    rules: Callable[[], Sequence[str]] = tuple
    _written: int = field(default=0)

    def make(self, order: Order, bench: Bench) -> Written:
        """Write until a version passes its trial, or the rounds are over.

        Raises:
            BudgetSpent, ModelError: as `ModelClient.ask`; drafts stay in `home`, no skill is half made.
        """
        library = self.library()  # as it was before drafts were laid over it
        tried: list[Tried] = []
        hashes: set[str] = set()
        for round_ in range(self.repairs + 1):
            if round_:
                self.note(f"repairing {order.name}, round {round_} of {self.repairs}: {tried[-1].outcome}")
            try:
                draft = self._ask(order, bench.observation(), tried, library)
            except BadAnswer as bad:
                nothing = Draft(order.name, "", "", "", "")
                tried.append(Tried(nothing, "no usable answer", bad.message, False))
                continue
            skill = self._checked(draft, order, bench, library, tried, hashes)
            if skill is None:
                continue
            twin = _twin(skill, library)
            if twin is not None:
                self.note(f"{order.name} would be the same code as {twin.name}, which is used instead")
                skill = twin
            trial = bench.try_out(skill, order)
            if trial.judgement.passed:
                return Written(skill, tuple(tried), merged=twin is not None)
            tried.append(Tried(draft, outcome_of(trial), findings_of(trial, order.expects), True))
        last = tried[-1]
        why = f"{len(tried)} versions of {order.name} were written and none passed; the last: {last.outcome}"
        return Written(None, tuple(tried), why=why)

    # --------------------------------------------------------------------------------- checking

    def _checked(
        self,
        draft: Draft,
        order: Order,
        bench: Bench,
        library: SkillLibrary,
        tried: list[Tried],
        hashes: set[str],
    ) -> Skill | None:
        """The draft as a skill that may run, or None with the reasons added to `tried`."""
        self._written += 1
        home = self.home / f"{self._written:02}"
        try:
            skill = make_skill(draft, home, self.spec.name, library, self.spec.families, order.arguments)
            again = normal_hash(skill.source)
            if again in hashes:
                why = "This is the same code as in an earlier try. Change what went wrong there."
                tried.append(Tried(draft, "refused: nothing was changed", why, False))
                return None
            hashes.add(again)
            problems = bench.check(skill)
        except BadSkill as error:
            text = f"{_short(error.message, home)}. {error.remedy}".strip()
            tried.append(Tried(draft, "refused before running", text, False))
            return None
        if problems:
            text = shown_problems(problems, skill.source)
            tried.append(Tried(draft, "refused by the type check, nothing was run", text, False))
            return None
        return skill

    # ----------------------------------------------------------------------------------- asking

    def _ask(
        self, order: Order, observation: Observation, tried: Sequence[Tried], library: SkillLibrary
    ) -> Draft:
        messages = self.messages(order, observation, tried, library)
        return draft_of(order.name, self.client.ask("writer", messages, schema=SKILL_SCHEMA)[0].data)

    def messages(
        self, order: Order, observation: Observation, tried: Sequence[Tried], library: SkillLibrary
    ) -> list[Message]:
        """The prompt. What changes from skill to skill comes last, so that servers can cache the rest."""
        found = self.find(library, f"{order.name.replace('-', ' ')}. {order.task}", OFFERED)
        offered = [skill for skill, _ in found]
        if len(library) <= OFFERED:
            offered += [skill for skill in library if skill not in offered]
        names = [order.name, *(skill.name for skill in offered)]
        parts = render_parts(
            "writer",
            world=world_text(self.spec, self.rules()),
            primitives=primitives_offered(self.primitives, self.spec.families, self.spec.interrupts),
            answer_tokens=str(longest_answer(self.client, "writer")),
            name=order.name,
            signature=order.signature,
            task=order.task,
            call=written_call(order.name, order.arguments),
            expects=str(order.expects),
            achieves=f"`{order.achieves}`" if order.achieves else "(not stated)",
            uses="; ".join(f"`{use}`" for use in order.uses) or "this call only",
            seconds=f"{order.seconds:.0f}",
            observation=render_observation(observation, aside=aside_of(self.spec), about=order.expects),
            skills=_skills(offered, found, hints_for(self.spec.name, names)),
            attempts=_attempts(tried),
        )
        return [Message(role, text) for role, text in parts]


def _twin(skill: Skill, library: SkillLibrary) -> Skill | None:
    """A skill that has the same code and takes the same arguments, if there is one."""
    wanted = normal_hash(skill.source)
    alike = (other for other in library if other.parameters == skill.parameters)
    return next((other for other in alike if normal_hash(other.source) == wanted), None)


def _skills(offered: Sequence[Skill], found: Found, hints: str) -> str:
    """Every offered skill in a line, the code of the one that is really near, and what was learned."""
    if not offered:
        return "(none yet: only primitives can be called)"
    parts = [f"```python\n{skills_offered(offered)}\n```"]
    near = [(score, skill) for skill, score in found if score >= NEAR and len(skill.source) <= MOST_SOURCE]
    if near:
        example = max(near, key=lambda pair: pair[0])[1]
        code = f"```python\n{example.source.strip()}\n```"
        parts.append(f"The code of `{example.python_name}`, as an example:\n\n{code}")
    if hints:
        parts.append(f"Seen in earlier runs:\n{hints}")
    return "\n\n".join(parts)


def _attempts(tried: Sequence[Tried]) -> str:
    """Only the last two in full: older ones by their outcome."""
    if not tried:
        return "None: this is the first version."
    older = [f"Try {number}: {one.outcome}." for number, one in enumerate(tried[:-2], 1)]
    first = max(1, len(tried) - 1)
    full = [
        render(
            "attempt",
            number=str(number),
            outcome=one.outcome,
            code=one.draft.code or "(no code)",
            findings=one.findings,
        )
        for number, one in enumerate(tried[-2:], first)
    ]
    return "\n".join([*older, *full])


def _short(message: str, home: Path) -> str:
    """Without the path of the draft, which means nothing to a model."""
    for folder in (home.resolve(), home):
        message = message.replace(f"{folder}/", "")
    return (
        message.split("/", 1)[1] if message.count("/") and "skill.py" in message.split("/", 1)[1] else message
    )
