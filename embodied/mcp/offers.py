"""What a client may ask of an open world, whatever the protocol: plain values in, plain values out.

It is what a person at the command line can ask, through the same library, sandbox, gate and referee. What a
client writes passes the same checks; what it is told from the world is data, never an instruction.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from embodied.deploying.fitness import refuse_unfit
from embodied.done import Done
from embodied.errors import BadInput, BadSkill, EmbodiedError
from embodied.facts import observation_to_wire
from embodied.journal import Record
from embodied.library.grades import TRUSTED, VERIFIED
from embodied.library.proving import make_gate
from embodied.loop.run import Run
from embodied.session import Session
from embodied.skills import Skill
from embodied.view.timeline import Timeline
from embodied.writing.drafts import draft_of, make_skill

REMEMBERED: Final = 500
"""Lines of history at most."""
WAITING: Final = 8
"""Requests that may wait for the body at the same time; more are refused."""
MOST_SEEDS: Final = 100
MOST_WRITTEN: Final = 200
"""Skills that clients of one session may write."""
LONGEST: Final[Mapping[str, int]] = {
    "name": 64, "description": 2000, "code": 100_000, "achieves": 2000, "needs": 2000, "example": 20_000,
}  # fmt: skip
"""Characters of each part of a skill, at most."""

T = TypeVar("T")


class Busy(EmbodiedError):
    """More was asked than can wait."""


class Offers:
    """One open world. Every method may be called from any thread; they act one after the other.

    Args:
        session: started.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._lines: deque[str] = deque(maxlen=REMEMBERED)
        self._timeline = Timeline()
        self._waiting = 0
        self._guard = threading.Lock()
        self._proving = threading.Event()
        self._stop_proving = threading.Event()
        self._written_so_far = 0
        session.run.journal.subscribe(self._hear)

    @property
    def skills(self) -> tuple[Skill, ...]:
        """Those that may be run, by name."""
        return tuple(self.session.run.library)

    def observe(self) -> dict[str, Any]:
        """All facts now, by family."""
        seen = self._wait(self.session.submit(lambda run: run.observe()))
        return {"facts": observation_to_wire(seen)["facts"]}

    def pursue(self, goal: str, seconds: float | None = None) -> dict[str, Any]:
        """Plan and act until a goal in plain words holds.

        Raises:
            BadInput: it is not understood, or the time is none.
        """
        if seconds is not None and not 0 < seconds <= 86400:
            raise BadInput(f"{seconds} seconds.", remedy="From 0 to 86400, or leave it out.")
        return _told(self._wait(self.session.start_pursuing(goal, seconds=seconds)))

    def run_skill(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Run one skill."""
        return _told(self._wait(self.session.start_doing(name, arguments)))

    def write_skill(
        self,
        name: str,
        description: str,
        code: str,
        achieves: str = "",
        needs: str = "",
        example: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Add a skill, on trial: it is checked against the body's primitives, and usable at once.

        Args:
            example: arguments of a use, for the gate.

        Raises:
            BadSkill: the code does not check; the message has the lines.
            NotFit: the body is an arm that is there; what is new is proven in simulation first.
            BadInput: a part is too long, or too many were written.
        """
        parts = {"name": name, "description": description, "code": code, "achieves": achieves, "needs": needs}
        for part, text in {**parts, "example": json.dumps(example or {})}.items():
            if len(text) > LONGEST[part]:
                raise BadInput(f"{part} is {len(text)} characters long.", remedy=f"At most {LONGEST[part]}.")
        if self._written_so_far >= MOST_WRITTEN:
            raise BadInput(f"{MOST_WRITTEN} skills were written already.", remedy="Open another session.")
        given = {"description": description, "code": code, "achieves": achieves, "needs": needs}
        return self._wait(self.session.submit(lambda run: self._written(run, name, given, example or {})))

    def verify_skill(self, name: str, seeds: int = VERIFIED) -> dict[str, Any]:
        """Run a skill in fresh worlds of held-out seeds, beside what goes on here.

        Raises:
            BadInput: another verification is running, or too many seeds are asked for.
        """
        if not 1 <= seeds <= MOST_SEEDS:
            raise BadInput(
                f"{seeds} seeds.", remedy=f"{VERIFIED} verify, {TRUSTED} make trusted; at most 100."
            )
        with self._guard:
            if self._proving.is_set():
                raise BadInput(
                    "A verification is running.", remedy="Ask again when it has ended, or stop it."
                )
            self._proving.set()
        try:
            run = self.session.run
            self._stop_proving.clear()
            gate = make_gate(
                run.store,
                run.journal.path.parent / "gate",
                settings=run.launch.world.settings if run.launch.world.kind == run.store.world else None,
                rules=self.session.rules,
                stop=self._stop_proving,
            )
            evidence = gate.verify(run.store.get(name), seeds)
        finally:
            self._proving.clear()
        grade = run.store.grade(name)
        return {"skill": name, "passed": evidence.passed, "grade": grade.value, "reason": evidence.reason}

    def history(self, last: int = 50) -> dict[str, Any]:
        """What happened, one line each, the newest last."""
        lines = list(self._lines)[-max(1, min(last, REMEMBERED)) :]
        return {"lines": lines, "journal": str(self.session.run.journal.path)}

    def rules(self) -> dict[str, Any]:
        """The rules in force, how each is checked, and whether it was kept."""
        return {
            "rules": [
                {"rule": rule.text, "checked_as": str(rule.formula), "enforced_by": by, "kept": verdict.value}
                for rule, by, verdict in self.session.run.world.status()
            ]
        }

    def stop(self, why: str = "the client said stop") -> dict[str, Any]:
        """Bring the body to rest, now: what is being done ends as UNKNOWN. It waits for nothing."""
        self.session.interrupt(why)
        if self._proving.is_set():
            self._stop_proving.set()
        return {"stopped": True}

    # -- parts ---------------------------------------------------------------------------------------

    def _wait(self, answer: Future[T]) -> T:
        with self._guard:
            if self._waiting >= WAITING:
                answer.cancel()
                raise Busy(f"{self._waiting} requests wait already.", remedy="Wait for their answers first.")
            self._waiting += 1
        try:
            return answer.result()
        finally:
            with self._guard:
                self._waiting -= 1

    def _written(
        self, run: Run, name: str, given: Mapping[str, Any], example: Mapping[str, Any]
    ) -> dict[str, Any]:
        self._written_so_far += 1
        home = run.journal.path.parent / "drafts" / f"{self._written_so_far:03d}"
        families = run.world.spec.families
        try:
            skill = make_skill(draft_of(name, given), home, run.store.world, run.library, families, example)
        except (OSError, ValueError, RecursionError, MemoryError) as broken:
            raise BadSkill(
                f"{name} cannot be read: {type(broken).__name__}.", remedy="Write plain Python."
            ) from broken
        problems = run.executor.check(skill)
        if problems:
            listed = "".join(f"\n    {problem}" for problem in problems)
            raise BadSkill(f"{skill.name} does not check:{listed}", remedy="Mend it, and write it again.")
        refuse_unfit(run.launch, [skill], run.store)
        why = f"written by a client of run {run.journal.path.parent.name}"
        use = {"arguments": dict(example)} if example else None
        added = run.store.add(skill, origin="written", why=why, example=use)
        if added.twin:
            raise BadSkill(f"{skill.name} does the same as {added.twin}.", remedy=f"Use {added.twin}.")
        run.use(run.library.with_skill(skill))
        run.journal.write("skill_kept", skill=skill.name, hash=skill.hash, status=added.status)
        return {
            "skill": skill.name,
            "tool": tool_name(skill),
            "hash": skill.hash[:16],
            "status": added.status,
        }

    def _hear(self, record: Record) -> None:
        line = self._timeline.line(dict(record))
        if line:
            self._lines.append(line)


def tool_name(skill: Skill) -> str:
    """ "skill_mine_block"."""
    return f"skill_{skill.python_name}"


def _told(done: Done) -> dict[str, Any]:
    steps = [
        {
            "skill": one.step.skill,
            "arguments": dict(one.step.arguments),
            "verdict": one.judgement.verdict.value,
        }
        | ({"error": one.error} if one.error else {})
        for one in done.attempts
    ]
    return {
        "verdict": done.verdict.value,
        "reason": done.reason,
        "steps": steps,
        "seconds": round(done.seconds, 2),
    }
