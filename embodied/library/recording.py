"""What is appended to a skill's records: a version, a verification that begins, what each seed came to,
what a run came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from embodied.library.evidence import Evidence, Ground, SeedResult
from embodied.library.files import digests
from embodied.library.records import Version, append_record
from embodied.skills import Skill
from embodied.skills.sameness import outside_names, same_key


def write_version(
    path: Path,
    skill: Skill,
    files: Mapping[str, bytes],
    *,
    origin: str,
    why: str,
    example: Mapping[str, Any],
    quarantined: str,
) -> None:
    """A version whose `files` lie whole in its folder."""
    append_record(
        path,
        "version",
        hash=skill.hash,
        origin=origin,
        why=why,
        normal=same_key(skill),
        files=digests(files),
        uses=list(outside_names(skill.source)),
        calls=list(skill.calls),
        example=dict(example),
        quarantined=quarantined,
    )


def write_verification(
    path: Path, id_: str, hash_: str, seeds: Sequence[int], from_nothing: int, scene: str = ""
) -> None:
    """What is begun. `scene`: of `Check`."""
    told = {"id": id_, "hash": hash_, "seeds": list(seeds), "from_nothing": from_nothing}
    append_record(path, "verification", **told, **({"scene": scene} if scene else {}))


def write_seed(
    path: Path,
    hash_: str,
    verification: str,
    ground: Ground,
    result: SeedResult,
    instead: Sequence[int] = (),
) -> None:
    """What one seed came to. `instead`: seeds that take its place."""
    append_record(
        path,
        "evidence",
        id=verification,
        hash=hash_,
        callees=dict(ground.callees),
        stubs=ground.stubs,
        world=ground.world,
        instead=list(instead),
        **{**asdict(result), "verdict": result.verdict.value},
    )


def write_used(path: Path, hash_: str, run: str, *, passed: bool) -> None:
    append_record(path, "used", hash=hash_, run=run, passed=passed)


def write_evidence(path: Path, version: Version | None, evidence: Evidence) -> None:
    """Whatever of `evidence` the records of `version` do not have yet."""
    checks = {check.id: check for check in version.checks} if version else {}
    known = checks.get(evidence.verification)
    if known is None:
        bare = next((i for i, r in enumerate(evidence.ran) if r.from_nothing), -1)
        seeds = [result.seed for result in evidence.ran]
        write_verification(path, evidence.verification, evidence.hash, seeds, bare)
    for result in evidence.ran:
        if known is None or result.seed not in known.done:
            write_seed(path, evidence.hash, evidence.verification, evidence.ground, result)
