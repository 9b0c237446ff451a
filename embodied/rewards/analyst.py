"""Reads how a training went and says it in words: the reflection that the next reward is written from.

As in Eureka, each term's course is told at ten checkpoints; beside it stand the independent success, how
episodes failed, and whether the reward rose while success did not, which is what a farmed reward looks like.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from embodied.rewards.training import Checkpoint, TermStatistics, TrainingRecord

_SOLVED: Final = 0.9
_ROSE: Final = 0.25
"""Of the spread of the return over all checkpoints and of its size: less is no rise."""
_Z: Final = 1.96
SAYS: Final = "What this says:\n"
"""Stands between the numbers and the sentences."""

_FAILURES: Final = {
    "dropped": "The object was held and let go: pay for holding it until it is there.",
    "never touched": "The object was never reached: the first stage must pay from far away.",
    "overshot": "It got there and went on: pay for staying, and for moving slowly near the goal.",
    "not moved": "It was touched and not moved: pay for its motion toward the goal, more than for touch.",
    "stopped short": "It went toward the goal and stopped: the last stretch must pay more (a larger scale).",
    "wrong way": "It was moved, and not toward the goal: align before it is touched.",
    "out of reach": "The object left the workspace: pay less for motion and more for control.",
}


@dataclass(frozen=True)
class Remark:
    """One thing that the analyst has to say.

    Attributes:
        code: "hacking", "stages", "lost", "not_learned", "solved", "flat_term", "dominant_term",
            "failures", "unfinished", "few".
        text: what was seen, and what may be done.
        term: which term, "" if none.
    """

    code: str
    text: str
    term: str = ""


@dataclass(frozen=True)
class Analysis:
    """What was read out of a training.

    Attributes:
        text: the reflection, for a designer.
        hacked: the reward rose and success did not: whatever was learned is not what was asked.
    """

    remarks: tuple[Remark, ...]
    text: str

    @property
    def hacked(self) -> bool:
        return any(remark.code == "hacking" for remark in self.remarks)


def analyse(record: TrainingRecord) -> Analysis:
    """The reflection on a training. Pure: the same record, the same text."""
    points = record.at_ten()
    if not points:
        remark = Remark("few", "Nothing was measured" + (f": {record.stopped}." if record.stopped else "."))
        return Analysis((remark,), remark.text)
    remarks = [
        *_outcome(points),
        *_hacking(record, points),
        *(_terms(points) if points[-1].success < _SOLVED else ()),  # else nothing is to be mended
        *_failed(points[-1]),
        *_length(record, points[-1]),
    ]
    if record.stopped:
        remarks.append(Remark("unfinished", f"Training stopped early: {record.stopped}."))
    said = "\n".join(f"- {remark.text}" for remark in remarks)
    return Analysis(tuple(remarks), f"{_table(points, len(record.checkpoints))}\n\n{SAYS}{said}")


# -- the course ------------------------------------------------------------------------------------------


def _table(points: Sequence[Checkpoint], of: int) -> str:
    last = points[-1]
    names = list(last.terms)
    width = max(len(name) for name in (*names, "episode length", "success"))
    count = f"{len(points)} of its {of}" if of > len(points) else str(of)

    def row(name: str, shown: Sequence[str], tail: str = "") -> str:
        return f"  {name:{width}}  [{', '.join(shown)}]{tail}"

    lines = [
        f"Training over {last.step} steps, at {count} checkpoints "
        f"({', '.join(str(point.step) for point in points)}):",
        row("success", [f"{100 * point.success:.0f} %" for point in points]),
        row("of episodes", [str(point.episodes) for point in points]),
        row("return", [_number(point.returned) for point in points]),
        row("episode length", [f"{point.length:.0f}" for point in points]),
        "Terms, mean of a step:",
    ]
    for name in names:
        course = [point.terms[name] for point in points if name in point.terms]
        low, high = min(one.least for one in course), max(one.most for one in course)
        shown = [_number(one.mean) for one in course]
        lines.append(row(name, shown, f" from {_number(low)} to {_number(high)}"))
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:.3g}"


# -- remarks ---------------------------------------------------------------------------------------------


def _interval(point: Checkpoint) -> tuple[float, float]:
    """Wilson's, at 95 %."""
    n, p, z2 = point.episodes, point.success, _Z * _Z
    if not n:
        return 0.0, 1.0
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * (p * (1 - p) / n + z2 / (4 * n * n)) ** 0.5 / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def _outcome(points: Sequence[Checkpoint]) -> list[Remark]:
    last, best = points[-1], max(points, key=lambda point: point.success)
    most = f"{100 * best.success:.0f} % ({best.successes} of {best.episodes})"
    low, high = _interval(last)
    words = (
        f"Success is {100 * last.success:.0f} % at the end ({last.successes} of {last.episodes}, 95 % "
        f"interval {100 * low:.0f} to {100 * high:.0f} %)"
    )
    if last.success >= _SOLVED:
        return [Remark("solved", f"{words}: the task is learned.")]
    if _interval(best)[0] > high:
        return [
            Remark(
                "lost",
                f"{words}, after {most} at step {best.step}: it was learned and lost. "
                "Keep that checkpoint; smaller weights make the reward easier to follow.",
            )
        ]
    if last.successes == 0:
        return [Remark("not_learned", f"{words}: it never succeeds.")]
    return [Remark("not_learned", f"{words}; the best was {most} at step {best.step}.")]


def _hacking(record: TrainingRecord, points: Sequence[Checkpoint]) -> list[Remark]:
    """The return rose from some checkpoint on, and success did not rise with it."""
    if len(points) < 3:
        return []
    spread = max(point.returned for point in points) - min(point.returned for point in points)
    size = max(abs(point.returned) for point in points)
    last = points[-1]
    if spread <= 1e-9 or last.success >= _SOLVED:
        return []
    lowest = min(points[: len(points) // 2 + 1], key=lambda point: point.returned)
    rise = last.returned - lowest.returned
    if rise < _ROSE * spread or rise < _ROSE * size or _interval(last)[0] > lowest.success:
        return []
    before = lowest.terms
    gains = {name: one.mean - before[name].mean for name, one in last.terms.items() if name in before}
    name = max(gains, key=lambda term: gains[term], default="")
    words = (
        f"from step {lowest.step} to {last.step} the return rose from {_number(lowest.returned)} to "
        f"{_number(last.returned)}, and success did not ({100 * lowest.success:.0f} % to "
        f"{100 * last.success:.0f} %)."
    )
    if name:
        words += f" Most of it comes from {name!r}, which went up by {_number(gains[name])} a step."
    pays = record.success_pays
    if pays is not None and last.returned < pays:
        rest = f" A success earns {_number(pays)}: the first stages are learned, and the rest is not yet."
        return [Remark("stages", f"F{words[1:]}{rest} Train longer, or pay more for the next stage.", name)]
    rest = " The policy has found how to be paid without finishing. Pay for that only as far as it brings "
    return [Remark("hacking", f"REWARD HACKING: {words}{rest}the task forward.", name)]


def _terms(points: Sequence[Checkpoint]) -> list[Remark]:
    last = points[-1]
    remarks = []
    for name in last.terms:
        course = [point.terms[name] for point in points if name in point.terms]
        low, high = min(one.least for one in course), max(one.most for one in course)
        if high - low <= 1e-6 * max(1.0, abs(high)):
            remarks.append(
                Remark(
                    "flat_term",
                    f"The term {name!r} never changed ({_number(high)}): its stage was never reached, or its "
                    "threshold or scale is wrong. Rewrite it or leave it out.",
                    name,
                )
            )
        elif _change(course, lambda one: one.mean) < 0.02 * (high - low):
            remarks.append(
                Remark(
                    "flat_term",
                    f"The term {name!r} stayed near {_number(course[-1].mean)} on average although it goes "
                    f"from {_number(low)} to {_number(high)}: it was not improved.",
                    name,
                )
            )
    varied = {name: one for name, one in last.terms.items() if one.most > one.least}
    weights = {name: max(abs(one.least), abs(one.most)) for name, one in varied.items()}
    heavy = max(weights, key=lambda name: weights[name], default="")
    others = sum(weights.values()) - weights.get(heavy, 0.0)
    if len(weights) > 1 and weights[heavy] > 20 * others:
        remarks.append(
            Remark(
                "dominant_term",
                f"The term {heavy!r} outweighs all others together more than 20 times: they cannot be felt.",
                heavy,
            )
        )
    return remarks


def _change(course: Sequence[TermStatistics], of: Callable[[TermStatistics], float]) -> float:
    values = [of(one) for one in course]
    return max(values) - min(values)


def _failed(last: Checkpoint) -> list[Remark]:
    missed = last.episodes - last.successes
    counted = Counter({what: count for what, count in last.failures.items() if count > 0})
    if not missed or not counted:
        return []
    shown = ", ".join(f"{what} {count}" for what, count in counted.most_common())
    advice = _FAILURES.get(counted.most_common(1)[0][0], "")
    text = f"Of {missed} failed episodes: {shown}."
    return [Remark("failures", f"{text} {advice}".strip())]


def _length(record: TrainingRecord, last: Checkpoint) -> list[Remark]:
    if last.success < _SOLVED and last.length >= 0.98 * record.horizon:
        return [
            Remark("unfinished", f"Episodes run to their end of {record.horizon} steps: nothing ends them.")
        ]
    return []
