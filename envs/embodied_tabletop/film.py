"""Film a run into an .mp4 file: frames go to ffmpeg (from imageio-ffmpeg's wheel) as they are painted."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

from embodied.errors import BadInput, SetupError
from embodied_tabletop.engine import CONTROL_PERIOD_S
from embodied_tabletop.pictures import Image, Moment, Studio

EVERY = 4
"""Control periods from frame to frame; the film runs in the world's own time."""
FRAMES_PER_S = 1 / (CONTROL_PERIOD_S * EVERY)
SIZE = (640, 480)
AHEAD = 6
"""Frames that may wait to be painted; then the world waits for the film."""
BREATH_S = 0.3
"""... but no longer than this at once: between two control periods the bridge says that it lives."""


class Film:
    """One film. `shoot` after every control period, `close` to finish it.

    Raises:
        BadInput: the file cannot be written there.
        SetupError: ffmpeg or OpenGL is missing.
    """

    def __init__(self, path: Path, studio: Studio, camera: str = "corner") -> None:
        self.path = path
        self._studio = studio
        self._camera = camera
        self._waiting: deque[Future[Image]] = deque()
        self._periods = 0
        check_path(path)
        self._writer = _writer(path)
        self._writer.send(None)

    def shoot(self, moment: Moment) -> None:
        """Take one frame of every `EVERY`."""
        if self._periods % EVERY == 0:
            self._waiting.append(self._studio.ask(moment, self._camera, *SIZE))
        self._periods += 1
        if len(self._waiting) > AHEAD:
            wait((self._waiting[0],), BREATH_S)
        while self._waiting and self._waiting[0].done():
            self._writer.send(self._waiting.popleft().result().tobytes())

    def close(self) -> None:
        """Write what is left; the file is whole afterwards."""
        while self._waiting:
            self._writer.send(self._waiting.popleft().result().tobytes())
        self._writer.close()


def check_path(path: Path) -> None:
    """Raises BadInput if no film can be written there."""
    if path.suffix.lower() != ".mp4":
        raise BadInput(f"{path} is no film.", remedy="Give a file name that ends in .mp4.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError as refused:
        raise BadInput(
            f"{path} cannot be written: {refused.strerror}.", remedy="Choose another file."
        ) from refused


def _writer(path: Path) -> Any:
    try:
        import imageio_ffmpeg
    except ImportError:
        raise SetupError(
            "Filming needs imageio-ffmpeg, which is not installed.",
            remedy="Install the extra: pip install 'embodied-agent[arm]'.",
        ) from None
    return imageio_ffmpeg.write_frames(
        str(path), SIZE, fps=FRAMES_PER_S, codec="libx264", quality=7, macro_block_size=8,
        ffmpeg_log_level="error",
    )  # fmt: skip
