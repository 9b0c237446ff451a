"""report.html: how a refinement went, as one file that loads nothing from anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embodied.learning.artefact import Artefact, Measured
from embodied.learning.candidates import Candidate
from embodied.learning.charts import Line, line_chart
from embodied.learning.page import facts, page
from embodied.learning.pictures import film_strip
from embodied.learning.progress import Progress
from embodied.rewards.analyst import SAYS
from embodied.rewards.composing import EXPLAINED, is_composed
from embodied.rewards.manners import MANNERS
from embodied.rewards.training import Checkpoint

STEPS: Final = "training steps"


@dataclass(frozen=True)
class Film:
    """Pictures of an episode, or why there are none.

    Attributes:
        captions: of each picture.
    """

    frames: tuple[NDArray[np.uint8], ...] = ()
    captions: tuple[str, ...] = ()
    seed: int = 0
    why_none: str = ""


def render(
    title: str,
    verdict: str,
    told: Mapping[str, str],
    progress: Progress,
    chosen: Candidate | None,
    artefact: Artefact | None,
    film: Film,
) -> str:
    """The page. `told` are rows above the curves, `chosen` is the candidate whose policy is kept."""
    ordered = [candidate for _, candidate in sorted(progress.candidates.items())]
    rows = dict(told)
    if artefact is not None:
        rows["policy"] = f"{artefact.file.name} (observation, action and normalisation inside)"
        rows["held-out seeds"] = artefact.measured.words
    parts = [
        f'<h1>{escape(title)}</h1>\n<p class="verdict">{escape(verdict)}</p>',
        facts(rows),
        "<h2>Success by step</h2><p>Over episodes that training did not see, judged by the success condition "
        f"and not by the reward.</p>{_success(ordered, progress)}",
        f"<h2>An episode of the policy</h2>{_film(film)}",
        *(_chosen(chosen) if chosen else ()),
        *_all(ordered, progress),
        *(_details(one) for one in ordered if one is not chosen),
        *(_seeds(artefact.measured) if artefact else ()),
    ]
    return page(title, "\n".join(parts))


def _success(ordered: Sequence[Candidate], progress: Progress) -> str:
    lines = [
        Line(
            f"{one.number} {_title(one, progress)}",
            tuple((c.step, c.success) for c in one.checkpoints),
            str(one.number),
            tuple(c.episodes for c in one.checkpoints),
        )
        for one in ordered
    ]
    return line_chart(lines, STEPS, "success", percent=True)


def _title(candidate: Candidate, progress: Progress) -> str:
    """With who trains it, where that is another than trains the rest."""
    other = progress.switched.get(candidate.number)
    return candidate.proposal.title + (f" ({other.trainer})" if other else "")


# -- the reward of the policy that is kept -----------------------------------------------------------------


def _chosen(candidate: Candidate) -> Iterator[str]:
    points = candidate.checkpoints
    names = list(points[-1].terms) if points else []
    terms = [
        Line(name, tuple((c.step, c.terms[name].mean) for c in points if name in c.terms)) for name in names
    ]
    returned = [Line("return", tuple((c.step, c.returned) for c in points))]
    yield f"<h2>The reward: number {candidate.number}, {escape(candidate.proposal.title)}</h2>"
    yield f"<pre>{escape(candidate.proposal.source)}</pre>"
    yield "<h3>Each term by step</h3><p>What it pays in a step of an episode, on average.</p>"
    yield line_chart(terms, STEPS, "reward in a step", zero=True)
    yield "<h3>Return by step</h3><p>All that an episode is paid, on average.</p>"
    yield line_chart(returned, STEPS, "reward in an episode")
    yield f"<h3>What the analyst says</h3>{_said(candidate)}"
    yield f"<h3>What the critic said</h3><pre>{escape(candidate.critique)}</pre>"


def _said(candidate: Candidate) -> str:
    """The analyst's sentences; its table is for models, and is shown as one that has all checkpoints."""
    table, _, sentences = candidate.analysis.rpartition(SAYS)
    said = [line.removeprefix("- ") for line in sentences.splitlines() if line.strip()]
    listed = "".join(f"<li>{escape(line)}</li>" for line in said)
    return f"<ul>{listed}</ul>{_checkpoints(candidate.checkpoints) if table else ''}"


def _checkpoints(points: Sequence[Checkpoint]) -> str:
    names = list(dict.fromkeys(name for point in points for name in point.terms))
    heads = ["step", "success", "steps of an episode", "return", *names]
    rows = [
        [
            str(point.step),
            f"{100 * point.success:.0f} %, {point.successes} of {point.episodes}",
            f"{point.length:.0f}",
            f"{point.returned:.3g}",
            *(f"{point.terms[name].mean:.3g}" if name in point.terms else "" for name in names),
        ]
        for point in points
    ]
    return (
        f"<details><summary>All checkpoints ({len(points)}); terms: mean of a step</summary>"
        f"{_table(heads, rows)}</details>"
    )


# -- all candidates ----------------------------------------------------------------------------------------


def _all(ordered: Sequence[Candidate], progress: Progress) -> Iterator[str]:
    yield "<h2>All candidates</h2>"
    rows = [_row(one, progress) for one in ordered]
    yield _table(["no.", "reward", "state", "steps", "best success"], rows)
    meanings = {**{name: manner.says for name, manner in MANNERS.items()}, **EXPLAINED}
    words = dict.fromkeys(
        word
        for one in ordered
        if is_composed(one.proposal.source)
        for word in one.proposal.title.split(", ")
        if word in meanings
    )
    if words:
        yield (
            "<h3>What their names say</h3><p>A reward has stages, such as reach and move: each is at 0 in "
            f"the beginning, and at 1 once it is done.</p>{facts({word: meanings[word] for word in words})}"
        )


def _row(candidate: Candidate, progress: Progress) -> list[str]:
    best = candidate.best
    shown = f"{best.successes} of {best.episodes}, at step {best.step}" if best else ""
    title = _title(candidate, progress)
    return [str(candidate.number), title, candidate.state, str(candidate.steps), shown]


def _details(candidate: Candidate) -> str:
    return (
        f"<details><summary>{candidate.number} {escape(candidate.proposal.title)}</summary>"
        f"<pre>{escape(candidate.proposal.source)}</pre><pre>{escape(candidate.critique)}</pre>"
        f"{_said(candidate)}</details>"
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(one)}</td>" for one in row) + "</tr>" for row in rows)
    return f'<table class="numbers"><tr>{head}</tr>{body}</table>'


# -- pictures and seeds ------------------------------------------------------------------------------------


def _film(film: Film) -> str:
    if not film.frames:
        return f"<p>No pictures: {escape(film.why_none)}</p>"
    words = f"<p>Seed {film.seed}, from start to end. A click makes a picture larger.</p>"
    return words + film_strip(film.frames, film.captions)


def _seeds(measured: Measured) -> Iterator[str]:
    listed = ", ".join(map(str, measured.seeds)) or f"from {measured.first_seed} on"
    yield (
        f"<h2>Held-out seeds</h2><details><summary>The {measured.episodes} seeds that the policy was "
        f"measured on</summary><p>{listed}</p></details>"
    )
