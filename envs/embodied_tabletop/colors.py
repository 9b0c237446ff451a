"""The colours that a scene may name, as a person would say them."""

from __future__ import annotations

from collections.abc import Mapping

COLORS: Mapping[str, tuple[float, float, float]] = {
    "red": (0.85, 0.12, 0.10),
    "blue": (0.10, 0.28, 0.85),
    "green": (0.10, 0.62, 0.20),
    "yellow": (0.95, 0.80, 0.10),
    "orange": (0.95, 0.50, 0.08),
    "purple": (0.50, 0.18, 0.62),
    "pink": (0.95, 0.50, 0.68),
    "cyan": (0.12, 0.75, 0.80),
    "brown": (0.45, 0.28, 0.14),
    "white": (0.94, 0.94, 0.92),
    "gray": (0.55, 0.56, 0.58),
    "black": (0.12, 0.12, 0.13),
}
"""name: red, green, blue, each from 0 to 1"""
