"""What a writer is told that its code can call: primitives, facts and skills, for a reader and in few words.

The type check reads `embodied.sandbox.stubs`; both are made from the body's own lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from embodied.facts import FactFamily
from embodied.planning.briefing import skill_meaning
from embodied.primitives import PrimitiveSpec
from embodied.sandbox.stubs import NOT_OFFERED, fact_signatures
from embodied.skills import Skill

QUICK_S: Final = 10.0
"""What may take no longer than this carries no remark of how long."""

_HEADER: Final = """\
# ----- always there
class Result:  # of a primitive
    ok: bool; error: str; message: str; value: dict[str, Any]
class SkillResult:  # of a skill
    ok: bool; reason: str; value: dict[str, Any]
def done(**facts: Any) -> SkillResult
def failed(reason: str, **facts: Any) -> SkillResult
def log(text: str) -> None
def random_int(lo: int, hi: int) -> int
def seconds_left() -> float
"""


def primitives_offered(
    primitives: Mapping[str, PrimitiveSpec],
    families: Mapping[str, FactFamily],
    interrupts: Iterable[str] = (),
) -> str:
    """Functions, facts and primitives: the same for every skill of a body, so that servers can cache it.

    Failures that every moving primitive can have stand there once. `interrupts` end the program itself, so
    that its code never sees them as errors.
    """
    ending = sorted(interrupts)
    offered = [spec for name, spec in sorted(primitives.items()) if name not in NOT_OFFERED]
    offered = [
        replace(spec, errors={code: text for code, text in spec.errors.items() if code not in ending})
        for spec in offered
    ]
    shared = _shared_errors([spec for spec in offered if spec.moves])
    parts = [_HEADER, _facts(families), "# ----- primitives of the body; each gives a Result"]
    parts += [_primitive(spec, shared) for spec in offered]
    parts.append("# Every primitive that moves the body can also end with:")
    parts += [f"#   error {code!r}: {meaning}" for code, meaning in sorted(shared)]
    parts.append("#   error 'timeout': it took longer than it may, and was ended")
    if ending:
        parts.append(
            f"# What ends the whole program at once, so that no code ever sees it: {', '.join(ending)}"
        )
    return "\n".join(parts)


def skills_offered(skills: Iterable[Skill]) -> str:
    """The signature and a line of description of each skill; "" if there are none."""
    lines = []
    for skill in skills:
        lines.append(f"def {skill.signature()}\n    {skill_meaning(skill)}")
    return "\n".join(lines)


def _shared_errors(moving: list[PrimitiveSpec]) -> set[tuple[str, str]]:
    if len(moving) < 3:
        return set()
    return set.intersection(*(set(spec.errors.items()) for spec in moving))


def _facts(families: Mapping[str, FactFamily]) -> str:
    head = "# ----- facts as they are now; with default=... a value takes the place of None"
    return "\n".join([head, *(f"#   {line}" for line in fact_signatures(families)), ""])


def _primitive(spec: PrimitiveSpec, shared: set[tuple[str, str]]) -> str:
    limit = f"  # at most {spec.timeout_s:g} s" if spec.timeout_s > QUICK_S else ""
    shape = spec.result_shape()
    lines = [f"def {spec.signature()}{limit}", spec.doc, *([f"value {shape}"] if shape else [])]
    lines += [f"error {code!r}: {meaning}" for code, meaning in sorted(set(spec.errors.items()) - shared)]
    return "\n    ".join(lines)
