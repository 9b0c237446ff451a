"""A model sets the goals: what to try next, from what the agent has, has done and has failed.

After the automatic curriculum of Voyager (Wang et al., 2023), with two differences: a goal is a condition
over facts, read and checked like one of a user's, and several are asked for at once. Where the model is of
no use (no key, nobody there, nonsense), the offline curriculum goes on, and it is said.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from embodied.condition import Condition, evaluate, facts_in, requirement
from embodied.errors import BadGoal, BadInput, ModelError, ModelInterrupted
from embodied.exploring.curriculum import MOST_ATTEMPTS, NoveltyCurriculum, Proposal
from embodied.exploring.progress import Progress
from embodied.facts import Observation
from embodied.goals import GoalParser
from embodied.methods import WorldSpec
from embodied.models import Message, ModelClient
from embodied.planning.briefing import world_text
from embodied.planning.search import NoPlan, PlanSearch
from embodied.primitives import JsonSchema
from embodied.prompts import render, render_parts
from embodied.render import render_observation
from embodied.skills import SkillLibrary

AT_ONCE: Final = 5
"""Goals asked for at once: a question costs thousands of tokens of prompt."""

FAULTS: Final = 3
"""Answers in a row that are of no use, after which the model is not asked again in this exploration."""

PAUSE: Final = 5
"""Goals of the offline curriculum after an answer that was of no use, before the model is asked again."""

MOST_FOUND: Final = 120
MOST_FRESH: Final = 40
MOST_ENDED: Final = 20
MOST_SKILLS: Final = 60

UNPLANNED_S: Final = 75.0
UNPLANNED_STEPS: Final = 10
"""What a goal is estimated at that no plan is known for: skills for it have to be written."""

GOALS_SCHEMA: Final[JsonSchema] = {
    "type": "object",
    "properties": {
        "goals": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"goal": {"type": "string"}, "why": {"type": "string"}},
                "required": ["goal", "why"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["goals"],
    "additionalProperties": False,
}


@dataclass
class ModelCurriculum:
    """Asks a model for goals.

    Attributes:
        asked: connects to whoever plays the part "curriculum".
        library: the skills that there are now.
        note: told in a line what a reader should know.
        writes: True if missing skills can be written; else a goal must have a plan.
        offline: proposes where the model does not.
        rules: those in force, in words.
    """

    world: WorldSpec
    asked: Callable[[], ModelClient]
    library: Callable[[], SkillLibrary]
    note: Callable[[str], None] = lambda text: None
    writes: bool = True
    rules: Callable[[], Sequence[str]] = tuple
    offline: NoveltyCurriculum = field(init=False)
    _waiting: deque[tuple[str, str]] = field(default_factory=deque)
    _faults: int = 0
    _silent: int = 0

    def __post_init__(self) -> None:
        self.offline = NoveltyCurriculum(self.world)

    def propose(self, observation: Observation, progress: Progress) -> Proposal | None:
        """The next goal of the model's list that can still be pursued, else one of a new list.

        Raises:
            BudgetSpent, ModelInterrupted: as `ModelClient.ask`.
        """
        waiting = self._next(observation, progress, [])
        if waiting is not None:
            return waiting
        if self._faults < FAULTS and self._silent == 0:
            asked = self._ask(observation, progress)
            if asked is not None:
                return asked
        self._silent = max(0, self._silent - 1)
        return self.offline.propose(observation, progress)

    # ---------------------------------------------------------------------------- asking

    def _ask(self, observation: Observation, progress: Progress) -> Proposal | None:
        refused: list[str] = []
        try:
            client = self.asked()
            messages = self.messages(observation, progress)
            for _ in range(2):
                answer = client.ask("curriculum", messages, schema=GOALS_SCHEMA)[0]
                self._waiting.extend(_goals_in(answer.data))
                found = self._next(observation, progress, refused)
                if found is not None:
                    self._faults = 0
                    return found
                problems = "\n".join(f"- {why}" for why in refused) or "- it holds no goal"
                messages = [
                    *messages,
                    Message("assistant", answer.text),
                    Message("user", render("correction", problems=problems)),
                ]
        except ModelInterrupted:
            raise
        except (ModelError, BadInput) as fault:
            self._fall_back(str(fault), for_good=fault.exit_code == 2)
            return None
        self._fall_back("none of its goals can be pursued: " + "; ".join(refused)[:300])
        return None

    def _fall_back(self, why: str, *, for_good: bool = False) -> None:
        """What cannot get better by waiting (no key, no such model) is not tried again."""
        self._faults = FAULTS if for_good else self._faults + 1
        self._silent = PAUSE
        more = " and is not asked again" if self._faults >= FAULTS else ""
        self.note(f"the model sets no goal{more}, the offline curriculum does: {' '.join(why.split())}")

    def messages(self, observation: Observation, progress: Progress) -> list[Message]:
        """The prompt: the world first, which all prompts begin with; then what there is."""
        found = list(progress.found)
        older = f"and {len(found) - MOST_FOUND} more, before: " if len(found) > MOST_FOUND else ""
        skills = [f"{s.python_name}: {s.description}" for s in list(self.library())[:MOST_SKILLS]]
        parts = render_parts(
            "curriculum",
            world=world_text(self.world, self.rules()),
            most=str(AT_ONCE),
            examples="; ".join(self.world.vocabulary.examples[:4]) or "none",
            distinct=str(len(found)),
            found=older + ", ".join(found[-MOST_FOUND:]) or "(nothing yet)",
            fresh=", ".join(self.offline.nearest(observation, progress, MOST_FRESH)) or "(nothing is known)",
            ended="\n".join(_ended(progress)) or "(none yet)",
            skills="\n".join(f"- {line}" for line in skills) or "(none yet)",
            observation=render_observation(observation),
        )
        return [Message(role, text) for role, text in parts]

    # --------------------------------------------------------------------------- checking

    def _next(self, observation: Observation, progress: Progress, refused: list[str]) -> Proposal | None:
        while self._waiting:
            text, why = self._waiting.popleft()
            try:
                return self._checked(text, why, observation, progress)
            except BadInput as error:
                refused.append(f"{text!r}: {error}")
        return None

    def _checked(self, text: str, why: str, observation: Observation, progress: Progress) -> Proposal:
        """A goal as it would be read from a user; raises `BadInput` saying why it is none now."""
        goal = GoalParser(self.world.vocabulary, self.world.families).parse(text)
        condition = goal.condition_for(observation)
        for fact in facts_in(condition):
            unreachable = self.world.unreachable((fact.family, *fact.keys))
            if unreachable:
                raise BadGoal(f"it cannot be reached: {unreachable}")
        if evaluate(condition, observation) is True:
            raise BadGoal("it holds already")
        name = _name(condition)
        count, _ = progress.failures(name)
        if count >= MOST_ATTEMPTS:
            raise BadGoal(f"it failed {count} times")
        cost, steps = self._estimate(condition, observation)
        chosen = f"a model's choice{f': {why}' if why else ''}"
        return Proposal(name, condition, cost, steps, chosen)

    def _estimate(self, condition: Condition, observation: Observation) -> tuple[float, int]:
        try:
            plan = PlanSearch(self.world, observation).plan(condition)
        except NoPlan as none:
            if not self.writes:
                raise BadGoal(f"the offline planner finds no way: {none}") from None
            return UNPLANNED_S, UNPLANNED_STEPS
        return plan.cost, len(plan.steps)


def _goals_in(data: Any) -> Iterator[tuple[str, str]]:
    for one in data["goals"][: 2 * AT_ONCE]:
        yield str(one["goal"]).strip(), " ".join(str(one["why"]).split())[:120]


def _name(condition: Condition) -> str:
    """The thing, where the goal is one of a thing: the same name as the offline curriculum gives it."""
    required = requirement(condition)
    single = required is not None and required.amount == 1 and not required.is_sum
    return required.fact[-1] if required is not None and single else str(condition)


def _ended(progress: Progress) -> Sequence[str]:
    lines = []
    for one in progress.ended[-MOST_ENDED:]:
        came = "reached" if one.verdict == "PASSED" else f"not reached: {' '.join(one.reason.split())[:160]}"
        lines.append(f"- {one.goal}: {came}")
    return lines
