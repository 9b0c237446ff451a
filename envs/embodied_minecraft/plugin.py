"""Minecraft as a kind of world."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from embodied import node
from embodied.doctor import check_javascript, check_node
from embodied.errors import SetupError
from embodied.world import Check
from embodied_minecraft.server import PACKAGE_DIR
from embodied_minecraft.settings import SCHEMA, Settings
from embodied_minecraft.simulation import MinecraftSimulation
from embodied_minecraft.spec import MinecraftSpec


class MinecraftPlugin:
    """Implements `embodied.world.WorldPlugin`."""

    name = "minecraft"
    settings_schema: Mapping[str, Any] = SCHEMA

    def spec(self, settings: Mapping[str, Any] = {}) -> MinecraftSpec:
        return MinecraftSpec()

    def simulation(self, settings: Mapping[str, Any], run_dir: Path) -> MinecraftSimulation:
        return MinecraftSimulation(Settings.of(settings), run_dir)

    def doctor(self) -> Iterable[Check]:
        """Node, the npm parts of the bridge, and those of the embedded server."""
        yield check_node()
        yield from check_javascript()
        try:
            present = node.installed(PACKAGE_DIR)
        except SetupError as missing:
            yield Check("Minecraft server", False, missing.message, missing.remedy)
            return
        detail = "npm parts installed" if present else "npm parts will be installed at the first start"
        yield Check("Minecraft server", True, detail)


WORLD = MinecraftPlugin()
