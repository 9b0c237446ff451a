"""How a refinement ended: its verdict, the facts of its report, the pictures of an episode."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

import numpy as np

from embodied.errors import EmbodiedError
from embodied.learning.artefact import Artefact
from embodied.learning.candidates import SOLVED, Candidate
from embodied.learning.episodes import run_episode
from embodied.learning.leg import SHOWN
from embodied.learning.policy import load_policy
from embodied.learning.progress import Progress, TrainedBy
from embodied.learning.proposing import Proposed
from embodied.learning.report import Film, render
from embodied.learning.wish import Setting
from embodied.outcome import Verdict
from embodied.view.timeline import clock

REPORT: Final = "report.html"
FRAMES: Final = 6


@dataclass(frozen=True)
class RefineReport:
    """How it ended.

    Attributes:
        verdict: PASSED if the policy succeeded on at least 90 % of the held-out seeds, FAILED if on fewer,
            UNKNOWN if there is none.
        chosen: the candidate whose policy is kept.
    """

    run: str
    folder: Path
    sentence: str
    verdict: Verdict
    reason: str
    progress: Progress
    chosen: Candidate | None
    artefact: Artefact | None
    proposed: Proposed | None = None
    """What the gate said of it; None if it was not asked."""

    @property
    def page(self) -> Path:
        return self.folder / REPORT

    @property
    def seconds(self) -> float:
        """Of all of it, as `embodied runs` has it: measuring, the gate, and earlier parts of the run too."""
        return self.progress.seconds

    @property
    def took(self) -> str:
        """ "search 0:18, altogether 0:48"."""
        return f"search {clock(self.progress.searched)}, altogether {clock(self.seconds)}"

    @property
    def best_checkpoint(self) -> str:
        """ "step 508 of 2007, candidate 1 of 4"; "" where there is none."""
        if self.chosen is None or self.chosen.best is None:
            return ""
        steps = f"step {self.chosen.best.step} of {self.chosen.steps}"
        return f"{steps}, candidate {self.chosen.number} of {len(self.progress.candidates)}"


def report_of(
    setting: Setting, progress: Progress, chosen: Candidate | None, artefact: Artefact | None
) -> RefineReport:
    """What is to be said of what was kept, if anything was."""
    if artefact is None:
        verdict, reason = Verdict.UNKNOWN, "time was up, or it was stopped, before the first checkpoint"
        shown = sum(1 for _ in setting.folder.glob(f"candidates/*/{SHOWN}/*.npz"))
        if shown:
            reason += f"; {shown} episodes of the skill were shown by then, and are kept for --resume"
    else:
        good = artefact.measured.rate >= SOLVED
        verdict = Verdict.PASSED if good else Verdict.FAILED
        reason = f"succeeds on {artefact.measured.words} held-out seeds"
        reason += "" if good else f"; {100 * SOLVED:.0f} % are wanted"
        reason += f"; {progress.unheeded}" if progress.unheeded else ""
    return RefineReport(
        setting.folder.name, setting.folder, setting.wish.sentence, verdict, reason, progress, chosen,
        artefact,
    )  # fmt: skip


def write_page(setting: Setting, report: RefineReport, by: TrainedBy, film: Film) -> None:
    """report.html."""
    facts = {
        "task": f"{setting.task.name}: {setting.task.sentence}",
        "success means": str(setting.task.condition),
        "trainer": f"{by.trainer}, {by.why}",
        **_designing(setting, report.progress),
        **({"best checkpoint": report.best_checkpoint} if report.best_checkpoint else {}),
        "time": report.took,
        "seed": str(setting.wish.seed),
    }
    if report.proposed is not None:
        facts |= {"skill": f"{report.proposed.skill}: {report.proposed.reason}"}
        facts |= {"next": report.proposed.command} if report.proposed.command else {}
    page = render(
        setting.wish.sentence, report.reason, facts, report.progress, report.chosen, report.artefact, film
    )
    report.page.write_text(page, encoding="utf-8")


def _designing(setting: Setting, progress: Progress) -> dict[str, str]:
    """Who designed, what asking models cost, and what a person said."""
    told = {"designer": setting.wish.designer}
    if progress.used.calls or progress.used.cached:
        told["models were asked"] = progress.used.words
    for number, one in enumerate(progress.feedback, 1):
        heading = "feedback" if len(progress.feedback) == 1 else f"feedback {number}"
        told[f"{heading}, after round {one.after}"] = one.words
    return told


def film_of(setting: Setting, artefact: Artefact | None) -> Film:
    """Pictures of an episode of the policy, where there is one and the world can be drawn.

    The episode is run twice: to learn how long it lasts, and to draw the few states that are shown.
    """
    if artefact is None:
        return Film(why_none="there is no policy yet")
    frames: list[Any] = []
    try:
        environment = setting.source.make(setting.task, setting.launch.world.settings, pictures=True)
        try:
            policy = load_policy(artefact.file, digest=artefact.digest)
            steps, seed = setting.task.steps, artefact.measured.first_seed
            lasted = run_episode(environment, policy, seed, steps).steps
            chosen = np.unique(np.linspace(0, lasted, FRAMES).round().astype(int)).tolist()
            states = count()
            run_episode(
                *(environment, policy, seed, lasted),
                lambda e: frames.append(e.render()) if next(states) in chosen else None,
            )
        finally:
            environment.close()
    except EmbodiedError as error:
        return Film(why_none=error.message)
    if not frames or frames[0] is None:
        return Film(why_none="this world draws none.")
    captions = tuple(f"step {step}, {step * policy.step_seconds:.1f} s" for step in chosen)
    return Film(tuple(frames), captions[: len(frames)], seed)
