"""`embodied bench rewards`: what learned skills cost, beside what was published. Cases, fixed beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from embodied.bench.rewards_authors import Author
from embodied.bench.rewards_refine import RefineCase
from embodied.bench.rewards_training import TrainingCase
from embodied.bench.version import ROOT
from embodied.errors import SetupError

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

NOTHING, WEAK = "nothing", "a weak skill"
TABLETOP: Final = (
    ("Reach", NOTHING, 3.0),
    ("ButtonPress", NOTHING, 3.0),
    ("DrawerOpen", NOTHING, 6.0),
    ("Push", WEAK, 6.0),
    ("PickPlace", WEAK, 10.0),
    ("Push", NOTHING, 6.0),
    ("PickPlace", NOTHING, 10.0),
)
"""Task, what a run begins with, minutes that are aimed at: `--minutes` of the run."""
WEAK_SKILLS: Final = {"Push": "weak-push", "PickPlace": "weak-carry"}
WEAK_FOLDER: Final = ROOT / "tests" / "data" / "weak_skills"
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
    """A refinement for each task and seed, as the command makes it with so many `--jobs`.

    Raises:
        SetupError: this is no checkout, and has no weak skills to begin with.
    """
    if not WEAK_FOLDER.is_dir():
        raise SetupError(
            "The weak skills that some runs begin with are not here.", remedy="Measure in a checkout."
        )
    return [
        RefineCase(
            f"tabletop/{task}/{start}/{processes} at a time/{seed}",
            *("tabletop", task, "auto" if start == NOTHING else "imitate", seed, minutes),
            skill=NOTHING if start == NOTHING else str(WEAK_FOLDER / WEAK_SKILLS[task]),
            labels={"start": start},
            processes=processes,
        )
        for seed in TABLETOP_SEEDS[:seeds]
        for task, start, minutes in TABLETOP
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
