"""The policy that a refinement keeps: measured on seeds that nobody saw, with a card of how it was made."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from embodied import __version__
from embodied.journal import Journal
from embodied.learning.artefact import Artefact, Measured, keep
from embodied.learning.candidates import Candidate
from embodied.learning.episodes import SELECTION_SEEDS, TRAINING_SEEDS, run_episode
from embodied.learning.policy import load_policy
from embodied.learning.progress import MEASURING, TrainedBy
from embodied.learning.search import best_policy
from embodied.learning.whereabouts import whereabouts
from embodied.learning.wish import Setting


def keep_policy(setting: Setting, journal: Journal, chosen: Candidate, by: TrainedBy) -> Artefact:
    """Measure the file itself, on seeds that nobody saw, and keep it. From then on they have been seen: who
    tries again, with another seed, trainer or reward, is measured on others, and cannot choose by these."""
    journal.write("phase", doing=MEASURING, candidate=chosen.number)
    file = best_policy(setting.folder, chosen)
    policy = load_policy(file)
    policy.refuse_other(setting.environment.observation_spec, setting.environment.action_spec)
    drawn_by = f"{setting.task.name}, seed {setting.wish.seed}"
    seeds = setting.seen.draw(_held_out(setting, journal, chosen), drawn_by)
    episodes = [run_episode(setting.environment, policy, seed, setting.task.steps) for seed in seeds]
    measured = Measured.of(
        [episode.succeeded for episode in episodes],
        seeds,
        float(np.mean([episode.steps for episode in episodes])),
    )
    told = _told(setting, chosen, by)
    setting.seen.add_all(seeds, f"run {setting.folder.name}")
    artefact = keep(file, setting.folder, measured, chosen.proposal.source, told)
    journal.write(
        "policy_kept",
        policy=artefact.digest,
        file=str(artefact.file.relative_to(setting.folder)),
        candidate=chosen.number,
        held_out=asdict(measured),
    )
    return artefact


def _held_out(setting: Setting, journal: Journal, chosen: Candidate) -> int:
    """On how many seeds a policy is measured; one that never succeeded so far is not worth all of them."""
    wanted, few = setting.wish.schedule.held_out, setting.wish.schedule.held_out_of_none
    assert chosen.best is not None
    if chosen.best.successes or wanted <= few:
        return wanted
    journal.write(
        "note",
        text=f"candidate {chosen.number} succeeded on 0 of {chosen.best.episodes} episodes: it is measured "
        f"on {few} held-out seeds, not on {wanted}",
    )
    return few


def _told(setting: Setting, chosen: Candidate, by: TrainedBy) -> dict[str, Any]:
    """What the card says beside the specs."""
    assert chosen.best is not None
    return {
        "task": setting.task.name,
        "sentence": setting.task.sentence,
        "success": str(setting.task.condition),
        "horizon": setting.task.steps,
        "start": asdict(setting.task.start),
        "whereabouts": whereabouts(setting.environment),
        "world": setting.launch.world.kind,
        "environment": dict(setting.task.identity),
        **({"arm": dict(setting.task.arm)} if setting.task.arm else {}),
        "trained": {
            "trainer": by.trainer,
            "began_with": by.guide or "nothing",
            "designer": setting.wish.designer,
            "steps": chosen.best.step,
            "of_steps": chosen.steps,
            "seed": setting.wish.seed,
            "seeds": f"drawn below {TRAINING_SEEDS}",
            "chosen_by": f"{chosen.best.successes} of {chosen.best.episodes} from {SELECTION_SEEDS}",
            "candidate": chosen.number,
        },
        "embodied": __version__,
    }
