"""The server of the live page: one static page and one stream of states and surveys, on loopback.

Only requests addressed to this machine by name or number are answered, so that a page elsewhere cannot
read a run by pointing its own name here. The page shows all text as text: what players say is hostile.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from types import TracebackType
from typing import Any, Self

from embodied.errors import BadInput, WorldError
from embodied.map.chart import Chart, chart, snapshot
from embodied.world import World

SECONDS_BETWEEN = 0.25
SECONDS_OF_SILENCE = 5.0
SECONDS_FOR_THE_END = 1.0
SECONDS_BETWEEN_SURVEYS = 3.0
SURVEY = "survey"
RADIUS = 64  # blocks
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:"
FILES = {
    "/": ("page.html", "text/html; charset=utf-8"),
    "/land.js": ("land.js", "text/javascript; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
}


class MapPage:
    """Serves the page while entered. `on_record` takes the journal's records from any thread.

    `on_world` takes the body of a run; where it can survey the land, that is drawn under the way.
    """

    def __init__(self, port: int = 0) -> None:
        self._changed = threading.Condition()
        self._chart = Chart()
        self._version = 0
        self._land: Mapping[str, Any] | None = None
        self._land_version = -1
        self._surveyor: threading.Thread | None = None
        self._streams = 0
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.page = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="map page", daemon=True
        )

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        with self._changed:
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._streams == 0, timeout=SECONDS_FOR_THE_END)
        if self._surveyor is not None:
            self._surveyor.join(timeout=SECONDS_FOR_THE_END)
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def on_record(self, record: Mapping[str, Any]) -> None:
        with self._changed:
            self._chart = chart(self._chart, record)
            self._version += 1
            self._changed.notify_all()

    def on_world(self, world: World) -> None:
        """Survey the land with this body from now on, until it or the page is gone. Returns at once."""
        if SURVEY not in world.spec.primitives:
            return
        self._surveyor = threading.Thread(target=self._survey, args=(world,), name="map survey", daemon=True)
        self._surveyor.start()

    def _survey(self, world: World) -> None:
        while not self._closing.is_set():
            try:
                seen = world.call(SURVEY, {"radius": RADIUS})
            except (WorldError, BadInput):
                return  # gone or silent, which the run itself says; or another kind of survey
            if seen.ok and seen.value != self._land:
                with self._changed:
                    self._land = seen.value
                    self._version += 1
                    self._land_version = self._version
                    self._changed.notify_all()
            self._closing.wait(SECONDS_BETWEEN_SURVEYS)

    def after(self, version: int) -> tuple[int, dict[str, Any], Mapping[str, Any] | None] | None:
        """The next state after `version`, and the land if it was surveyed since; None when nothing came."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._version != version or self._closing.is_set(), timeout=SECONDS_OF_SILENCE
            )
            if self._version == version:
                return None
            return self._version, snapshot(self._chart), self._land if self._land_version > version else None

    @contextmanager
    def streaming(self) -> Iterator[None]:
        """Around a stream: closing waits a moment for it, so that the last state is seen."""
        with self._changed:
            self._streams += 1
        try:
            yield
        finally:
            with self._changed:
                self._streams -= 1
                self._changed.notify_all()

    def pause(self) -> bool:
        """Let changes gather; True when the page is closing."""
        return self._closing.wait(SECONDS_BETWEEN)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    page: MapPage


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10
    server_version = "embodied"
    sys_version = ""

    def do_GET(self) -> None:
        host = (self.headers.get("Host") or "").rpartition(":")[0]
        if host not in ("127.0.0.1", "localhost"):
            self.send_error(403, "Only for this machine")
        elif self.path == "/states":
            self._stream()
        elif self.path in FILES:
            name, kind = FILES[self.path]
            self._send(resources.files("embodied.map").joinpath(name).read_bytes(), kind)
        else:
            self.send_error(404)

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self._headers(kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _headers(self, kind: str) -> None:
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")

    def _stream(self) -> None:
        self.send_response(200)
        self._headers("text/event-stream")
        self.end_headers()
        try:
            with self.server.page.streaming():
                version, closing = self._send_after(-1), False
                while not closing:
                    closing = self.server.page.pause()
                    version = self._send_after(version)
        except OSError:
            return  # the browser went away

    def _send_after(self, version: int) -> int:
        came = self.server.page.after(version)
        if came is None:
            self.wfile.write(b": still here\n\n")
        else:
            version, state, land = came
            if land is not None:
                self.wfile.write(b"event: land\ndata: " + json.dumps(land, default=str).encode() + b"\n\n")
            self.wfile.write(b"data: " + json.dumps(state, default=str).encode() + b"\n\n")
        self.wfile.flush()
        return version

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are of no interest; the terminal belongs to the run."""
