"""What an arm's joints do with their targets, from a log of small motions: how late, how slowly, how far.

Each joint is taken for a gain, a delay and a first-order lag between what it was sent and what was measured
(Ljung, System Identification, 2nd ed., section 4.2: an output-error model, fitted by least squares over a
grid of delays and time constants), and for a standing difference between coming to rest from above and from
below: what static friction and play leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

MOST_DELAY_S: Final = 0.30
MOST_LAG_S: Final = 0.40
LEAST_WAY_RAD: Final = 0.005
"""A joint that was sent less far tells nothing."""
EXPLAINED: Final = 0.9
"""The share of the measured motion that the model must explain, or nothing is said of the joint."""
SAME: Final = 1.02
"""Models that leave no more than so many times what the best leaves are as good: the promptest is taken.
Within one period a target stands still, and when it came cannot be seen."""
FINE: Final = 4
"""Steps of the delay in each period of the log."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class JointResponse:
    """One joint.

    Attributes:
        name: of the joint.
        delay_ms: how late it answers.
        lag_ms: time constant with which it then follows; its bandwidth is 1000 / (2 pi lag_ms) [Hz].
        gain: how far it goes for each radian that it was sent.
        hysteresis_rad: half of what it rests apart, coming from above and from below; NaN where not seen.
        residual_rad: root mean square of what the model does not explain.
        why_not: why nothing is known of it, "" where something is.
    """

    name: str
    delay_ms: float = float("nan")
    lag_ms: float = float("nan")
    gain: float = float("nan")
    hysteresis_rad: float = float("nan")
    residual_rad: float = float("nan")
    why_not: str = ""

    @property
    def late_ms(self) -> float:
        """How far it runs behind a target that moves evenly [ms]."""
        return self.delay_ms + self.lag_ms

    @property
    def bandwidth_hz(self) -> float:
        """Where its answer has fallen by 3 dB [Hz]; infinite without a lag."""
        return 1000.0 / (2 * np.pi * self.lag_ms) if self.lag_ms > 0 else float("inf")


def fit(
    name: str,
    times: Floats,
    sent: Floats,
    measured: Floats,
    rests: Sequence[tuple[int, float, int]] = (),
) -> JointResponse:
    """Fit one joint.

    Args:
        times: of n ticks, growing [s].
        sent: its target at each tick, as applied [rad], shape (n,).
        measured: where it was at the end of that tick [rad], shape (n,).
        rests: moments at rest: (tick, target [rad], from which side it came: 1 above, -1 below).
    """
    if len(times) < 10 or float(np.ptp(sent)) < LEAST_WAY_RAD:
        return JointResponse(name, why_not="it was hardly moved")
    period = float(np.median(np.diff(times)))
    even = np.arange(times[0], times[-1], period / FINE)
    order = np.clip(np.searchsorted(times, even - 1e-9), 0, len(times) - 1)
    held = sent[order]  # a tick's target stands from the tick before until it is measured
    at = np.clip(np.searchsorted(even, times + 1e-9, side="right") - 1, 0, len(even) - 1)
    lags = np.concatenate([[0.0], np.geomspace(0.001, MOST_LAG_S, 60)])
    delays = range(int(MOST_DELAY_S / period * FINE) + 1)
    followed = _followed(held, lags, period / FINE)
    found = []
    for number in range(len(lags)):
        padded = np.concatenate([np.full(delays[-1], followed[0, number]), followed[:, number]])
        for delay in delays:
            model = padded[delays[-1] - delay + at]
            gain, residual = _scaled(model, measured)
            late = float(lags[number]) + delay * period / FINE
            found.append((late, residual, number, delay, gain))
    enough = SAME * min(one[1] for one in found) + 1e-9
    _, residual, number, delay, gain = min(one for one in found if one[1] <= enough)
    if 1 - (residual / max(float(measured.std()), 1e-12)) ** 2 < EXPLAINED:
        return JointResponse(name, why_not="it did not follow its targets as a delayed lag would")
    return JointResponse(
        name,
        round(1000 * delay * period / FINE, 2),
        round(1000 * float(lags[number]), 2),
        round(gain, 4),
        _hysteresis(measured, rests),
        round(residual, 6),
    )


def _followed(sent: Floats, lags: Floats, step: float) -> Floats:
    """The target behind lags of several time constants, shape (len(sent), len(lags))."""
    share = np.where(lags > 0, 1 - np.exp(-step / np.maximum(lags, 1e-9)), 1.0)
    now = np.full(len(lags), sent[0])
    told = np.empty((len(sent), len(lags)))
    for number, target in enumerate(sent):
        now = now + share * (target - now)
        told[number] = now
    return told


def _scaled(model: Floats, measured: Floats) -> tuple[float, float]:
    """The gain with which the model fits best, and the root mean square of the rest."""
    here, there = model - model.mean(), measured - measured.mean()
    size = float(here @ here)
    gain = float(here @ there) / size if size > 0 else 0.0
    rest = there - gain * here
    return gain, float(np.sqrt((rest @ rest) / len(rest)))


def _hysteresis(measured: Floats, rests: Sequence[tuple[int, float, int]]) -> float:
    """Half the difference of where it rests at one target."""
    above = [measured[tick] - target for tick, target, side in rests if side > 0]
    below = [measured[tick] - target for tick, target, side in rests if side < 0]
    if not above or not below:
        return float("nan")
    return round(float(np.mean(above) - np.mean(below)) / 2, 6)
