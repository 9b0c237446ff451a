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

REPORT: Final = "report.html"
FRAMES: Final = 6


@dataclass(frozen=True)
class RefineReport:
    """How it ended.

    Attributes:
        verdict: PASSED if the policy succeeded on at least 90 % of the held-out seeds, FAILED if on fewer,
            UNKNOWN if there is none.
        seconds: of all of it, measuring and the gate too, and earlier parts of the run.
        chosen: the candidate whose policy is kept.
    """

    run: str
    folder: Path
    sentence: str
    verdict: Verdict
    reason: str
    seconds: float
    progress: Progress
    chosen: Candidate | None
    artefact: Artefact | None
    proposed: Proposed | None = None
    """What the gate said of it; None if it was not asked."""

    @property
    def page(self) -> Path:
        return self.folder / REPORT


def report_of(
    setting: Setting, progress: Progress, seconds: float, chosen: Candidate | None, artefact: Artefact | None
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
    return RefineReport(
        setting.folder.name, setting.folder, setting.wish.sentence, verdict, reason, seconds,
        progress, chosen, artefact,
    )  # fmt: skip


def write_page(setting: Setting, report: RefineReport, by: TrainedBy) -> None:
    """report.html, with the pictures of an episode where the world can be drawn."""
    film = _film(setting, report.artefact) if report.artefact else Film(why_none="there is no policy yet")
    facts = {
        "task": f"{setting.task.name}: {setting.task.sentence}",
        "success means": str(setting.task.condition),
        "trainer": f"{by.trainer}, {by.why}",
        **_designing(setting, report.progress),
        "time": f"{report.seconds / 60:.1f} min",
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


def _film(setting: Setting, artefact: Artefact) -> Film:
    """The episode is run twice: to learn how long it lasts, and to draw the few states that are shown."""
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
