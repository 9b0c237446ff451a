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
from embodied.learning.charts import Line, line_chart
from embodied.learning.page import facts, page

PAGE: Final = "report.html"
DATA: Final = "report.json"


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
    file = folder / PAGE
    file.write_text(_page(told, verdict, motion, explained), encoding="utf-8")
    return file


def _page(told: Mapping[str, str], verdict: str, motion: Motion | None, explained: Mapping[str, str]) -> str:
    skill = told.get("skill", "deployment")
    parts = [
        f'<h1><span class="{escape(verdict)}">{escape(verdict)}</span> {escape(skill)}</h1>',
        facts(told),
    ]
    if motion is None:
        parts.append("<h2>Motion</h2><p>The arm was not moved, or kept no log.</p>")
    else:
        parts += _of_motion(motion, explained)
    return page(skill, "\n".join(parts))


def _of_motion(motion: Motion, explained: Mapping[str, str]) -> list[str]:
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
        facts(timing),
        "<h2>Limits that acted</h2>",
        facts(acted) if acted else "<p>None.</p>",
        "<h2>Joints, measured</h2>",
        f"<p>{_since(motion)}</p>",
        line_chart(lines, "time since the first command [s]", "position [rad]"),
        "<p>Every tick, asked, applied and measured, is in <code>arm-log.bin</code>; what the skill did, in "
        "<code>journal.jsonl</code>.</p>",
    ]


def _since(motion: Motion) -> str:
    """Where the curve begins."""
    if not motion.sent:
        return "No command was sent."
    return f"0 s is the first command, {motion.waited_s:.1f} s after the arm was taken over."
