"""Judges a reward before anything is trained with it.

It tries it on random states, asks whether it depends on what success is about, and compares what it pays: a
reward under which an episode that does not succeed earns more than one that does is sent back, with that
episode's terms as the reason. (Auto MC-Reward has a language model look for such mistakes; here they are
computed.) What it cannot know is what no trajectory shows: the analyst looks again after training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from embodied.condition import Condition, alternatives
from embodied.rewards.calling import total
from embodied.rewards.compiling import RewardFunction
from embodied.rewards.errors import RewardError
from embodied.rewards.farming import Farm, best_farm
from embodied.rewards.imagining import Case, dreamed_farm
from embodied.rewards.matters import Matter, ignored, matters
from embodied.rewards.probing import check_rows, probe
from embodied.rewards.spec import ActionSpec, Array, ObservationSpec
from embodied.rewards.trajectory import Counting, Trajectory, returns, term_sums

LARGE, SMALL = 100.0, 1e-3
"""Rewards of a step beyond these are hard to learn from."""

SENT_BACK: Final = "The critic sends the reward back."


@dataclass(frozen=True)
class Finding:
    """One thing that the critic has to say.

    Attributes:
        code: "earns_more", "farmable", "ignores", "scale", "same_everywhere", "no_success", "narrow", or
            the code of a `RewardError`.
        refused: whether the reward is sent back for it.
        text: what was found.
        remedy: what to do.
        trajectory: which one shows it, "" if none.
    """

    code: str
    refused: bool
    text: str
    remedy: str
    trajectory: str = ""

    def __str__(self) -> str:
        return f"{'REFUSED' if self.refused else 'note'} {self.code}: {self.text}\n  {self.remedy}"


@dataclass(frozen=True)
class Paid:
    """What one trajectory earns: in all, and by each term."""

    trajectory: str
    kind: str
    succeeded: bool
    terms: Mapping[str, float]

    @property
    def total(self) -> float:
        return sum(self.terms.values())


@dataclass(frozen=True)
class Critique:
    """What the critic found; `accepted` if nothing is refused."""

    findings: tuple[Finding, ...]
    paid: tuple[Paid, ...]

    @property
    def accepted(self) -> bool:
        return not any(finding.refused for finding in self.findings)

    @property
    def text(self) -> str:
        """For a designer, or a person: the findings, worst first, then what each trajectory earns."""
        verdict = "The critic accepts the reward." if self.accepted else SENT_BACK
        findings = sorted(self.findings, key=lambda finding: not finding.refused)
        earned = "\n".join(
            f"  {paid.total:10.2f}  {paid.trajectory}{'' if paid.succeeded else ' (does not succeed)'}"
            for paid in sorted(self.paid, key=lambda paid: -paid.total)
        )
        table = f"\nWhat each episode earns:\n{earned}" if earned else ""
        return "\n".join([verdict, *map(str, findings)]) + table


def critique(
    reward: RewardFunction,
    observation: ObservationSpec,
    action: ActionSpec,
    condition: Condition,
    trajectories: Sequence[Trajectory],
    counting: Counting | None = None,
) -> Critique:
    """Judge a reward.

    Args:
        reward: as `calling.in_process`, `calling.guarded` or a `RewardWorker` gives it.
        condition: what success is; its facts are told by entries of the observation.
        trajectories: random, idle, scripted, failing and oscillating ones, with flags of success from facts.
        counting: how the learner will add up rewards.

    Raises:
        BadSpec: trajectories or the condition do not fit the specs.
    """
    counting = counting or Counting()
    wanted = [matters(way, observation) for way in alternatives(condition)]
    for trajectory in trajectories:
        trajectory.check(observation, action)
    horizon = counting.horizon or max((trajectory.steps for trajectory in trajectories), default=1)
    try:
        probe(reward, observation, action)
        findings = _numbers(reward, trajectories)
        paid = tuple(_paid(reward, trajectory, counting, horizon) for trajectory in trajectories)
        if trajectories:
            findings += _ignored(reward, wanted, observation, trajectories)
        findings += _compared(paid, trajectories)
        findings += _farms(reward, trajectories, counting, horizon)
        if not any(map(counting.succeeds, trajectories)) and not counting.ends_on_success:
            findings += _dreamed(
                Case(reward, observation, action, condition, trajectories, counting, horizon)
            )
    except RewardError as wrong:
        return Critique((Finding(wrong.code, True, wrong.message, wrong.remedy),), ())
    return Critique(tuple(findings), paid)


def _paid(reward: RewardFunction, trajectory: Trajectory, counting: Counting, horizon: int) -> Paid:
    terms = returns(reward, trajectory, counting, horizon)
    return Paid(trajectory.name, trajectory.kind, counting.succeeds(trajectory), terms)


def _numbers(reward: RewardFunction, trajectories: Sequence[Trajectory]) -> list[Finding]:
    """Scale, and terms that are the same in all that was seen."""
    seen: dict[str, list[Array]] = {}
    for trajectory in trajectories:
        steps = np.arange(trajectory.steps)
        batch = trajectory.state(steps + 1), trajectory.act(steps), trajectory.state(steps)
        terms = reward(*batch)
        check_rows(reward, batch, terms)
        for name, values in terms.items():
            seen.setdefault(name, []).append(values)
    if not seen:
        return []
    terms = {name: np.concatenate(values) for name, values in seen.items()}
    findings = [
        Finding(
            "same_everywhere",
            False,
            f"The term {name!r} is {values[0]:.4g} in every state of every trajectory.",
            "It teaches nothing here: look at its threshold and its scale, or leave it out.",
        )
        for name, values in terms.items()
        if np.ptp(values) < 1e-9
    ]
    most = float(np.max(np.abs(total(terms))))
    if most > LARGE or most < SMALL:
        big = max(terms, key=lambda name: float(np.max(np.abs(terms[name]))))
        findings.append(
            Finding(
                "scale",
                False,
                f"A step pays up to {most:.3g}; most of it is {big!r}.",
                "Learning is steady where a step pays between 0.1 and 10: change the weights.",
            )
        )
    return findings


def _ignored(
    reward: RewardFunction,
    wanted: Sequence[Sequence[Matter]],
    observation: ObservationSpec,
    trajectories: Sequence[Trajectory],
) -> list[Finding]:
    """What a reward does not look at, of that way to succeed of which it looks at most."""
    every = tuple(dict.fromkeys(matter for way in wanted for matter in way))
    missed = set(ignored(reward, every, observation, trajectories))
    return [
        Finding(
            "ignores",
            True,
            f"Success is about {matter.what}, and no term depends on {' or '.join(matter.entries)}.",
            f"Add a term that reads {matter.entries[0]} and grows as success comes nearer.",
        )
        for matter in min(([one for one in way if one in missed] for way in wanted), key=len)
    ]


def _compared(paid: Sequence[Paid], trajectories: Sequence[Trajectory]) -> list[Finding]:
    """Of those that do not succeed, the ones that earn more than one that does; the worst of each kind."""
    start = {trajectory.name: trajectory.start for trajectory in trajectories}
    good = sorted((one for one in paid if one.succeeded), key=lambda one: one.total)
    if not good:
        return [
            Finding(
                "no_success",
                False,
                "No trajectory succeeds, so what success earns is not known.",
                "Give one of a script or a person; until then only the analyst can tell.",
            )
        ]
    worst: dict[str, tuple[float, Paid, Paid]] = {}
    for bad in (one for one in paid if not one.succeeded):
        same = [
            one for one in good if start[bad.trajectory] and start[one.trajectory] == start[bad.trajectory]
        ]
        other = same[0] if same else good[len(good) // 2]
        more = bad.total - other.total
        if more >= -1e-9 * (1.0 + abs(other.total)) and more > worst.get(bad.kind, (-np.inf,))[0]:
            worst[bad.kind] = (more, bad, other)
    return [_earns_more(bad, other) for _, bad, other in worst.values()]


def _earns_more(bad: Paid, good: Paid) -> Finding:
    return Finding(
        "earns_more",
        True,
        f"{bad.trajectory} ({bad.kind}) does not succeed and earns {bad.total:.2f}; {good.trajectory} "
        f"succeeds and earns {good.total:.2f}.\n{_table(bad.terms, good.terms)}",
        _remedy(bad.terms, good.terms),
        bad.trajectory,
    )


def _farms(
    reward: RewardFunction, trajectories: Sequence[Trajectory], counting: Counting, horizon: int
) -> list[Finding]:
    """The worst farm along any trajectory that succeeds."""
    found: list[tuple[float, Trajectory, Farm]] = []
    for trajectory in trajectories:
        if counting.succeeds(trajectory):
            farm = best_farm(reward, trajectory, counting, max(horizon, trajectory.steps))
            if farm is not None:
                found.append((farm.earned - farm.straight, trajectory, farm))
    if not found:
        return []
    _, trajectory, farm = max(found, key=lambda one: one[0])
    walked, straight = (
        term_sums(reward, trajectory, path[1:], path[:-1], acted, counting)
        for path, acted in ((farm.path, farm.acted), (farm.straight_path, farm.straight_acted))
    )
    return [
        Finding(
            "farmable",
            True,
            f"An episode that {farm.words}, on the way of {trajectory.name}, never finishes and earns "
            f"{farm.earned:.2f}; going straight to success earns {farm.straight:.2f}.\n"
            f"{_table(walked, straight)}",
            _remedy(walked, straight),
            f"adversarial, on the way of {trajectory.name}",
        )
    ]


def _dreamed(case: Case) -> list[Finding]:
    """A farm in states that nobody has come to: for as long as nobody has succeeded."""
    farm = dreamed_farm(case)
    if farm is None:
        return []
    return [
        Finding(
            "farmable",
            True,
            f"No episode has succeeded yet; but one that {farm.how}, never finishes and would earn "
            f"{farm.earned:.2f}; success would earn {farm.success:.2f} at most.\n"
            f"{_table(farm.terms, farm.success_terms)}",
            _remedy(farm.terms, farm.success_terms),
            "adversarial, imagined",
        )
    ]


def _table(bad: Mapping[str, float], good: Mapping[str, float]) -> str:
    rows = sorted(good, key=lambda name: good[name] - bad[name])
    width = max(map(len, (*rows, "term")))
    lines = [f"    {'term':{width}}  without success  with success"]
    lines += [f"    {name:{width}}  {bad[name]:15.2f}  {good[name]:12.2f}" for name in rows]
    return "\n".join(lines)


def _remedy(bad: Mapping[str, float], good: Mapping[str, float]) -> str:
    worst = max(good, key=lambda name: bad[name] - good[name])
    return (
        f"The term {worst!r} pays for it. Pay for how far the task has come, not for each step near it or "
        "each time a line is crossed: term(obs) - term(previous), or at most 0 where an episode ends on "
        "success; and let success pay the most."
    )
