"""Plain data: what may cross between skill code and the host."""

from __future__ import annotations

import math
from typing import Any, Final

MAX_DEPTH: Final = 16


class NotPlain(Exception):
    """A value that cannot cross; the message says why."""


def plain(value: Any, max_bytes: int) -> Any:
    """A copy made of None, bool, int, float, str, list and dict with text keys; tuples become lists.

    Raises `NotPlain` for anything else, for more than `max_bytes` (roughly), for nesting deeper than
    16 and for numbers that are not finite.
    """
    copy, left = _copy(value, max_bytes, MAX_DEPTH)
    if left < 0:
        raise NotPlain(f"is larger than {max_bytes // 1024} KiB")
    return copy


def _copy(value: Any, left: int, depth: int) -> tuple[Any, int]:
    if left < 0:
        return None, left
    if value is None or isinstance(value, bool):
        return value, left - 1
    if isinstance(value, int):
        if value.bit_length() > 63:
            raise NotPlain("holds an integer of more than 64 bits")
        return value, left - 8
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotPlain(f"holds {value}")
        return value, left - 8
    if isinstance(value, str):
        return value, left - len(value) - 1
    if depth == 0:
        raise NotPlain(f"is nested deeper than {MAX_DEPTH}")
    if isinstance(value, (list, tuple)):
        return _copy_list(value, left, depth)
    if isinstance(value, dict):
        return _copy_dict(value, left, depth)
    raise NotPlain(f"holds a {getattr(value, 'name', type(value).__name__)}, not plain data")


def _copy_list(value: list[Any] | tuple[Any, ...], left: int, depth: int) -> tuple[list[Any], int]:
    items = []
    for each in value:
        item, left = _copy(each, left - 1, depth - 1)
        if left < 0:
            break
        items.append(item)
    return items, left


def _copy_dict(value: dict[Any, Any], left: int, depth: int) -> tuple[dict[str, Any], int]:
    items = {}
    for key, each in value.items():
        if not isinstance(key, str):
            raise NotPlain(f"has a key that is not text: {key!r}")
        items[key], left = _copy(each, left - len(key) - 1, depth - 1)
        if left < 0:
            break
    return items, left
