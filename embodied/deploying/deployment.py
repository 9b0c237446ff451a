"""From a skill of the library to an arm that has done it: look, rehearse, ask, run, report."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from embodied.arms import consent
from embodied.arms.identified import identified_of
from embodied.deploying.arms import ArmSimulation, ArmWorld, arm_world
from embodied.deploying.fitness import Candidate, NotFit, candidate, refuse_blind
from embodied.deploying.policies import differences
from embodied.deploying.refusing import refuse_stopped
from embodied.done import Done
from embodied.errors import BadInput, WorldError
from embodied.facts import Observation
from embodied.journal import Record
from embodied.launchfile import LaunchFile, from_table
from embodied.library import open_library
from embodied.loop.lifecycle import Onlookers, Place
from embodied.loop.report import RunReport
from embodied.outcome import Verdict
from embodied.runs import new_run
from embodied.session import Session
from embodied.world import World

MODE: Final = "deploy"
MOVED_RAD: Final = 0.02
"""A joint that stands this far from where the rehearsal began was moved by somebody."""
MOVED_M: Final = 0.02
"""The same of a thing on the table."""


@dataclass
class Deployment:
    """One skill on one arm. The steps are called in their order; `close` from any of them.

    Attributes:
        launch: of the arm.
        chosen: the skill, its arguments and its evidence.
        folder: of the run: journal, logs, report.
        seen: the facts when the arm was looked at.
        differences: how the arm differs from that of the policies' training, a sentence each.
        lost: what ended it in the middle of the motion, if the arm was lost; interrupted: whether Ctrl-C did.
        stopped: why a protective stop holds the arm at the end; "" if none does.
        explained: the limits that acted, each with the worst that it kept the arm from, in words.
    """

    launch: LaunchFile
    plugin: ArmWorld
    chosen: Candidate
    folder: Path
    simulation: ArmSimulation
    audit: Path
    held: ExitStack = field(default_factory=ExitStack)
    world: World | None = None
    seen: Observation | None = None
    differences: tuple[str, ...] = ()
    lost: WorldError | None = None
    interrupted: bool = False
    stopped: str = ""
    explained: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, launch: LaunchFile, skill: str, arguments: Mapping[str, Any], *, runs_dir: Path, audit: Path
    ) -> Self:
        """Check all that can be checked before the arm is spoken to.

        Raises:
            NotFit: the skill lacks the evidence, or was changed since.
            BadInput: the launch is about no arm, there is no such skill, its arguments do not fit.
            SetupError: something that the arm needs is not installed.
        """
        plugin = arm_world(launch)
        chosen = candidate(open_library(launch.world.kind), skill, arguments)
        folder = new_run(runs_dir, f"deploy {skill} on {plugin.arm_name(launch.world.settings)}")
        simulation = plugin.simulation(launch.world.settings, folder)
        return cls(launch, plugin, chosen, folder, simulation, audit)

    @property
    def arm(self) -> str:
        """The arm's name, which consent must name."""
        return self.plugin.arm_name(self.launch.world.settings)

    @property
    def details(self) -> Mapping[str, Any]:
        """What the arm's bridge said of itself."""
        assert self.world is not None, "look comes first"
        return self.world.spec.details

    def look(self) -> Observation:
        """Connect, move nothing, and see whether the skill could know there what it must.

        Raises:
            BadInput: a fact has no source on this arm, or a policy is for another arm.
            WorldError: the arm does not answer, or is in a fault.
        """
        self.held.callback(self.simulation.close)
        self.world = self.simulation.connect()
        self.seen = self.world.observe()
        refuse_stopped(self.arm, self.seen)
        refuse_blind(self.chosen, self.seen)
        real = self.plugin.is_real(self.launch.world.settings)
        self.differences = differences(
            self.chosen.parts,
            self.details,
            self.seen,
            real=real,
            identified=identified_of(self.launch, self.arm),
        )
        return self.seen

    def rehearse(self, on_record: Callable[[Record], None] = lambda record: None) -> Done:
        """The same skill in a simulation that stands as the arm stands now. The arm does not move. Raises
        BadInput if somebody stopped the arm, or the rehearsal, meanwhile."""
        assert self.seen is not None, "look comes first"
        assert self.world is not None, "look comes first"
        table = self.launch.to_table()
        table["world"] = {
            "kind": self.launch.world.kind,
            **self.plugin.rehearsal(self.launch.world.settings, self.details, self.seen),
        }
        launch = from_table(table, f"a rehearsal of {self.launch.origin}")
        folder = self.folder / "rehearsal"
        folder.mkdir()
        place = Place(folder, self.plugin.simulation(launch.world.settings, folder))
        with Session(launch, onlookers=Onlookers(on_record), mode="rehearsal", place=place) as session:
            session.start()
            self._refuse_changed(session)
            done = session.do(self.chosen.skill.name, **self.chosen.arguments)
        refuse_stopped(self.arm, self.world.observe())
        return done

    def consent(self, typed: str, *, how: str) -> None:
        """Take down that a person consents. Raises NoConsent if they typed anything but the arm's name."""
        self.held.callback(consent.withdraw, self.arm)  # also where nothing is run after all
        consent.give(
            self.arm,
            typed,
            how=how,
            audit=self.audit,
            skill=self.chosen.words,
            hash=self.chosen.skill.hash,
            evidence=self.chosen.evidence,
            limits=self.details.get("limits", {}),
            camera=self.details.get("camera", {}),
            differences=list(self.differences),
            run=self.folder.name,
            launch=_fingerprint(self.launch),
        )

    def run(self, onlookers: Onlookers) -> tuple[Done, RunReport | None]:
        """Move the arm. Where the arm is lost in the middle of it, or Ctrl-C pressed, that is UNKNOWN, and
        `lost` or `interrupted` says so.

        Raises:
            BadInput: the arm, or a thing, is not where it was when it was rehearsed; nothing moved.
            NotFit: the skill, or one that it calls, is another by now; nothing moved.
            NoConsent: nobody has consented.
            WorldError: the arm is gone, or in a fault, before the skill began.
        """
        assert self.world is not None, "look comes first"
        self._refuse_moved(self.world.observe())
        place = Place(self.folder, self.simulation)
        session = Session(self.launch, onlookers=onlookers, mode=MODE, place=place)
        verdict = "UNKNOWN"
        try:
            session.start()
            self._refuse_changed(session)
            done = self._done(session)
            verdict = done.verdict.value
            if self.lost is None and not self.interrupted:
                with suppress(WorldError):  # it did what it did, and is gone now
                    seen = session.observe()
                    self.explained = _explained(seen)
                    self.stopped = str(seen.notes.get("protective_stop") or "")
        finally:
            report = session.close()
            consent.withdraw(self.arm)
            told = {"skill": self.chosen.words, "run": self.folder.name, "verdict": verdict}
            consent.note(self.audit, "deployed", arm=self.arm, **told)
        return done, report

    def close(self) -> None:
        """Let go of the arm. Idempotent."""
        self.held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _done(self, session: Session) -> Done:
        began = time.monotonic()
        try:
            return session.do(self.chosen.skill.name, **self.chosen.arguments)
        except WorldError as lost:
            self.lost, reason = lost, lost.message
        except KeyboardInterrupt:
            self.interrupted, reason = True, "stopped with Ctrl-C"
        return Done(self.chosen.words, Verdict.UNKNOWN, reason, seconds=time.monotonic() - began)

    def _refuse_changed(self, session: Session) -> None:
        """What runs is what was looked at and consented to; the library may be written to meanwhile."""
        library, name = session.run.library, self.chosen.skill.name
        now = {part.name: part.hash for part in library.closure(name)} if name in library else {}
        for part in self.chosen.parts:
            if now.get(part.name) != part.hash:
                raise NotFit(
                    f"{part.name} was changed in the library since this deployment began.",
                    remedy="Deploy again: the skill as it is now is looked at and rehearsed then.",
                )

    def _refuse_moved(self, now: Observation) -> None:
        assert self.seen is not None
        for family, most, unit in (("joint", MOVED_RAD, "rad"), ("pose", MOVED_M, "m")):
            if family not in now.families:
                continue
            before = dict(self.seen.items(family))
            gone = [keys for keys in before if keys not in dict(now.items(family))]
            if gone:
                raise BadInput(
                    f"{family}[{', '.join(gone[0])}] is not known any more since the rehearsal.",
                    remedy="Show it to the camera, and deploy again.",
                )
            for keys, value in now.items(family):
                off = _apart(before.get(keys), value)
                if off > most:
                    raise BadInput(
                        f"{family}[{', '.join(keys)}] has moved by {off:.3f} {unit} since the rehearsal.",
                        remedy="Somebody moved it. Deploy again, so that what was rehearsed is what happens.",
                    )


def _explained(seen: Observation) -> Mapping[str, str]:
    """What the bridge says of its interventions."""
    told = seen.notes.get("interventions_told") or ()
    return {
        str(row["name"]): f"{row['words']}"
        + (f" ({row['worst']:.3g} {row['unit']} too much)" if row["worst"] else "")
        for row in told
    }


def _apart(one: Any, other: Any) -> float:
    """How far two values of a fact are apart; infinitely if one is not there."""
    if one is None:
        return float("inf")
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return float(sum((float(a) - float(b)) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5)
    return abs(float(one) - float(other))


def _fingerprint(launch: LaunchFile) -> str:
    text = json.dumps(launch.to_table(), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
