"""What a call of a reward costs: `python -m embodied.rewards.speed`.

Prints the median time of a call for 1 and 1024 states: of a plain function, of the same as a reward in this
process, and in a worker.
"""

from __future__ import annotations

import statistics
import time
from typing import Final

import numpy as np

from embodied.rewards.calling import in_process
from embodied.rewards.checking import check
from embodied.rewards.client import RewardWorker
from embodied.rewards.compiling import RewardFunction
from embodied.rewards.spec import ActionSpec, Array, Arrays, Entry, ObservationSpec

SOURCE: Final = """
def reward(obs, action, previous):
    reach = np.linalg.norm(obs["hand"] - obs["cube"], axis=-1)
    goal = np.linalg.norm(obs["cube"] - obs["target"], axis=-1)
    effort = np.sum(np.square(action["move"]), axis=-1)
    return {
        "reach": 1.0 - np.tanh(5.0 * reach),
        "goal": 2.0 - 2.0 * np.tanh(5.0 * goal),
        "effort": -0.01 * effort,
    }
"""
OBSERVATION: Final = ObservationSpec(tuple(Entry(name, (3,), "m") for name in ("hand", "cube", "target")))
ACTION: Final = ActionSpec((Entry("move", (3,)),))


def in_python(obs: Arrays, action: Arrays, previous: Arrays) -> dict[str, Array]:
    """`SOURCE`, as Python computes it."""
    reach = np.linalg.norm(obs["hand"] - obs["cube"], axis=-1)
    goal = np.linalg.norm(obs["cube"] - obs["target"], axis=-1)
    effort = np.sum(np.square(action["move"]), axis=-1)
    return {
        "reach": 1.0 - np.tanh(5.0 * reach),
        "goal": 2.0 - 2.0 * np.tanh(5.0 * goal),
        "effort": -0.01 * effort,
    }


def microseconds(function: RewardFunction, states: int, calls: int = 1000) -> float:
    """The median of a call, for a batch of that many states [us]."""
    rng = np.random.default_rng(0)
    batch = [
        {entry.name: rng.random((states, *entry.shape)) for entry in spec.entries}
        for spec in (OBSERVATION, ACTION, OBSERVATION)
    ]
    spent = []
    for _ in range(calls):
        began = time.perf_counter()
        function(*batch)
        spent.append(time.perf_counter() - began)
    return 1e6 * statistics.median(spent)


def main() -> None:
    code = check(SOURCE, OBSERVATION, ACTION)
    with RewardWorker(code, OBSERVATION, ACTION) as worker:
        ways: dict[str, RewardFunction] = {
            "plain numpy, unchecked": in_python,
            "reward language, in process": in_process(code),
            "reward language, worker": worker,
        }
        for name, function in ways.items():
            one, many = microseconds(function, 1), microseconds(function, 1024)
            print(f"{name:28} {one:7.1f} us for 1 state {many:7.1f} us for 1024")


if __name__ == "__main__":
    main()
