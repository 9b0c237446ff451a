"""One control period of an arm: latch, gate, driver, measurement, force, log.

Nothing else sends an arm anywhere.
"""

from __future__ import annotations

import math
import threading
import time
from typing import Final

import numpy as np

from embodied.arms import ArmCommand, ArmState, Driver
from embodied.arms.log import ArmLog
from embodied.bridge.body import PrimitiveFailed
from embodied.errors import WorldError
from embodied_arm.force import Force
from embodied_arm.gate import Gate
from embodied_arm.latch import Latch
from embodied_arm.rhythm import Rhythm

HOLD: Final = ArmCommand()
FROZEN_S: Final = 0.1
"""An arm that measures nothing new for so long is moved no more: as long as commands may stay out [s]."""
FROZEN_TICKS: Final = 5
"""At least so many control periods."""
NO_NUMBERS: Final = "the arm's measured joints are not numbers any more"


class Ticking:
    """For one thread at a time; `stop` is for any.

    Args:
        latch: what stops the arm until a person resets it.
        log: where every tick is kept; one that cannot be written stops the arm.
    """

    def __init__(self, driver: Driver, gate: Gate, latch: Latch, log: ArmLog | None) -> None:
        self.applied = HOLD
        self.state = driver.read()
        self.heeded = threading.Event()
        """Set by every tick that a closed latch has decided."""
        self._driver = driver
        self._gate = gate
        self._latch = latch
        self._log = log
        self._real = "simulated" not in driver.description.capabilities
        self._own_clock = "own_clock" in driver.description.capabilities
        self.rhythm = Rhythm(driver.description.control_period_s)
        self._force = Force(gate)
        self._yields: tuple[float, ...] | None = None
        self._frozen = 0
        self._frozen_most = max(
            FROZEN_TICKS, math.ceil(FROZEN_S / driver.description.control_period_s - 1e-6)
        )
        self._stopped = False

    def once(self, command: ArmCommand, streamed: bool = False) -> ArmState:
        """One control period with `command`, as far as the gate lets it pass; none of it while the latch is
        closed. Raises `PrimitiveFailed`: "arm_lost", "blew_up", "frozen"."""
        try:
            if self._stopped:  # it rests where it came to rest, which is not where it was sent
                self._begin_anew()
            before = self.state
            if self._latch.now is not None:
                command = self._to_rest()
            self.applied = self._driver.command(self._gate.pass_on(command, before, streamed=streamed))
            self._driver.tick()
            state = self._driver.read()
        except WorldError as broken:
            raise PrimitiveFailed("arm_lost", broken.message) from broken
        if not math.isfinite(sum(state.position) + sum(state.velocity)):
            self.stop("not finite")
            self._protect(NO_NUMBERS)
            raise PrimitiveFailed("blew_up", NO_NUMBERS)
        now = state.time_s if self._own_clock else time.monotonic()
        self.rhythm.beat(now, command.position, self.applied.position)
        self._look_after(command, state)
        self._frozen = self._frozen + 1 if state.time_s <= before.time_s else 0
        self.state = state
        if self._frozen >= self._frozen_most:
            self._frozen = 0
            words = f"the arm's clock stands still at {state.time_s:.3f} s"
            self._protect(words)
            raise PrimitiveFailed("frozen", words)
        return state

    def stop(self, reason: str) -> None:
        """By the driver's own means; the next tick begins from where the arm came to rest."""
        self._stopped = True
        self._driver.stop(reason)

    # -- parts -------------------------------------------------------------------------------------

    def _to_rest(self) -> ArmCommand:
        """What a stopped arm is sent: its way to rest; if it gives way, then where its joints came to be."""
        self.heeded.set()
        latched = self._latch.now
        if latched is None or not latched.gives_way or self._gate.velocity.any():
            return HOLD
        if self._yields is None:
            self._yields = self.state.position
        return ArmCommand(position=self._yields)

    def _look_after(self, command: ArmCommand, state: ArmState) -> None:
        """After every tick: force from outside, and the log."""
        if self._latch.now is None:
            self._yields = None
            felt = self._force.felt(state)
            if felt:
                self._latch.close(felt, gives_way=True)
        if self._log is not None:
            self._log.tick(command, self.applied, state, self._gate.interventions.recent)
            if self._log.failed:
                self._latch.close(self._log.failed)

    def _protect(self, reason: str) -> None:
        """A real arm stays stopped after this; a simulated one is begun anew."""
        if self._real:
            self._latch.close(reason)

    def _begin_anew(self) -> None:
        state = self._driver.read()
        if not math.isfinite(sum(state.position)):
            raise PrimitiveFailed("blew_up", NO_NUMBERS)
        self.state = state
        self._gate.rebase(np.asarray(state.position))
        self._stopped = False
