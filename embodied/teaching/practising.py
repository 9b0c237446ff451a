"""Practice: a skill is measured, done in other ways on training seeds, and changed only where that is better.

Held-out seeds choose nothing: what is tried is compared on training seeds, and the one that came out best
meets the version that there is on fresh held-out seeds, once, side by side.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING, Final

from embodied.chatting.speaker import carried
from embodied.errors import EmbodiedError
from embodied.library import Evidence
from embodied.library.evidence import SeedResult
from embodied.library.rehearsing import Rehearsal
from embodied.skills import Skill
from embodied.teaching.approving import NAME, example_for, keep, made, slug, told
from embodied.teaching.lesson import Lesson, lesson_of_skill
from embodied.teaching.mending import example_of
from embodied.teaching.proving import WIDTH, Progress
from embodied.teaching.refining import offer_learning
from embodied.teaching.variants import Variant, variants
from embodied.teaching.verbs import Said, verb

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation

GOOD: Final = 0.95
"""So often done is good: there is nothing to practise."""
MINUTES: Final = 5.0
TRAINING: Final = range(7000, 7012)
"""Seeds that ways are compared on; none is held out."""
ROUNDS: Final = 3
CHANCE: Final = 0.05
"""So likely may it be, at most, that a version which is no better looks so."""


@verb(
    "practice",
    rf"practi[cs]e {NAME}",
    example="practice tidy up 20",
    what="measure a skill on so many fresh seeds (20 unless said), and make it better; 'for 3 minutes'",
    any_time=True,
)
def practice(conversation: Conversation, said: Said) -> None:
    name, seeds, minutes = asked(said["name"])
    skill = conversation.session.run.library.get(slug(name))
    conversation.tell(
        f"Practising {skill.name}, beside this: first on {seeds} fresh seeds; then, if it is not good, "
        f"other ways, for up to {minutes:g} minutes. 'stop practising' ends it."
    )
    conversation.prover.beside(
        lambda stop: Practice(conversation, skill, seeds, minutes, stop).run(), f"practising {skill.name}"
    )


def asked(words: str) -> tuple[str, int, float]:
    """ "tidy up on 20 seeds for 3 minutes": the name, how many seeds, and minutes."""
    found = re.fullmatch(
        r"(.*?)(?: (?:on|over))?(?: (\d+)(?: (?:fresh )?(?:seeds|times))?)?"
        r"(?: for (?:up to )?(\d+) minutes?)?",
        words.strip(),
    )
    assert found is not None
    return found[1], min(1000, max(1, int(found[2] or 20))), min(120.0, max(1.0, float(found[3] or MINUTES)))


@dataclass
class Practice:
    """One practice of one skill."""

    conversation: Conversation
    skill: Skill
    seeds: int
    minutes: float
    stop: threading.Event

    def run(self) -> None:
        """Measure, and make it better where that can be done. Raises nothing of its own."""
        try:
            evidence = self._measured()
            if evidence.stopped or self.stop.is_set():
                told(self.conversation, self.skill, evidence, "")
                return
            share = evidence.successes / max(1, len(evidence.ran))
            if evidence.passed and share >= GOOD:
                told(self.conversation, self.skill, evidence, "")
                self._tell("That is good; there is nothing to practise.")
                return
            self._tell(f"{evidence.reason}.")
            if not self._improved(evidence) and not self.stop.is_set():
                told(self.conversation, self.skill, evidence, "")
                offer_learning(self.conversation, self.skill, evidence.results[-1].expects)
        except EmbodiedError as error:
            self._tell(f"could not be practised: {error.message}")

    def _measured(self) -> Evidence:
        progress = Progress(self.skill.name, self.seeds, carried(self.conversation.tell))
        return self.conversation.prover.gate(self.skill.name, self.stop, progress).verify(
            self.skill, self.seeds
        )

    def _improved(self, evidence: Evidence) -> bool:
        """Whether a new version was kept."""
        lesson = lesson_of_skill(self.skill)
        if lesson is None:
            self._tell("It was not taught here, so I know no other ways to do it.")
            return False
        best, words = self._tried(lesson)
        if best is None:
            return False
        drawn = self.conversation.session.run.store.seen.draw(2 * self.seeds + 2, f"practice {best.lesson}")
        used = {one.seed for one in evidence.results}
        fresh = [seed for seed in drawn if seed not in used][: self.seeds]
        self._tell(f"{words!r} did best. It meets the version that there is on {len(fresh)} fresh seeds ...")
        new, old = self._rehearsed(best.lesson, fresh), self._rehearsed(None, fresh)
        for seed in fresh:
            self.conversation.session.run.store.seen.add(seed, f"the practice of {self.skill.name}")
        if new is None or old is None or self.stop.is_set():
            return False
        better, why = compared(new, old)
        self._tell(f"{words!r}: {why}.")
        if better:
            self._keep(lesson, best.lesson)
        else:
            self._tell("That could be chance: it stays as it was. More seeds tell more: 'practice ... 50'.")
        return better

    def _keep(self, before: Lesson, after: Lesson) -> None:
        spoken_of = self.conversation.lesson
        mine = spoken_of is None or spoken_of.name == before.name
        if mine:
            self.conversation.spoken_of(before)
            self.conversation.change(after)
        keep(self.conversation, after)
        if not mine:
            self.conversation.lesson = spoken_of

    # -- on training seeds -----------------------------------------------------------------------------

    def _tried(self, lesson: Lesson) -> tuple[Variant | None, str]:
        """The way that did best on the training seeds; None if that is how it is done already."""
        deadline = time.monotonic() + 60.0 * self.minutes
        best, words, count = lesson, list[str](), self._count(None)
        self._tell(f"On {len(TRAINING)} training seeds it succeeds {count} times. I try other ways:")
        for _ in range(ROUNDS):
            found = self._best_of(variants(best, self.conversation.session.run.library), count, deadline)
            if found is None:
                break
            (count, chosen) = found
            best, words = chosen.lesson, [*words, chosen.words]
            if count == len(TRAINING):
                break
        if not words:
            self._tell("None of them is better there.")
            return None, ""
        said = " and ".join(words)
        return Variant(said, best), said

    def _best_of(self, ways: Sequence[Variant], count: int, deadline: float) -> tuple[int, Variant] | None:
        best: tuple[int, Variant] | None = None
        for number, way in enumerate(ways, 1):
            if self.stop.is_set() or time.monotonic() > deadline:
                self._tell("Stopped." if self.stop.is_set() else "The time for trying is over.")
                break
            try:
                successes = self._count(way.lesson)
            except EmbodiedError as wrong:
                self._tell(f"  {way.words}: cannot be done ({wrong.message})")
                continue
            full = round(WIDTH * number / len(ways))
            bar = "#" * full + "." * (WIDTH - full)
            self._tell(f"[{bar}] {number} of {len(ways)} ways; {way.words}: {successes}, before {count}")
            if successes > max(count, best[0] if best else 0):
                best = (successes, way)
        return best

    def _count(self, lesson: Lesson | None) -> int:
        return sum(one.passed for one in self._rehearsed(lesson, TRAINING) or ())

    def _rehearsed(self, lesson: Lesson | None, seeds: Sequence[int]) -> list[SeedResult] | None:
        """What a lesson, or the version that there is, comes to on seeds; None if it was stopped."""
        if lesson is None:
            skill, example = self.skill, example_of(self.conversation, self.skill)
        else:
            skill = made(self.conversation, lesson)
            example = example_for(skill, lesson, self.conversation.session.spec)
        gate = self.conversation.prover.gate(f"{skill.name}-tried", self.stop, kind=Rehearsal)
        assert isinstance(gate, Rehearsal)
        results = gate.rehearse(skill, seeds, example)
        return results if len(results) == len(seeds) else None

    def _tell(self, line: str) -> None:
        self.conversation.tell(f"[{self.skill.name}] {line}")


def compared(new: Sequence[SeedResult], old: Sequence[SeedResult]) -> tuple[bool, str]:
    """Whether one version is better than another on the same seeds beyond chance (a one-sided sign test)."""
    pairs = list(zip(new, old, strict=True))
    wins = sum(one.passed and not other.passed for one, other in pairs)
    losses = sum(other.passed and not one.passed for one, other in pairs)
    apart = wins + losses
    chance = sum(comb(apart, k) for k in range(wins, apart + 1)) / 2**apart
    count, before = sum(one.passed for one in new), sum(one.passed for one in old)
    said = f"{count} against {before} of {len(pairs)}, better on {wins}, worse on {losses}"
    return apart > 0 and chance <= CHANCE, f"{said} (by chance alone: {chance:.3f})"
