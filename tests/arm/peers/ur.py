"""An emulated Universal Robots controller as a process: `python -m tests.arm.peers.ur 127.1.2.3`.

The ports are the maker's (29999, 30001 to 30004), so every peer has a loopback address of its own.
"""

from __future__ import annotations

import os
import sys

from tests.arm.peers.recording import PacedSteps, Recorder, answer
from tests.arm.peers.ur_program import ControlProgram
from tests.arm.peers.ur_robot import JOINTS, URArm
from tests.arm.peers.ur_wire import Wire


def main(host: str) -> None:
    recorder = Recorder(JOINTS)
    arm = URArm(recorder)
    program = ControlProgram(arm)
    wire = Wire(arm, program, host)
    PacedSteps(500, program.step).start()
    do = {
        "protective stop": arm.protective_stop,
        "emergency stop": arm.emergency_stop,
        "fall silent": wire.paused.set,
        "die": lambda: os._exit(1),
    }
    print('{"ready": true}', flush=True)
    answer(
        recorder,
        lambda: {"commands": program.commands, "runtime": arm.runtime, "target": list(arm.target)},
        lambda asked: do[asked](),
    )


if __name__ == "__main__":
    main(sys.argv[1])
