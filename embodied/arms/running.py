"""The arms that run on this machine, and a person's word to them from another terminal.

Every bridge of an arm opens a second endpoint, on loopback, and writes a file about it into the user's own
folder, readable by that user alone, with a token in it. What comes with the token is the operator's word:
stop, reset, status. It goes past the agent, its lease and whatever it waits for. Nothing that a model wrote
has the token: skills run in a sandbox without files or network.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

import psutil
import zmq

from embodied.arms.locking import arms_folder, file_name
from embodied.arms.stopped import StoppedArm, find_stopped, in_words, let_go
from embodied.bridge.keys import client_keys
from embodied.errors import BadInput, EmbodiedError, WorldError, did_you_mean

ANSWER_S: Final = 2.0
LOOK_S: Final = 0.02
"""How often it is asked whether its disk has answered [s]."""
SAME_S: Final = 2.0
"""Two processes of one number are at least so far apart [s]."""
SUFFIX: Final = ".running.json"
ALL: Final = "all"


@dataclass(frozen=True)
class RunningArm:
    """An arm whose bridge runs.

    Attributes:
        name: what a person calls it: the driver's name, with a number where there are several.
        arm: model and number, as the driver says.
        identity: which arm it is; "" for a simulated one.
        pid: of the bridge's process.
        endpoint, token: of the operator's channel.
        run_dir: where its log and pictures go.
        since: on the calendar (Unix time).
        keys: of an arm that is served on another machine, where `pid` is its agent's: {folder, name, bridge}.
        rehearses: of a simulation in which a motion is rehearsed: the name of the arm that stands there.
        began: when its process did, since the machine did [s]; `announce` fills it in.
    """

    name: str
    arm: str
    identity: str
    pid: int
    endpoint: str
    token: str
    run_dir: str
    since: float
    keys: Mapping[str, str] = field(default_factory=dict)
    rehearses: str = ""
    began: float = 0.0


def free_name(name: str, folder: Path | None = None) -> str:
    """A name that no running arm has: with a number, where one of this name runs."""
    taken = {each.name for each in find_running(folder)}
    names = (f"{name}-{number}" if number > 1 else name for number in range(1, len(taken) + 2))
    return next(each for each in names if each not in taken)


def find_running(folder: Path | None = None) -> list[RunningArm]:
    """All arms whose bridges live, oldest first. What dead ones left behind is cleared away."""
    found = []
    for path in sorted((folder or arms_folder()).glob(f"*{SUFFIX}")):
        try:
            arm = _read(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError):
            continue
        if _lives(arm):
            found.append(arm)
        else:
            with suppress(OSError):  # a disk that takes no changes: the others are found all the same
                path.unlink(missing_ok=True)
    return sorted(found, key=lambda arm: arm.since)


def _read(text: str) -> RunningArm:
    """Of whatever version announced it: what a later one adds hides no arm. Raises ValueError or TypeError
    for what is none."""
    told = json.loads(text)
    return RunningArm(**{each.name: told[each.name] for each in fields(RunningArm) if each.name in told})


def _lives(arm: RunningArm) -> bool:
    """Its process, and no later one of the same number. A clock that is set moves what systems tell of when a
    process began, each in its own way: one of two tellings is enough. An arm too many is harmless here, and
    one too few could not be stopped."""
    try:
        process = psutil.Process(arm.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return process.create_time() <= arm.since + SAME_S or abs(_began(process) - arm.began) < SAME_S
    except psutil.NoSuchProcess:
        return False


def _began(process: psutil.Process) -> float:
    """Since the machine did [s]; on Linux a clock that is set moves both."""
    return float(process.create_time() - psutil.boot_time())


def announce(arm: RunningArm, folder: Path | None = None) -> Path:
    """Write the file by which `find_running` finds an arm; whoever announces it unlinks it at the end."""
    folder = folder or arms_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{file_name(arm.name)}-{arm.pid}{SUFFIX}"
    part = path.with_suffix(".part")  # who looks for arms meanwhile misses none that has half a file
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(replace(arm, began=_began(psutil.Process(arm.pid)))), file)
    part.replace(path)
    return path


@dataclass(frozen=True)
class Stopped:
    """An arm that has heeded a stop.

    Attributes:
        unkept: why it holds only for as long as the arm's bridge runs; "" where it holds until the reset.
    """

    arm: RunningArm
    unkept: str = ""


def stop(name: str = "", reason: str = "the operator said stop", folder: Path | None = None) -> list[str]:
    """Stop an arm, or all of them, until a person resets it. Returns the names of those that were stopped.

    Args and errors as of `say_stop`.
    """
    return [stopped.arm.name for stopped in say_stop(name, reason, folder)]


def say_stop(
    name: str = "", reason: str = "the operator said stop", folder: Path | None = None
) -> list[Stopped]:
    """As `stop`, with what became of it. A motion that is rehearsed for an arm ends with it, and who stops
    the rehearsal stops the arm.

    Args:
        name: of the arm; "" or "all" for every one that runs: who says stop has no time to look for names.

    Raises:
        BadInput: no such arm.
        WorldError: a bridge did not answer; the others were stopped nevertheless.
    """

    def told(arm: RunningArm) -> Stopped | str:
        try:
            return Stopped(arm, str(_told(_ask(arm, "stop", reason=reason), arm).get("unkept", "")))
        except (EmbodiedError, zmq.ZMQError, OSError, ValueError) as failed:  # the others must hear it
            return f"{arm.name}: {failed.message if isinstance(failed, EmbodiedError) else failed}"

    arms = _with_rehearsals(_named(name or ALL, folder), folder)
    with ThreadPoolExecutor(max(1, len(arms))) as at_once:  # none waits for one that hangs
        answers = list(at_once.map(told, arms))
    stopped = [one for one in answers if isinstance(one, Stopped)]
    silent = [one for one in answers if isinstance(one, str)]
    if silent:
        heard = ", ".join(one.arm.name + (f" ({one.unkept})" if one.unkept else "") for one in stopped)
        others = f" Stopped: {heard}." if heard else ""
        raise WorldError(" ".join(silent) + others, remedy="Press the emergency stop at the arm.")
    return stopped


def reset(name: str = "", folder: Path | None = None) -> str:
    """Let go of a protective stop, by a person's word alone; never call this for an agent. Returns why the
    arm had been stopped, "" if it had not. Nothing moves by it.

    Raises:
        BadInput: no such arm, several and none is named, or it still moves.
        WorldError: its bridge did not answer, or that it was stopped cannot be taken off the disk.
    """
    name = name or _only_stopped(folder)
    if not any(name in ("", ALL, arm.name, arm.identity) for arm in find_running(folder)):
        return _reset_at_rest(name, folder)
    arms = _named(name, folder)
    if len(arms) > 1:
        raise BadInput("Arms are reset one by one.", remedy="Look at each before you let it go.")
    told = _told(_ask(arms[0], "reset"), arms[0])
    if told.get("remains"):
        raise _still_kept(arms[0].name, str(told["remains"]))
    return str(told.get("reason", ""))


def _only_stopped(folder: Path | None) -> str:
    """The name of the one arm that is stopped, whether its bridge runs or not; "" where none is. Raises
    BadInput for several."""
    running = find_running(folder)
    known = {key for arm in running for key in (arm.name, arm.identity) if key}
    kept = [one for one in find_stopped(folder=folder) if not known & _known_as(one)]
    names = [one.name for one in kept]
    if len(set(names)) < len(names):  # two that are called alike, at different addresses
        names = [one.identity or one.name for one in kept]
    for arm in running:
        if not arm.rehearses and _may_be_stopped(arm):
            names.append(arm.name)
    if len(names) > 1:
        raise BadInput("Arms are reset one by one.", remedy=f"Name one of: {', '.join(names)}.")
    return "".join(names)


def _known_as(arm: StoppedArm) -> set[str]:
    return {arm.name, arm.identity, *arm.addresses}


def _may_be_stopped(arm: RunningArm) -> bool:
    """One that does not answer may be: the person says which they mean."""
    try:
        return bool(told_by(arm).get("stopped"))
    except EmbodiedError:
        return True


def _reset_at_rest(name: str, folder: Path | None) -> str:
    """An arm whose bridge does not run. Raises BadInput if none of that name is stopped."""
    stopped = find_stopped(name, name, folder) if name != ALL else find_stopped(folder=folder)
    running = {key for arm in find_running(folder) for key in (arm.name, arm.identity) if key}
    stopped = [arm for arm in stopped if not running & _known_as(arm)]  # those let go themselves
    stopped = [arm for arm in stopped if name and name in (arm.name, arm.identity)] or stopped
    if len(stopped) > 1:
        names = ", ".join(arm.identity or arm.name for arm in stopped)
        raise BadInput("Arms are reset one by one.", remedy=f"Name one of: {names}.")
    if not stopped and (known := sorted({one.name for one in find_stopped(folder=folder)})):
        raise BadInput(
            f"No arm {name!r} is stopped here.",
            remedy=f"{did_you_mean(name, known)} Stopped are: {', '.join(known)}.".strip(),
        )
    if not stopped:
        which = f"No arm {name!r}" if name else "No arm"
        raise BadInput(
            f"{which} runs here, and none is stopped.",
            remedy="Arms of other users and machines are not seen from here.",
        )
    try:
        let_go(stopped, folder)
    except OSError as refused:
        raise _still_kept(stopped[0].name, in_words(refused, folder)) from refused
    return stopped[0].reason


def _still_kept(name: str, why: str) -> WorldError:
    return WorldError(
        f"That {name} was stopped could not be taken off the disk ({why}): its next bridge begins stopped.",
        remedy="See to the disk, then reset it again.",
    )


def status(name: str = "", folder: Path | None = None) -> Mapping[str, Any]:
    """What an arm's bridge says of itself: stopped (why, or ""), moving, lost, time_s, joints, interventions
    (in words). Raises as `stop`."""
    return told_by(_named(name, folder)[0])


def told_by(arm: RunningArm) -> Mapping[str, Any]:
    """As `status`, of an arm that was found. Raises as `ask`."""
    return ask(arm, "status")


def told_by_all(arms: Sequence[RunningArm]) -> list[tuple[RunningArm, Mapping[str, Any]]]:
    """As `told_by` of each, all at once; {} of one that does not answer."""

    def told(arm: RunningArm) -> Mapping[str, Any]:
        try:
            return told_by(arm)
        except (EmbodiedError, zmq.ZMQError, OSError, ValueError):  # the others are told all the same
            return {}

    with ThreadPoolExecutor(max(1, len(arms))) as at_once:
        return list(zip(arms, at_once.map(told, arms), strict=True))


def examine(arm: RunningArm) -> Mapping[str, Any]:
    """As `told_by`, after a trial whether a stop of it could be kept, which a disk that stalls outlasts."""
    told, until = ask(arm, "examine"), time.monotonic() + ANSWER_S
    while told.get("looks") and time.monotonic() < until:
        time.sleep(LOOK_S)
        told = told_by(arm)
    return told


def ask(arm: RunningArm, operation: str, **more: Any) -> Mapping[str, Any]:
    """Any operation of one arm's channel. Raises `WorldError` for no answer, `BadInput` if it refuses."""
    return _told(_ask(arm, operation, **more), arm)


def _named(name: str, folder: Path | None) -> list[RunningArm]:
    arms = find_running(folder)
    if not arms:
        raise BadInput("No arm runs here.", remedy="Arms of other users and machines are not seen from here.")
    if name == ALL:
        return arms
    own = [arm for arm in arms if not arm.rehearses] or arms
    names = [arm.name for arm in own]
    if not name and len(own) == 1:
        return own
    chosen = [arm for arm in arms if name and name in (arm.name, arm.identity)]
    if not chosen:
        what = f"There is no arm {name!r} here." if name else f"{len(own)} arms run here."
        hint = did_you_mean(name, names) if name else ""
        raise BadInput(what, remedy=f"{hint} Name one of: {', '.join(names)}; or all.".strip())
    return chosen


def _with_rehearsals(chosen: list[RunningArm], folder: Path | None) -> list[RunningArm]:
    """Those, the arms whose motions they rehearse, and what is rehearsed for them; the arms come first."""
    names = {arm.rehearses or arm.name for arm in chosen}
    found = [arm for arm in find_running(folder) if (arm.rehearses or arm.name) in names]
    return sorted(found, key=lambda arm: bool(arm.rehearses))


def _ask(arm: RunningArm, operation: str, **more: Any) -> Mapping[str, Any]:
    context = zmq.Context()
    socket = context.socket(zmq.REQ)
    socket.linger = 0
    try:
        socket.setsockopt(zmq.IPV6, 1 if "[" in arm.endpoint else 0)
        if arm.keys:
            keys = client_keys(Path(arm.keys["folder"]), arm.keys["name"], arm.keys["bridge"])
            socket.curve_publickey, socket.curve_secretkey = keys.public, keys.secret
            socket.curve_serverkey = keys.bridge
        socket.connect(arm.endpoint)
        socket.send(json.dumps({"token": arm.token, "operation": operation, **more}).encode())
        until = time.monotonic() + ANSWER_S
        if not socket.poll(int(1000 * max(0.0, until - time.monotonic()))):
            raise WorldError(
                f"The bridge of {arm.name} ({_where(arm)}) did not answer within {ANSWER_S:g} s.",
                remedy="Press the emergency stop at the arm.",
            )
        answer: Mapping[str, Any] = json.loads(socket.recv())
        return answer
    finally:
        socket.close()
        context.term()


def _where(arm: RunningArm) -> str:
    return f"at {arm.endpoint}" if arm.keys else f"process {arm.pid}"


def _told(answer: Mapping[str, Any], arm: RunningArm) -> Mapping[str, Any]:
    if answer.get("ok") is not True:
        raise BadInput(
            f"{arm.name}: {answer.get('message', 'it refused')}.", remedy=str(answer.get("remedy", ""))
        )
    return answer
