"""What came of a deployment, as a page that loads nothing from anywhere, and as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from embodied.deploying.motion import Motion

PAGE: Final = "report.html"
DATA: Final = "report.json"
_STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
    "td{padding:.15rem 1.2rem .15rem 0;vertical-align:top}td:first-child{color:#667}"
    "h2{margin-top:2rem}.PASSED{color:#15803d}.FAILED{color:#b91c1c}.UNKNOWN{color:#b45309}"
)


def write_report(
    folder: Path,
    told: Mapping[str, str],
    verdict: str,
    motion: Motion | None,
    explained: Mapping[str, str] = MappingProxyType({}),
) -> Path:
    """Write report.html and report.json; returns the page.

    Args:
        told: rows, name to text: skill, evidence, consent, rehearsal, verdict and reason.
        explained: limits that acted, each with the worst that it kept the arm from, in words.
    """
    data: dict[str, Any] = {**told, "verdict": verdict, "limits_that_acted": dict(explained)}
    if motion is not None:
        data["motion"] = {name: value for name, value in asdict(motion).items() if name != "curve"}
    (folder / DATA).write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    page = folder / PAGE
    page.write_text(_page(told, verdict, motion, explained), encoding="utf-8")
    return page


def _page(told: Mapping[str, str], verdict: str, motion: Motion | None, explained: Mapping[str, str]) -> str:
    parts = [
        f"<!doctype html><meta charset=utf-8><title>{escape(told.get('skill', 'deployment'))}</title>"
        f"<style>{_STYLE}</style>",
        f"<h1><span class={verdict}>{escape(verdict)}</span> {escape(told.get('skill', ''))}</h1>",
        _rows(told),
    ]
    if motion is None:
        parts.append("<h2>Motion</h2><p>The arm was not moved, or kept no log.</p>")
    else:
        parts += _of_motion(motion, explained)
    return "\n".join(parts) + "\n"


def _of_motion(motion: Motion, explained: Mapping[str, str]) -> list[str]:
    from embodied.learning.charts import Line, line_chart

    timing = {
        "commands": f"{motion.sent} sent, {motion.changed} applied otherwise than asked",
        "control period": f"{1000 * motion.period_s:.1f} ms wanted; p50 {1000 * motion.p50_s:.2f}, "
        f"p99 {1000 * motion.p99_s:.2f}, worst {1000 * motion.worst_s:.2f} ms",
        "late": f"{motion.late_words}, of {motion.ticks}",
        "fastest joints": ", ".join(
            f"{name} {speed:.2f}" for name, speed in zip(motion.joints, motion.fastest, strict=False)
        )
        + " rad/s",
    }
    acted = {
        name: f"{count} times{', at worst: ' + explained[name] if name in explained else ''}"
        for name, count in sorted(motion.interventions.items())
    }
    lines = [
        Line(name, tuple((at, joints[number]) for at, joints in motion.curve))
        for number, name in enumerate(motion.joints)
    ]
    return [
        f"<h2>Motion</h2><p>{escape(motion.words)}.</p>",
        _rows(timing),
        "<h2>Limits that acted</h2>",
        _rows(acted) if acted else "<p>None.</p>",
        "<h2>Joints, measured</h2>",
        line_chart(lines, "s", "rad"),
        "<p>Every tick, asked, applied and measured, is in <code>arm-log.bin</code>; what the skill did, in "
        "<code>journal.jsonl</code>.</p>",
    ]


def _rows(rows: Mapping[str, str]) -> str:
    cells = "".join(f"<tr><td>{escape(name)}<td>{escape(text)}" for name, text in rows.items())
    return f"<table>{cells}</table>"
