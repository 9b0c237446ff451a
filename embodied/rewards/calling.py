"""Calls a reward and holds what it gives to what a reward is: for each term one finite number a state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from embodied.rewards.checking import RewardCode
from embodied.rewards.compiling import COMPUTED_WRONG, RewardFunction, compiled
from embodied.rewards.errors import (
    Failed,
    MutatesInput,
    NotFinite,
    OutOfScale,
    RewardError,
    TooLarge,
    WrongShape,
    WrongTerms,
)
from embodied.rewards.spec import Array, Arrays

MAX_TERM: Final = 1e6
"""Of a term in one state. A learner wants about 1."""


def in_process(code: RewardCode) -> RewardFunction:
    """The reward of checked code, computed in this process: 10 to 20 us a call.

    For code that was tried in a worker before: the language bounds what a call may do and the size of each
    array, and only a process of its own (`embodied.rewards.client`) bounds time and all memory.
    The function gives {term: shape (batch,)} and raises `RewardError`.
    """
    run, names = compiled(code), code.terms

    def reward(obs: Arrays, action: Arrays, previous: Arrays) -> dict[str, Array]:
        with np.errstate(all="ignore"):
            raw = run(obs, action, previous)
        return checked_terms(raw, len(next(iter(obs.values()))), names)

    return reward


def guarded(function: RewardFunction) -> RewardFunction:
    """A reward that is a Python function of one's own, held to the same: it gets read-only arrays, and what
    it raises and gives wrong becomes a `RewardError`."""

    def reward(obs: Arrays, action: Arrays, previous: Arrays) -> dict[str, Array]:
        inputs = [_read_only(values) for values in (obs, action, previous)]
        try:
            with np.errstate(all="ignore"):
                raw = function(*inputs)
        except RewardError:
            raise
        except MemoryError:
            raise TooLarge("The reward wanted more memory than there is.", remedy=_WHOLE) from None
        except (*COMPUTED_WRONG, KeyError, AssertionError) as wrong:
            if "read-only" in str(wrong):
                raise MutatesInput("The reward writes into its input.", remedy="Copy it first.") from None
            raise Failed(f"The reward could not be computed: {wrong}.", remedy=_WHOLE) from None
        return checked_terms(raw, len(next(iter(obs.values()))))

    return reward


def total(terms: Mapping[str, Array]) -> Array:
    """The reward: the sum of its terms, shape (batch,)."""
    return np.add.reduce(list(terms.values()))  # type: ignore[no-any-return]


def checked_terms(raw: Any, batch: int, names: tuple[str, ...] | None = None) -> dict[str, Array]:
    """The terms as float64 arrays of shape (batch,); a plain number is the same for all states.

    Raises:
        WrongTerms: no dict, or not the terms in `names`.
        WrongShape: a term of another shape.
        NotFinite: NaN or infinity.
        OutOfScale: a number above `MAX_TERM`.
    """
    if not isinstance(raw, Mapping) or not raw:
        raise WrongTerms("The reward gave no terms.", remedy='Return a dict: {"reach": reach}.')
    if names is not None and tuple(raw) != names:
        raise WrongTerms(
            f"The reward gave {', '.join(map(str, raw))}.", remedy=f"Expected {', '.join(names)}, always."
        )
    terms = {str(name): _term(str(name), value, batch) for name, value in raw.items()}
    if batch and not np.maximum.reduce(np.abs(list(terms.values())), axis=None) <= MAX_TERM:
        for name, array in terms.items():
            check_numbers(name, array)
    return terms


def _term(name: str, value: Any, batch: int) -> Array:
    array: Array
    if type(value) in (int, float, bool):
        array = np.full(batch, float(value))
    elif isinstance(value, np.ndarray) and value.shape == (batch,) and value.dtype.kind in "fiub":
        array = value if value.dtype == np.float64 else value.astype(np.float64)
    else:
        shape = value.shape if isinstance(value, (np.ndarray, np.generic)) else type(value).__name__
        raise WrongShape(
            f"The term {name!r} has shape {shape} for {batch} states.",
            remedy=f"Expected ({batch},), one number for each state: write axis=-1 where one is summed.",
        )
    return array


def check_numbers(name: str, array: Array) -> None:
    """Raises `NotFinite` or `OutOfScale` with the first state where it is so."""
    if not array.size or np.maximum.reduce(np.abs(array)) <= MAX_TERM:
        return
    wrong = int(np.argmax(~(np.abs(array) <= MAX_TERM)))
    value = array[wrong]
    if not np.isfinite(value):
        raise NotFinite(
            f"The term {name!r} is {value} in state {wrong} of {len(array)}.",
            remedy="Mind division by 0, and roots and logarithms below 0: add 1e-6, or use np.clip.",
        )
    raise OutOfScale(
        f"The term {name!r} is {value:.3g} in state {wrong} of {len(array)}.",
        remedy="Scale it to about 1: 1 - np.tanh(scale * distance) stays between 0 and 1.",
    )


def _read_only(values: Arrays) -> dict[str, Array]:
    views = {}
    for name, value in values.items():
        views[name] = np.asarray(value, dtype=float).view()
        views[name].flags.writeable = False
    return views


_WHOLE = "obs[name] has shape (batch, *shape); each term has shape (batch,)."
