"""RTDE, the dashboard and the script ports, after the guides of Universal Robots (protocol version 2)."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.arm.peers.ur_program import ControlProgram
from tests.arm.peers.ur_robot import EMERGENCY, NORMAL, PLAYING, PROTECTIVE, RUNNING, URArm

FORMATS = {
    "DOUBLE": "d",
    "INT32": "i",
    "UINT32": "I",
    "UINT64": "Q",
    "UINT8": "B",
    "VECTOR3D": "3d",
    "VECTOR6D": "6d",
    "VECTOR6INT32": "6i",
}
TYPES = {
    "UINT32": "runtime_state robot_status_bits safety_status_bits script_control_line speed_slider_mask "
    "output_bit_registers0_to_31 output_bit_registers32_to_63",
    "UINT64": "actual_digital_input_bits actual_digital_output_bits",
    "INT32": "robot_mode safety_mode",
    "VECTOR6INT32": "joint_mode",
    "VECTOR3D": "payload_cog actual_tool_accelerometer elbow_position elbow_velocity",
    "UINT8": "standard_digital_output_mask standard_digital_output configurable_digital_output_mask "
    "configurable_digital_output tool_digital_output_mask tool_digital_output standard_analog_output_mask "
    "standard_analog_output_type",
    "DOUBLE": "timestamp payload speed_scaling target_speed_fraction actual_momentum actual_main_voltage "
    "actual_robot_voltage actual_robot_current actual_execution_time standard_analog_input0 "
    "standard_analog_input1 standard_analog_output0 standard_analog_output1 standard_analog_output_0 "
    "standard_analog_output_1 tcp_force_scalar speed_slider_fraction",
}
TYPE_OF = {name: kind for kind, names in TYPES.items() for name in names.split()}


def type_of(name: str) -> str:
    if "_int_register_" in name:
        return "INT32"
    if "_double_register_" in name:
        return "DOUBLE"
    return TYPE_OF.get(name, "VECTOR6D")


class Wire:
    """The ports of one controller on one address."""

    def __init__(self, arm: URArm, program: ControlProgram, host: str) -> None:
        self._arm = arm
        self._program = program
        self.paused = threading.Event()
        for port, serve in ((30004, self._rtde), (29999, self._dashboard), (30001, self._script),
                            (30002, self._script), (30003, self._script)):  # fmt: skip
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
            listener.listen(8)
            threading.Thread(target=self._accept, args=(listener, serve), daemon=True).start()

    @staticmethod
    def _accept(listener: socket.socket, serve: Callable[[socket.socket], None]) -> None:
        def guarded(connection: socket.socket) -> None:
            try:
                serve(connection)
            except OSError:
                connection.close()  # the client is gone

        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=guarded, args=(connection,), daemon=True).start()

    # -- RTDE ----------------------------------------------------------------------------------------

    def _rtde(self, connection: socket.socket) -> None:
        RTDEConnection(self, self._arm, self._program, connection).serve()

    # -- dashboard and scripts -----------------------------------------------------------------------

    def _dashboard(self, connection: socket.socket) -> None:
        connection.sendall(b"Connected: Universal Robots Dashboard Server\n")
        for line in connection.makefile("r", encoding="utf-8"):
            connection.sendall((self._answer(line.strip()) + "\n").encode())

    def _answer(self, asked: str) -> str:
        arm = self._arm
        if asked == "unlock protective stop":
            arm.unlock()
            return "Protective stop releasing"
        if asked == "stop":
            self._program.ended()
            return "Stopped"
        safety = {NORMAL: "NORMAL", PROTECTIVE: "PROTECTIVE_STOP", EMERGENCY: "ROBOT_EMERGENCY_STOP"}
        return {
            "robotmode": f"Robotmode: {'RUNNING' if arm.mode == RUNNING else 'POWER_OFF'}",
            "safetystatus": f"Safetystatus: {safety[arm.safety]}",
            "running": f"Program running: {'true' if arm.runtime == PLAYING else 'false'}",
            "PolyscopeVersion": "URSoftware 5.12.0.1101319 (Mar 22 2022)",
            "is in remote control": "true",
            "get serial number": "20225500001",
            "get robot model": "UR5",
        }.get(asked, "could not understand: " + asked)

    def _script(self, connection: socket.socket) -> None:
        text = ""
        while data := connection.recv(65536):
            text += data.decode()
            if text.rstrip().endswith("end"):
                self._program.uploaded(text)
                text = ""


class RTDEConnection:
    """One client of port 30004."""

    def __init__(self, wire: Wire, arm: URArm, program: ControlProgram, connection: socket.socket) -> None:
        self._wire, self._arm, self._program, self._connection = wire, arm, program, connection
        self._lock = threading.Lock()
        self._outputs: list[str] = []
        self._rate = 125.0
        self._recipes: list[list[str]] = []
        self._sending = threading.Event()

    def serve(self) -> None:
        try:
            buffer = b""
            while data := self._connection.recv(65536):
                buffer += data
                while len(buffer) >= 3 and len(buffer) >= (size := struct.unpack(">H", buffer[:2])[0]):
                    self._handle(chr(buffer[2]), buffer[3:size])
                    buffer = buffer[size:]
        finally:
            self._sending.clear()
            self._connection.close()

    def _send(self, kind: str, body: bytes) -> None:
        with self._lock:
            self._connection.sendall(struct.pack(">HB", 3 + len(body), ord(kind)) + body)

    def _handle(self, kind: str, body: bytes) -> None:
        if kind == "V":
            self._send("V", b"\x01")
        elif kind == "v":
            self._send("v", struct.pack(">IIII", 5, 12, 0, 0))
        elif kind == "O":
            (self._rate,) = struct.unpack(">d", body[:8])
            self._outputs = [name for name in body[8:].decode().split(",") if name]
            self._send("O", b"\x01" + ",".join(map(type_of, self._outputs)).encode())
        elif kind == "I":
            self._recipes.append([name for name in body.decode().split(",") if name])
            number = bytes([len(self._recipes)])
            self._send("I", number + ",".join(map(type_of, self._recipes[-1])).encode())
        elif kind == "U":
            names = self._recipes[body[0] - 1]
            values = struct.unpack(">" + "".join(FORMATS[type_of(name)] for name in names), body[1:])
            self._program.heard(dict(zip(names, values, strict=True)))
        elif kind == "S":
            self._send("S", b"\x01")
            self._sending.set()
            threading.Thread(target=self._stream, daemon=True).start()
        elif kind == "P":
            self._sending.clear()
            self._send("P", b"\x01")

    def _stream(self) -> None:
        layout = struct.Struct(">B" + "".join(FORMATS[type_of(name)] for name in self._outputs))
        while self._sending.is_set():
            if not self._wire.paused.is_set():
                values: list[Any] = [1]
                with self._arm.lock:
                    for name in self._outputs:
                        values += self._value(name)
                try:
                    self._send("U", layout.pack(*values))
                except OSError:
                    return
            time.sleep(1 / self._rate)

    def _value(self, name: str) -> list[Any]:
        arm = self._arm
        known: dict[str, Callable[[], list[Any]]] = {
            "timestamp": lambda: [arm.time],
            "actual_q": lambda: arm.q,
            "actual_qd": lambda: arm.speed,
            "target_q": lambda: arm.target,
            "robot_mode": lambda: [arm.mode],
            "safety_mode": lambda: [arm.safety],
            "runtime_state": lambda: [arm.runtime],
            "robot_status_bits": lambda: [arm.status_bits()],
            "safety_status_bits": lambda: [arm.safety_bits()],
            "speed_scaling": lambda: [1.0],
        }
        if name in known:
            return known[name]()
        if name in self._program.outputs:
            return [self._program.outputs[name]]
        kind = type_of(name)
        zero: Any = 0.0 if "d" in FORMATS[kind] else 0
        return [zero] * {"VECTOR6D": 6, "VECTOR6INT32": 6, "VECTOR3D": 3}.get(kind, 1)
