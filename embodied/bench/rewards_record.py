"""Has a model write the rewards that the benchmark measures, and keeps them with what it was told.

    python -m embodied.bench.rewards_record launch/metaworld.toml [TASK ...]

For each task without one the designer of `--designer llm` is asked for one reward at a time, until the critic
accepts one: what is refused goes back with the critic's words, as in `embodied refine`, and nothing is
trained. EMBODIED_CASSETTE records the traffic.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from embodied.bench.rewards import METAWORLD
from embodied.bench.rewards_authors import recorded_file
from embodied.budget import Budget
from embodied.launchfile import LaunchFile, Limits, load_launch_file
from embodied.learning.candidates import Candidate, Proposal
from embodied.learning.designers import meanings
from embodied.learning.environment import Environment, TrainingTask, load_tasks
from embodied.learning.examining import Examiner
from embodied.learning.ground import DISCOUNT, lay_ground
from embodied.learning.model_designer import Brief, ModelDesigner, designer_messages
from embodied.models import ModelClient
from embodied.models.client import connect
from embodied.rewards.calling import in_process
from embodied.rewards.checking import check
from embodied.rewards.errors import RewardError

WAVES: Final = 4
MINUTES: Final = 60.0


def main(launch_file: str, names: Sequence[str]) -> int:
    """Record what is not recorded; 1 if a task is left without."""
    launch = load_launch_file(Path(launch_file))
    source = load_tasks(launch.world.kind)
    budget = Budget(Limits(MINUTES, 1, 1), 0.0, model=launch.model)
    left = 0
    with connect(launch.model, budget, _silent, stop=threading.Event()) as client:
        for task in source.tasks(launch.world.settings):
            if task.name not in (names or METAWORLD) or recorded_file(task).is_file():
                continue
            environment = source.make(task, launch.world.settings)
            try:
                accepted = _record(task, environment, client, launch)
            finally:
                environment.close()
            print(f"{task.name}: {'recorded' if accepted else 'none was accepted'}", flush=True)
            left += not accepted
    return int(left > 0)


def _record(task: TrainingTask, environment: Environment, client: ModelClient, launch: LaunchFile) -> bool:
    with tempfile.TemporaryDirectory(prefix="embodied-bench-") as folder:
        ground = lay_ground(task, lambda: environment, environment, Path(folder), launch)
    examiner = ground.examiner
    brief = Brief(
        task, examiner.observation, examiner.action, examiner.experience, DISCOUNT, meanings(ground)
    )
    designer = ModelDesigner(client, brief)
    earlier: list[Candidate] = []
    told: list[str] = []
    for wave in range(1, WAVES + 1):
        asked = designer_messages(brief, earlier, 1)
        told.append(f"# Question {wave}\n\n" + "\n\n".join(f"## {one.role}\n\n{one.text}" for one in asked))
        for proposal in designer.propose(earlier, 1):
            candidate = judged(examiner, Candidate(len(earlier) + 1, proposal))
            told.append(f"# Answer {wave}: {proposal.name}\n\n{proposal.why}\n\n{candidate.critique}")
            earlier.append(candidate)
            if candidate.state == "accepted":
                keep(task, proposal, told)
                return True
    return False


def judged(examiner: Examiner, candidate: Candidate) -> Candidate:
    """What the critic says of it."""
    try:
        code = check(candidate.proposal.source, examiner.observation, examiner.action)
        found = examiner.judge(in_process(code))
    except RewardError as wrong:
        return replace(candidate, state="refused", critique=str(wrong))
    return replace(candidate, state="accepted" if found.accepted else "refused", critique=found.text)


def keep(task: TrainingTask, proposal: Proposal, told: Sequence[str]) -> None:
    """The reward's text, and beside it what led to it."""
    path = recorded_file(task)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(proposal.source, encoding="utf-8")
    path.with_name(f"{task.name}.prompts.md").write_text("\n\n".join(told) + "\n", encoding="utf-8")


def _silent(type_: str, /, **fields: Any) -> int:
    """No journal: what is told stands beside the reward."""
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
