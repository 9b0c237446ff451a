"""The gate that every command passes on its way to the driver.

Skills, policies and agents cannot reach past it: it stands in the bridge's process, and it alone holds the
driver. Behind every command that it lets through stands a way to rest (`embodied_arm.stopping`) that keeps to
all limits too. A command behind which there is none is not let through; the arm goes on along the way to rest
of the one before. So the limits hold whatever is asked next, or if nothing is.

What it changes it counts and explains. This is software, not a rated safety function.
"""

from __future__ import annotations

import math
from operator import le
from typing import Final

import numpy as np

from embodied.arms import ArmCommand, ArmState
from embodied_arm.guard import Guard, Reason
from embodied_arm.interventions import Interventions
from embodied_arm.limits import Limits
from embodied_arm.model import Array, Point
from embodied_arm.stopping import Bounds, Stop, careful_speed

ROUNDING: Final = 1e-7
"""What passes for equal, relative to a limit."""
ATTEMPTS: Final = 3
"""How many speeds are tried before the arm is braked."""
TIRED: Final = 0.5
"""Share of the step limit by which the joints may be behind before the way to rest must end within it."""

Range = tuple[Array, Array]
"""From the first to the second, shape (n,) each."""


class Gate:
    """Makes every command fit the limits, from one to the next. For one thread at a time.

    Args:
        period: of the commands [s].
        guard: tells where the arm may not go.
        first: the joint positions at the beginning [rad], shape (n,).
    """

    def __init__(self, limits: Limits, period: float, guard: Guard, first: Array) -> None:
        self.interventions = Interventions()
        self._period = period
        self._now = 0.0
        self._why = ""
        self._last = first
        self.hold_to(limits, guard)

    def hold_to(self, limits: Limits, guard: Guard) -> None:
        """Other limits, with their guard, from now on; at rest, between two ticks."""
        self.limits = limits
        self._guard = guard
        self.bounds = Bounds((1 - ROUNDING) * limits.acceleration, (1 - ROUNDING) * limits.jerk, self._period)
        self._most = (1 - ROUNDING) * limits.velocity
        self.rebase(self._last)

    @property
    def last(self) -> Array:
        """The joint targets that were last let through [rad]."""
        return self._last

    @property
    def velocity(self) -> Array:
        """How fast they moved [rad/s]."""
        return self._velocity

    @property
    def hand(self) -> tuple[Point, float]:
        """Where the grasp point was last sent [m], and how fast it comes there [m/s]."""
        return self._guard.hand, self._guard.hand_speed

    @property
    def way_to_rest(self) -> Stop:
        """What the arm would do if nothing more were asked."""
        return self._stop

    def words(self) -> str:
        """Why the last command was not let through as it was; "" if it was."""
        return self._why

    def rebase(self, q: Array) -> None:
        """Begin anew from q, at rest: after a reset, or a stop by the arm's own means."""
        self._last = q.copy()
        self._velocity = self._gain = np.zeros_like(self._last)
        self._stop, self._taken = Stop(self._last, self._velocity, self._gain, self.bounds), 0
        self._guard.begin(self._last)

    def pass_on(self, command: ArmCommand, state: ArmState, *, streamed: bool = False) -> ArmCommand:
        """The command that may go to the driver. Always finite; without a position it comes to rest.

        Args:
            streamed: targets come one by one, from a policy or a person, and not as a plan that was looked at
                as a whole: it slows towards singularities, and stops before them.
        """
        self._now = state.time_s
        self.interventions.recent = []
        measured = np.asarray(state.position)
        near = measured - self.limits.step, measured + self.limits.step
        self._guard.set_fingers(state.gripper_width)
        wanted = None if command.position is None else self._finite(command.position)
        if wanted is None:
            self._go_to_rest()
        else:
            self._go(self._within_range(wanted, near), measured, streamed)
        self._stay_near(near)
        return ArmCommand(
            position=tuple(self._last.tolist()),
            gripper_width=self._between(
                command.gripper_width, self.limits.gripper_width, "gripper width", "m"
            ),
            gripper_force=self._between(
                command.gripper_force, self.limits.gripper_force, "gripper force", "N"
            ),
        )

    # -- one command -------------------------------------------------------------------------------

    def _finite(self, position: tuple[float, ...]) -> Array | None:
        wanted = np.asarray(position, dtype=float)
        if wanted.shape == self._last.shape and all(map(math.isfinite, wanted.tolist())):
            return wanted
        words = (
            "a joint was sent to what is no number"
            if wanted.shape == self._last.shape
            else (f"{wanted.size} joints were commanded, and the arm has {self._last.size}")
        )
        self.interventions.note("not finite", self._now, words=words)
        return None

    def _within_range(self, wanted: Array, near: Range) -> Array:
        """Targets within the joints' range, and near to where the joints are."""
        limits = self.limits
        if _is_within(wanted, limits.lower, limits.upper) and _is_within(wanted, *near):
            return wanted
        inside = np.minimum(np.maximum(wanted, limits.lower), limits.upper)
        if (inside != wanted).any() and (np.abs(inside - self._last) > 1e-12).any():
            self._note_joint(
                "joint position", np.abs(wanted - inside), "rad", "was sent {by:.3g} rad out of its range"
            )
        reached = np.minimum(np.maximum(inside, near[0]), near[1])
        if (reached != inside).any():
            self._note_joint(
                "step from measured",
                np.abs(inside - reached),
                "rad",
                "was sent {by:.3g} rad too far from where it is",
            )
        return reached

    def _go(self, wanted: Array, measured: Array, streamed: bool) -> None:
        """One period towards targets, as far as limits allow it."""
        velocity, gain = self._direct(wanted)
        first: Reason | None = None
        for _ in range(ATTEMPTS):
            target = self._last + velocity * self._period
            stop = Stop(target, velocity, gain, self.bounds)
            why = self._objection(target, stop, measured)
            if why is None and streamed:
                why = self._near_singularity(velocity, stop)
            if why is None:
                self._last, self._velocity, self._gain = target, velocity, gain
                self._stop, self._taken = stop, 0
                self._guard.accept(target)
                break
            first = first or why
            velocity, gain = self._eased(velocity * why.slower)
        else:
            self._go_to_rest()
        self._why = first.words or first.name if first is not None else ""
        if first is not None:
            self.interventions.note(first.name, self._now, first.by, first.unit, first.words)

    def _go_to_rest(self) -> None:
        """The next period of the way to rest that stands behind the last command."""
        self._taken += 1
        target = self._stop.at(self._taken)
        velocity = (target - self._last) / self._period
        if self._taken >= self._stop.periods:
            velocity = np.zeros_like(velocity)
        self._gain = (velocity - self._velocity) / self._period
        self._velocity = velocity
        self._last = target
        self._guard.accept(target)

    def _stay_near(self, near: Range) -> None:
        """Joints that do not follow must not be left behind: they would spring after their targets. The
        driver's own ramp comes after this, so it may be sudden."""
        if _is_within(self._last, *near):
            return
        reached = np.minimum(np.maximum(self._last, near[0]), near[1])
        self._note_joint(
            "step from measured", np.abs(self._last - reached), "rad", "was left {by:.3g} rad too far behind"
        )
        self.rebase(reached)

    # -- parts -------------------------------------------------------------------------------------

    def _direct(self, wanted: Array) -> tuple[Array, Array]:
        """Velocities and accelerations of the next period: what was asked, if the joints may, else the
        careful approach to it."""
        velocity = (wanted - self._last) / self._period
        gain = (velocity - self._velocity) / self._period
        jerk = (gain - self._gain) / self._period
        if (
            _is_at_most(velocity, self._most)
            and _is_at_most(gain, self.bounds.acceleration)
            and _is_at_most(jerk, self.bounds.jerk)
        ):
            return velocity, gain
        fast, hard, sudden = np.abs(velocity), np.abs(gain), np.abs(jerk)
        self._note_beyond("joint velocity", fast, self.limits.velocity, "rad/s")
        self._note_beyond("joint acceleration", hard, self.limits.acceleration, "rad/s^2")
        self._note_beyond("joint jerk", sudden, self.limits.jerk, "rad/s^3")
        away = np.abs(wanted - self._last)
        speed = np.minimum(np.minimum(careful_speed(away, self.bounds), self._most), fast)
        return self._eased(np.copysign(speed, velocity))

    def _eased(self, velocity: Array) -> tuple[Array, Array]:
        """The nearest velocities that the joints may have one period later, and the accelerations."""
        period, bounds = self._period, self.bounds
        change = velocity - self._velocity
        half = bounds.jerk * (period / 2)
        fading = np.sqrt(half * half + 2 * bounds.jerk * np.abs(change)) - half  # to end without overshoot
        gain = np.copysign(
            np.minimum(np.minimum(np.abs(change) / period, fading), bounds.acceleration), change
        )
        most = bounds.jerk * period
        gain = np.minimum(np.maximum(gain, self._gain - most), self._gain + most)
        gain = np.minimum(np.maximum(gain, -bounds.acceleration), bounds.acceleration)
        return self._velocity + gain * period, gain

    def _objection(self, target: Array, stop: Stop, measured: Array) -> Reason | None:
        limits = self.limits
        if not _is_at_most(stop.cruise, self._most):
            return Reason("joint velocity", 0.0, "rad/s", "", 0.9)
        low, high = np.minimum(limits.lower, self._last), np.maximum(limits.upper, self._last)
        for posture in (stop.end, stop.turn):
            if not _is_within(posture, low - ROUNDING, high + ROUNDING):
                out = np.maximum(low - posture, posture - high)
                worst = int(out.argmax())
                words = f"joint {worst + 1} could not have stopped before its end"
                return Reason("joint position", float(out[worst]), "rad", words)
        behind = np.abs(target - measured)
        if max(behind.tolist()) > TIRED * limits.step:
            left = np.abs(stop.end - measured) - limits.step
            worst = int(np.where(behind > TIRED * limits.step, left, -1.0).argmax())
            if left[worst] > 0 and behind[worst] > np.abs(self._last - measured)[worst]:
                words = f"joint {worst + 1} is {behind[worst]:.3g} rad behind"
                return Reason("step from measured", float(left[worst]), "rad", words)
        return self._guard.objection(target, stop)

    def _near_singularity(self, velocity: Array, stop: Stop) -> Reason | None:
        """Towards a singularity the arm goes slower, in proportion, as with MoveIt Servo; none of it beyond
        the last. Speed is measured by what the joints may do."""
        limits = self.limits
        ahead = self._guard.condition(stop.end)
        if ahead <= limits.singular_slow or ahead <= self._guard.condition(self._last):
            return None
        left = max(0.0, (limits.singular_stop - ahead) / (limits.singular_stop - limits.singular_slow))
        share = float((np.abs(velocity) / limits.velocity).max())
        if share <= left:
            return None
        words = f"on the way to a singularity (condition number {ahead:.3g})"
        return Reason("singularity", ahead - limits.singular_slow, "", words, 0.95 * left / share)

    def _note_beyond(self, name: str, asked: Array, most: Array, unit: str) -> None:
        beyond = asked - most
        worst = int(beyond.argmax())
        if asked[worst] > most[worst] * (1 + ROUNDING):
            words = f"joint {worst + 1} was asked for {asked[worst]:.3g} {unit} and may do {most[worst]:.3g}"
            self.interventions.note(name, self._now, float(beyond[worst]), unit, words)

    def _note_joint(self, name: str, beyond: Array, unit: str, words: str) -> None:
        worst = int(beyond.argmax())
        by = float(beyond[worst])
        self.interventions.note(name, self._now, by, unit, f"joint {worst + 1} {words.format(by=by)}")

    def _between(self, value: float | None, most: float, what: str, unit: str) -> float | None:
        """From 0 to `most`; None, which leaves the last target, for what is no number."""
        if value is None or 0.0 <= value <= most:
            return value
        if not np.isfinite(value):
            self.interventions.note(f"{what} not finite", self._now)
            return None
        beyond = value - most if value > most else -value
        self.interventions.note(
            what, self._now, beyond, unit, f"{value:.3g} {unit} was asked, from 0 to {most:g} is allowed"
        )
        return min(max(value, 0.0), most)


def _is_within(values: Array, low: Array, high: Array) -> bool:
    """Whether none is outside. This and the next are asked many times with every command, and seven numbers
    are compared sooner one by one than by numpy."""
    return all(map(le, low.tolist(), values.tolist())) and all(map(le, values.tolist(), high.tolist()))


def _is_at_most(values: Array, most: Array) -> bool:
    """Whether none is greater, either way."""
    return all(map(le, map(abs, values.tolist()), most.tolist()))
