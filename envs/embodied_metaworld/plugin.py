"""Meta-World as a kind of world: `kind = "metaworld"` in a launch file. It is learned in, not acted in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from embodied.condition import Condition
from embodied.errors import SetupError
from embodied.facts import FactFamily, Observation
from embodied.methods import FactRef, Method, Reflex, Vocabulary, WorldSpec
from embodied.primitives import JsonSchema
from embodied.world import Check, Simulation
from embodied_metaworld.facts import FAMILIES
from embodied_metaworld.tasks import TASKS
from embodied_metaworld.training import version_of

INSTALL: Final = "pip install 'embodied-agent[metaworld,learn]'"

SETTINGS: Final[JsonSchema] = {"type": "object", "properties": {}, "additionalProperties": False}


class MetaworldSpec:
    """The `WorldSpec`: facts, and goals as conditions over them; no skill acts here."""

    name: str = "metaworld"
    families: Mapping[str, FactFamily] = FAMILIES
    vocabulary: Vocabulary = Vocabulary((), examples=tuple(task.success for task in TASKS.values()))
    reflexes: tuple[Reflex, ...] = ()
    interrupts: frozenset[str] = frozenset()
    ready: Condition | None = None

    def methods(self, fact: FactRef, amount: float, observation: Observation) -> Iterable[Method]:
        """None: there is no skill."""
        return ()

    def unreachable(self, fact: FactRef) -> str:
        """Why nothing brings a fact about."""
        return "Meta-World is learned in, not acted in: `embodied refine metaworld --task ...`"

    def goal_pool(self) -> Sequence[str]:
        """What success is in each task."""
        return self.vocabulary.examples


class MetaworldPlugin:
    """Implements `embodied.world.WorldPlugin`, as far as learning needs it."""

    name = "metaworld"
    settings_schema: JsonSchema = SETTINGS

    def spec(self, settings: Mapping[str, Any] = {}) -> WorldSpec:
        """What is known of it with nothing running."""
        return MetaworldSpec()

    def simulation(self, settings: Mapping[str, Any], run_dir: Path) -> Simulation:
        """Raises SetupError: there is no body to act with."""
        raise SetupError(
            "Meta-World has no body that skills could act with.",
            remedy='Learn in it:  embodied refine metaworld --task "open the drawer"',
        )

    def doctor(self) -> Iterable[Check]:
        """Whether it is installed."""
        there = find_spec("metaworld") is not None
        remedy = "" if there else f"To learn in it: {INSTALL}"
        yield Check("metaworld", there, version_of("metaworld"), remedy, needed=False)


WORLD = MetaworldPlugin()
