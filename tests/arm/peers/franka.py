"""A Franka FR3 that speaks libfranka's network protocol: `python -m tests.arm.peers.franka 127.1.2.3`.

The server and its MuJoCo arm are franky-sim's, which is not ours. Here it only gets a flight recorder, and
tells no torques from outside: franky-sim tells the arm's own weight as such. It stops when commands stay out,
and models no other reflex: a real arm stops itself on collisions, on joint limits, on torques that jump.
Its ports are the maker's (1337, 1338), so every peer has a loopback address of its own.
"""

from __future__ import annotations

import os
import sys
import threading

from embodied_tabletop.real.franka_reflexes import stops_when_commands_stay_out
from embodied_tabletop.real.franka_simulator import feels_nothing_from_outside
from franky_sim import SimulationServer
from franky_sim.mujoco_simulator import MujocoSimulator

from tests.arm.peers.recording import Recorder, answer

STEP_S = 0.001


def main(host: str) -> None:
    recorder = Recorder(7)
    silent = threading.Event()
    do = {"fall silent": silent.set, "die": lambda: os._exit(1)}
    with MujocoSimulator() as simulator:
        robot = simulator.add_robot()
        feels_nothing_from_outside(robot)
        with SimulationServer(simulator, hostname_candidates=[host]) as server:

            def talk() -> None:
                answer(recorder, lambda: {}, lambda asked: do[asked]())
                os._exit(0)  # the test has let go of us

            for served in server.robot_servers:
                stops_when_commands_stay_out(served)
            threading.Thread(target=talk, daemon=True).start()
            print('{"ready": true}', flush=True)
            now = 0.0
            while True:
                if silent.is_set():
                    threading.Event().wait()
                server.run_once()
                now += STEP_S
                state = robot.state
                recorder.see(now, [float(q) for q in state.q], [float(v) for v in state.dq])


if __name__ == "__main__":
    main(sys.argv[1])
