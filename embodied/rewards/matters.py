"""Which observations the success condition is about, and whether a reward depends on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from embodied.condition import Condition, Fact, facts_in
from embodied.errors import did_you_mean
from embodied.rewards.calling import total
from embodied.rewards.compiling import RewardFunction
from embodied.rewards.errors import BadSpec
from embodied.rewards.spec import Array, Entry, ObservationSpec
from embodied.rewards.trajectory import Trajectory

_STATES = 400


@dataclass(frozen=True)
class Matter:
    """One thing that the condition speaks of.

    Attributes:
        what: as the condition has it ("cube", "on[red_cube, blue_cube]: red_cube").
        entries: the observations that tell of it; a reward must depend on one of them.
    """

    what: str
    entries: tuple[str, ...]


def matters(condition: Condition, observation: ObservationSpec) -> tuple[Matter, ...]:
    """What the condition is about.

    Raises:
        BadSpec: no observation tells of something that the condition speaks of.
    """
    found: dict[str, Matter] = {}
    for fact in facts_in(condition):
        for matter in _of(fact, observation):
            found.setdefault(matter.what, matter)
    return tuple(found.values())


def entry_of(fact: Fact, observation: ObservationSpec) -> Entry | None:
    """The entry that tells exactly this fact: by its `fact`, or by its name."""
    for entry in observation.entries:
        if entry.fact == str(fact) or (not fact.keys and entry.name == fact.family):
            return entry
    return None


def about(thing: str, observation: ObservationSpec) -> tuple[Entry, ...]:
    """The entries that are about a thing, by `thing`, name or the keys of their facts."""
    return tuple(entry for entry in observation.entries if thing in _things(entry))


def _of(fact: Fact, observation: ObservationSpec) -> Iterable[Matter]:
    exact = entry_of(fact, observation)
    if exact is not None:
        same = {entry.name for thing in _things(exact) for entry in about(thing, observation)}
        yield Matter(str(fact), (exact.name, *sorted(same - {exact.name})))
        return
    for key in fact.keys:
        entries = about(key, observation)
        if entries:
            yield Matter(f"{fact}: {key}", tuple(entry.name for entry in entries))
    if not any(about(key, observation) for key in fact.keys):
        names = [*observation.names, *(entry.fact for entry in observation.entries if entry.fact)]
        raise BadSpec(
            f"The success condition speaks of {fact}, and no observation tells of it.",
            remedy=did_you_mean(str(fact), names) or f"There are {', '.join(names)}.",
        )


def _things(entry: Entry) -> tuple[str, ...]:
    keys = entry.fact.partition("[")[2].rstrip("]")
    return (entry.about, entry.name, *(key.strip() for key in keys.split(",") if key))


def ignored(
    reward: RewardFunction,
    wanted: Sequence[Matter],
    observation: ObservationSpec,
    trajectories: Sequence[Trajectory],
) -> tuple[Matter, ...]:
    """The matters that the reward does not depend on, in the states of the trajectories: changing what is
    observed of them (now and one step earlier, and now alone) changes no reward."""
    now, acted, before = _pooled(trajectories)
    base = total(reward(now, acted, before))
    rng = np.random.default_rng(0)
    depends: set[str] = set()
    for name in {name for matter in wanted for name in matter.entries}:
        entry = observation.entry(name)
        for other in (_exchanged(now[name], rng), _moved(entry, now[name], rng)):
            for earlier in ({**before, name: other}, before):
                changed = total(reward({**now, name: other}, acted, earlier))
                if not np.allclose(changed, base, rtol=1e-9, atol=1e-12):
                    depends.add(name)
    return tuple(matter for matter in wanted if not depends & set(matter.entries))


def _pooled(
    trajectories: Sequence[Trajectory],
) -> tuple[dict[str, Array], dict[str, Array], dict[str, Array]]:
    share = max(2, _STATES // len(trajectories))
    parts = []
    for trajectory in trajectories:
        steps = np.unique(np.linspace(0, trajectory.steps - 1, share).astype(int))
        parts.append((trajectory.state(steps + 1), trajectory.act(steps), trajectory.state(steps)))
    now, acted, before = (
        {name: np.concatenate([part[which][name] for part in parts]) for name in parts[0][which]}
        for which in range(3)
    )
    return now, acted, before


def _exchanged(values: Array, rng: np.random.Generator) -> Array:
    return values[rng.permutation(len(values))]


def _moved(entry: Entry, values: Array, rng: np.random.Generator) -> Array:
    if entry.role == "flag":
        return 1.0 - values
    spread = np.maximum(np.std(values, axis=0), 0.05)
    moved: Array = np.clip(values + spread * rng.standard_normal(values.shape), entry.lower, entry.upper)
    return moved
