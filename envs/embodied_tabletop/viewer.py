"""A live look at the table in a browser: a page on the loopback, pictures as they come.

Nothing is painted while nobody looks, and the world never waits for the page.
"""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from embodied.errors import EmbodiedError
from embodied_tabletop.pictures import CAMERA_NAMES, Image, Moment, Studio

SIZE = (640, 480)
PICTURES_PER_S = 12.0
PATIENCE_S = 5.0

Describe = Callable[[], dict[str, Any]]

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>embodied: the table</title>
<style>
 body { margin: 0; font: 15px/1.5 system-ui, sans-serif; background: #16181c; color: #e8e8e6;
        display: flex; flex-direction: column; align-items: center; }
 img { width: min(96vw, 960px); aspect-ratio: 4 / 3; background: #0c0d0f; border-radius: 6px;
        margin-top: 16px; }
 nav { margin: 12px; } button { font: inherit; margin: 0 3px; padding: 3px 12px; border-radius: 5px;
        border: 1px solid #555; background: #23262c; color: inherit; }
 button[aria-pressed=true] { background: #3d5a80; } #now { color: #b9bcc2; min-height: 1.5em; }
</style>
<img id="picture" alt="The table, live"><nav id="cameras"></nav><div id="now"></div>
<script>
 const cameras = CAMERAS, picture = document.getElementById("picture");
 const nav = document.getElementById("cameras");
 function choose(name) {
   picture.src = "/stream?camera=" + name;
   for (const b of nav.children) b.setAttribute("aria-pressed", b.textContent === name);
 }
 for (const name of cameras) {
   const b = document.createElement("button");
   b.textContent = name; b.onclick = () => choose(name); nav.append(b);
 }
 choose(cameras[0]);
 setInterval(async () => {
   const line = document.getElementById("now");
   try { line.textContent = (await (await fetch("/now")).json()).text; }
   catch { line.textContent = "The run has ended."; }
 }, 700);
</script></html>
""".replace("CAMERAS", json.dumps(CAMERA_NAMES))


class Viewer:
    """Serve the page at `address`; `show` each new moment.

    Args:
        describe: the line beneath the picture, as {"text": ...}; called from the server's threads.
    """

    def __init__(self, studio: Studio, describe: Describe) -> None:
        self.studio = studio
        self.describe = describe
        self.closing = threading.Event()
        self._changed = threading.Condition()
        self._moment: Moment | None = None
        self._number = 0
        self._server = _Server(self)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/"
        self._thread = threading.Thread(target=self._server.serve_forever, name="viewer", daemon=True)
        self._thread.start()

    def show(self, moment: Moment) -> None:
        """The world looks like this now."""
        with self._changed:
            self._moment = moment
            self._number += 1
            self._changed.notify_all()

    def picture(self, camera: str, after: int) -> tuple[bytes, int]:
        """A JPEG of the first moment later than number `after`, or of the last one after a while."""
        with self._changed:
            self._changed.wait_for(lambda: self._number > after or self.closing.is_set(), timeout=PATIENCE_S)
            moment, number = self._moment, self._number
        if moment is None or self.closing.is_set():
            raise ConnectionAbortedError
        return jpeg(self.studio.image(moment, camera, *SIZE, shadows=False)), number

    def close(self) -> None:
        """End the page. Idempotent."""
        if self.closing.is_set():
            return
        self.closing.set()
        with self._changed:
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def jpeg(picture: Image) -> bytes:
    from PIL import Image as Pillow

    file = io.BytesIO()
    Pillow.fromarray(picture).save(file, "JPEG", quality=80)
    return file.getvalue()


class _Server(ThreadingHTTPServer):
    """On the loopback, at a port that is free; it ends with the process."""

    daemon_threads = True

    def __init__(self, viewer: Viewer) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.viewer = viewer


class _Request(BaseHTTPRequestHandler):
    """One request; a stream is one request that goes on."""

    server: _Server

    def do_GET(self) -> None:
        host = self.headers.get("Host", "").rpartition(":")[0]
        if host not in ("127.0.0.1", "localhost"):  # another site's page, by a name that it owns
            self.send_error(403)
            return
        url = urlsplit(self.path)
        camera = parse_qs(url.query).get("camera", [CAMERA_NAMES[0]])[0]
        if camera not in CAMERA_NAMES:
            self.send_error(404, "no such camera")
            return
        # A reader may leave at any time, and the run may end before its pictures do.
        with suppress(BrokenPipeError, ConnectionError, RuntimeError):
            self._answer(url.path, camera)

    def _answer(self, path: str, camera: str) -> None:
        if path == "/":
            self._send("text/html; charset=utf-8", PAGE.encode())
        elif path == "/now":
            self._send("application/json", json.dumps(self.server.viewer.describe()).encode())
        elif path == "/picture.jpg":
            self._picture(camera)
        elif path == "/stream":
            self._stream(camera)
        else:
            self.send_error(404)

    def _picture(self, camera: str) -> None:
        try:
            self._send("image/jpeg", self.server.viewer.picture(camera, 0)[0])
        except EmbodiedError as broken:
            self.send_error(503, "no picture", broken.message)

    def _stream(self, camera: str) -> None:
        viewer = self.server.viewer
        try:
            first, number = viewer.picture(camera, 0)
        except EmbodiedError as broken:
            self.send_error(503, "no picture", broken.message)
            return
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=picture")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        while not viewer.closing.is_set():
            begun = time.monotonic()
            head = f"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: {len(first)}\r\n\r\n"
            self.wfile.write(head.encode() + first + b"\r\n")
            viewer.closing.wait(max(0.0, begun + 1 / PICTURES_PER_S - time.monotonic()))
            first, number = viewer.picture(camera, number)

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not worth a line in the bridge's log."""
