"""Line charts and pictures as text, for a page that loads nothing from anywhere."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 150, 14, 34
COLORS: Final = ("#2563eb", "#d97706", "#059669", "#dc2626", "#7c3aed", "#0891b2", "#be185d", "#4b5563")
_TICKS: Final = 4


@dataclass(frozen=True)
class Line:
    """One course: (x, y) points in order of x."""

    name: str
    points: tuple[tuple[float, float], ...]


def line_chart(lines: Sequence[Line], x_name: str, y_name: str, *, percent: bool = False) -> str:
    """An SVG element; lines are told apart by colour and by the names beside it."""
    points = [point for line in lines for point in line.points]
    if not points:
        return "<p>Nothing was measured.</p>"
    xs, ys = [x for x, _ in points], [y for _, y in points]
    low_x, high_x = min(0.0, *xs), max(*xs, 1.0)
    low_y, high_y = (0.0, 1.0) if percent else _room(min(ys), max(ys))

    def place(x: float, y: float) -> tuple[float, float]:
        across = (x - low_x) / (high_x - low_x) * (WIDTH - _LEFT - _RIGHT)
        up = (y - low_y) / (high_y - low_y) * (HEIGHT - _TOP - _BOTTOM)
        return round(_LEFT + across, 1), round(HEIGHT - _BOTTOM - up, 1)

    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(y_name)}">']
    for index in range(_TICKS + 1):
        x = low_x + (high_x - low_x) * index / _TICKS
        y = low_y + (high_y - low_y) * index / _TICKS
        (at_x, _), (_, at_y) = place(x, low_y), place(low_x, y)
        shown = f"{100 * y:.0f} %" if percent else f"{y:.3g}"
        parts.append(f'<path d="M{_LEFT} {at_y}H{WIDTH - _RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{at_y + 4}" text-anchor="end">{shown}</text>')
        parts.append(f'<text x="{at_x}" y="{HEIGHT - 14}" text-anchor="middle">{x:.0f}</text>')
    parts.append(f'<text x="{WIDTH - _RIGHT + 8}" y="{HEIGHT - 14}">{escape(x_name)}</text>')
    for index, line in enumerate(lines):
        color = COLORS[index % len(COLORS)]
        path = "L".join(f"{x} {y}" for x, y in (place(*point) for point in line.points))
        parts.append(f'<path d="M{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{x}" cy="{y}" r="2.5" fill="{color}"/>'
            for x, y in (place(*point) for point in line.points)
        ]
        where = _TOP + 12 + 17 * index
        parts.append(f'<text x="{WIDTH - _RIGHT + 8}" y="{where}" fill="{color}">{escape(line.name)}</text>')
    return "".join([*parts, "</svg>"])


def film_strip(frames: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Pictures of the same size side by side, with a white line between them."""
    gap = np.full((frames[0].shape[0], 4, 3), 255, np.uint8)
    parts = [part for frame in frames for part in (frame, gap)]
    return np.concatenate(parts[:-1], axis=1)


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


def _room(low: float, high: float) -> tuple[float, float]:
    spread = (high - low) or max(abs(high), 1.0)
    return low - 0.05 * spread, high + 0.05 * spread
