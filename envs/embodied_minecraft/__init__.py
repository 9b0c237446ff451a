"""Minecraft: an embedded server with survival rules, and what embodied knows of the game."""

from embodied_minecraft.plugin import WORLD

__all__ = ["WORLD"]
