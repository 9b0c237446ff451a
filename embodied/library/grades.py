"""How far a version of a skill is to be relied on. A pure function of its records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from math import comb

from embodied.library.records import Check, SkillState, Version

VERIFIED, TRUSTED, FIT = 3, 20, 100
"""Held-out seeds that it takes to be verified, trusted and fit for an arm."""

SHARE = 0.9
"""Of TRUSTED seeds and more, this share must pass (18 of 20, 90 of 100); of fewer, all."""
DOUBT = 0.05
"""What is graded on many seeds may fail on some. A later, smaller verification counts against it once all
that failed since would happen so rarely to a skill that succeeds on SHARE of its seeds."""


class Grade(Enum):
    """From the least to be relied on to the most."""

    QUARANTINED = "quarantined"
    RETIRED = "retired"
    SUSPECT = "suspect"
    TRIAL = "trial"
    SEED = "seed"
    VERIFIED = "verified"
    TRUSTED = "trusted"
    FIT_FOR_ARM = "fit_for_arm"

    @property
    def usable(self) -> bool:
        return self not in (Grade.QUARANTINED, Grade.RETIRED, Grade.SUSPECT)

    @property
    def proven(self) -> bool:
        return self in (Grade.VERIFIED, Grade.TRUSTED, Grade.FIT_FOR_ARM)

    @property
    def rank(self) -> int:
        """What wins over what when several versions have one name: proven, seed, trial."""
        return 2 if self.proven else 1 if self is Grade.SEED else 0 if self is Grade.TRIAL else -1


def grade_of(
    state: SkillState,
    version: Version,
    callees: Mapping[str, str],
    *,
    stubs: str | None = None,
    world: str | None = None,
) -> Grade:
    """The grade of one version.

    Args:
        callees: hash by name of what it would call now.
        stubs, world: of the body that it would run on; None where no body is there to be compared.
    """
    if state.retired:
        return Grade.RETIRED
    seed = version.origin == "seed"
    start = Grade.QUARANTINED if version.quarantined else Grade.SEED if seed else Grade.TRIAL
    best = start
    standing: Check | None = None  # the last that graded it on many seeds, and what came of the smaller since
    ran = failed = 0
    for check, doubted in _with_doubts(version.checks):
        if doubted:  # a seed skill is what is left where all else fails: it stays, unproven
            best, standing = start if start is not Grade.TRIAL else Grade.SUSPECT, None
            continue
        smaller = standing is not None and len(check.seeds) < len(standing.seeds)
        same = _same_ground(check, callees, stubs, world)
        if smaller and same:
            ran, failed = ran + check.passed + check.failed, failed + check.failed
        if lost(check):
            if smaller and same and not doubtful(ran, failed) and not _outweighed(standing, ran, failed):
                continue
            standing = None
            best = start if start is Grade.QUARANTINED else Grade.SUSPECT
            continue
        if not check.complete or len(check.seeds) < VERIFIED:
            continue
        if not same:
            best, standing = Grade.SUSPECT, None
            continue
        if not smaller and len(check.seeds) >= TRUSTED:
            standing, ran, failed = check, 0, 0
        earned = _earned(len(check.seeds))
        best = earned if best in (Grade.SUSPECT, start) or _order(earned) > _order(best) else best
    return best


def _with_doubts(checks: Sequence[Check]) -> Iterator[tuple[Check, bool]]:
    """Each verification that came to something, in order, and after it whether runs cast doubt on it."""
    for check in checks:
        if check.passed or check.failed:
            yield check, False
            if doubted_by_runs(check):
                yield check, True


def doubted_by_runs(check: Check) -> bool:
    """Whether it failed in so many of the runs since that its seeds cannot have been like them."""
    return doubtful(len(check.runs), list(check.runs.values()).count(False))


def lost(check: Check) -> bool:
    """Whether a verification has failed already, whatever its other seeds come to."""
    return check.failed > len(check.seeds) - needed(len(check.seeds))


def doubtful(ran: int, failed: int) -> bool:
    """Whether so many failures would hardly happen to a skill that succeeds on SHARE of its seeds: a
    one-sided binomial test of all that came after it was graded."""
    chance = sum(comb(ran, k) * (1 - SHARE) ** k * SHARE ** (ran - k) for k in range(failed, ran + 1))
    return chance < DOUBT


def _outweighed(standing: Check | None, ran: int, failed: int) -> bool:
    """Whether what came after it was graded, once that is as much as trust takes, leaves fewer than SHARE of
    all seeds together: 15 failures of 99 are no wonder by themselves, and too many after 95 of 100."""
    if standing is None or ran < TRUSTED:
        return False
    judged = standing.passed + standing.failed + ran
    return standing.passed + ran - failed < SHARE * judged


def needed(seeds: int) -> int:
    """How many of so many seeds must pass."""
    return seeds if seeds < TRUSTED else -(-int(seeds * SHARE * 1000) // 1000)


def more_seeds(seeds: int) -> str:
    """What so few held-out seeds do not tell, for a person; "" if they are enough to be verified on."""
    return f"on trial still, as verified takes {VERIFIED} seeds, all passed" if seeds < VERIFIED else ""


def _earned(seeds: int) -> Grade:
    if seeds >= FIT:
        return Grade.FIT_FOR_ARM
    return Grade.TRUSTED if seeds >= TRUSTED else Grade.VERIFIED


def _same_ground(check: Check, callees: Mapping[str, str], stubs: str | None, world: str | None) -> bool:
    return (
        check.callees == dict(callees)
        and (stubs is None or check.stubs == stubs)
        and (world is None or check.world == world)
    )


def _order(grade: Grade) -> int:
    return list(Grade).index(grade)
