"""A Franka that is not there: `python -m embodied_tabletop.real.franka_simulator ADDRESS`.

franky-sim's server speaks the robot's own network protocol, and moves its arm in MuJoCo; our driver cannot
tell it from a robot. It stands at an empty table, feels nothing from outside, and has one reflex: it stops
when commands stay out. A real arm would stop itself on a collision too. The robot's ports are fixed (1337,
1338), so each simulator has a loopback address of its own.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
from dataclasses import replace
from typing import Any

from embodied_tabletop.real.franka_reflexes import stops_when_commands_stay_out


def loopback_address() -> str:
    """An address of this machine that hardly anything else has."""
    return f"127.{random.randint(1, 254)}.{random.randint(0, 254)}.{random.randint(2, 254)}"


def feels_nothing_from_outside(robot: Any) -> None:
    """franky-sim tells the whole torque of a joint, gravity and all, as what comes from outside. A robot
    tells what is left without the arm's own weight and motion, which is nothing at an empty table."""
    kind: Any = type(robot)

    class Unloaded(kind):  # type: ignore[misc]
        @property
        def state(self) -> Any:
            return replace(super().state, tau_ext_hat_filtered=(0.0,) * 7)

    robot.__class__ = Unloaded


def main(host: str) -> None:
    """Serve until standard input closes."""
    from franky_sim import SimulationServer
    from franky_sim.mujoco_simulator import MujocoSimulator

    def until_let_go() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        os._exit(0)  # its loop is in C++ and knows no end

    with MujocoSimulator() as simulator:
        feels_nothing_from_outside(simulator.add_robot())
        with SimulationServer(simulator, hostname_candidates=[host]) as server:
            for robot in server.robot_servers:
                stops_when_commands_stay_out(robot)
            threading.Thread(target=until_let_go, daemon=True).start()
            print(json.dumps({"ready": True, "host": host}), flush=True)
            while True:
                server.run_once()


if __name__ == "__main__":
    main(sys.argv[1])
