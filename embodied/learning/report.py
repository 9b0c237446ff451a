"""report.html: how a refinement went, as one file that loads nothing from anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from string import Template
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embodied.learning.artefact import Artefact, Measured
from embodied.learning.candidates import Candidate
from embodied.learning.charts import Line, as_source, film_strip, line_chart
from embodied.learning.progress import Progress

_PAGE: Final = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>$title</title><style>
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111}
svg{width:100%;max-width:44rem;font:11px system-ui,sans-serif} img{max-width:100%}
table{border-collapse:collapse} td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}
pre{background:#f5f5f5;padding:.8rem;overflow-x:auto;font-size:13px} .verdict{font-weight:bold}
</style></head><body>
<h1>$title</h1>
<p class="verdict">$verdict</p>
<table>$facts</table>
<h2>Success by step</h2>
<p>Over episodes that training did not see, judged by the success condition and not by the reward.</p>
$success
<h2>An episode of the policy</h2>
$film
$best
<h2>All candidates</h2>
<table><tr><th>no.</th><th>reward</th><th>state</th><th>steps</th><th>best success</th></tr>$rows</table>
$details
</body></html>
""")


@dataclass(frozen=True)
class Film:
    """Pictures of an episode, or why there are none."""

    frames: tuple[NDArray[np.uint8], ...] = ()
    seed: int = 0
    why_none: str = ""


def render(
    title: str,
    verdict: str,
    facts: Mapping[str, str],
    progress: Progress,
    chosen: Candidate | None,
    artefact: Artefact | None,
    film: Film,
) -> str:
    """The page. `facts` are rows above the curves, `chosen` is the candidate whose policy is kept."""
    ordered = [candidate for _, candidate in sorted(progress.candidates.items())]
    trained = [candidate for candidate in ordered if candidate.checkpoints]
    rows = dict(facts)
    if artefact is not None:
        rows["policy"] = f"{artefact.file.name} (observation, action and normalisation inside)"
        rows["held-out seeds"] = f"{artefact.measured.words}: {_listed(artefact.measured)}"
    return _PAGE.substitute(
        title=escape(title),
        verdict=escape(verdict),
        facts="".join(f"<tr><th>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in rows.items()),
        success=_success(trained),
        film=_film(film),
        best="" if chosen is None else _chosen(chosen),
        rows="".join(map(_row, ordered)),
        details="".join(_details(one) for one in ordered if one is not chosen),
    )


def _listed(measured: Measured) -> str:
    return ", ".join(map(str, measured.seeds)) or f"from {measured.first_seed} on"


def _success(trained: Sequence[Candidate]) -> str:
    lines = [
        Line(f"{one.number} {one.proposal.title}", tuple((c.step, c.success) for c in one.checkpoints))
        for one in trained
    ]
    return line_chart(lines, "steps", "success", percent=True)


def _chosen(candidate: Candidate) -> str:
    names = list(candidate.checkpoints[-1].terms) if candidate.checkpoints else []
    lines = [
        Line(name, tuple((c.step, c.terms[name].mean) for c in candidate.checkpoints if name in c.terms))
        for name in names
    ]
    returned = [Line("return", tuple((c.step, c.returned) for c in candidate.checkpoints))]
    return (
        f"<h2>The reward: number {candidate.number}, {escape(candidate.proposal.title)}</h2>"
        f"<pre>{escape(candidate.proposal.source)}</pre>"
        f"<h3>Each term by step</h3><p>Mean of a step.</p>{line_chart(lines, 'steps', 'terms')}"
        f"<h3>Return by step</h3>{line_chart(returned, 'steps', 'return')}"
        f"<h3>What the analyst says</h3><pre>{escape(candidate.analysis)}</pre>"
        f"<h3>What the critic said</h3><pre>{escape(candidate.critique)}</pre>"
    )


def _details(candidate: Candidate) -> str:
    return (
        f"<details><summary>{candidate.number} {escape(candidate.proposal.title)}</summary>"
        f"<pre>{escape(candidate.proposal.source)}</pre>"
        f"<pre>{escape(candidate.critique)}\n\n{escape(candidate.analysis)}</pre></details>"
    )


def _row(candidate: Candidate) -> str:
    best = candidate.best
    shown = f"{best.successes} of {best.episodes}, at step {best.step}" if best else ""
    cells = (str(candidate.number), candidate.proposal.title, candidate.state, str(candidate.steps), shown)
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _film(film: Film) -> str:
    if not film.frames:
        return f"<p>No pictures: {escape(film.why_none)}</p>"
    source = as_source(film_strip(film.frames))
    return f'<p>Seed {film.seed}, from start to end.</p><img alt="film strip" src="{source}">'
