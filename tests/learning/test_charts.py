"""Charts in reports: what a person reads off them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest

from embodied.learning.charts import COLORS, DASHES, WIDTH, Line, line_chart

SIZE = 12.0
"""Of letters."""


@dataclass(frozen=True)
class Label:
    """A text of a chart, and the box it takes."""

    text: str
    left: float
    right: float
    bottom: float

    def overlaps(self, other: Label) -> bool:
        apart = self.right <= other.left or other.right <= self.left
        return not apart and abs(self.bottom - other.bottom) < SIZE


class Chart:
    """An SVG, taken apart."""

    def __init__(self, text: str) -> None:
        self.root = ElementTree.fromstring(text)
        _, _, self.width, self.height = map(float, self.root.attrib["viewBox"].split())
        self.labels = [_label(one) for one in self.root.iter("text")]
        self.marks = list(self.root.iter("circle"))

    def texts(self, anchor: str) -> list[str]:
        found = [one for one in self.root.iter("text") if one.attrib.get("text-anchor", "start") == anchor]
        return [one.text or "" for one in found]

    @property
    def up(self) -> list[float]:
        """Numbers of the upward axis."""
        return [number(text) for text in self.texts("end")]

    @property
    def along(self) -> list[float]:
        return [number(text) for text in self.texts("middle")[:-1]]

    def course(self, line: int, of: int) -> list[float]:
        """Heights of the points of a line without gaps, as drawn."""
        paths = [one.attrib["d"] for one in self.root.iter("path") if "L" in one.attrib["d"]]
        assert len(paths) == of
        return [float(point.split()[1]) for point in paths[line][1:].split("L")]


def _label(element: ElementTree.Element) -> Label:
    text, x = element.text or "", float(element.attrib["x"])
    wide = 0.6 * SIZE * len(text)
    left = x - {"end": wide, "middle": wide / 2}.get(element.attrib.get("text-anchor", ""), 0.0)
    return Label(text, left, left + wide, float(element.attrib["y"]))


def number(text: str) -> float:
    return float(text.replace("\u202f", "").replace("\u2212", "-").removesuffix(" %"))


def line(
    name: str,
    values: Sequence[float],
    every: float = 500.0,
    *,
    key: str = "",
    episodes: tuple[int, ...] = (),
) -> Line:
    return Line(name, tuple((every * n, value) for n, value in enumerate(values, 1)), key, episodes)


CHARTS = {
    "a reach that hardly changes": ([line("return", [16.2572, 16.2589, 16.259, 16.259], 501.75)], {}),
    "terms": (
        [line("move", [0.1, 0.634]), line("hold", [-1.0, -0.0748]), line("reach", [0.28, 0.3])],
        {"zero": True},
    ),
    "many steps": ([line("return", [-36.8, -21.9, 4.2], 12_345_678.0)], {}),
    "tiny": ([line("return", [1e-6, 3.3e-6])], {}),
    "all at nothing": ([line(f"{n} grasp, lifted, progress, from above", [0.0, 0.0]) for n in range(9)], {}),
    "shares": (
        [
            line("1 push, progress", [0.0, 0.45, 0.9625], 4166.67, key="1", episodes=(20, 60, 160)),
            line("2 grasp, progress", [0.0, 0.5], 4166.67, key="2", episodes=(20, 20)),
            line("3 push, level", [0.0], 4166.67, key="3", episodes=(20,)),
            line("4 grasp, level", [0.0], 4166.67, key="4", episodes=(20,)),
        ],
        {"percent": True},
    ),
    "joints": (
        [line(f"joint {n}", [0.0217 * n - 2.82, 2.87 - n], 0.02 * n) for n in range(1, 8)],
        {},
    ),
}


@pytest.fixture(params=CHARTS)
def chart(request: pytest.FixtureRequest) -> Chart:
    lines, options = CHARTS[request.param]
    return Chart(line_chart(lines, "steps", "return", **options))


def test_ticks_are_round_and_at_even_distances(chart: Chart) -> None:
    for numbers in (chart.up, chart.along):
        steps = [after - before for before, after in pairwise(numbers)]
        assert len(steps) >= 2
        assert steps == pytest.approx([steps[0]] * len(steps), rel=1e-6)
        digit = steps[0] / 10 ** math.floor(math.log10(steps[0]) + 1e-9)
        assert any(digit == pytest.approx(one) for one in (1, 2, 5))


def test_no_label_overlaps_another_or_is_cut(chart: Chart) -> None:
    for one in chart.labels:
        assert one.left >= 0
        assert one.right <= chart.width == WIDTH, one
        assert SIZE <= one.bottom + 2 <= chart.height, one
    for one, other in combinations(chart.labels, 2):
        assert not one.overlaps(other), (one, other)


def test_what_changes_by_a_thousandth_looks_flat() -> None:
    lines, _ = CHARTS["a reach that hardly changes"]
    chart = Chart(line_chart(lines, "steps", "return"))
    heights = chart.course(0, 1)
    assert max(heights) - min(heights) < 1.0
    assert len({*chart.texts("end")}) == len(chart.up), "each tick has a number of its own"


def test_lines_at_the_same_place_can_be_told_apart() -> None:
    lines, options = CHARTS["shares"]
    chart = Chart(line_chart(lines, "steps", "success", **options))
    looks = {
        (one.attrib["stroke"], one.attrib.get("stroke-dasharray", ""))
        for one in chart.root.iter("path")
        if one.attrib.get("fill") == "none"
    }
    assert len(looks) == 4
    places = [(one.attrib["cx"], one.attrib["cy"]) for one in chart.marks]
    assert len(places) == len(set(places))
    names = [one.text for one in chart.labels]
    assert names.count("3, 4") == 1, "where they end, both are named"
    assert {"1 push, progress", "3 push, level", "4 grasp, level"} <= set(names)


def test_twelve_lines_look_different() -> None:
    looks = {(COLORS[n % len(COLORS)], DASHES[n % len(DASHES)]) for n in range(12)}
    assert len(looks) == 12


def test_the_size_of_a_point_says_how_many_episodes_it_rests_on() -> None:
    lines, options = CHARTS["shares"]
    chart = Chart(line_chart(lines, "steps", "success", **options))
    sizes = {
        int(found[1]): float(one.attrib["r"])
        for one in chart.marks
        if (found := re.search(r"(\d+) episodes", "".join(one.itertext())))
    }
    assert sizes[20] < sizes[60] < sizes[160]
    assert [text for text in (one.text for one in chart.labels) if text in ("20,", "60,")] == ["20,", "60,"]
    assert "160 episodes for a point" in [one.text for one in chart.labels]


def test_where_all_rest_on_as_many_it_is_said_once() -> None:
    text = line_chart([line("a", [0.1, 0.2], episodes=(20, 20))], "steps", "success", percent=True)
    assert "20 episodes for each point" in text


def test_letters_are_dark_and_names_are_text() -> None:
    text = line_chart([line("a<b>", [0.1, 0.2])], "steps", "success")
    assert "a&lt;b&gt;" in text
    assert all("fill" not in one.attrib for one in ElementTree.fromstring(text).iter("text"))


def test_one_point_is_no_course_and_is_told_in_words() -> None:
    lines = [line("1 reach, progress", [1.0], 513.0, episodes=(160,))]
    told = "<ul><li>1 reach, progress: 100 % at 513 training steps, of 160 episodes</li></ul>"
    assert line_chart(lines, "training steps", "success", percent=True) == told


def test_nothing_is_told_to_be_nothing() -> None:
    assert line_chart([Line("a", ())], "steps", "success") == "<p>Nothing was measured.</p>"


def test_points_that_are_nowhere_are_left_out_with_their_counts() -> None:
    nan, inf = float("nan"), float("inf")
    course = Line("a", ((0, 1.0), (1, nan), (2, 3.0), (3, -inf), (4, 1.7e308)), "", (20, 30, 40, 50, 60))
    chart = line_chart([course, Line("b", ((0, nan),))], "s", "rad")
    assert chart == line_chart([Line("a", ((0, 1.0), (2, 3.0)), "", (20, 40))], "s", "rad")
