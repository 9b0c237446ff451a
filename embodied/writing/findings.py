"""What a try taught, for the model that mends it: type errors, the trace, and what the facts said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from embodied.condition import Condition
from embodied.render import render_changes
from embodied.sandbox.checking import TypeProblem

if TYPE_CHECKING:
    from embodied.writing.workshop import Trial

MOST_PROBLEMS: Final = 12
MOST_PRINTS: Final = 20
MOST_CALLS: Final = 30


def shown_problems(problems: Sequence[TypeProblem], source: str) -> str:
    """Each problem with its line of code."""
    lines = source.split("\n")
    shown = []
    for problem in problems[:MOST_PROBLEMS]:
        code = lines[problem.line - 1].strip() if 0 < problem.line <= len(lines) else ""
        remedy = f" {problem.remedy}" if problem.remedy else ""
        shown.append(f"- line {problem.line}: `{code}`: {problem.message}.{remedy}")
    if len(problems) > MOST_PROBLEMS:
        shown.append(f"- and {len(problems) - MOST_PROBLEMS} more")
    return "\n".join(shown)


def outcome_of(trial: Trial) -> str:
    if trial.interrupted:
        return f"it ran and was cut off by the event {trial.interrupted!r}"
    if trial.run.error_code:
        return f"it ran and ended with {trial.run.error_code}"
    if trial.run.ok:
        return "it ran and claimed success, but the facts deny it"
    return f"it ran and gave up: {trial.run.reason}"


def findings_of(trial: Trial, expects: Condition) -> str:
    """The judgement, how it ended, what changed, what it logged and its last calls."""
    run = trial.run
    parts = [f"Facts: {trial.judgement.reason}."]
    if run.error_code:
        parts.append(
            f"It ended after {run.seconds:.0f} s with {run.error_code}: {_without_folders(run.error)}"
        )
        parts += [f"  at line {line.line} in {line.function}: `{line.source}`" for line in run.trace]
    elif run.returned is not None:
        said = f"done({_pairs(run.returned.value)})" if run.ok else f'failed("{run.reason}")'
        parts.append(f"It returned {said} after {run.seconds:.0f} s.")
    parts.append(f"What changed:\n{render_changes(trial.before, trial.after, [expects])}")
    if run.prints:
        shown = [*(["…"] if len(run.prints) > MOST_PRINTS else []), *run.prints[-MOST_PRINTS:]]
        parts.append("It logged:\n" + "\n".join(shown))
    if trial.calls:
        counted = ", ".join(f"{name} x{count}" for name, count in sorted(run.primitive_calls.items()))
        parts.append(
            f"Primitives called: {counted}. The last calls:\n" + "\n".join(trial.calls[-MOST_CALLS:])
        )
    return "\n".join(parts)


def _pairs(value: object) -> str:
    return ", ".join(f"{k}={v!r}" for k, v in value.items()) if isinstance(value, dict) else ""


def _without_folders(text: str) -> str:
    return " ".join(word.rsplit("/", 1)[-1] if "skill.py" in word else word for word in text.split(" "))
