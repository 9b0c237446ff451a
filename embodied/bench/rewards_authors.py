"""Who wrote the reward that a training is measured with: the task's expert, the offline designer, a model.

An expert's reward is computed from the simulator's state and no function of what is observed, so it is noted
down as the environment gives it, and read back for each transition. Nothing else of a training differs.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Protocol, runtime_checkable

import numpy as np

from embodied.errors import BadInput
from embodied.learning.candidates import OfflineDesigner, Proposal
from embodied.learning.environment import Environment, Flat, TaskSource, TrainingTask
from embodied.learning.episodes import Episode
from embodied.learning.errors import NoReward
from embodied.learning.examining import Examiner
from embodied.rewards.calling import in_process
from embodied.rewards.checking import check
from embodied.rewards.compiling import RewardFunction
from embodied.rewards.spec import ActionSpec, Array, Arrays, ObservationSpec

RECORDED: Final = Path(__file__).parent / "data" / "rewards"
"""What the model designed: `<kind>/<task>.reward.py`, beside it what it was told."""
DISCOUNT: Final = 0.96
PROPOSALS: Final = 8


class Author(StrEnum):
    """Whose reward."""

    expert = "expert"
    offline = "offline"
    llm = "llm"


@runtime_checkable
class ExpertSource(Protocol):
    """Tasks that experts wrote rewards for."""

    def with_expert(self, task: TrainingTask) -> Environment:
        """The task's environment, its `step` giving the expert's reward in place of success."""
        ...


@dataclass(frozen=True, eq=False)
class Written:
    """A reward to train with.

    Attributes:
        name: of its structure.
        digest: SHA-256 of its text; "" for an expert's, which is no text here.
        make: the environments to train in.
        experience: the random episodes that every training begins with.
    """

    name: str
    digest: str
    function: RewardFunction
    make: Callable[[], Environment]
    experience: tuple[Episode, ...]


def written(author: Author, source: TaskSource, task: TrainingTask, plain: Environment, seed: int) -> Written:
    """An author's reward for a task.

    Raises:
        BadInput: there is none.
        NoReward: the critic accepts none of the offline designer's.
    """
    if author is Author.expert:
        if not isinstance(source, ExpertSource):
            raise BadInput("No expert wrote rewards for this world.", remedy="Measure offline or llm.")
        return _experts(source, task)
    examiner = examiner_of(plain, task)
    proposals = _offline(task, plain, seed) if author is Author.offline else (_recorded(task),)
    for proposal in proposals:
        code = check(proposal.source, plain.observation_spec, plain.action_spec)
        reward = in_process(code)
        if author is Author.llm or examiner.judge(reward).accepted:
            digest = hashlib.sha256(proposal.source.encode()).hexdigest()
            return Written(
                proposal.name, digest, reward, lambda: source.make(task, {}), tuple(examiner.experience)
            )
    raise NoReward("The critic accepts no reward of the offline designer.", remedy=f"See {task.name}.")


def recorded_file(task: TrainingTask) -> Path:
    """Where the model's reward for a task is."""
    return RECORDED / task.identity.get("kind", "") / f"{task.name}.reward.py"


def _recorded(task: TrainingTask) -> Proposal:
    path = recorded_file(task)
    if not path.is_file():
        raise BadInput(f"No model's reward for {task.name} is recorded.", remedy=f"Expected it in {path}.")
    return Proposal(f"model, {path.stem.partition('.')[0]}", path.read_text(encoding="utf-8"), {})


def _offline(task: TrainingTask, plain: Environment, seed: int) -> Iterable[Proposal]:
    """In the order in which `embodied refine` tries them, before any training: nothing is searched."""
    assert task.condition is not None
    designer = OfflineDesigner(task.condition, plain.observation_spec, plain.action_spec, seed)
    return designer.propose([], PROPOSALS)


def examiner_of(environment: Environment, task: TrainingTask) -> Examiner:
    """What the critic judges with: idle and random episodes, as at the beginning of `embodied refine`."""
    assert task.condition is not None
    with tempfile.TemporaryDirectory(prefix="embodied-bench-") as folder:
        return Examiner(environment, task.condition, None, task.steps, DISCOUNT, Path(folder))


def _experts(source: ExpertSource, task: TrainingTask) -> Written:
    notes: dict[bytes, float] = {}

    def make() -> Environment:
        return NotingEnvironment(source.with_expert(task), notes)

    environment = make()
    try:
        examiner = examiner_of(environment, task)
        observation, action = environment.observation_spec, environment.action_spec
    finally:
        environment.close()
    reward = _read_back(notes, observation, action)
    return Written("expert", "", reward, make, tuple(examiner.experience))


class NotingEnvironment:
    """An environment that notes what each of its transitions paid."""

    def __init__(self, inner: Environment, notes: dict[bytes, float]) -> None:
        self._inner, self._notes = inner, notes
        self._last: Flat = np.zeros(0, np.float32)

    @property
    def observation_spec(self) -> ObservationSpec:
        return self._inner.observation_spec

    @property
    def action_spec(self) -> ActionSpec:
        return self._inner.action_spec

    def reset(self, *, seed: int | None = None) -> tuple[Flat, dict[str, Any]]:
        self._last, info = self._inner.reset(seed=seed)
        return self._last, info

    def step(self, action: Any) -> tuple[Flat, float, bool, bool, dict[str, Any]]:
        now, paid, terminated, truncated, info = self._inner.step(action)
        self._notes[_transition(now, np.asarray(action), self._last)] = paid
        self._last = now
        return now, paid, terminated, truncated, info

    def render(self) -> Any:
        return self._inner.render()

    def close(self) -> None:
        self._inner.close()


def _read_back(notes: dict[bytes, float], observation: ObservationSpec, action: ActionSpec) -> RewardFunction:
    """The notes as a reward: one term, for transitions that were made."""

    def reward(obs: Arrays, acted: Arrays, previous: Arrays) -> dict[str, Array]:
        rows = zip(
            observation.flatten(obs), action.flatten(acted), observation.flatten(previous), strict=True
        )
        return {"expert": np.array([notes[_transition(*row)] for row in rows])}

    return reward


def _transition(now: Array | Flat, action: Array | Flat, before: Array | Flat) -> bytes:
    return b"".join(np.asarray(part, np.float32).tobytes() for part in (now, action, before))
