"""Pictures as files and as text, for a page that loads nothing from anywhere."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray


def film_strip(frames: Sequence[NDArray[np.uint8]], captions: Sequence[str]) -> str:
    """Pictures side by side, each with its caption; a click on one shows it as wide as the page.

    The page wants `embodied.learning.page.STYLE`. A ticked box remembers the click: it needs no script.
    """
    shown = (
        f'<label><input type="checkbox" aria-label="{escape(caption)}: larger"><span>'
        f'<img alt="{escape(caption)}" src="{as_source(frame)}">{escape(caption)}</span></label>'
        for frame, caption in zip(frames, captions, strict=True)
    )
    return f'<div class="film">{"".join(shown)}</div>'


def png(image: NDArray[np.uint8]) -> bytes:
    """A picture, shape (height, width, 3), as a PNG file."""
    height, width, _ = image.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)
    rows[:, 1:] = image.reshape(height, -1)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(rows.tobytes(), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def as_source(image: NDArray[np.uint8]) -> str:
    """For the `src` of an <img>."""
    return "data:image/png;base64," + base64.b64encode(png(image)).decode()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
