"""Which planner a launch names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from embodied.errors import BadInput, did_you_mean
from embodied.launchfile import LaunchFile
from embodied.methods import WorldSpec
from embodied.models import ModelClient
from embodied.planning.briefing import Briefing
from embodied.planning.offline import OfflinePlanner
from embodied.planning.plan import Planner
from embodied.planning.react import ReActPlanner
from embodied.planning.recalling import PlanMemory
from embodied.planning.skilled import SkilledMethods
from embodied.planning.tree import TreePlanner
from embodied.primitives import PrimitiveSpec
from embodied.skills import SkillLibrary

MODEL_PLANNERS: Final = ("llm", "react")
"""Planners that ask a model."""


def make_planner(
    launch: LaunchFile,
    spec: WorldSpec,
    primitives: Mapping[str, PrimitiveSpec],
    library: Callable[[], SkillLibrary],
    asked: Callable[[], ModelClient],
    memory: PlanMemory | None = None,
    note: Callable[[str], None] = lambda text: None,
    rules: Callable[[], Sequence[str]] = tuple,
    success: Callable[[str], float] = lambda name: 0.0,
) -> Planner:
    """The planner of a run whose world is ready. `asked` connects to a model, only where one is needed;
    `rules` are those in force, in words, for its prompts; `success` is how surely a skill is
    known to succeed, at least."""
    name = launch.agent.planner
    if name == "offline":
        return OfflinePlanner(SkilledMethods(spec, library, success), launch.agent.step_retries)
    if name not in MODEL_PLANNERS:
        known = ("offline", *MODEL_PLANNERS)
        hint = did_you_mean(name, known) or f"Known planners: {', '.join(known)}."
        raise BadInput(f"There is no planner {name!r}.", remedy=hint)
    briefing = Briefing(spec, primitives, library, rules=rules)
    if name == "react":
        return ReActPlanner(asked(), briefing, launch.goal.text)
    return TreePlanner(asked(), briefing, launch.goal.text, launch.agent.step_retries, memory, note)


def name_goal(planner: Planner, text: str) -> None:
    """From now on a planner that asks a model calls the goal so, not as the launch file does."""
    if isinstance(planner, TreePlanner | ReActPlanner):
        planner.goal_text = text
