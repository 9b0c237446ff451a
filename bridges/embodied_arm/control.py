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
from embodied.arms.log import ArmLog
from embodied.bridge.body import Aborted, CallContext, PrimitiveFailed
from embodied.errors import WorldError
from embodied_arm.gate import Gate
from embodied_arm.latch import Latch
from embodied_arm.model import Array
from embodied_arm.priority import lead
from embodied_arm.ticking import HOLD, Ticking
from embodied_arm.turns import NO_RETURN, PATIENCE_S, Turns
from embodied_arm.way import Way

_log = logging.getLogger(__name__)

Watch = Callable[[ArmState], None]
"""Looks at every measurement of a motion; raises `PrimitiveFailed` to end it."""

RETRY_S: Final = 0.1
"""How long to leave a driver alone that went wrong between calls."""
STALE_S: Final = 0.1
"""Streamed commands that stay out longer than this bring the arm to rest."""
HEEDED_S: Final = 0.15
"""How long a protective stop waits for the arm's loop before it goes to the driver itself."""
HELD_BACK: Final = 1e-3
"""A plan slows down while the gate keeps the targets farther than this from it [rad]."""
HELD_BACK_S: Final = 1.0
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


class Controller:
    """One arm in motion, or held still. Moving methods are for one thread; `reading` is for any.

    Args:
        gate: what every command passes.
        paced: keep pace with the clock, and go on ticking (holding) between calls.
        idle: called after every such tick.
        fault: told the code and the words of what goes wrong between calls, once until it is over. The driver
            was stopped, and is tried again; `lost` says it for as long.
        latch: what stops the arm until a person resets it.
        log: where every tick is kept; one that cannot be written stops the arm.
    """

    def __init__(
        self,
        driver: Driver,
        gate: Gate,
        *,
        paced: bool,
        idle: Callable[[], object] = lambda: None,
        fault: Callable[[str, str], object] = lambda code, words: None,
        latch: Latch | None = None,
        log: ArmLog | None = None,
    ) -> None:
        self.gate = gate
        self.lost = ""
        self.latch = latch or Latch()
        self._ticking = Ticking(driver, gate, self.latch, log)
        self.rhythm, self.keeps_pace = self._ticking.rhythm, paced
        self._log = log
        self._driver = driver
        self._began = 0
        self._streaming = False
        self._fresh = self._stale_s = 0.0
        self.period = driver.description.control_period_s
        self._sleeps = paced and "simulated" in driver.description.capabilities
        self._turns = Turns()
        self._late = 0
        self._due = time.monotonic()
        self._looked = 0.0
        self._closing = threading.Event()
        self.called = False  # whether a moving call has the arm, though it may be at rest just now
        self._idle = idle
        self._fault = fault
        self._context: CallContext | None = None
        self._pacer: threading.Thread | None = None
        if paced:
            self._pacer = threading.Thread(target=self._keep_pace, name="pacer", daemon=True)
            self._pacer.start()

    # -- reading -----------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold the world still between two ticks, so that driver and scene can be read."""
        with self._turns.reading():
            yield

    @property
    def state(self) -> ArmState:
        """The latest measurement."""
        return self._ticking.state

    @property
    def applied(self) -> ArmCommand:
        """What the driver says that it applied of the last command."""
        return self._ticking.applied

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
        """A moving call has the arm: the pacer stands aside, and the end of the call is looked for. Raises
        `PrimitiveFailed` ("halted") while a protective stop holds."""
        self._began = self.latch.stops
        self.latch.refuse(self._began)
        lead()
        self.called = True
        self._context = context
        self._due = time.monotonic()
        try:
            yield
        finally:
            self.called = False

    def tick(
        self,
        command: ArmCommand = HOLD,
        watch: Watch | None = None,
        *,
        deaf: bool = False,
        streamed: bool = False,
    ) -> ArmState:
        """One control period with `command`; `streamed` as in `Gate.pass_on`.

        Raises `Aborted` if the call was ended (not if `deaf`), and `PrimitiveFailed`: "arm_lost" if another
        thread does not return from the driver, "halted" at a protective stop (not if `deaf`), or where
        commands that are streamed had stayed out too long.
        """
        self._look(deaf)
        if self._streaming and not deaf:
            self._notice_stale()
        self._turns.let_read()
        if not self._turns.take():
            raise PrimitiveFailed("arm_lost", NO_RETURN)
        try:
            state = self._ticking.once(command, streamed or self._streaming)
            if not deaf:
                self.latch.refuse(self._began)
            if watch is not None:
                watch(state)
        finally:
            self._fresh = time.monotonic()
            self._turns.give_back()
        self._pace()
        return state

    def follow(self, joints: Array, watch: Watch) -> None:
        """Go through joint targets (t, n), one a period, and settle. What ends it early, an `Aborted` call
        or a `PrimitiveFailed` of `watch`, is raised when the arm has come to rest on its way."""
        way = Way(joints, 1.0 / math.ceil(BRAKE_S / self.period))
        held = 0
        try:
            while not way.ended or held:
                self._look()
                row = way.on()
                self.tick(ArmCommand(position=tuple(row.tolist())), watch, deaf=True)
                self.latch.refuse(self._began)
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

    @contextmanager
    def streaming(self) -> Iterator[None]:
        """Targets come one by one from now on, as a policy or a person makes them. While the arm keeps pace
        with the clock, a watchdog brings it to rest when they stay out for `STALE_S`; the next `tick` tells.
        """
        self._fresh, self._stale_s, self._streaming = time.monotonic(), 0.0, True
        try:
            yield
        finally:
            self._streaming = False

    def protective_stop(self, reason: str) -> bool:
        """Stop until a reset, from any thread, whatever the others do. Whether the arm's loop has heeded it,
        or has nothing to move; else its driver was stopped over its head."""
        self._ticking.heeded.clear()
        self.latch.close(reason)
        if not (self.called or self._pacer) or self._ticking.heeded.wait(HEEDED_S):
            return True
        self._ticking.stop(reason)
        return False

    def reset(self) -> str:
        """Let go of a protective stop, at rest; the reason that it had. Nothing moves by it. Raises
        `PrimitiveFailed` ("busy") while the arm still moves; of one that is lost nobody knows."""
        if self.latch.now is not None and self.moving and not self.lost:
            raise PrimitiveFailed("busy", "the arm still moves; reset it when it is at rest")
        return self.latch.reset()

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
            self._ticking.stop(reason)
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
        if self._log is not None:
            self._log.close()
        if self._pacer is not None:
            self._pacer.join(PATIENCE_S)
        taken = self._turns.take()
        try:
            self._driver.close()
        finally:
            if taken:
                self._turns.give_back()

    # -- parts -------------------------------------------------------------------------------------

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

    def _brake(self, way: Way) -> None:
        """Slow down along the path, so that the hand stays on its line while it stops."""
        try:
            while way.begun and way.rate > 0.0:
                way.slower()
                self.tick(ArmCommand(position=tuple(way.on().tolist())), deaf=True)
            self.settle(deaf=True)
        except PrimitiveFailed:
            self._ticking.stop("it did not come to rest by itself")

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
            if self.called and not self._silent():
                continue
            self._turns.let_read()
            if not self._turns.take():
                continue
            try:
                silent = self._silent()
                if silent:
                    self._stale_s = max(self._stale_s, time.monotonic() - self._fresh)
                well = (self.called and not silent) or self._closing.is_set() or self._hold()
            finally:
                self._turns.give_back()
            if not well:
                self._closing.wait(RETRY_S)

    def _silent(self) -> bool:
        """Whether targets that should come one by one have stayed out too long."""
        return self._streaming and time.monotonic() - self._fresh > STALE_S

    def _notice_stale(self) -> None:
        if self._stale_s:
            silent, self._stale_s = self._stale_s, 0.0
            raise PrimitiveFailed(
                "halted", f"no fresh command for {silent:.2f} s: the arm was brought to rest"
            )

    def _hold(self) -> bool:
        """One period between calls; False if it went wrong. This thread is all that a waiting arm has:
        whatever breaks, it goes on, and the next call that meets it tells it too."""
        try:
            self._ticking.once(HOLD)
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
            self._ticking.stop(words)
        except Exception:  # noqa: BLE001 - as above; what it answers to the next command is told
            _log.exception("the arm's driver does not stop")
