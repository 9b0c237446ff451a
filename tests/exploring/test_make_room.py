"""The skill that makes room, on a real body in the embedded server."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied.launchfile import parse_launch
from embodied.library import open_library
from embodied.plugins import load_world
from embodied.sandbox import SkillExecutor


@pytest.mark.node
@pytest.mark.slow
def test_what_is_not_kept_is_thrown_away_and_stays_away(tmp_path: Path) -> None:
    text = '[goal]\ntext = "get 1 dirt"\n[world]\nkind = "minecraft"\nseed = 11\nfast = true\n'
    launch = parse_launch(text, "test")
    simulation = load_world("minecraft").simulation(launch.world.settings, tmp_path)
    try:
        world = simulation.launch()
        with SkillExecutor(open_library("minecraft").skills(), world) as executor:
            for item in ("oak_log", "dirt"):
                assert executor.run(
                    "mine-block", {"block": item, "item": item, "count": 3}, deadline_s=120
                ).ok
            before = world.observe().number("inventory", "dirt")
            made = executor.run("make-room", {"keep": {"oak_log": 2}}, deadline_s=120)
        assert made.ok, made.reason
        after = world.observe()
        assert after.number("inventory", "oak_log") == 2
        assert after.number("inventory", "dirt") < before  # what lay about from digging may be picked up
    finally:
        simulation.close()
