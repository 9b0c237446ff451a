"""An arm to deploy to, and evidence as the gate would have recorded it."""

from __future__ import annotations

from embodied.library import open_library
from embodied.library.evidence import Ground, SeedResult
from embodied.outcome import Verdict

LAUNCH = """
[goal]
text = "put the red cube in the bowl"
[world]
kind = "arm"
driver = "tabletop"
arm = "test-arm"
scene = "default"
seed = 1
"""


def prove(name: str, passed: int = 100, version: str | None = None) -> None:
    """Evidence on a hundred seeds for a skill of the table."""
    store = open_library("tabletop")
    used = store.skills()
    skill = store.get(name, version)
    callees = {one.name: one.hash for one in used.closure(name) if one.name != name}
    seeds = [1_000_000_000 + number for number in range(100)]
    id_ = store.begin_verification(skill.name, skill.hash, seeds, seeds[0])
    for at, seed in enumerate(seeds):
        verdict = Verdict.PASSED if at < passed else Verdict.FAILED
        result = SeedResult(seed, verdict, "", {}, "holding[red_cube]")
        store.record(skill.name, skill.hash, id_, Ground(callees, "", ""), result)
