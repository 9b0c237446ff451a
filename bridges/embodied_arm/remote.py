"""An arm that another machine serves, as its agent sees it (`embodied_arm.serving` is the other side)."""

from __future__ import annotations

import base64
import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from embodied.arms.consent import Consent, NoConsent
from embodied.arms.log import NAME, framed, unframed
from embodied.arms.running import RunningArm, announce, find_running, free_name
from embodied.bridge.client import BridgeClient
from embodied.bridge.keys import client_keys
from embodied.errors import BadInput, BridgeLost, BridgeRefused, WorldError
from embodied.facts import Observation
from embodied.outcome import PrimitiveResult
from embodied_arm.serving import OWN, READ_RECORD, TAKE_CONSENT, TAKE_TERMS

TERMS_S: Final = 60.0
"""Compiling the models for other limits takes seconds on a busy machine."""
COPY_S: Final = 1.0
"""How often the arm's log is copied, at most, while it grows."""
WAIT_S: Final = 0.5
"""How long a copy may keep whoever observes; the rest comes the next time."""
LAST_S: Final = 10.0
"""And at the end."""
GREETING_S: Final = 8.0
MOST_MB: Final = 256
CLOCKS: Final = 5
"""So often the other machine's clock is read; the reading that came back soonest counts."""
_LOOPBACK: Final = ("127.0.0.1", "::1")
_OWN: Final = frozenset(spec.name for spec in OWN)


class RemoteArm(BridgeClient):
    """Connects, and agrees with the machine beside the arm on what both launch files say.

    Args:
        config: connect, keys, name, terms, limits and operator, as `ArmBridge.start` documents.
        run_dir: where copies of the arm's log and of pictures go.

    Raises:
        BadInput: the files disagree; the message names what differs.
        BridgeLost, BridgeRefused: nobody is there, the keys are wrong, or another agent has the arm.
    """

    def __init__(self, config: Mapping[str, Any], run_dir: Path) -> None:
        self._endpoint, self._run_dir = str(config["connect"]), run_dir
        self._copy: _LogCopy | None = None
        self._copying = threading.Lock()
        self._announced: Path | None = None
        keys = config.get("keys")
        ours = client_keys(Path(keys["folder"]), keys["name"], keys["bridge"]) if keys else None
        name = f"the arm at {self._endpoint}"
        super().__init__(self._endpoint, name=name, keys=ours, greeting_s=GREETING_S)
        try:
            self._agree(config.get("terms") or {}, config.get("limits") or {})
            self._announce(config)
        except BaseException:
            self.close()
            raise

    @property
    def served(self) -> Mapping[str, Any]:
        """What the machine beside the arm said of how it serves it."""
        told: Mapping[str, Any] = self._spec.details["served"]
        return told

    def take_consent(self, given: Consent) -> None:
        """Hand on that a person lets it move. Raises NoConsent if it is not taken there."""
        if not self.served["needs_consent"]:
            return
        answer = self._ask_call(
            TAKE_CONSENT,
            {
                "arm": given.arm,
                "by": f"{given.by} at {socket.gethostname()}",
                "how": given.how,
                "about": dict(given.about),
            },
            15.0,
        )
        if not answer.ok:
            raise NoConsent(f"{self.name} did not take the consent: {answer.message}.")

    def observe(self) -> Observation:
        """As of every bridge; what the arm's log has grown by is copied on the way."""
        seen = super().observe()
        if self._copy is not None and self._copy.due:
            with contextlib.suppress(BridgeRefused, OSError):  # it lies at the arm, as the report says
                self._copy_log(WAIT_S)
        return seen

    def call(
        self, name: str, arguments: Mapping[str, Any], *, timeout_s: float | None = None
    ) -> PrimitiveResult:
        """As of every bridge; a picture is brought here."""
        result = super().call(name, arguments, timeout_s=timeout_s)
        if name == "look" and result.ok:
            there = Path(str(result.value["path"]))
            here = self._run_dir / "pictures" / there.name
            here.parent.mkdir(parents=True, exist_ok=True)
            here.write_bytes(b"".join(self._parts(f"pictures/{there.name}", 0)))
            return replace(result, value={**result.value, "path": str(here)})
        return result

    def close(self) -> None:
        """Copy the rest of the log, let go of the arm, which comes to rest. Idempotent."""
        try:
            if self._copy is not None and not self._closed:
                with contextlib.suppress(WorldError, OSError):  # what is missing lies at the arm, as is said
                    self._copy_log(LAST_S)
        finally:
            super().close()  # who else waits for a part of the log is told then
            if self._announced is not None:  # until then it can be stopped from here
                with contextlib.suppress(
                    OSError
                ):  # a disk that is read-only by now: who looks sees that we ended
                    self._announced.unlink(missing_ok=True)
            if self._copy is not None:
                with self._copying, contextlib.suppress(OSError):
                    self._copy.close()

    # -- parts ---------------------------------------------------------------------------------------

    def _agree(self, terms: Mapping[str, Any], limits: Mapping[str, Any]) -> None:
        asked = {"terms": dict(terms), "limits": dict(limits)}
        answer = self._ask_call(TAKE_TERMS, asked, TERMS_S)
        if answer.code == "disagreement":
            raise BadInput(
                f"This launch file disagrees with what {self.name} is served with: {answer.message}.",
                remedy="The machine beside the arm decides; a launch file elsewhere may only tighten limits.",
            )
        if answer.code == "unknown_primitive":
            raise BadInput(
                f"{self.name} is not served to agents elsewhere.",
                remedy="On the machine beside it:  embodied arm serve ARM.toml --listen tcp://0.0.0.0:PORT",
            )
        if not answer.ok:
            raise self._error(answer)
        served = {**answer.value["served"], "endpoint": self._endpoint}
        self._spec = replace(
            self._spec,
            primitives={name: one for name, one in self._spec.primitives.items() if name not in _OWN},
            details={**self._spec.details, **answer.value["details"], "served": served},
        )
        if served["log"]:
            self._copy = _LogCopy(self._run_dir / NAME, self._ahead_ns())

    def _announce(self, config: Mapping[str, Any]) -> None:
        """So that `embodied arm stop` finds it from another terminal of this machine."""
        name, host = str(config.get("name") or "arm"), urlsplit(self._endpoint).hostname
        if host in _LOOPBACK and any(arm.name == name for arm in find_running()):
            return  # its own machine has announced it
        arm = RunningArm(
            name=free_name(name),
            arm=str(self._spec.details.get("arm", "")),
            identity=self._endpoint,
            pid=os.getpid(),
            endpoint=str(config["operator"]),
            token="",
            run_dir=str(self._run_dir.absolute()),
            since=time.time(),
            keys={key: str(value) for key, value in (config.get("keys") or {}).items()},
        )
        with contextlib.suppress(OSError):
            self._announced = announce(arm)

    def _parts(self, name: str, at: int) -> Iterator[bytes]:
        """What a record has from `at` on. Raises WorldError."""
        while True:
            answer = self._ask_call(READ_RECORD, {"name": name, "at": at}, 10.0)
            if not answer.ok:
                raise self._error(answer)
            data = base64.b64decode(answer.value["data"])
            if data:
                yield data
            at += len(data)
            if not data or at >= int(answer.value["size"]):
                return

    def _copy_log(self, within_s: float) -> None:
        """What it has grown by, as far as that comes in time; one thread at a time does it."""
        assert self._copy is not None
        until = time.monotonic() + within_s
        if not self._copying.acquire(timeout=within_s if within_s > WAIT_S else 0.0):
            return
        try:
            for part in self._parts(NAME, self._copy.at):
                self._copy.add(part)
                if time.monotonic() > until:
                    return
        finally:
            self._copying.release()

    def _ahead_ns(self) -> int:
        """By how much the other machine's calendar clock is ahead of ours [ns]."""
        readings = []
        for _ in range(CLOCKS):
            before = time.time_ns()
            answer = self._ask_call(READ_RECORD, {"name": NAME, "at": 0}, 10.0)
            after = time.time_ns()
            if answer.ok:
                readings.append((after - before, int(answer.value["wall_ns"]) - (before + after) // 2))
        return min(readings)[1] if readings else 0

    def _error(self, answer: Any) -> WorldError:
        error = super()._error(answer)
        if isinstance(error, BridgeLost):
            remedy = (
                "Where it was moving, it came to rest when this agent's signs of life stayed out "
                f"({1000 * self.lease_s:.0f} ms). See to the network, then begin again: "
                "`embodied run --resume last`, or deploy anew."
            )
            return BridgeLost(error.message, remedy=remedy if self.lease_s else "")
        if isinstance(error, BridgeRefused) and error.code == "no_lease":
            return BridgeRefused(
                error.code, answer.message, remedy="One agent at a time: end the other one, or wait for it."
            )
        return error


class _LogCopy:
    """The arm's log as far as it was brought here, with the times of this machine's calendar clock."""

    def __init__(self, path: Path, ahead_ns: int) -> None:
        self.at = 0
        """So much of it is here [bytes, as it lies there]."""
        self._path, self._ahead_ns = path, ahead_ns
        self._rest = bytearray()
        self._file = path.open("ab")
        self._due = 0.0

    @property
    def due(self) -> bool:
        return time.monotonic() >= self._due and self.at < MOST_MB << 20

    def add(self, part: bytes) -> None:
        """Once it is closed, nothing more."""
        if self._file.closed:
            return
        self.at += len(part)
        self._rest += part
        for value in unframed(self._rest):
            if isinstance(value, list):
                value[1] -= self._ahead_ns
            self._file.write(framed(value))
        self._file.flush()
        self._due = time.monotonic() + COPY_S

    def close(self) -> None:
        self._file.close()
