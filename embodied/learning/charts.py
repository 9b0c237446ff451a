"""Line charts as text (SVG), for a page that loads nothing from anywhere.

Lines are told apart by colour, by dashes and by a label at their end, so that neither the eye for colours nor
a printer's ink matters; points at the same place stand side by side.
"""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Final

from embodied.learning.axes import LETTER, Axis, along, percent_axis, text_width, upward

WIDTH: Final = 720
COLORS: Final = ("#0072b2", "#d55e00", "#00805c", "#a63d83", "#000000", "#946200")
"""Okabe and Ito's, which people who confuse red and green tell apart; light ones are darkened for white."""
DASHES: Final = ("", "8 3", "3 3", "10 3 3 3", "16 4")
_ROOM: Final = 190
"""For the plot itself, upward, at least."""
_TOP, _ROW = 28, 16
_LETTERS: Final = 26
"""Of a name beside the plot, in a row."""
_SAMPLE: Final = 26
_LARGEST, _SMALLEST = 6.0, 2.6
_MARKED: Final = 60
"""A course of more points has no mark for each."""
_FARTHEST: Final = 1e300
"""Nothing beyond is drawn: distances between such points overflow."""
_BESIDE: Final = 5.0
"""As far to the right is a mark that would hide another."""


@dataclass(frozen=True)
class Line:
    """One course.

    Attributes:
        points: (x, y), in order of x.
        key: a short name, where it ends before the others do.
        episodes: how many each point rests on; empty where that is not known, or the same for all charts.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    key: str = ""
    episodes: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Plot:
    """Where the plot lies in the picture: `left` to `right`, `_TOP` to `bottom`."""

    across: Axis
    up: Axis
    left: float
    right: float
    bottom: float

    def x(self, value: float) -> float:
        return round(self.left + self.across.share(value) * (self.right - self.left), 1)

    def y(self, value: float) -> float:
        return round(self.bottom - self.up.share(value) * (self.bottom - _TOP), 1)


@dataclass(frozen=True)
class _Drawn:
    """A line as it is drawn: places in the picture, and the look."""

    line: Line
    places: tuple[tuple[float, float], ...]
    color: str
    dash: str
    radii: tuple[float, ...]

    @property
    def stroke(self) -> str:
        dashed = f' stroke-dasharray="{self.dash}"' if self.dash else ""
        return f'fill="none" stroke="{self.color}" stroke-width="2"{dashed}'


def line_chart(
    lines: Sequence[Line], x_name: str, y_name: str, *, percent: bool = False, zero: bool = False
) -> str:
    """An SVG element; a list where there is no course, as each line has one point.

    Args:
        x_name, y_name: what is shown, with its unit.
        percent: y is a share, from 0 to 1.
        zero: 0 is among what is shown of y.
    """
    lines = [line for line in map(_finite, lines) if line.points]
    if not lines:
        return "<p>Nothing was measured.</p>"
    if all(len(line.points) == 1 for line in lines):
        told = (f"<li>{escape(_words(line, 0, x_name, percent=percent))}</li>" for line in lines)
        return f"<ul>{''.join(told)}</ul>"
    names = [textwrap.wrap(line.name, _LETTERS) or [""] for line in lines]
    plot = _plot(lines, names, percent=percent, zero=zero)
    drawn = _drawn(lines, plot)
    counts = sorted({count for line in lines for count in line.episodes})
    height = plot.bottom + 42 + (22 if counts else 0)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{escape(y_name)} by {escape(x_name)}" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#111">',
        *_scales(plot, x_name, y_name),
        *_courses(drawn, x_name, percent=percent),
        *_ends(drawn, plot),
        *_names(drawn, names, plot),
    ]
    if counts:
        parts += _sizes(counts, plot.left, plot.bottom + 58)
    return "".join([*parts, "</svg>"])


def _finite(line: Line) -> Line:
    """Without points that are nowhere: a sensor that fails tells NaN, and sums can overflow."""
    fine = [number for number, point in enumerate(line.points) if all(map(_can_be_drawn, point))]
    if len(fine) == len(line.points):
        return line
    points = tuple(line.points[number] for number in fine)
    return replace(line, points=points, episodes=tuple(line.episodes[n] for n in fine if line.episodes))


def _can_be_drawn(value: float) -> bool:
    return abs(value) < _FARTHEST  # False of NaN


def _plot(lines: Sequence[Line], names: Sequence[Sequence[str]], *, percent: bool, zero: bool) -> _Plot:
    xs = [x for line in lines for x, _ in line.points]
    ys = [y for line in lines for _, y in line.points] + ([0.0] if zero else [])
    up = percent_axis() if percent else upward(min(ys), max(ys))
    longest = max(text_width(row) for rows in names for row in rows)
    left, right = up.width + 10, WIDTH - longest - _SAMPLE - 24
    across = along(min(0.0, *xs), max(xs), right - left)
    return _Plot(across, up, left, right, _TOP + max(_ROOM, _ROW * sum(map(len, names))))


def _scales(plot: _Plot, x_name: str, y_name: str) -> Iterator[str]:
    """Both axes: lines, numbers and what they are numbers of."""
    yield f'<text x="0" y="12">{escape(y_name)}</text>'
    for tick, label in zip(plot.up.ticks, plot.up.labels, strict=True):
        y, dark = plot.y(tick), tick == 0
        color = "#767676" if dark else "#ddd"
        yield f'<path d="M{plot.left:g} {y}H{plot.right:g}" stroke="{color}"/>'
        yield f'<text x="{plot.left - 8:g}" y="{y + 4:g}" text-anchor="end">{label}</text>'
    for tick, label in zip(plot.across.ticks, plot.across.labels, strict=True):
        x = plot.x(tick)
        yield f'<path d="M{x} {plot.bottom:g}v5" stroke="#767676"/>'
        yield f'<text x="{x}" y="{plot.bottom + 18:g}" text-anchor="middle">{label}</text>'
    middle = (plot.left + plot.right) / 2
    yield f'<text x="{middle:g}" y="{plot.bottom + 36:g}" text-anchor="middle">{escape(x_name)}</text>'


def _drawn(lines: Sequence[Line], plot: _Plot) -> list[_Drawn]:
    most = max((count for line in lines for count in line.episodes), default=1)
    there = Counter[tuple[int, int]]()
    drawn = []
    for number, line in enumerate(lines):
        marked = len(line.points) <= _MARKED
        places = []
        for x, y in ((plot.x(x), plot.y(y)) for x, y in line.points):
            spot = (round(x / 4), round(y / 4))
            places.append((round(x + _BESIDE * there[spot], 1), y))
            there[spot] += marked
        radii = tuple(_radius(count, most) for count in line.episodes) or (3.0,) * len(places)
        color, dash = COLORS[number % len(COLORS)], DASHES[number % len(DASHES)]
        drawn.append(_Drawn(line, tuple(places), color, dash, radii if marked else ()))
    return drawn


def _radius(count: int, most: int) -> float:
    """The area of a mark goes by how many episodes it rests on."""
    return round(max(_SMALLEST, _LARGEST * math.sqrt(count / most)), 1)


def _courses(drawn: Sequence[_Drawn], x_name: str, *, percent: bool) -> Iterator[str]:
    """All lines, what has gaps over what has none, and then the marks."""
    for one in sorted(drawn, key=lambda one: bool(one.dash)):
        yield f'<path d="M{"L".join(f"{x} {y}" for x, y in one.places)}" {one.stroke}/>'
    for one in drawn:
        for number, radius in enumerate(one.radii):
            x, y = one.places[number]
            words = escape(_words(one.line, number, x_name, percent=percent))
            yield (
                f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{one.color}" stroke="#fff">'
                f"<title>{words}</title></circle>"
            )


def _words(line: Line, number: int, x_name: str, *, percent: bool) -> str:
    """ "move: 0.25 at 500 training steps"."""
    x, y = line.points[number]
    shown = f"{100 * y:.0f} %" if percent else f"{y:.4g}"
    rests = f", of {line.episodes[number]} episodes" if line.episodes else ""
    return f"{line.name}: {shown} at {x:.10g} {x_name}{rests}"


def _ends(drawn: Sequence[_Drawn], plot: _Plot) -> Iterator[str]:
    """The keys of lines that end early, those that end together in one."""
    early = plot.right - 0.05 * (plot.right - plot.left)
    groups: list[list[_Drawn]] = []
    for one in sorted(drawn, key=lambda one: one.places[-1]):
        x, y = one.places[-1]
        if not one.line.key or x >= early:
            continue
        near = (group for group in groups if any(_close(place, (x, y)) for place in _last(group)))
        group = next(near, None)
        if group is None:
            groups.append([one])
        else:
            group.append(one)
    for group in groups:
        x, y = max(x for x, _ in _last(group)), min(y for _, y in _last(group))
        keys = escape(", ".join(sorted((one.line.key for one in group), key=lambda key: (len(key), key))))
        yield (
            f'<text x="{x + 6:g}" y="{max(y - 7, _TOP - 2):g}" font-weight="bold" stroke="#fff" '
            f'stroke-width="4" paint-order="stroke">{keys}</text>'
        )


def _last(group: Sequence[_Drawn]) -> list[tuple[float, float]]:
    return [one.places[-1] for one in group]


def _close(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether keys at both would overlap."""
    return abs(one[0] - other[0]) < 3 * LETTER + _BESIDE and abs(one[1] - other[1]) < _ROW


def _names(drawn: Sequence[_Drawn], names: Sequence[Sequence[str]], plot: _Plot) -> Iterator[str]:
    """Beside the plot, as near to where each line ends as they do not overlap."""
    order = sorted(range(len(drawn)), key=lambda number: drawn[number].places[-1][1])
    tops = _spread(
        [drawn[number].places[-1][1] - _ROW / 2 for number in order],
        [_ROW * len(names[number]) for number in order],
        plot.bottom,
    )
    x = plot.right + 16
    for number, top in zip(order, tops, strict=True):
        one = drawn[number]
        yield f'<path d="M{x:g} {top + _ROW / 2:g}h{_SAMPLE}" {one.stroke}/>'
        for row, text in enumerate(names[number]):
            yield f'<text x="{x + _SAMPLE + 6:g}" y="{top + 12 + _ROW * row:g}">{escape(text)}</text>'


def _spread(wanted: Sequence[float], heights: Sequence[float], bottom: float) -> list[float]:
    """Tops in the same order, as wanted where there is room, none over another and none below the plot."""
    tops: list[float] = []
    free = float(_TOP - _ROW / 2)
    for top, height in zip(wanted, heights, strict=True):
        tops.append(round(max(top, free), 1))
        free = tops[-1] + height
    limit = bottom + _ROW / 2
    for number in reversed(range(len(tops))):
        tops[number] = min(tops[number], limit - heights[number])
        limit = tops[number]
    return tops


def _sizes(counts: Sequence[int], x: float, y: float) -> Iterator[str]:
    """How many episodes a point rests on, by its size."""
    if len(counts) == 1:
        yield f'<text x="{x:g}" y="{y:g}">{counts[0]} episodes for each point</text>'
        return
    for count in counts:
        words = f"{count} episodes for a point" if count == counts[-1] else f"{count},"
        yield f'<circle cx="{x + 8:g}" cy="{y - 4:g}" r="{_radius(count, counts[-1])}" fill="#111"/>'
        yield f'<text x="{x + 18:g}" y="{y:g}">{words}</text>'
        x += 22 + text_width(words)
