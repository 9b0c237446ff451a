"""The loop that moves an arm: gate, driver, tick, measurement; and how it comes to rest."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np

from embodied.arms import ArmCommand, ArmState, Driver
from embodied.bridge.body import Aborted, CallContext, PrimitiveFailed
from embodied.errors import WorldError
from embodied_arm.gate import Gate
from embodied_arm.model import Array

_log = logging.getLogger(__name__)

Watch = Callable[[ArmState], None]
"""Looks at every measurement of a motion; raises `PrimitiveFailed` to end it."""

HOLD: Final = ArmCommand()
RETRY_S: Final = 0.1
"""How long to leave a driver alone that went wrong between calls."""
HELD_BACK: Final = 1e-3
"""A plan slows down while the gate keeps the targets farther than this from it [rad]."""
HELD_BACK_S: Final = 1.0
FROZEN_TICKS: Final = 5
BRAKE_S: Final = 0.2
GIVING_WAY: Final = 0.5
"""Share of the joint accelerations with which the targets go back to where the arm is."""
SETTLE_S: Final = 0.5
STILL: Final = 0.01
"""Joint speed that counts as being at rest [rad/s]."""
LAG_RAD: Final = 0.3
"""A joint this far behind its target for `LAG_TICKS` is held by something."""
LAG_TICKS: Final = 5
CHECK_S: Final = 0.02
"""How often a call looks whether it has been ended [s of real time]: each look wakes another thread."""
NO_NUMBERS: Final = "the arm's measured joints are not numbers any more"
PATIENCE_S: Final = 2.0
"""How long to wait for another thread to return from the driver, or from reading the scene."""
NO_RETURN: Final = "the arm's driver does not return from its control cycle"


class _Way:
    """Along the rows of a plan, at its own pace or slower.

    Args:
        joints: joint targets for every period, shape (t, n) [rad].
        change: of the pace, in one period.
    """

    def __init__(self, joints: Array, change: float) -> None:
        self.rate = 1.0
        self._joints = joints
        self._change = change
        self._where = -1.0

    @property
    def begun(self) -> bool:
        return self._where >= 0.0

    @property
    def ended(self) -> bool:
        return self._where >= len(self._joints) - 1

    def on(self) -> Array:
        """The next target, shape (n,)."""
        self._where = min(self._where + self.rate, len(self._joints) - 1.0)
        low = int(max(self._where, 0.0))
        high = min(low + 1, len(self._joints) - 1)
        row: Array = self._joints[low] + (self._joints[high] - self._joints[low]) * (self._where - low)
        return row

    def slower(self) -> None:
        self.rate = max(0.0, self.rate - self._change)

    def faster(self) -> None:
        self.rate = min(1.0, self.rate + self._change)


class Controller:
    """One arm in motion, or held still. Moving methods are for one thread; `reading` is for any.

    Args:
        gate: what every command passes.
        paced: keep pace with the clock, and go on ticking (holding) between calls.
        idle: called after every such tick.
        fault: told the code and the words of what goes wrong between calls, once until it is over. The driver
            was stopped, and is tried again; `lost` says it for as long.
    """

    def __init__(
        self,
        driver: Driver,
        gate: Gate,
        *,
        paced: bool,
        idle: Callable[[], object] = lambda: None,
        fault: Callable[[str, str], object] = lambda code, words: None,
    ) -> None:
        self.gate = gate
        self.applied = HOLD
        self.state = driver.read()
        self.lost = ""
        self._driver = driver
        self.period = driver.description.control_period_s
        self._sleeps = paced and "simulated" in driver.description.capabilities
        self._lock = threading.Lock()
        self._counting = threading.Lock()
        self._readers = 0
        self._frozen = 0
        self._late = 0
        self._due = time.monotonic()
        self._looked = 0.0
        self._closing = threading.Event()
        self._calling = False
        self._idle = idle
        self._fault = fault
        self._stopped = False
        self._context: CallContext | None = None
        self._pacer: threading.Thread | None = None
        if paced:
            self._pacer = threading.Thread(target=self._keep_pace, name="pacer", daemon=True)
            self._pacer.start()

    # -- reading -----------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold the world still between two ticks, so that driver and scene can be read."""
        self._wait_to_read(1)  # a motion gives way between ticks while somebody waits
        try:
            if not self._lock.acquire(timeout=PATIENCE_S):
                raise WorldError(NO_RETURN)
            try:
                yield
            finally:
                self._lock.release()
        finally:
            self._wait_to_read(-1)

    @property
    def moving(self) -> bool:
        """Whether it is commanded to move, or moves."""
        return bool(
            np.abs(self.gate.velocity).max() > 1e-6
            or max(abs(speed) for speed in self.state.velocity) > 5 * STILL
        )

    # -- moving ------------------------------------------------------------------------------------

    @contextmanager
    def call(self, context: CallContext) -> Iterator[None]:
        """A moving call has the arm: the pacer stands aside, and the end of the call is looked for."""
        self._calling = True
        self._context = context
        self._due = time.monotonic()
        try:
            yield
        finally:
            self._calling = False

    def tick(
        self,
        command: ArmCommand = HOLD,
        watch: Watch | None = None,
        *,
        deaf: bool = False,
        streamed: bool = False,
    ) -> ArmState:
        """One control period with `command`; `streamed` as in `Gate.pass_on`.

        Raises `Aborted` if the call was ended (not if `deaf`), and `PrimitiveFailed` ("arm_lost") if another
        thread does not return from the driver.
        """
        self._look(deaf)
        if self._readers:
            time.sleep(0.0005)
        if not self._lock.acquire(timeout=PATIENCE_S):
            raise PrimitiveFailed("arm_lost", NO_RETURN)
        try:
            state = self._cycle(command, streamed)
            if watch is not None:
                watch(state)
        finally:
            self._lock.release()
        self._pace()
        return state

    def follow(self, joints: Array, watch: Watch) -> None:
        """Go through joint targets (t, n), one a period, and settle. What ends it early, an `Aborted` call
        or a `PrimitiveFailed` of `watch`, is raised when the arm has come to rest on its way."""
        way = _Way(joints, 1.0 / math.ceil(BRAKE_S / self.period))
        held = 0
        try:
            while not way.ended or held:
                self._look()
                row = way.on()
                self.tick(ArmCommand(position=tuple(row.tolist())), watch, deaf=True)
                self._notice_lag()
                held = held + 1 if np.abs(self.gate.last - row).max() > HELD_BACK else 0
                way.slower() if held else way.faster()
                if held * self.period > HELD_BACK_S:
                    raise PrimitiveFailed(
                        "blocked", f"the limits keep the arm from going on: {self.gate.words()}"
                    )
            self.settle(watch)
        except (Aborted, PrimitiveFailed):
            self._brake(way)
            raise

    def settle(self, watch: Watch | None = None, *, deaf: bool = False) -> None:
        """Hold until the arm is still; at most half a second."""
        still = 0
        for _ in range(math.ceil(SETTLE_S / self.period)):
            state = self.tick(HOLD, watch, deaf=deaf)
            slow = max(abs(speed) for speed in state.velocity) < STILL
            still = still + 1 if slow and not self.gate.velocity.any() else 0
            if still >= 2:
                return

    def give_way(self) -> None:
        """Take the targets back to where the joints are, so that the arm does not go on pressing."""
        start, here = self.gate.last.copy(), np.asarray(self.state.position)
        back = here - start
        push = GIVING_WAY * self.gate.limits.acceleration
        lasts = (
            math.sqrt(6 * float((np.abs(back) / push).max())) + self.period
        )  # of a cubic from rest to rest
        steps = math.ceil(lasts / self.period)
        for k in range(1, steps + 1):
            share = k / steps
            row = start + share * share * (3 - 2 * share) * back
            self.tick(ArmCommand(position=tuple(row.tolist())), deaf=True)
        self.settle(deaf=True)

    def rest(self, reason: str) -> None:
        """Come to rest and hold, whatever was going on. Raises WorldError if nobody knows whether it did."""
        try:
            self.settle(deaf=True)
        except PrimitiveFailed as failed:  # it does not listen to us: by its own means, then
            self._stop(reason)
            if failed.message == NO_RETURN:
                raise WorldError(NO_RETURN) from failed

    def wait(self, seconds: float, watch: Watch | None = None) -> None:
        """Let time of the arm's own clock pass, holding [s]."""
        for _ in range(round(seconds / self.period)):
            self.tick(HOLD, watch)

    def close(self) -> None:
        """Stop ticking and let go of the driver. Idempotent."""
        if self._closing.is_set():
            return
        self._closing.set()
        if self._pacer is not None:
            self._pacer.join(PATIENCE_S)
        taken = self._lock.acquire(timeout=PATIENCE_S)
        try:
            self._driver.close()
        finally:
            if taken:
                self._lock.release()

    # -- parts -------------------------------------------------------------------------------------

    def _cycle(self, command: ArmCommand, streamed: bool = False) -> ArmState:
        try:
            if self._stopped:  # it rests where it came to rest, which is not where it was sent
                self._begin_anew()
            before = self.state
            self.applied = self._driver.command(self.gate.pass_on(command, before, streamed=streamed))
            self._driver.tick()
            state = self._driver.read()
        except WorldError as broken:
            raise PrimitiveFailed("arm_lost", broken.message) from broken
        if not math.isfinite(sum(state.position) + sum(state.velocity)):
            self._stop("not finite")
            raise PrimitiveFailed("blew_up", NO_NUMBERS)
        self._frozen = self._frozen + 1 if state.time_s <= before.time_s else 0
        self.state = state
        if self._frozen >= FROZEN_TICKS:
            self._frozen = 0
            raise PrimitiveFailed("frozen", f"the arm's clock stands still at {state.time_s:.3f} s")
        return state

    def _stop(self, reason: str) -> None:
        self._stopped = True
        self._driver.stop(reason)

    def _begin_anew(self) -> None:
        state = self._driver.read()
        if not math.isfinite(sum(state.position)):
            raise PrimitiveFailed("blew_up", NO_NUMBERS)
        self.state = state
        self.gate.rebase(np.asarray(state.position))
        self._stopped = False

    def _wait_to_read(self, more: int) -> None:
        with self._counting:
            self._readers += more

    def _notice_lag(self) -> None:
        lag = np.abs(self.gate.last - np.asarray(self.state.position))
        worst = int(lag.argmax())
        self._late = self._late + 1 if lag[worst] > LAG_RAD else 0
        if self._late >= LAG_TICKS:
            self._late = 0
            raise PrimitiveFailed(
                "blocked",
                f"joint {worst + 1} is {lag[worst]:.2f} rad behind its target: something holds the arm",
            )

    def _brake(self, way: _Way) -> None:
        """Slow down along the path, so that the hand stays on its line while it stops."""
        try:
            while way.begun and way.rate > 0.0:
                way.slower()
                self.tick(ArmCommand(position=tuple(way.on().tolist())), deaf=True)
            self.settle(deaf=True)
        except PrimitiveFailed:
            self._stop("it did not come to rest by itself")

    def _look(self, deaf: bool = False) -> None:
        """Say that we live, and look whether the call was ended, which `deaf` does not care for."""
        now = time.monotonic()
        if now - self._looked >= CHECK_S:
            self._looked = now
            if self._context is not None:
                self._context.beat() if deaf else self._context.check()

    def _pace(self) -> None:
        if not self._sleeps:
            return
        self._due += self.period
        ahead = self._due - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        elif ahead < -0.2:  # a pause of the machine: do not run after it
            self._due = time.monotonic()

    def _keep_pace(self) -> None:
        due = time.monotonic()
        while not self._closing.wait(max(0.0, due - time.monotonic())):
            due = max(due, time.monotonic() - 10 * self.period) + self.period
            if self._calling:
                continue
            if not self._lock.acquire(timeout=PATIENCE_S):
                continue
            try:
                well = self._calling or self._closing.is_set() or self._hold()
            finally:
                self._lock.release()
            if not well:
                self._closing.wait(RETRY_S)

    def _hold(self) -> bool:
        """One period between calls; False if it went wrong. This thread is all that a waiting arm has:
        whatever breaks, it goes on, and the next call that meets it tells it too."""
        try:
            self._cycle(HOLD)
            self._idle()
        except PrimitiveFailed as failed:
            self._give_up(failed.code, failed.message)
            return False
        except WorldError as broken:
            self._give_up("arm_lost", broken.message)
            return False
        except Exception as broken:  # noqa: BLE001 - the boundary around a driver's code
            _log.exception("the arm's driver broke between calls")
            self._give_up("arm_lost", f"the driver broke: {type(broken).__name__}: {broken}")
            return False
        self.lost = ""
        return True

    def _give_up(self, code: str, words: str) -> None:
        """Stop the driver and tell, the first time."""
        if self.lost:
            return
        self.lost = words
        _log.error("between calls: %s: %s", code, words)
        self._fault(code, words)
        try:
            self._stop(words)
        except Exception:  # noqa: BLE001 - as above; what it answers to the next command is told
            _log.exception("the arm's driver does not stop")
