"""A case that failed the gate, looked at once more: film strip, timeline in facts, and what went wrong."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from embodied.library.evidence import SeedResult
from embodied.library.rehearsing import Rehearsal
from embodied.library.timeline import Moment
from embodied.methods import WorldSpec
from embodied.skills import Skill
from embodied.teaching.lesson import spoken

FRAMES: Final = 8
ROW: Final = 4
TOLD: Final = 7
"""So many lines of a timeline are told; the file has all."""

_HEAD: Final = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Failure:
    """A case that failed.

    Attributes:
        why: what went wrong, as far as the facts tell: "the red cube slipped out of the hand during move_to".
        slipped: something that was held fell.
        lines: its timeline, for a reader.
        strip, timeline: files; None where there are none.
        again: False where a second run of the same case came to something else.
    """

    skill: str
    seed: int
    why: str
    slipped: bool
    lines: tuple[str, ...]
    strip: Path | None
    timeline: Path | None
    again: bool = True


def look_again(
    gate: Rehearsal, skill: Skill, before: SeedResult, example: Mapping[str, Any], folder: Path
) -> Failure:
    """Run a failed case once more and keep its film strip and its timeline in a folder."""
    result, timeline = gate.again(skill, before, example)
    if result is None:  # where pictures take too long for the body, it is lost; what happened counts more
        result, timeline = gate.again(skill, before, example, pictures=False)
    about = {str(value) for value in before.arguments.values()}
    lines = tuple(_told(timeline.moments, about, gate.spec))
    folder.mkdir(parents=True, exist_ok=True)
    text = folder / f"{skill.name}-{before.seed}.txt"
    head = f"{skill.name}, seed {before.seed}, {dict(before.arguments)}: {before.reason}"
    text.write_text("\n".join([head, *(one.words for one in timeline.moments)]) + "\n", encoding="utf-8")
    pictures = [one.picture for one in timeline.moments if one.picture is not None]
    strip = film_strip(pictures, folder / f"{skill.name}-{before.seed}.png")
    why, slipped = went_wrong(timeline.moments, before)
    again = result is not None and not result.passed
    return Failure(skill.name, before.seed, why, slipped, lines, strip, text, again)


def went_wrong(moments: Sequence[Moment], before: SeedResult) -> tuple[str, bool]:
    """What the facts say of it, and whether something fell out of the hand."""
    for moment in moments:
        fell = [one for one in moment.lost if one.startswith("holding[")]
        if fell and not moment.name.startswith("open"):
            return f"the {spoken(_keys(fell[0])[0])} slipped out of the hand during {moment.name}", True
    for moment in reversed(moments):
        if moment.result.error == "no_grasp":
            return "the fingers closed on nothing", True
        if not moment.result.ok:
            return f"{moment.name} was refused: {moment.result.message or moment.result.error}", False
    return f"every motion was done, but {before.reason}", False


def film_strip(pictures: Sequence[Path], file: Path) -> Path | None:
    """Pictures of one size in rows, written as one PNG; None where there are none that can be read."""
    if not pictures:
        return None
    chosen = sorted({round(n * (len(pictures) - 1) / max(1, FRAMES - 1)) for n in range(FRAMES)})
    try:
        frames = [read_png(pictures[number]) for number in chosen]
    except (OSError, ValueError):
        return None
    blank = np.full_like(frames[0], 255)
    frames += [blank] * (-len(frames) % min(ROW, len(frames)))
    wide = min(ROW, len(frames))
    rows = [np.concatenate(frames[n : n + wide], axis=1) for n in range(0, len(frames), wide)]
    from embodied.learning.pictures import png

    file.write_bytes(png(np.concatenate(rows)))
    return file


def read_png(file: Path) -> NDArray[np.uint8]:
    """A picture as a bridge writes it: eight bits, RGB, rows unfiltered. Shape (height, width, 3).

    Raises:
        ValueError: it is another kind of PNG, or none.
    """
    data = file.read_bytes()
    if not data.startswith(_HEAD):
        raise ValueError(f"{file} is no PNG")
    parts = dict[bytes, bytes]()
    for kind, body in _chunks(data):
        parts[kind] = parts.get(kind, b"") + body
    width, height, depth, color = struct.unpack(">IIBB", parts[b"IHDR"][:10])
    rows = np.frombuffer(zlib.decompress(parts[b"IDAT"]), np.uint8)
    if (depth, color) != (8, 2) or rows.size != height * (1 + 3 * width):
        raise ValueError(f"{file} is not of eight bits, RGB")
    rows = rows.reshape(height, 1 + 3 * width)
    if rows[:, 0].any():
        raise ValueError(f"{file} has filtered rows")
    return rows[:, 1:].reshape(height, width, 3)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_HEAD)
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        yield kind, data[at + 8 : at + 8 + size]
        at += 12 + size


def _told(moments: Sequence[Moment], about: set[str], spec: WorldSpec) -> Iterator[str]:
    """The calls that changed a fact about the things in question, or were refused; the last of them."""
    found = []
    for moment in moments:
        gained = [one for one in moment.gained if _matters(one, about, spec)]
        lost = [one for one in moment.lost if _matters(one, about, spec)]
        if not moment.result.ok:
            came = f"refused: {moment.result.message or moment.result.error}"
        elif gained or lost:
            came = "; ".join(
                [
                    *([f"now {', '.join(gained)}"] if gained else []),
                    *([f"no longer {', '.join(lost)}"] if lost else []),
                ]
            )
        else:
            continue
        found.append(f"{moment.seconds:5.1f} s  {moment.name}: {came}")
    yield from found[-TOLD:]


def _matters(fact: str, about: set[str], spec: WorldSpec) -> bool:
    keys = _keys(fact)
    family = fact.partition("[")[0]
    aside = getattr(spec, "aside", ())
    if any(fnmatchcase(word, pattern) for word in (family, *keys) for pattern in aside):
        return False
    return bool(keys) and bool(set(keys) & about) and family not in ("clear", "upright", "free", "moving")


def _keys(fact: str) -> list[str]:
    return [key.strip() for key in fact.rstrip("]").partition("[")[2].split(",") if key.strip()]
