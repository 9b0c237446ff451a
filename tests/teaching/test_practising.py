"""Practice and learning from a conversation: what is tried, what is kept, and what is asked first."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from embodied.library.evidence import SeedResult
from embodied.outcome import Verdict
from embodied.teaching import practising, refining
from embodied.teaching.lesson import Lesson, Part
from embodied.teaching.practising import Practice, asked, compared
from tests.teaching.conftest import BOWL, Talk

Talks = Callable[..., Talk]


def results(passed: Sequence[bool]) -> list[SeedResult]:
    return [
        SeedResult(seed, Verdict.PASSED if one else Verdict.FAILED, "", {}, "true")
        for seed, one in enumerate(passed)
    ]


def test_better_means_better_beyond_chance_on_the_same_seeds() -> None:
    good, bad = [True] * 20, [True] * 12 + [False] * 8
    assert compared(results(good), results(bad)) == (
        True,
        "20 against 12 of 20, better on 8, worse on 0 (by chance alone: 0.004)",
    )
    assert not compared(results(good), results([True] * 17 + [False] * 3))[0]
    assert not compared(results(good), results(good))[0]
    assert not compared(results(bad), results(good))[0]


def test_how_much_is_practised_can_be_said() -> None:
    assert asked("tidy up") == ("tidy up", 20, practising.MINUTES)
    assert asked("tidy up on 50 seeds for 3 minutes") == ("tidy up", 50, 3.0)
    assert asked("tidy up 12") == ("tidy up", 12, practising.MINUTES)


class Skilful(Practice):
    """Passes on as many seeds as the lesson deserves: with the grip checked on all, else on half."""

    def _rehearsed(self, lesson: Lesson | None, seeds: Sequence[int]) -> list[SeedResult] | None:
        good = lesson is not None and lesson.checks
        return [
            replace(one, seed=seed)
            for seed, one in zip(seeds, results([good or n % 2 == 0 for n in range(len(seeds))]), strict=True)
        ]


@pytest.fixture
def taught(talk: Talk) -> Talk:
    talk.say(*BOWL[:-1], "done, exactly as shown", "call this by hand")
    return talk


def practice(talk: Talk, kind: type[Practice]) -> str:
    before = len(talk.lines)
    skill = talk.session.run.library.get("by-hand")
    one = kind(talk.conversation, skill, 20, 1.0, threading.Event())
    evidence = type("Evidence", (), {"results": tuple(results([True, False])), "reason": "1 of 2"})()
    improved = one._improved(evidence)
    return f"{improved}\n" + "\n".join(talk.lines[before:])


def test_a_way_that_is_better_on_fresh_seeds_becomes_the_new_version(taught: Talk) -> None:
    seen = set(taught.session.run.store.seen.all())
    said = practice(taught, Skilful)
    assert said.startswith("True")
    assert "On 12 training seeds it succeeds 6 times." in said
    assert "check the grip: 12, before 6" in said
    assert "20 against 10 of 20, better on 10, worse on 0" in said
    assert "Kept: by-hand(cube, bowl)" in said
    assert taught.conversation.known_lesson().checks
    fresh = set(taught.session.run.store.seen.all()) - seen
    assert len(fresh) == 20  # they chose something: nobody is proven on them again
    assert "Taken back" in taught.say("undo")


def test_what_is_no_better_changes_nothing(taught: Talk) -> None:
    class Equal(Skilful):
        def _rehearsed(self, lesson: Lesson | None, seeds: Sequence[int]) -> list[SeedResult] | None:
            return super()._rehearsed(None, seeds)

    said = practice(taught, Equal)
    assert said.startswith("False")
    assert "None of them is better there." in said
    assert not taught.conversation.known_lesson().checks


def test_learning_asks_for_its_time_and_never_blocks(taught: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[tuple[refining.Refining, float]] = []
    monkeypatch.setattr(refining, "installed", lambda: True)
    monkeypatch.setattr(refining, "begin", lambda talk, wanted, minutes: begun.append((wanted, minutes)))
    assert "for how many minutes at most?" in taught.say("make it smoother")
    assert "It is not learned, then." in taught.say("no")
    taught.say("make it smoother", "5 minutes")
    wanted, minutes = begun[0]
    assert minutes == 5.0
    command = wanted.command(taught.session.launch, minutes)
    assert command[command.index("--task") + 1] == "in[red_cube, bowl]"
    assert command[command.index("--from") + 1] == "by-hand(cube=red_cube, bowl=bowl)"
    assert command[command.index("--feedback") + 1] == "smoother"


def test_one_thing_is_learned_at_a_time_so_that_each_can_be_ended(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    ended = threading.Event()

    class Learner:
        """Takes the place of `embodied refine`: it goes on until it is told to end."""

        def __init__(self, arguments: Sequence[str], **_: object) -> None:
            begun.append(arguments[-2])
            self.stdout = io.BytesIO()
            told, say = os.pipe()
            self.stderr = os.fdopen(told, "rb")
            self._say = os.fdopen(say, "wb", buffering=0)
            self._say.write(b"a warning of some library\n  0:03  to learn: put it there\n")
            for step in range(100):
                self._say.write(b"  0:05  candidate 1, step %d: 3 of 10\n" % step)

        def poll(self) -> int | None:
            return 0 if ended.is_set() else None

        def terminate(self) -> None:
            self._say.close()
            ended.set()

        def wait(self, seconds: float) -> int:
            return 0

    monkeypatch.setattr("embodied.teaching.refining.subprocess.Popen", Learner)
    wanted = refining.Refining("in[red_cube, bowl]", "by-hand()", "")
    refining.begin(talk.conversation, wanted, 5.0)
    refining.begin(talk.conversation, wanted, 6.0)
    talk.until("Something is being learned already")
    talk.until("[learning] 0:03 to learn: put it there")  # as it comes
    talk.until("[learning] 0:05 candidate 1, step 0: 3 of 10")
    assert "What goes on beside this is stopped." in talk.say("stop learning")
    talk.until("[learning] It ended")
    assert not any("warning" in line or "step 1:" in line for line in talk.lines)
    log = talk.session.run.journal.path.parent / "refine.log"
    assert "a warning of some library" in log.read_text(encoding="utf-8")
    assert begun == ["5"]
    assert "Nothing is going on." in talk.say("stop learning")


def test_learning_needs_a_name_and_what_it_takes(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "There is nothing yet" in talk.say("make it smoother")
    talk.say(*BOWL)
    assert "Name it first" in talk.say("make it smoother")
    monkeypatch.setattr(refining, "installed", lambda: False)
    assert "is not installed here" in talk.say("call this away", "make it smoother")


def test_an_amount_without_a_unit_is_asked_about(talk: Talk) -> None:
    talk.say("watch me", "move above the red cube")
    assert "5 what, down? (cm or mm; nothing moved yet)" in talk.say("down 5")
    assert "done: move 5 cm down" in talk.say("cm")
    talk.say("up 20")
    assert "done: move 2 cm up" in talk.say("20 mm")
    shown = talk.conversation.demonstration
    assert shown is not None
    assert [step.part for step in shown.steps[1:]] == [
        Part("by", "red_cube", (0.0, 0.0, -0.05)),
        Part("by", "red_cube", (0.0, 0.0, 0.02)),
    ]


def test_it_should_never_is_a_rule(talk: Talk) -> None:
    assert "never touch the bowl" in talk.say("it should never touch the bowl")
    assert "1. never touch the bowl" in talk.say("rules")


def test_proving_and_practising_can_be_stopped(talks: Talks) -> None:
    talk = talks(proves=True)
    talk.begin("practice pick 500")
    talk.until("1 of 500")
    assert "What goes on beside this is stopped." in talk.say("stop practising")
    talk.say("wait")
    assert any("[pick] stopped;" in line for line in talk.lines)
    assert "Nothing is going on." in talk.say("stop")
    assert "[pick]" in talk.say("practice pick 3", "wait")  # it can be begun again
