"""What franky-sim does not model of a Franka, and its maker documents: it stops when commands stay out.

A robot that has had no command for 20 cycles of 1 ms stops with communication_constraints_violation: the
motion is aborted, the arm comes to rest by its own controller, and it refuses to move until it is recovered.
franky-sim alone goes on with the last torque. How hard the arm brakes is not modelled: here it just stands.

A simulator may be slower than the clock, and so may the machine on which its client runs: a command that is
late by this machine's time is waited for, a little, before a cycle counts as one without.
"""

from __future__ import annotations

import select
from typing import Any, Final

CYCLES: Final = 20
"""So many without a command, each 1 ms of the robot's time, and it stops."""
WAIT_S: Final = 0.005
"""How long a cycle waits for its command [s]."""
COMMUNICATION: Final = 25
"""Where communication_constraints_violation stands among libfranka's errors."""
ERRORS: Final = 41


def stops_when_commands_stay_out(server: Any) -> None:
    """Give a robot's server (`franky_sim.franka_robot_server.FrankaRobotServer`) this reflex."""
    from franky_sim.franka_robot_protocol import MoveStatus, RobotCommand, RobotMode
    from franky_sim.franka_server import BaseCommand

    kind: Any = type(server)

    class Reflexes(kind):  # type: ignore[misc]
        without = -1
        """Cycles without a command; below 0 before a motion's first."""
        stopped = False

        def start_motion(self, *arguments: Any) -> None:
            if self.stopped:
                raise RuntimeError("the robot stopped itself and was not recovered")
            self.without = -1
            super().start_motion(*arguments)

        def _handle_udp_command(self, command: bytes) -> None:
            self.without = 0
            super()._handle_udp_command(command)

        def _process_udp_commands(self) -> bool:
            if self.current_motion_id and self.without >= 0:
                self.without += 1
                waiting = self._FrankaServer__udp_socket
                if waiting is not None:
                    select.select([waiting], [], [], WAIT_S)
            arrived = bool(super()._process_udp_commands())
            if self.current_motion_id and self.without > CYCLES:
                self._stop()
            return arrived

        def _stop(self) -> None:
            motion, self.stopped = self.current_motion_id, True
            self.stop_motion(send_preemption_signal=False)
            self.reset_current_motion_id()
            if self._tcp_socket is not None:
                BaseCommand.send_response(
                    self._tcp_socket, RobotCommand.kMove, motion, MoveStatus.kReflexAborted
                )

        def _reset_state(self) -> None:
            """Another client connects: the motion of the one before is over."""
            super()._reset_state()
            self.without = -1

        @property
        def robot_state(self) -> Any:
            state = super().robot_state
            if not self.stopped:
                return state
            flags = tuple(number == COMMUNICATION for number in range(ERRORS))
            return state.replace(robot_mode=RobotMode.kReflex, errors=flags, reflex_reason=flags)

    server.__class__ = Reflexes
    _recovers(server)


def _recovers(server: Any) -> None:
    """`automaticErrorRecovery` lets it move again; franky-sim's own has nothing to recover from."""
    from franky_sim.franka_robot_protocol import AutomaticErrorRecoveryCommand, RobotCommand

    class Recovery(AutomaticErrorRecoveryCommand):  # type: ignore[misc]
        def handle(self, server: Any) -> None:
            server.stopped = False
            super().handle(server)

    server._FrankaServer__command_class_map[RobotCommand.kAutomaticErrorRecovery] = Recovery
