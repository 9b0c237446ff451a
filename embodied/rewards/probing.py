"""Tries a reward on states that mean nothing, before it is tried on any that do.

What numbers it gives for a few hundred random states, for the corners of the bounds and for zeros shows most
mistakes in a millisecond.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np

from embodied.rewards.calling import total
from embodied.rewards.compiling import RewardFunction
from embodied.rewards.errors import Constant, MixesStates, MutatesInput, TooSlow, WrongTerms
from embodied.rewards.spec import ActionSpec, Array, Arrays, Entry, ObservationSpec

STATES = 256
CALL_SECONDS = 0.5
_WIDE = 1.0
"""How far random values go where an entry has no bound, in its unit."""

Batch = tuple[dict[str, Array], dict[str, Array], dict[str, Array]]


def random_batch(observation: ObservationSpec, action: ActionSpec, *, seed: int = 0) -> Batch:
    """(obs, action, previous) of `STATES` random states; the last three are zeros, the low and the high
    bounds, where two positions coincide and divisions go wrong."""
    rng = np.random.default_rng(seed)
    now = {entry.name: _random(entry, rng) for entry in observation.entries}
    acted = {entry.name: _random(entry, rng) for entry in action.entries}
    near = {}
    for entry in observation.entries:
        step = 0.05 * (_bounds(entry)[1] - _bounds(entry)[0]) * rng.standard_normal((STATES, *entry.shape))
        near[entry.name] = np.clip(now[entry.name] - step, *_bounds(entry))
        near[entry.name][-3:] = now[entry.name][-3:]
    return now, acted, near


def probe(
    function: RewardFunction,
    observation: ObservationSpec,
    action: ActionSpec,
    *,
    call_seconds: float = CALL_SECONDS,
) -> Mapping[str, Array]:
    """The terms on random states, shape (`STATES`,) each.

    Raises:
        RewardError: whatever is wrong with them (`embodied.rewards.calling`).
        Constant: the reward is the same in all of them.
        MixesStates: a state alone gets another reward than among others.
        MutatesInput: the arrays have other numbers afterwards.
        TooSlow: it computes for more than `call_seconds`; a worker is ended by then, a function is not.
    """
    batch = random_batch(observation, action)
    before = [{name: value.copy() for name, value in values.items()} for values in batch]
    began = time.process_time()
    terms = function(*batch)
    if time.process_time() - began > call_seconds:
        raise TooSlow(
            f"The reward took {time.process_time() - began:.2f} s for {STATES} states.",
            remedy=f"At most {call_seconds:g} s: use whole arrays instead of loops, and smaller ones.",
        )
    for values, kept in zip(batch, before, strict=True):
        for name, value in values.items():
            if not np.array_equal(value, kept[name]):
                raise MutatesInput(f"The reward changes {name}, its input.", remedy="Write x = x + y.")
    check_rows(function, batch, terms)
    reward = total(terms)
    if np.ptp(reward) <= 1e-9 * max(1.0, float(np.max(np.abs(reward)))):
        raise Constant(
            f"The reward is {reward[0]:.4g} in all of {len(reward)} different states.",
            remedy="A reward tells better states from worse ones.",
        )
    return terms


def check_rows(
    function: RewardFunction, batch: tuple[Arrays, Arrays, Arrays], terms: Mapping[str, Array]
) -> None:
    """Raises `MixesStates` where a state alone gets another reward than among the others."""
    size = len(next(iter(terms.values())))
    for row in sorted({0, size // 2, size - 1}):
        alone = function(
            *({name: value[row : row + 1] for name, value in values.items()} for values in batch)
        )
        if tuple(alone) != tuple(terms):
            raise WrongTerms(
                f"For one state the terms are {', '.join(alone)}, for {size} {', '.join(terms)}.",
                remedy="Return the same terms always.",
            )
        for name, values in terms.items():
            if not np.allclose(alone[name][0], values[row], rtol=1e-6, atol=1e-9):
                raise MixesStates(
                    f"The term {name!r} is {values[row]:.4g} for a state among {size}, "
                    f"and {alone[name][0]:.4g} for the same state alone.",
                    remedy="It computes across the batch: write axis=-1, never axis=0.",
                )


def _random(entry: Entry, rng: np.random.Generator) -> Array:
    low, high = _bounds(entry)
    if entry.role == "flag":
        values = rng.integers(0, 2, (STATES, *entry.shape)).astype(float)
    else:
        values = rng.uniform(low, high, (STATES, *entry.shape))
    values[-3], values[-2], values[-1] = np.clip(0.0, low, high), low, high
    return values


def _bounds(entry: Entry) -> tuple[Array, Array]:
    low, high = entry.lower, entry.upper
    low = np.where(np.isfinite(low), low, np.where(np.isfinite(high), high - 2 * _WIDE, -_WIDE))
    return low, np.where(np.isfinite(high), high, low + 2 * _WIDE)
