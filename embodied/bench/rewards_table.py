"""Tables of `embodied bench rewards`, published results beside our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from embodied.bench.rewards import ABLATIONS, METAWORLD, TABLETOP
from embodied.bench.rewards_authors import Author
from embodied.bench.statistics import median, wilson

Row = Mapping[str, Any]
Lines = list[tuple[str, ...]]

CLOSE: Final = 0.05
"""Of success: as good as another."""
TEXT2REWARD: Final = "13 of 17 as good, 4 better"
EUREKA_TRAININGS: Final = 80

METAWORLD_CONDITIONS: Final = (
    "As good: within 5 points of the expert's success over the same held-out episodes, or above. "
    "Better: as good, and fewer steps to 90 % (the median over seeds; a seed that never got there "
    "counts as infinite). Text2Reward (Xie et al. 2024) counts 17 tasks, these eleven among them, "
    "trained with SAC for a million steps of Meta-World each; no number of one task is at hand, so none"
    " stands beside ours. A step here is four of Meta-World's. Success is Meta-World's own, in the last"
    " state of an episode of at most 200 of its steps."
)
OFFLINE_CONDITIONS: Final = (
    "The offline designer's reward is the first that the critic accepts, in the order in which "
    "`embodied refine` tries them: no training chose it. The model's is its first that the critic "
    "accepted, as recorded."
)
TABLETOP_CONDITIONS: Final = (
    "From a task's name to a policy measured on 100 held-out seeds, as `embodied refine` does it, with "
    "the aim's minutes for its search; wall and CPU time hold all of it, measurement and report too. "
    "The weak skills (tests/data/weak_skills) look once, and are askew by chance. They are begun with by "
    "`--trainer imitate`: `auto` would take what is composed from the condition, which is clearly better."
)
ABLATION_CONDITIONS: Final = (
    "Trainings: rewards that a policy was trained with at all, however briefly. Eureka (Ma et al. "
    "2023): 5 iterations of 16 candidates in a run; without its reflection it lost 28.6 %, of its own "
    "measure."
)


TABLETOP_HEADER: Final = (
    *("task", "begins with", "processes", "seeds", "success", "95 %", "runs at 90 %"),
    *("wall min", "aim", "CPU min"),
)


def metaworld(rows: Sequence[Row]) -> Lines:
    """A line for each task; each author's success and steps to 90 %, and what is as good or better."""
    authors = [one for one in Author if any(row["author"] == one.value for row in rows)]
    others = [one for one in authors if one is not Author.expert]
    heads = [head for one in authors for head in (f"{one.value} success", "95 %", "steps to 90 %", "CPU s")]
    lines: Lines = [("task", "seeds", *heads, *(f"{one.value} is" for one in others))]
    for task in METAWORLD:
        of = {one: _of(rows, task, one) for one in authors}
        if not any(of.values()):
            continue
        cells = [cell for one in authors for cell in _cells(of[one])]
        verdicts = [compared(of[one], of.get(Author.expert, [])) for one in others]
        seeds = "/".join(str(len(of[one])) for one in authors)
        lines.append((task, seeds, *cells, *verdicts))
    return lines


def counted(rows: Sequence[Row], author: Author) -> str:
    """How many of the tasks are as good, and better, in a line beside Text2Reward's."""
    verdicts = [
        compared(_of(rows, task, author), _of(rows, task, Author.expert))
        for task in METAWORLD
        if _of(rows, task, author) and _of(rows, task, Author.expert)
    ]
    if not verdicts:
        return f"{author.value}: no task is measured with both its reward and the expert's."
    good = sum(one != "worse" for one in verdicts)
    better = sum(one == "better" for one in verdicts)
    return (
        f"{author.value}: as good as the expert's reward on {good} of {len(verdicts)} tasks measured, "
        f"better on {better}. Text2Reward: {TEXT2REWARD}."
    )


def compared(ours: Sequence[Row], experts: Sequence[Row]) -> str:
    """ "better", "as good" or "worse" than the expert's reward; "" where one is missing. Only seeds that both
    have are looked at."""
    shared = {row["seed"] for row in ours} & {row["seed"] for row in experts}
    mine = [row for row in ours if row["seed"] in shared]
    theirs = [row for row in experts if row["seed"] in shared]
    if not shared:
        return ""
    if _rate(mine) < _rate(theirs) - CLOSE:
        return "worse"
    return "better" if steps_to_solve(mine) < steps_to_solve(theirs) else "as good"


def steps_to_solve(rows: Sequence[Row]) -> float:
    """Median over seeds."""
    return median([row["reached"] for row in rows if row["reached"] is not None], len(rows))


def tabletop(rows: Sequence[Row]) -> Lines:
    """A line for each task: success over all seeds, median wall and CPU time, beside the aims."""
    lines: Lines = [TABLETOP_HEADER]
    for task, start, minutes in TABLETOP:
        mine = [row for row in rows if row["task"] == task and row["labels"]["start"] == start]
        for processes in sorted({row["processes"] for row in mine}):
            some = [row for row in mine if row["processes"] == processes]
            lines.append(
                (task, start, str(processes), str(len(some)), *_measured(some), *_times(some, minutes))
            )
    return lines


def ablations(rows: Sequence[Row]) -> Lines:
    """A line for each part that is left out: success, trainings and time of a run."""
    lines: Lines = [
        ("", "runs", "success", "95 %", "runs at 90 %", "trainings a run", "steps a run", "CPU min")
    ]
    for name in ABLATIONS:
        mine = [row for row in rows if row["labels"]["ablation"] == name]
        if mine:
            runs = len(mine)
            trainings = sum(row.get("trainings", 0) for row in mine) / runs
            steps = sum(row.get("steps", 0) for row in mine) / runs
            cpu = median([row["cpu_s"] / 60 for row in mine if row["cpu_s"]], runs)
            lines.append(
                (name, str(runs), *_measured(mine), f"{trainings:.1f}", f"{steps:.0f}", f"{cpu:.1f}")
            )
    lines.append(("Eureka", "", "", "", "", str(EUREKA_TRAININGS), "", ""))
    return lines


def _of(rows: Sequence[Row], task: str, author: Author) -> list[Row]:
    return [row for row in rows if row["task"] == task and row["author"] == author.value]


def _cells(rows: Sequence[Row]) -> tuple[str, ...]:
    if not rows:
        return "", "", "", ""
    successes, episodes = _sums(rows)
    low, high = wilson(successes, episodes)
    steps = steps_to_solve(rows)
    cpu = median([row["cpu_s"] for row in rows if row["cpu_s"]], len(rows))
    return (
        f"{successes} of {episodes}",
        f"{low:.0%} – {high:.0%}",
        f"{steps:.0f}" if steps < float("inf") else "never",
        f"{cpu:.0f}",
    )


def _measured(rows: Sequence[Row]) -> tuple[str, str, str]:
    successes, episodes = _sums(rows)
    low, high = wilson(successes, episodes)
    passed = sum(row["verdict"] == "PASSED" for row in rows)
    return f"{successes} of {episodes}", f"{low:.0%} – {high:.0%}", f"{passed} of {len(rows)}"


def _times(rows: Sequence[Row], minutes: float) -> tuple[str, str, str]:
    wall = median([row["seconds"] / 60 for row in rows], len(rows))
    cpu = median([row["cpu_s"] / 60 for row in rows if row["cpu_s"]], len(rows))
    return f"{wall:.1f}", f"{minutes:g}", f"{cpu:.1f}"


def _sums(rows: Sequence[Row]) -> tuple[int, int]:
    """Successes and episodes; a run that left no policy failed in all that it would have been measured on."""
    return (
        sum(row.get("successes", 0) for row in rows),
        sum(row.get("episodes") or row.get("held_out") or 100 for row in rows),
    )


def _rate(rows: Sequence[Row]) -> float:
    successes, episodes = _sums(rows)
    return successes / episodes
