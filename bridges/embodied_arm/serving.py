"""An arm that is served to agents on other machines, one at a time.

All that keeps it safe stays here: the limits of the file that it is served with, which an agent's may only
tighten; its lease and its watchdogs; consent, which a person gives at the agent's machine and which is taken
down here, under the key that it came with; the audit log; and the arm's log, which the agent may copy.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from embodied.arms import consent
from embodied.arms.log import NAME
from embodied.bridge.body import CallContext, PrimitiveFailed
from embodied.errors import BadInput, JournalUnwritable
from embodied.primitives import PrimitiveSpec
from embodied_arm.body import MOVING_LEASE_MS, ArmBody
from embodied_arm.limits import Limits
from embodied_arm.tightening import merged, wider

_log = logging.getLogger(__name__)

PART: Final = 512 * 1024
"""How much of a file goes into one answer [bytes]."""
STILL: Final = frozenset({"stop", "look", "wait"})
"""What is said to move and does not: it needs no consent."""
HANDED: Final = frozenset({"take_rules", "take_policy"})
"""What moves nothing, and says how the arm moves: for the agent that has it alone."""
_PICTURE: Final = re.compile(r"pictures/[A-Za-z0-9_-]+\.png")
NOTED: Final = frozenset({"t", "what", "before", "folder"})
"""What the audit log itself says in its lines: no agent says it instead."""
MOST_ABOUT: Final = 64 * 1024
"""Of what an agent says about a consent, as JSON: it is kept for good [bytes]."""
MOST_TOLD, MOST_WORDS = 50, 300
"""Of an agent's file that disagrees, the audit log keeps so many differences of so many characters."""
_TEXT: Final = {"type": "string", "maxLength": 400}

TAKE_TERMS: Final = "take_terms"
TAKE_CONSENT: Final = "take_consent"
READ_RECORD: Final = "read_record"
OWN: Final = (
    PrimitiveSpec(
        TAKE_TERMS,
        "Begin as the agent that has this arm: compare what its launch file says with what is served here.",
        {
            "type": "object",
            "required": ["terms", "limits"],
            "properties": {"terms": {"type": "object"}, "limits": {"type": "object"}},
        },
        {"type": "object"},
        {"disagreement": "what differs, by name", "no_lease": "another agent has this arm"},
        moves=False,
        timeout_s=60.0,
    ),
    PrimitiveSpec(
        TAKE_CONSENT,
        "Take down that a person lets this arm move.",
        {
            "type": "object",
            "required": ["arm", "by", "how"],
            "properties": {"arm": _TEXT, "by": _TEXT, "how": _TEXT, "about": {"type": "object"}},
        },
        {"type": "object"},
        {"no_consent": "the name is wrong, or the audit log cannot be written", "no_lease": "see take_terms"},
        moves=False,
        timeout_s=15.0,
    ),
    PrimitiveSpec(
        READ_RECORD,
        "A part of this arm's log, from when this agent began, or of a picture, as base64.",
        {
            "type": "object",
            "required": ["name", "at"],
            "properties": {"name": _TEXT, "at": {"type": "integer", "minimum": 0}},
        },
        {"type": "object"},
        {"no_record": "there is none of that name"},
        moves=False,
    ),
)
"""What an agent's client asks of a served arm, and skills cannot."""


@dataclass(frozen=True)
class Service:
    """How an arm is served.

    Attributes:
        arm: what consent names; needs_consent: whether it moves only with one.
        limits: the settings of the file that it is served with.
        terms: what an agent's launch file must agree with, by name.
        audit: the folder of the audit log.
    """

    arm: str
    needs_consent: bool
    limits: Mapping[str, Any]
    terms: Mapping[str, Any]
    audit: Path


@dataclass(frozen=True)
class _Agent:
    """Who has the arm: by session and key; where in the log it began [bytes]; whether a person consented."""

    session: str
    caller: str
    log_from: int
    consented: bool = False


class ServedArm:
    """Implements `embodied.bridge.body.Body` around an arm's own."""

    kind = "arm"
    lapse_raises_epoch = True
    """What was sent before a lease lapsed is refused without keys too: a tunnel may end on loopback."""

    def __init__(self, body: ArmBody, service: Service) -> None:
        self._body = body
        self._service = service
        self._limits: Limits = body.limits_of(service.limits)
        self._agent: _Agent | None = None
        self._beginning = ""
        """The session that is about to be the agent's."""
        self._changing = threading.Lock()
        self.identity, self.families = body.identity, body.families
        self.moving_lease_ms = body.moving_lease_ms or MOVING_LEASE_MS
        refusal = {"no_consent": "no person has let it move"}
        specs = {
            name: replace(spec, errors={**spec.errors, **refusal}) if _acts(spec) else spec
            for name, spec in body.specs.items()
        }
        self.specs: Mapping[str, PrimitiveSpec] = {**specs, **{spec.name: spec for spec in OWN}}
        self.details: Mapping[str, Any] = body.details
        consent.note(service.audit, "served", arm=service.arm, limits=self._limits.words())

    @property
    def agent(self) -> str:
        """Whose key has the arm; "" while nobody does."""
        return (self._agent.caller or "an agent on this machine") if self._agent is not None else ""

    def run(self, name: str, args: Mapping[str, Any], context: CallContext) -> Mapping[str, Any]:
        """See `Body`."""
        own = {TAKE_TERMS: self._take_terms, TAKE_CONSENT: self._take_consent, READ_RECORD: self._read_record}
        if name in own:
            return own[name](args, context)
        if name in HANDED:
            self._refuse_other(context)
        elif _acts(self.specs[name]):
            self._refuse_unasked(context)
        return self._body.run(name, args, context)

    def rest(self, reason: str) -> None:
        """Come to rest and hold."""
        self._body.rest(reason)

    def left(self, session: str) -> None:
        """That agent is gone, and its consent with it."""
        with self._changing:
            agent = self._agent
            if self._beginning == session:
                self._beginning = ""
            if agent is None or agent.session != session:
                return
            self._agent = None
        self._note("left", key=agent.caller)

    # -- what an agent's client asks -----------------------------------------------------------------

    def _take_terms(self, args: Mapping[str, Any], context: CallContext) -> Mapping[str, Any]:
        _refuse_without_lease(context)
        settings, limits, against = self._compared(args["terms"], args["limits"])
        if against:
            self._note(
                "refused", key=context.caller, differs=[one[:MOST_WORDS] for one in against[:MOST_TOLD]]
            )
            raise PrimitiveFailed("disagreement", "; ".join(against), {"differs": against})
        with self._changing:
            self._agent, self._beginning = None, context.session  # until all of it holds
        self._body.hold_to(limits)
        began = self._body.log.begin(self._body.about(limits)) if self._body.log is not None else 0
        with self._changing:
            if self._beginning != context.session:
                raise PrimitiveFailed("no_lease", "this session ended, or another began, meanwhile")
            self._agent, self._beginning = _Agent(context.session, context.caller, began), ""
        self._note("agent", key=context.caller, limits=limits.words())
        return {
            "details": {"limits": limits.words()},
            "served": {
                "arm": self._service.arm,
                "needs_consent": self._service.needs_consent,
                "limits": settings,
                "tool": dict(self._service.terms.get("tool") or {}),
                "log": f"{socket.gethostname()}:{self._body.log.path}" if self._body.log is not None else "",
                "known_as": context.caller,
                "lease_ms": self.moving_lease_ms,
            },
        }

    def _compared(
        self, terms: Mapping[str, Any], asked: Mapping[str, Any]
    ) -> tuple[dict[str, Any], Limits, list[str]]:
        """Settings and limits of both files together, and what in the agent's is against those here."""
        settings = merged(self._service.limits, asked)
        against = list(_differences(terms, self._service.terms))
        try:
            limits = self._body.limits_of(settings)
        except BadInput as wrong:
            return settings, self._limits, [*against, wrong.message]
        return settings, limits, [*against, *wider(limits, self._limits)]

    def _take_consent(self, args: Mapping[str, Any], context: CallContext) -> Mapping[str, Any]:
        _refuse_without_lease(context)
        agent = self._agent
        if agent is None or agent.session != context.session:
            raise PrimitiveFailed("no_lease", "this session has not begun as this arm's agent")
        about = {name: value for name, value in (args.get("about") or {}).items() if name not in NOTED}
        if len(json.dumps(about, default=str)) > MOST_ABOUT:
            raise PrimitiveFailed("no_consent", f"more than {MOST_ABOUT >> 10} KiB is said about the consent")
        told = {**about, "by": args["by"], "how": args["how"], "key": context.caller}
        told = {**told, "arm": self._service.arm, "limits": self._body.details["limits"]}
        if str(args["arm"]) != self._service.arm:
            self._note("refused", **{**told, "typed": args["arm"]})
            raise PrimitiveFailed("no_consent", f"{args['arm']!r} is not this arm's name; nothing was moved")
        try:
            consent.note(self._service.audit, "consent", **told)
        except JournalUnwritable as full:
            raise PrimitiveFailed("no_consent", f"{full.message} {full.remedy}") from full
        with self._changing:
            if self._agent is not agent:
                raise PrimitiveFailed("no_lease", "this session ended, or another began, meanwhile")
            self._agent = replace(agent, consented=True)
        return {}

    def _read_record(self, args: Mapping[str, Any], context: CallContext) -> Mapping[str, Any]:
        agent, name, log = self._agent, str(args["name"]), self._body.log
        if agent is None or agent.session != context.session:
            raise PrimitiveFailed("no_record", "another agent has this arm by now")
        if name == NAME and log is not None:
            return _part(log.path, agent.log_from, int(args["at"]))
        if _PICTURE.fullmatch(name):
            return _part(self._body.run_dir / name, 0, int(args["at"]))
        raise PrimitiveFailed("no_record", f"there is no record {name!r}")

    # -- parts ---------------------------------------------------------------------------------------

    def _refuse_other(self, context: CallContext) -> None:
        if self._agent is None or self._agent.session != context.session:
            raise PrimitiveFailed("no_lease", "only the agent that has this arm says how it moves")

    def _refuse_unasked(self, context: CallContext) -> None:
        agent = self._agent
        if agent is None or agent.session != context.session:
            raise PrimitiveFailed("no_consent", "another agent has had this arm since: begin anew")
        if self._service.needs_consent and not agent.consented:
            raise PrimitiveFailed(
                "no_consent", f"{self._service.arm} moves only with a person's consent, and none was given"
            )

    def _note(self, what: str, **about: Any) -> None:
        """Into the audit log; an arm that nobody moves by it goes on without."""
        try:
            consent.note(self._service.audit, what, **{"arm": self._service.arm, **about})
        except JournalUnwritable as full:
            _log.error("%s", full.message)


def _acts(spec: PrimitiveSpec) -> bool:
    return spec.moves and spec.name not in STILL


def _refuse_without_lease(context: CallContext) -> None:
    if not context.leased:
        raise PrimitiveFailed("no_lease", "another agent has this arm")


def _differences(asked: Mapping[str, Any], served: Mapping[str, Any], at: str = "") -> list[str]:
    """What differs, by name; at the top, what an agent's file leaves out is as it is here."""
    found = []
    for name in sorted({*asked, *(served if at else ())}):
        ours, theirs = served.get(name), asked.get(name)
        if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
            found += _differences(theirs, ours, f"{at}{name}.")
        elif ours != theirs:
            found.append(
                f"{at}{name}: {_plain(theirs)} in the agent's launch file, {_plain(ours)} at the arm"
            )
    return found


def _plain(value: Any) -> str:
    if value is None:
        return "nothing"
    return "something else" if isinstance(value, Mapping) else repr(value)[:120]


def _part(path: Path, base: int, at: int) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            file.seek(base + at)
            data = file.read(PART)
        size = path.stat().st_size - base
    except OSError as gone:
        raise PrimitiveFailed("no_record", f"{path.name}: {gone.strerror}") from gone
    return {"data": base64.b64encode(data).decode(), "size": size, "wall_ns": time.time_ns()}
