"""Rewards that a model writes: from the task, what is observed live, and how all earlier ones did.

One question gives all rewards of a wave: the prompt, which is most of the tokens, is sent once, and the
model sees to it that they differ. The reflection over trainings is Eureka's (Ma et al. 2023), the grounding
in named observations with units Text2Reward's (Xie et al. 2023); what is refused comes back with the
critic's words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from embodied.learning.candidates import Candidate, Feedback, Proposal, rank
from embodied.learning.environment import TrainingTask
from embodied.learning.episodes import HOLD, Episode
from embodied.models import Message, ModelClient
from embodied.planning.asking import longest_answer
from embodied.primitives import JsonSchema
from embodied.prompts import render_parts
from embodied.rewards.language import reference
from embodied.rewards.spec import ActionSpec, Entry, ObservationSpec

PART: Final = "designer"
MOST_EARLIER: Final = 48_000
"""Characters of earlier rewards in a prompt, about 12 000 tokens; beyond, the least telling are shortened."""
LONGEST_NAME: Final = 60

_REWARD: Final[Mapping[str, Any]] = {
    "name": {"type": "string"},
    "idea": {"type": "string"},
    "parent": {"type": "integer"},
    "code": {"type": "string"},
}
REWARDS_SCHEMA: Final[JsonSchema] = {
    "type": "object",
    "properties": {
        "rewards": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": _REWARD,
                "required": list(_REWARD),
                "additionalProperties": False,
            },
        }
    },
    "required": ["rewards"],
    "additionalProperties": False,
}
_FENCE: Final = re.compile(r"\A\s*```[a-z]*\n(.*?)\n?```\s*\Z", re.DOTALL)


@dataclass(frozen=True)
class Brief:
    """What a model is told of a task.

    Attributes:
        experience: episodes of random motion, for the ranges that are really met.
        discount: of the next step's reward against this one's.
        meanings: of the families of facts that the condition names, in a sentence each.
        reflection: whether it is told what the critic and the analyst said of earlier rewards; without, only
            the rewards and how often each succeeded.
    """

    task: TrainingTask
    observation: ObservationSpec
    action: ActionSpec
    experience: Sequence[Episode]
    discount: float
    meanings: Mapping[str, str] = field(default_factory=dict)
    reflection: bool = True


class ModelDesigner:
    """Asks whoever plays the part "designer"."""

    name = "llm"

    def __init__(self, client: ModelClient, brief: Brief) -> None:
        self._client, self._brief = client, brief

    def propose(
        self, earlier: Sequence[Candidate], count: int, feedback: Sequence[Feedback] = ()
    ) -> tuple[Proposal, ...]:
        """See `Designer.propose`; asks once.

        Raises:
            BudgetSpent, ModelError: as `ModelClient.ask`.
        """
        messages = designer_messages(
            self._brief, earlier, count, feedback, answer_tokens=longest_answer(self._client, PART)
        )
        data = self._client.ask(PART, messages, schema=REWARDS_SCHEMA)[0].data
        return read_rewards(data, earlier)[:count]


def read_rewards(data: Mapping[str, Any], earlier: Sequence[Candidate]) -> tuple[Proposal, ...]:
    """The rewards of an answer that fits `REWARDS_SCHEMA`, without those that were there before."""
    known = {one.proposal.source for one in earlier}
    numbers = {one.number for one in earlier}
    made = []
    for raw in data["rewards"]:
        code = str(raw["code"]).replace("\r\n", "\n")
        fenced = _FENCE.match(code)
        source = (fenced.group(1) if fenced else code).strip() + "\n"
        if source in known:
            continue
        known.add(source)
        name = " ".join(str(raw["name"]).split())[:LONGEST_NAME] or f"reward {len(known)}"
        parent = raw["parent"] if raw["parent"] in numbers else 0
        made.append(Proposal(name, source, {}, parent, " ".join(str(raw["idea"]).split())))
    return tuple(made)


def designer_messages(
    brief: Brief,
    earlier: Sequence[Candidate],
    count: int,
    feedback: Sequence[Feedback] = (),
    *,
    answer_tokens: int = 8192,
) -> list[Message]:
    """The prompt. What is the same for all tasks comes first, so that servers can keep it."""
    task = brief.task
    parts = render_parts(
        "designer",
        answer_tokens=str(answer_tokens),
        language=reference(),
        sentence=task.sentence,
        condition=str(task.condition),
        meanings="\n".join(f"- `{name}`: {text}" for name, text in brief.meanings.items()),
        episode=_episode(brief),
        observation="\n".join(f"- {_told(entry)}" for entry in brief.observation.entries),
        action="\n".join(f"- {_told(entry)}" for entry in brief.action.entries),
        seen=_seen(brief),
        earlier=_earlier(earlier, brief.reflection),
        feedback=_said(feedback),
        request=_request(earlier, count),
    )
    return [Message(role, text) for role, text in parts]


# -- the task --------------------------------------------------------------------------------------------


def _episode(brief: Brief) -> str:
    steps, seconds = brief.task.steps, brief.task.step_seconds
    return (
        f"An episode has at most {steps} steps of {seconds:g} s. It ends early once the condition has held "
        f"for {HOLD} steps in a row, and has succeeded if the condition holds in its last state. The learner "
        "counts that end as cut off, so what success would go on paying still counts. It is an off-policy "
        f"actor-critic with a discount of {brief.discount:g} a step: it looks some "
        f"{round(1 / (1 - brief.discount))} steps ahead, and trains for some thousands to tens of thousands "
        "of steps in all. Actions are within [-1, 1]."
    )


def _told(entry: Entry) -> str:
    """An entry with all that is known of it: shape, unit, frame, range, what it is, which fact it tells."""
    extras = [f"role: {entry.role}"] if entry.role else []
    extras += [f"tells the fact {entry.fact}"] if entry.fact else []
    text = re.sub(r"-?\d+\.\d{4,}", lambda number: f"{float(number.group()):.3f}", entry.line())
    return text + (f" ({', '.join(extras)})" if extras else "")


def _seen(brief: Brief) -> str:
    """Ranges at the start of episodes, and of what random motion comes to."""
    if not brief.experience:
        return "(nothing yet)"
    starts = np.stack([one.observations[0] for one in brief.experience]).astype(float)
    later = np.concatenate([one.observations for one in brief.experience]).astype(float)
    first, all_ = brief.observation.split(starts), brief.observation.split(later)
    lines = [
        f"- {name}: at the start {_range(first[name])}; in the course of it {_range(all_[name])}"
        for name in brief.observation.names
    ]
    succeeded = sum(one.succeeded for one in brief.experience)
    count = len(brief.experience)
    return "\n".join([f"In {count} episodes, {succeeded} of which succeeded:", *lines])


def _range(values: np.ndarray[Any, Any]) -> str:
    low, high = values.min(axis=0), values.max(axis=0)
    if np.allclose(low, high, atol=5e-4):
        return f"always {_numbers(low)}"
    return f"from {_numbers(low)} to {_numbers(high)}"


def _numbers(values: np.ndarray[Any, Any]) -> str:
    rounded = [f"{float(value):.3f}" for value in np.ravel(values)]
    return rounded[0] if np.ndim(values) == 0 else f"({', '.join(rounded)})"


# -- earlier rewards -------------------------------------------------------------------------------------


def _earlier(earlier: Sequence[Candidate], reflection: bool) -> str:
    """All of them in the order of designing; where that is too long, the least telling lose their words
    first, then their code."""
    if not earlier:
        return "None yet."
    ordered = sorted(earlier, key=_telling)  # the least telling first
    for shortened in range(2 * len(ordered) + 1):
        wordless = {one.number for one in ordered[:shortened]}
        codeless = {one.number for one in ordered[: max(0, shortened - len(ordered))]}
        texts = [
            _one(one, words=reflection and one.number not in wordless, code=one.number not in codeless)
            for one in earlier
        ]
        if sum(map(len, texts)) <= MOST_EARLIER:
            break
    return "\n\n".join(texts)


def _telling(candidate: Candidate) -> tuple[bool, tuple[float, float], int]:
    """What the next reward is best written from: trained ones by their success, then the newest."""
    best = candidate.best
    return best is not None, rank(best) if best else (0.0, 0.0), candidate.number


def _one(candidate: Candidate, *, words: bool, code: bool) -> str:
    proposal, best = candidate.proposal, candidate.best
    outcome = {"refused": "refused before any training", "broken": "its code failed in training"}.get(
        candidate.state, ""
    )
    if best is not None:
        outcome = f"trained for {candidate.steps} steps, best {best.successes} of {best.episodes} episodes "
        outcome += f"at step {best.step}" + (f", {candidate.state}" if candidate.state == "dropped" else "")
    parts = [f"## Number {candidate.number}, {proposal.name}: {outcome or 'not trained yet'}"]
    if candidate.follows:
        parts.append(f"The reward of number {candidate.follows}, which stalled, with another trainer.")
    elif code:
        parts.append(f"```python\n{proposal.source.strip()}\n```")
    if words and candidate.critique:
        parts.append(candidate.critique.strip())
    if words and candidate.analysis:
        parts.append(candidate.analysis.strip())
    return "\n\n".join(parts)


def _said(feedback: Sequence[Feedback]) -> str:
    """A person's words, the last ones last."""
    if not feedback:
        return ""
    listed = "\n".join(f"- {one.text}" for one in feedback)
    return (
        "\n# What a person says who watched the best policy so far\n\n"
        f"{listed}\n\nThe new rewards follow these words, the last ones above all, and still lead to "
        "success.\n"
    )


def _request(earlier: Sequence[Candidate], count: int) -> str:
    rewards = "one reward" if count == 1 else f"{count} rewards that differ in more than numbers"
    refused = [one.number for one in earlier if one.state == "refused" and not one.checkpoints]
    if not earlier:
        return f"Write {rewards}."
    if refused and all(one.best is None for one in earlier):
        return f"Write {rewards}, mending what was refused or going another way."
    return (
        f"Write {rewards}, better than those above: keep what was learned from, change what the courses of "
        "the terms and the failures speak against, and go another way where a structure does not lead on."
    )
