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
from typing import Any

from embodied.arms.running import RunningArm, announce, free_name
from embodied.arms.stopped import StoppedArm, find_stopped
from embodied.bridge.body import PrimitiveFailed
from embodied.bridge.keys import BridgeKeys
from embodied.errors import EmbodiedError
from embodied_arm.channel import Channel
from embodied_arm.control import Controller
from embodied_arm.keeping import DISK_S, Keeping

_log = logging.getLogger(__name__)

Operation = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Operating:
    """Serves one arm's operator until `close`.

    Args:
        name: of the driver; a number is added where another arm of this name runs.
        arm: what the driver calls the arm; identity: which arm it is.
        addresses: all that it has, where they are known: it is stopped by each, whatever a file calls its
            host.
        folder: where running arms are announced; the user's own unless said.
        keeps: whether it stays stopped when its bridge ends. A simulation that nobody gave a name to is
            another one the next time.
        rehearses: of a simulation in which a motion is rehearsed: whose. It is stopped with that arm, and
            has no stop of its own to keep.
    """

    def __init__(
        self,
        controller: Controller,
        name: str,
        arm: str,
        identity: str,
        run_dir: Path,
        folder: Path | None = None,
        *,
        keeps: bool = True,
        rehearses: str = "",
        addresses: tuple[str, ...] = (),
    ) -> None:
        self._controller, self._name, self._identity = controller, name, identity
        self._addresses, self._folder = addresses, folder
        self._disk = Keeping(folder) if keeps and not rehearses else None
        self._in_order = threading.Lock()
        """What is kept is as the latch is, whichever channel it was said on."""
        self.agent: Callable[[], str] = lambda: ""
        """Who has the arm, where it is served to agents elsewhere."""
        here = Channel("tcp://127.0.0.1:*", self._answered_with_token)
        self._channels = [here]
        self.running = RunningArm(
            name=free_name(name, folder),
            arm=arm,
            identity=identity,
            pid=os.getpid(),
            endpoint=here.endpoint,
            token=secrets.token_hex(16),
            run_dir=str(run_dir.absolute()),
            since=time.time(),
            rehearses=rehearses,
        )
        try:
            self._file = announce(self.running, folder)
        except BaseException:
            here.close()
            if self._disk is not None:
                self._disk.close()
            raise
        self._closed = False
        if self._disk is not None:
            self._disk.look(DISK_S)
        self._stopped_before = self._found(name) if self._disk is not None else []
        for one in sorted(self._stopped_before, key=self._of_another):
            whose = f" ({one.name} at {one.identity}, which is kept)" if self._of_another(one) else ""
            controller.latch.close(f"{one.reason}{whose}")

    def listen(self, endpoint: str, keys: BridgeKeys | None) -> None:
        """Heed whoever has a key too, from another machine: to stop the arm and to ask how it is, and nothing
        else. Only beside the arm can a person see whether it may move again. Raises SetupError."""
        self._channels.append(Channel(endpoint, self._answered_by_key, keys))

    def close(self) -> None:
        """Idempotent."""
        if not self._closed:
            self._closed = True
            with contextlib.suppress(
                OSError
            ):  # a disk that is read-only by now: who looks sees that we ended
                self._file.unlink(missing_ok=True)
            for channel in self._channels:
                channel.close()
            if self._disk is not None:
                self._disk.close()

    def _answered_with_token(self, frame: bytes, _owner: str) -> Mapping[str, Any]:
        said = _read(frame)
        token = str(said.get("token", "")).encode(errors="replace")
        if said and not hmac.compare_digest(token, self.running.token.encode()):
            _log.warning("somebody without the token spoke on the operator's channel")
            return {"ok": False, "message": "the token is wrong"}
        operations = {"stop": self._stop, "reset": self._reset, "status": self._status}
        return _done(said, {**operations, "examine": self._examine})

    def _answered_by_key(self, frame: bytes, owner: str) -> Mapping[str, Any]:
        said = _read(frame)
        if said.get("operation") == "reset":
            return {
                "ok": False,
                "message": "only a person beside it can let it move again",
                "remedy": f"On the machine beside the arm:  embodied arm reset {self.running.name}",
            }
        reason = str(said.get("reason") or "the operator said stop")[:200]
        by = f"{reason}, said with the key {owner}" if owner else reason
        operations = {"stop": self._stop, "status": self._status, "examine": self._examine}
        return _done({**said, "reason": by} if said else said, operations)

    @property
    def unkept(self) -> str:
        """Why a stop would not outlast this bridge, as it was last looked at or tried; "" if it would."""
        return self._disk.unkept if self._disk is not None else ""

    def notes(self) -> dict[str, str]:
        """What who looks at the arm should know."""
        return {"stops_not_kept": why} if (why := self.unkept) else {}

    def _stop(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        reason = str(said.get("reason") or "the operator said stop")[:200]
        try:
            heeded = self._controller.protective_stop(reason)
        finally:  # a driver that breaks at it, too
            kept = self._keep_stopped(reason)
        return {"heeded": heeded, "unkept": kept()}

    def _keep_stopped(self, reason: str) -> Callable[[], str]:
        """Gives what waits for it, and says why it is not kept; not of one that a person has reset since."""
        if self._disk is None:
            return str
        latch, name = self._controller.latch, self.running.name
        arm = StoppedArm(name, self._name, self._identity, reason, time.time(), self._addresses)
        with self._in_order:
            return self._disk.keep(arm, lambda: latch.now is not None)

    def _reset(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        with self._in_order:
            reason = self._controller.reset()
            remains = self._disk.let_go(self._own_kept) if self._disk is not None else str
        return {"reason": reason, "lost": self._controller.lost, "remains": remains()}

    def _own_kept(self) -> list[StoppedArm]:
        """What is kept of this arm, for a person to let go of."""
        ours = [*self._stopped_before, *filter(self._is_own, self._found(self.running.name))]
        return [one for one in ours if not self._of_another(one)]

    def _found(self, name: str) -> list[StoppedArm]:
        return find_stopped(name, self._identity, self._folder, self._addresses)

    def _is_own(self, one: StoppedArm) -> bool:
        return one.name == self.running.name or one.is_at(self._identity, self._addresses)

    def _of_another(self, one: StoppedArm) -> bool:
        """Of another address, and only the driver's name in common: it stops this arm too, which may have
        been plugged in elsewhere, and who resets this one has not looked at that one."""
        told_apart = "" not in (one.identity, self._identity)
        told_apart = told_apart and not one.is_at(self._identity, self._addresses)
        return told_apart and self._name == self._identity.partition("@")[0]

    def _status(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        controller = self._controller
        latched, (hand, speed) = controller.latch.now, controller.gate.hand
        return {
            "stopped": latched.reason if latched is not None else "",
            "moving": controller.moving,
            "lost": controller.lost,
            "time_s": float(controller.state.time_s),
            "joints": [float(angle) for angle in controller.state.position],
            "hand": list(hand),
            "hand_speed": speed,
            "sent": controller.rhythm.sent,
            "changed": controller.rhythm.changed,
            "limits": dict(controller.gate.interventions),
            "timing": controller.rhythm.told() if controller.keeps_pace else {},
            "interventions": controller.gate.interventions.sentences(),
            "agent": self.agent(),
            "unkept": self.unkept,
            "looks": self._disk is not None and self._disk.looks,
        }

    def _examine(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """As `_status`, and begin a trial whether a stop could be kept; `looks` until that is known. Nobody
        who says stop meanwhile waits for it."""
        if self._disk is not None:
            self._disk.look()
        return self._status(said)


def _read(frame: bytes) -> Mapping[str, Any]:
    """What was said; nothing where it is no request."""
    with contextlib.suppress(ValueError, RecursionError):  # the operator is heard after anything
        said = json.loads(frame)
        if isinstance(said, dict):
            return said
    return {}


def _done(said: Mapping[str, Any], operations: Mapping[str, Operation]) -> Mapping[str, Any]:
    if not said:
        return {"ok": False, "message": "this is no request"}
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
