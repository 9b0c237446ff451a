"""A library grown from primitives only by a model, and what it is worth after: the same goals, no model.

"Grow" pursues four goals one after another, in one library of its own folder, without the skills that
come along. What a level cost is everything that was asked until it was reached, runs that were stopped on
the way and asked again included. "Reuse" gives each run on a new seed a copy of that library, a budget of no
call at all, no key, and an address where nobody answers.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from embodied import journal
from embodied.bench.running import Case, file_name_of, mode_of
from embodied.bench.statistics import median, wilson
from embodied.library.store import LibraryStore
from embodied.models.usage import usage_of
from embodied.runs import JOURNAL

GOALS = ("craft a wooden pickaxe", "craft a stone pickaxe", "craft a furnace", "craft an iron pickaxe")
GROW_SEED = 60
REUSE_SEEDS = tuple(range(61, 71))
"""Fixed before the first run; no other measurement and no test uses them, and no skill was tuned on them."""

GROW_MINUTES = 60.0
REUSE_MINUTES = 20.0
GATE_S = 3600.0
"""What proving the skills of a run on held-out seeds may take, after the run [s]."""

NOBODY = "http://127.0.0.1:9/v1"
"""The discard port: no model answers there."""

# Voyager (Wang et al. 2023), table 1: prompting iterations, mean ± spread of 3 trials; nothing on a furnace.
VOYAGER: Mapping[str, tuple[str, str]] = {
    "craft a wooden pickaxe": ("6 ± 2", "7 ± 2"),
    "craft a stone pickaxe": ("11 ± 2", "9 ± 4"),
    "craft an iron pickaxe": ("21 ± 7", "29 ± 11"),
}

CONDITIONS = (
    "Conditions differ: Voyager's are prompting iterations in vanilla Minecraft 1.19, in one life, with "
    "looking through stone; an iteration is a round of prompting and may hold several calls of a model. Here "
    "every call counts, each goal begins with an empty inventory in the embedded server's own world, and "
    "facts decide. Where nothing was published, a cell is blank."
)


def grow_cases(
    launch: Path, goals: Sequence[str], folder: Path, world: str, model: str, arguments: Sequence[str] = ()
) -> list[Case]:
    """The goals in turn, for one run after the other: each begins with what those before it have learned."""
    alone = ["--planner", "llm", "--set", "agent.seed_skills=false", "--no-model-cache"]
    return [
        Case(
            key=f"grow/{model}/{mode_of(arguments)}/{goal}",
            arguments=(str(launch), "--goal", goal, "--seed", str(GROW_SEED), *arguments, *alone),
            minutes=GROW_MINUTES,
            labels={"part": "grow", "goal": goal, "seed": GROW_SEED, "model": model},
            library=folder,
            runs=folder.with_name(f"{folder.name}-runs") / file_name_of(goal),
            margin_s=GATE_S,
            refusal_ends=True,
            measure=_growth(folder, world),
        )
        for goal in goals
    ]


def reuse_cases(
    launch: Path,
    goals: Sequence[str],
    folder: Path,
    world: str,
    planner: str,
    arguments: Sequence[str] = (),
    seeds: Sequence[int] = REUSE_SEEDS,
) -> list[Case]:
    """Every goal on every new seed, with a copy of the library and no model."""
    which = library_mark(folder, world)
    alone = ["--planner", planner, "--set", "agent.seed_skills=false", "--no-model-cache"]
    nobody = ["--set", "model.calls=0", "--set", f"model.base_url={NOBODY}"]
    return [
        Case(
            key=f"reuse/{which}/{planner}/{mode_of(arguments)}/{goal}/{seed}",
            arguments=(str(launch), "--goal", goal, "--seed", str(seed), *arguments, *alone, *nobody),
            minutes=REUSE_MINUTES,
            labels={"part": "reuse", "goal": goal, "seed": seed, "library": which, "planner": planner},
            environment={"OPENAI_API_KEY": None, "OPENAI_BASE_URL": None, "EMBODIED_CASSETTE": None},
            library=folder,
            copied=True,
        )
        for goal in goals
        for seed in seeds
    ]


def skills_in(folder: Path, world: str) -> dict[str, str]:
    """Hash by name of the skills of a grown library that may be used."""
    return {skill.name: skill.hash for skill in LibraryStore(folder / world, world).skills()}


def library_mark(folder: Path, world: str) -> str:
    """Names a library by what is in it, so that rows of two libraries are never mixed."""
    text = "\n".join(f"{name} {hash_}" for name, hash_ in sorted(skills_in(folder, world).items()))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _growth(folder: Path, world: str) -> Callable[[Path], Mapping[str, Any]]:
    """What a level cost and brought, from the journals of all its runs and the library's own records."""

    def measured(runs: Path) -> Mapping[str, Any]:
        records = [record for path in sorted(runs.glob(f"*/{JOURNAL}")) for record in journal.read(path)]
        kept = {r["skill"]: r["hash"] for r in records if r["type"] == "skill_kept" and r["status"] == "new"}
        store = LibraryStore(folder / world, world)
        notes = [str(record["text"]) for record in records if record["type"] == "note"]
        return {
            "model_use": usage_of(records).to_wire(),
            "calls_by_part": dict(Counter(r["part"] for r in records if r["type"] == "model_call")),
            "repairs": sum(note.startswith("repairing ") for note in notes),
            "written": sorted(kept),
            "verified": sorted(name for name, hash_ in kept.items() if store.grade(name, hash_).proven),
            "runs": len({record["run"] for record in records if record["type"] == "run_started"}),
        }

    return measured


def grow_table(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Level, reached, and what it took from the beginning to there, beside Voyager's iterations."""
    lines: list[tuple[str, ...]] = [
        (
            "level",
            "reached",
            "model calls so far",
            "tokens in",
            "tokens out",
            "repair rounds",
            "skills written",
            "verified",
            "Voyager: iterations",
            "without its library",
        )
    ]
    for number, row in enumerate(rows, 1):
        so_far = rows[:number]
        used = [one["model_use"] for one in so_far]
        counts = (
            sum(use["calls"] for use in used),
            sum(use["prompt_tokens"] for use in used),
            sum(use["completion_tokens"] for use in used),
            sum(one["repairs"] for one in so_far),
            sum(len(one["written"]) for one in so_far),
            sum(len(one["verified"]) for one in so_far),
        )
        reached = "yes" if row["verdict"] == "PASSED" else "no"
        published = VOYAGER.get(row["goal"], ("", ""))
        lines.append((_thing(row["goal"]), reached, *(f"{count:,}" for count in counts), *published))
    return lines


def reuse_table(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Goal, passes of so many seeds, minutes, and the calls of models, which must be none."""
    lines: list[tuple[str, ...]] = [("goal", "passed", "95 %", "median", "model calls")]
    for goal in dict.fromkeys(row["goal"] for row in rows):
        lines.append(_reuse_line(_thing(goal), [row for row in rows if row["goal"] == goal]))
    if rows:
        lines.append(_reuse_line("all", rows))
    return lines


def _reuse_line(name: str, rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    passed = [row for row in rows if row["verdict"] == "PASSED"]
    low, high = wilson(len(passed), len(rows))
    middle = median([row["seconds"] for row in passed], len(rows)) / 60
    calls = sum(row["model_use"]["calls"] for row in rows)
    return name, f"{len(passed)} of {len(rows)}", f"{low:.0%} – {high:.0%}", f"{middle:.1f} min", str(calls)


def misses(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """A line for each run that did not pass."""
    return [f"missed {row['key']}: {row['reason']}" for row in rows if row["verdict"] != "PASSED"]


def _thing(goal: str) -> str:
    return re.sub(r"^(craft|get|make) (an?|the) ", "", goal)
