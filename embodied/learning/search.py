"""Searches for a reward that a policy can be trained with: screens candidates briefly, goes on with the best.

Successive halving (Jamieson and Talwalkar 2016) over the success rate on seeds that training does not see.
Everything that was decided is a function of the journal, so a run that is resumed goes the way it went; and
nothing that is decided by steps depends on who trains, or on who is ready first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import msgspec

from embodied.learning.budget import Clock, Schedule
from embodied.learning.candidates import Candidate, Designer, rank
from embodied.learning.crew import Crew
from embodied.learning.designing import OUT, Designing, Teller, acceptable, reward_seconds
from embodied.learning.errors import writing
from embodied.learning.examining import LOOKS, Successes
from embodied.learning.ground import Ground, guide_named
from embodied.learning.leg import SUCCESSES, Leg, candidate_folder, policy_file, tidy
from embodied.learning.progress import Progress, Screened, TrainedBy
from embodied.learning.trainer import Choice, trainer_named
from embodied.rewards.analyst import analyse
from embodied.rewards.training import Checkpoint

ENOUGH: Final = 0.95
"""In all looks at a checkpoint: training ends."""


STALLED: Final = 16
"""Checkpoints without a better one: a finalist is left."""

UNKNOWN_SUCCESS: Final = "no_success"
"""What the critic says as long as no episode has succeeded."""

APART: Final = 1009
"""Seeds of candidates: two that are trained side by side shall not have the same luck."""


@dataclass(frozen=True, eq=False)
class Search:
    """One search. `progress` hears every record that `journal` writes.

    Attributes:
        choice: who trains, and what it begins with.
        switch: what to go on with where a candidate has stalled, None to leave it.
        folder: of the run; candidates have folders in it.
    """

    ground: Ground
    designer: Designer
    choice: Choice
    crew: Crew
    schedule: Schedule
    clock: Clock
    journal: Teller
    progress: Progress
    folder: Path
    seed: int
    switch: Callable[[Candidate], Choice | None] = lambda candidate: None
    _choices: dict[int, Choice] = field(default_factory=dict)

    def run(self) -> None:
        """Until a policy is good enough, time is up, somebody stops it, or nothing is left to try."""
        try:
            first = self.progress.first_round
            for round_ in range(first, first + self.schedule.rounds):
                rivals = self._designing.rivals(round_)
                self._finish(self._screen(rivals, round_), round_)
                self._analyse(round_)
                best = self.progress.latest
                if self.clock.over() or (best and self._enough(best)):
                    return
                if not rivals and self.progress.exhausted:
                    return
        finally:
            self.crew.close()

    @property
    def _designing(self) -> Designing:
        return Designing(
            self.designer, self.ground.examiner, self.schedule, self.clock, self.journal,
            self.progress, self.folder,
        )  # fmt: skip

    def choice_of(self, number: int) -> Choice:
        """Who trains a candidate: the same for all, but those that go on for one that stalled, and those that
        somebody else began to train in an earlier part of the run."""
        said = self.progress.who_trained(number)
        if said is None or (number not in self.progress.switched and said.same(told(self.choice))):
            return self.choice
        if number not in self._choices:
            guide = guide_named(said.guide, said.numbers, self.ground)
            self._choices[number] = Choice(trainer_named(said.trainer), guide, said.why)
        return self._choices[number]

    # -- screening ---------------------------------------------------------------------------------

    def _screen(self, rivals: Sequence[Candidate], round_: int) -> list[Candidate]:
        """Train all a little, then the better half, until so many are left as are trained to the end; the
        best first, none if none can be trained."""
        left = [one for one in map(self._now, rivals) if one.state not in OUT]
        until = self.schedule.screening
        if not self.schedule.screened:
            return left
        latest = self.clock.elapsed + self.schedule.share * self.clock.left
        while left:
            decided = self.progress.screened.get((round_, until))
            if decided is None:
                self._screen_until(left, until, round_, latest)
                if self.clock.over():
                    return []
                decided = self._decide(left, until, round_)
            left = [self.progress.candidates[number] for number in decided.left]
            if decided.final:
                return left
            left, until = [one for one in left if one.state not in OUT], 2 * until
        return []

    def _screen_until(self, left: Sequence[Candidate], until: int, round_: int, latest: float) -> None:
        """Train all that are left so far, unless that takes too long."""
        if self.progress.cut.get(round_) == until:
            return
        begun = [one for one in left if one.steps < until]
        self._train(begun, until, f"screening, {len(left)} left", latest=latest)
        short = any(self._now(one).steps < until for one in left if self._now(one).state not in OUT)
        if short and not self.clock.over():
            self.journal.write("screening_cut", round=round_, until=until)

    def _decide(self, left: Sequence[Candidate], until: int, round_: int) -> Screened:
        """Who goes on. It is recorded: a run that is resumed knows successes by then that came later."""
        self._tell_critic(left)
        able = [one for one in map(self._now, left) if one.state not in OUT and one.checkpoints]
        able = self._judged_again(able)
        able.sort(key=lambda one: (rank(_best(one.at(until))), -one.number), reverse=True)
        most = self.schedule.finalists
        final = self.progress.cut.get(round_) == until or len(able) <= most
        going = most if final else max((len(able) + 1) // 2, most)
        if any(self._enough(one.at(until)) for one in able):
            final, going = True, 1
        for loser in () if final else able[going:]:
            self._tell_state(loser, "dropped")
        numbers = [one.number for one in able[:going]]
        self.journal.write("screened", round=round_, until=until, left=numbers, final=final)
        return Screened(tuple(numbers), final)

    def _judged_again(self, left: Sequence[Candidate]) -> list[Candidate]:
        """The critic looks once more when it knows what success is like."""
        if not self.ground.examiner.successes:
            return list(left)
        kept = []
        for candidate in left:
            if UNKNOWN_SUCCESS not in candidate.critique:
                kept.append(candidate)
                continue
            found = self._designing.critique(candidate.proposal)
            fine = acceptable(found, self.schedule)
            candidate = replace(candidate, state=candidate.state if fine else "refused", critique=found.text)
            self._tell(candidate)
            if fine:
                kept.append(candidate)
        return kept

    # -- finishing ---------------------------------------------------------------------------------

    def _finish(self, finalists: Sequence[Candidate], round_: int) -> None:
        """Train the best on, side by side, until one is good enough, or none has become better for long."""
        for one in finalists:
            self._tell_state(one, "kept")
        while not self.clock.over():
            now = self._finalists(finalists, round_)
            going = [one for one in now if not self._ended(one)]
            farthest = max(map(self._course, now), default=0)
            late = [one for one in going if self._course(one) < farthest]
            done = not going or any(
                self._enough(one) and all(self._course(other) >= self._course(one) for other in going)
                for one in now
            )
            if done or not late:  # all have come as far: it does not matter where a run was ended
                now = self._critic_hears(now)
            if done:
                self._tell_critic(now)
                return
            least = min(map(self._course, going))
            behind = [one for one in going if self._course(one) == least]
            together = not late and len(behind) <= self.crew.abreast
            until = self.schedule.most if together else None
            self._train(behind, until, "training on", together=together)

    def _tell_critic(self, candidates: Sequence[Candidate]) -> None:
        """The first successes that were seen, of each in turn. Only where something is decided, and all have
        come as far as they shall: so they are the same ones wherever a run was ended."""
        for one in candidates:
            with writing(self.folder):
                self.ground.examiner.keep(Successes(self._home(one) / SUCCESSES).episodes)

    def _critic_hears(self, finalists: Sequence[Candidate]) -> list[Candidate]:
        """With what the critic says once it knows what success is like. It is only noted: what is being
        trained is judged by its success, and the designer reads why it may be paid without."""
        waiting = [one for one in finalists if UNKNOWN_SUCCESS in one.critique and one.state not in OUT]
        if waiting and any(map(self._has_succeeded, finalists)):
            self._tell_critic(finalists)
            for one in waiting:
                self._tell(replace(one, critique=self._designing.critique(one.proposal).text))
        return list(map(self._now, finalists))

    def _waits_for_critic(self, candidate: Candidate) -> bool:
        """Whether it has succeeded for the first time, and the critic does not know yet."""
        return UNKNOWN_SUCCESS in candidate.critique and self._has_succeeded(candidate)

    def _has_succeeded(self, candidate: Candidate) -> bool:
        return bool(Successes(self._home(candidate) / SUCCESSES).episodes)

    def _finalists(self, begun: Sequence[Candidate], round_: int) -> list[Candidate]:
        """Those that were begun, and those that go on for them with another trainer."""
        found = [self._now(one) for one in begun]
        for one in found:
            follower = next((c for c in self.progress.of_round(round_) if c.follows == one.number), None)
            if follower is None and self._stalled(one) and one.state not in OUT:
                other = self.switch(one)
                follower = None if other is None else self._follower(one, other, round_)
            if follower is not None:
                found.append(follower)
        return found

    def _follower(self, stalled: Candidate, other: Choice, round_: int) -> Candidate:
        number = len(self.progress.candidates) + 1
        follower = replace(
            stalled, number=number, follows=stalled.number, state="kept", checkpoints=(), analysis=""
        )
        self._home(follower).mkdir(parents=True, exist_ok=True)
        self._choices[number] = other
        self.journal.write("trainer_chosen", candidate=number, **asdict(told(other)))
        self._tell(follower, round_)
        return follower

    def _course(self, candidate: Candidate) -> int:
        """Checkpoints that it has behind it, with those of the one that it goes on for."""
        before = self.progress.candidates.get(candidate.follows)
        return len(candidate.checkpoints) + (self._course(before) if before else 0)

    def _ended(self, candidate: Candidate) -> bool:
        return (
            candidate.state == "broken" or candidate.steps >= self.schedule.most or self._stalled(candidate)
        )

    def _stalled(self, candidate: Candidate) -> bool:
        best = candidate.best
        return best is not None and sum(one.step > best.step for one in candidate.checkpoints) >= STALLED

    # -- training ----------------------------------------------------------------------------------

    def _train(
        self,
        candidates: Sequence[Candidate],
        until: int | None,
        doing: str,
        *,
        together: bool = False,
        latest: float | None = None,
    ) -> None:
        """Bring candidates to `until` steps, or to the next checkpoint, with a record of each.

        Args:
            together: side by side, until one is good enough, or one has ended.
            latest: when to end at the next checkpoint of each, and to begin no other, on the run's clock [s].
        """
        if not candidates or self.clock.over():
            return
        self._phase(doing, candidates=[one.number for one in candidates])
        numbers = [one.number for one in candidates]

        def heard(number: int, found: Checkpoint) -> bool:
            self._checkpoint(number, found)
            now = self.progress.candidates[number]
            if together:
                return not self._ended(now)
            return latest is None or self.clock.elapsed < latest

        def going() -> list[int]:
            now = [self.progress.candidates[number] for number in numbers]
            wait = any(self._enough(one) or self._ended(one) or self._waits_for_critic(one) for one in now)
            return [] if wait else numbers

        every = self.schedule.every
        legs = [self._leg(one, until or (one.steps // every + 1) * every) for one in candidates]
        choices = [self.choice_of(one.number) for one in candidates]

        def begin() -> bool:
            some = any(self.progress.candidates[number].checkpoints for number in numbers)
            return latest is None or self.clock.elapsed < latest or not some

        broken = self.crew.train(legs, choices, heard, going if together else None, begin)
        for one in candidates:
            late = latest is not None and self.clock.elapsed >= latest
            if self._now(one).steps == one.steps and not self.clock.over() and not late:
                broken.setdefault(one.number, "Its training ended without a checkpoint.")
            if one.number in broken:
                self._tell(replace(self._now(one), state="broken", critique=broken[one.number]))

    def _leg(self, candidate: Candidate, until: int) -> Leg:
        choice = self.choice_of(candidate.number)
        return Leg(
            candidate.number,
            candidate.proposal.source,
            choice.trainer.name,
            candidate.steps,
            until,
            self.schedule.every,
            self.schedule.episodes,
            self.seed + APART * (candidate.number - 1),
            choice.guide.name if choice.guide else "",
            numbers_of(choice),
            candidate.best,
            reward_seconds(self.schedule),
        )

    def _checkpoint(self, number: int, found: Checkpoint) -> None:
        """Record what was measured; its policy and its state are there already."""
        self.journal.write("checkpoint", candidate=number, checkpoint=msgspec.to_builtins(found))
        now = self.progress.candidates[number]
        tidy(self._home(now), found.step, _best(now).step)

    # -- analysis ----------------------------------------------------------------------------------

    def _analyse(self, round_: int) -> None:
        for candidate in self.progress.of_round(round_):
            if candidate.checkpoints:
                said = analyse(candidate.record(self.ground.task.steps)).text
                if said != candidate.analysis:
                    self._tell(replace(candidate, analysis=said))

    def _enough(self, candidate: Candidate) -> bool:
        return candidate.best is not None and enough(candidate.best, self.schedule)

    # -- records -----------------------------------------------------------------------------------

    def _now(self, candidate: Candidate) -> Candidate:
        return self.progress.candidates[candidate.number]

    def _home(self, candidate: Candidate) -> Path:
        return candidate_folder(self.folder, candidate.number)

    def _tell_state(self, candidate: Candidate, state: str) -> None:
        now = self._now(candidate)
        if now.state not in (state, *OUT):
            self._tell(replace(now, state=state))

    def _tell(self, candidate: Candidate, round_: int | None = None) -> None:
        plain = replace(candidate, checkpoints=()).to_plain()
        self.journal.write(
            "candidate", candidate=plain, round=round_ or self.progress.rounds[candidate.number]
        )

    def _phase(self, doing: str, **more: Any) -> None:
        self.journal.write("phase", doing=doing, **more)


def enough(checkpoint: Checkpoint, schedule: Schedule) -> bool:
    """Whether a policy is good enough to end training."""
    return checkpoint.episodes >= LOOKS[-1][1] * schedule.episodes and checkpoint.success >= ENOUGH


def told(choice: Choice) -> TrainedBy:
    """As the journal has it."""
    guide = choice.guide.name if choice.guide else ""
    return TrainedBy(choice.trainer.name, choice.why, guide, numbers_of(choice))


def numbers_of(choice: Choice) -> dict[str, float]:
    """The parameters of a choice's guide, by name."""
    parameters = getattr(choice.guide, "parameters", ())
    return {one.name: float(one.value) for one in parameters}


def best_policy(run: Path, candidate: Candidate) -> Path:
    """The file of a candidate's best checkpoint."""
    return policy_file(candidate_folder(run, candidate.number), _best(candidate).step)


def _best(candidate: Candidate) -> Checkpoint:
    assert candidate.best is not None
    return candidate.best
