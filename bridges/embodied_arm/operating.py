"""The bridge's end of the operator's channel: a person's word, past the agent and its lease.

A thread and a socket of its own. What the operator says is not put into the agent's queue, and does not wait
for the thread that moves the arm.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import zmq

from embodied.arms.running import RunningArm, announce, find_running
from embodied.bridge.body import PrimitiveFailed
from embodied.errors import EmbodiedError
from embodied_arm.control import Controller

_log = logging.getLogger(__name__)

LONGEST: Final = 4096
"""Of a message [bytes]."""
LOOK_MS: Final = 200


class Operating:
    """Serves one arm's operator until `close`.

    Args:
        name: of the driver; a number is added where another arm of this name runs.
        arm: what the driver calls the arm; identity: which arm it is.
        folder: where running arms are announced; the user's own unless said.
    """

    def __init__(
        self,
        controller: Controller,
        name: str,
        arm: str,
        identity: str,
        run_dir: Path,
        folder: Path | None = None,
    ) -> None:
        self._controller = controller
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.REP)
        self._socket.linger = 0
        self._socket.setsockopt(zmq.MAXMSGSIZE, LONGEST)
        port = self._socket.bind_to_random_port("tcp://127.0.0.1")
        self._ending = threading.Event()
        taken = {each.name for each in find_running(folder)}
        names = (f"{name}-{number}" if number > 1 else name for number in range(1, len(taken) + 2))
        self.running = RunningArm(
            name=next(each for each in names if each not in taken),
            arm=arm,
            identity=identity,
            pid=os.getpid(),
            endpoint=f"tcp://127.0.0.1:{port}",
            token=secrets.token_hex(16),
            run_dir=str(run_dir.absolute()),
            since=time.time(),
        )
        self._file = announce(self.running, folder)
        self._thread = threading.Thread(target=self._serve, name="operator", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Idempotent."""
        if not self._ending.is_set():
            self._ending.set()
            self._file.unlink(missing_ok=True)
            self._thread.join(2.0)

    def _serve(self) -> None:
        try:
            while not self._ending.is_set():
                if self._socket.poll(LOOK_MS):
                    self._socket.send(json.dumps(self._answered(self._socket.recv())).encode())
        finally:
            self._socket.close()
            self._context.term()

    def _answered(self, frame: bytes) -> Mapping[str, Any]:
        said: Any = None
        with contextlib.suppress(ValueError, RecursionError):  # the operator is heard after anything
            said = json.loads(frame)
        if not isinstance(said, dict):
            return {"ok": False, "message": "this is no request"}
        token = str(said.get("token", "")).encode(errors="replace")
        if not hmac.compare_digest(token, self.running.token.encode()):
            _log.warning("somebody without the token spoke on the operator's channel")
            return {"ok": False, "message": "the token is wrong"}
        operations: Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {
            "stop": self._stop,
            "reset": self._reset,
            "status": self._status,
        }
        operation = operations.get(str(said.get("operation")))
        if operation is None:
            return {"ok": False, "message": f"there are: {', '.join(operations)}"}
        try:
            return {"ok": True, **operation(said)}
        except (PrimitiveFailed, EmbodiedError) as failed:
            return {"ok": False, "message": failed.message}
        except Exception as broken:  # noqa: BLE001 - a driver's code; the operator must hear, and be heard again
            _log.exception("the operator's word was not done")
            return {"ok": False, "message": f"the driver broke: {type(broken).__name__}: {broken}"}

    def _stop(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        reason = str(said.get("reason") or "the operator said stop")[:200]
        heeded = self._controller.protective_stop(reason)
        return {"heeded": heeded}

    def _reset(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"reason": self._controller.reset()}

    def _status(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        controller = self._controller
        latched = controller.latch.now
        return {
            "stopped": latched.reason if latched is not None else "",
            "moving": controller.moving,
            "lost": controller.lost,
            "time_s": controller.state.time_s,
            "joints": list(controller.state.position),
            "interventions": controller.gate.interventions.sentences(),
        }
