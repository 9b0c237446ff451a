"""The most that could be earned without finishing, on states that were really visited.

Along a successful trajectory one may go on, go back or stay. Of all such walks, the best that does not end
in success is compared with the best that goes straight to it and stays. Where the first earns more, a
learner will find it: it hovers, or goes back and forth over a threshold that pays each time. The walk is
found exactly, by dynamic programming over (state, step). That one can go back is assumed: it holds for
hands, mostly for what they hold, and not for what is dropped or latched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embodied.rewards.compiling import RewardFunction
from embodied.rewards.spec import Array
from embodied.rewards.trajectory import Counting, Trajectory, rewards

_MOVES: Final = (1, -1, 0)
_FORWARD, _BACK, _STAY = range(3)


@dataclass(frozen=True, eq=False)
class Farm:
    """A walk that earns more than success.

    Attributes:
        path: indices of states of the trajectory, shape (horizon + 1,).
        acted: which step's action each transition takes, -1 for none, shape (horizon,).
        earned: by the walk.
        straight: by the best way straight to success.
        straight_path, straight_acted: that way.
    """

    path: NDArray[np.int_]
    acted: NDArray[np.int_]
    earned: float
    straight: float
    straight_path: NDArray[np.int_]
    straight_acted: NDArray[np.int_]

    @property
    def words(self) -> str:
        """ "goes to step 12 and stays there"."""
        late = self.path[len(self.path) // 2 :]
        low, high = int(np.min(late)), int(np.max(late))
        if low == high:
            return f"goes to step {low} and stays there"
        return f"goes to step {high} and from there back and forth between steps {low} and {high}"


def best_farm(
    reward: RewardFunction, trajectory: Trajectory, counting: Counting, horizon: int
) -> Farm | None:
    """The best walk that does not finish, if it earns more than the best that does."""
    paid = _payments(reward, trajectory)
    straight = _best(paid, trajectory, counting, horizon, finishing=True)
    walk = _best(paid, trajectory, counting, horizon, finishing=False)
    if straight is None or walk is None:
        return None
    if walk[0] <= straight[0] + 1e-6 * (1.0 + abs(straight[0])):
        return None
    return Farm(walk[1], _acted(walk[1]), walk[0], straight[0], straight[1], _acted(straight[1]))


def _payments(reward: RewardFunction, trajectory: Trajectory) -> Array:
    """What each move pays in each state, shape (moves, states); -inf where there is none."""
    states = trajectory.steps + 1
    paid = np.full((len(_MOVES), states), -np.inf)
    first, last = np.arange(states - 1), np.arange(1, states)
    paid[_FORWARD, :-1] = rewards(reward, trajectory, last, first, first)
    paid[_BACK, 1:] = rewards(reward, trajectory, first, last, first)
    everywhere = np.arange(states)
    paid[_STAY] = rewards(reward, trajectory, everywhere, everywhere, np.full(states, -1))
    return paid


def _best(
    paid: Array, trajectory: Trajectory, counting: Counting, horizon: int, *, finishing: bool
) -> tuple[float, NDArray[np.int_]] | None:
    """The best earnings from the first state, and the walk; None where there is no such walk."""
    success = trajectory.success
    states = len(success)
    paid = paid.copy()
    if finishing:
        paid[_BACK] = -np.inf
        paid[_STAY, ~success] = -np.inf  # to linger first and finish at last is a farm too
    value = np.where(success == finishing, 0.0, -np.inf)
    choices = np.zeros((horizon, states), dtype=int)
    for step in reversed(range(horizon)):
        ahead = np.full((len(_MOVES), states), -np.inf)
        ahead[_FORWARD, :-1], ahead[_BACK, 1:], ahead[_STAY] = value[1:], value[:-1], value
        options = paid + counting.discount * ahead
        choices[step] = np.argmax(options, axis=0)
        value = np.max(options, axis=0)
        if counting.ends_on_success:  # nothing is earned from success on, and no other walk goes there
            value[success] = 0.0 if finishing else -np.inf
    if not np.isfinite(value[0]):
        return None
    path = [0]
    for step in range(horizon):
        if counting.ends_on_success and success[path[-1]]:
            break
        path.append(path[-1] + _MOVES[choices[step, path[-1]]])
    return float(value[0]), np.array(path)


def _acted(path: NDArray[np.int_]) -> NDArray[np.int_]:
    """A step's action for going along it in either direction, none for staying."""
    moved = path[1:] != path[:-1]
    return np.where(moved, np.minimum(path[1:], path[:-1]), -1)
