"""Words of rules made plain, and numbers in them."""

from __future__ import annotations

import re
from typing import Final

from embodied.english import NUMBERS

ARTICLES: Final = re.compile(r"\b(?:the|a|an|my|your|any|its|our)\b\s*")
NUMBER: Final = r"(\d+(?:\.\d+)?|" + "|".join(NUMBERS) + r")"
LENGTH: Final = NUMBER + r"\s*(mm|cm|m|centimet(?:er|re)s?|met(?:er|re)s?|millimet(?:er|re)s?|blocks?)"
UNITS: Final = {"mm": 0.001, "mi": 0.001, "cm": 0.01, "ce": 0.01, "m": 1.0, "me": 1.0, "bl": 1.0}


def plain(text: str) -> str:
    """Lower case, without articles, marks at the end and doubled spaces."""
    said = text.casefold().replace("’", "'").replace("'", "").strip().rstrip(".!")
    return " ".join(ARTICLES.sub("", said).split())


def amount_of(word: str) -> float:
    return float(NUMBERS[word]) if word in NUMBERS else float(word)


def length(number: str, unit: str) -> float:
    return amount_of(number) * UNITS[unit if unit == "m" else unit[:2]]


def written(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
