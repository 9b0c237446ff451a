"""What embodied knows of Minecraft with no game running."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from embodied.facts import FactFamily, Observation
from embodied.methods import FactRef, Method, Vocabulary
from embodied_minecraft.facts import FAMILIES
from embodied_minecraft.knowledge import load
from embodied_minecraft.methods import default_methods
from embodied_minecraft.vocabulary import vocabulary


class MinecraftSpec:
    """The `WorldSpec` of Minecraft. Tables are read at first use, so that making one costs nothing."""

    name: str = "minecraft"
    families: Mapping[str, FactFamily] = FAMILIES

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words for items, classes and sets."""
        return vocabulary(load())

    def methods(self, fact: FactRef, amount: float, observation: Observation) -> Iterable[Method]:
        """The ways to gain `amount` more of `fact`; none if there is no way."""
        return default_methods()(fact, amount, observation)

    def unreachable(self, fact: FactRef) -> str:
        """Why nothing yields this fact, for a user; empty if something does."""
        return ""
