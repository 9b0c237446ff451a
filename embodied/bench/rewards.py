"""`embodied bench rewards`: what learned skills cost, beside what was published. Cases, fixed beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from embodied.bench.rewards_authors import Author
from embodied.bench.rewards_refine import RefineCase
from embodied.bench.rewards_training import TrainingCase

METAWORLD: Final = (
    *("drawer-open", "drawer-close", "window-open", "window-close", "button-press", "sweep-into"),
    *("door-unlock", "door-close", "handle-pull", "handle-press", "handle-press-side"),
)
"""The tasks of Text2Reward (Xie et al. 2024)."""
STEPS: Final = 15_000
"""Of four of Meta-World's each; tried with the experts' rewards on other seeds, before any measured run."""
HELD_OUT: Final = 300
"""Over all seeds together."""
SEEDS: Final = (1, 2, 3)

TABLETOP: Final = (
    ("Reach", "sac", 3.0),
    ("ButtonPress", "sac", 3.0),
    ("DrawerOpen", "sac", 6.0),
    ("Push", "auto", 6.0),
    ("PickPlace", "auto", 10.0),
    ("Push", "sac", 6.0),
    ("PickPlace", "sac", 10.0),
)
"""Task, trainer, minutes that are aimed at: `--minutes` of the run. The last two are from nothing."""
TABLETOP_SEEDS: Final = (1, 2, 3, 4, 5)

ABLATIONS: Final = {
    "all": {},
    "without critic": {"critic": False},
    "without reflection": {"reflection": False},
    "without screening": {"screened": False},
}
ABLATED: Final = (("tabletop", "Reach"), ("tabletop", "DrawerOpen"), ("metaworld", "window-close"))
ABLATION_MINUTES: Final = 6.0


def metaworld(
    seeds: int, authors: Sequence[Author] = tuple(Author), tasks: Sequence[str] = METAWORLD
) -> list[TrainingCase]:
    """A training for each author, task and seed; each seed has its own share of the held-out episodes."""
    share = HELD_OUT // len(SEEDS)
    return [
        TrainingCase(
            f"metaworld/{task}/{author.value}/{seed}",
            *("metaworld", task, author, seed, STEPS, share, share * (seed - 1)),
        )
        for seed in SEEDS[:seeds]
        for author in authors
        for task in tasks
    ]


def tabletop(seeds: int, processes: int = 1) -> list[RefineCase]:
    """A refinement for each task and seed, as the command makes it with so many `--jobs`."""
    return [
        RefineCase(
            f"tabletop/{task}/{trainer}/{processes} at a time/{seed}",
            *("tabletop", task, trainer, seed, minutes),
            processes=processes,
        )
        for seed in TABLETOP_SEEDS[:seeds]
        for task, trainer, minutes in TABLETOP
    ]


def ablations(seeds: int) -> list[RefineCase]:
    """The same refinements with a part left out."""
    return [
        RefineCase(
            f"ablation/{name}/{kind}/{task}/{seed}",
            *(kind, task, "sac", seed, ABLATION_MINUTES),
            schedule=schedule,
            labels={"ablation": name},
        )
        for seed in SEEDS[:seeds]
        for name, schedule in ABLATIONS.items()
        for kind, task in ABLATED
    ]
