"""`embodied arm stop FILE.toml`: whatever is wrong with the file, nothing keeps an arm from being stopped."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from embodied.cli import folders
from embodied.errors import EmbodiedError, WorldError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embodied.arms.running import RunningArm, Stopped
    from embodied.launchfile import LaunchFile


def stop_by_file(name: str) -> None:
    """Stop the arm of a launch file, on this machine or on that which serves it.

    Where the file does not say which one that is, those that run here and that its text names are stopped;
    where it names none, all that run here.

    Raises:
        BadInput: no arm runs here.
        WorldError: one that was to be stopped did not answer; the others are stopped.
    """
    from embodied.arms import running
    from embodied.cli import options

    try:
        launch = options.launch_named(name, [], "embodied arm stop launch/franka.toml")
        elsewhere = _elsewhere(launch)
    except (EmbodiedError, OSError, ValueError) as broken:
        _say(f"{name} cannot be used: {getattr(broken, 'message', broken)}")
        _stop_named_in(_text_of(name))
        return
    if elsewhere is None:
        _stop_named_in(_arm_of(launch))
        return
    told = running.ask(elsewhere, "stop")
    print(f"{name} is stopped. Only on the machine beside it can it be let move again:  embodied arm reset")
    if told.get("unkept"):
        _say(unkept_in_words(name, str(told["unkept"])))


def stop_all_of(words: Sequence[str]) -> None:
    """Stop what was typed after `arm stop`: a name, also one of several words that nobody has quoted; several
    names or launch files; nothing, for every arm. Raises as `running.say_stop` and `stop_by_file`."""
    from embodied.arms import running

    whole = " ".join(words)
    several = len(words) > 1 and not any(whole in (arm.name, arm.identity) for arm in running.find_running())
    _stop(words if several else [whole])


def stop_named(name: str) -> None:
    """Stop an arm by its name, the only one, or all, and say so. Raises as `running.say_stop`."""
    from embodied.arms import running

    for stopped in running.say_stop(name):
        tell_stopped(stopped)


def tell_stopped(stopped: Stopped) -> None:
    """Say to the person who stopped an arm that it is, and what of that a restart would not know."""
    name = stopped.arm.name
    if stopped.arm.rehearses:
        print(f"The rehearsal for {stopped.arm.rehearses} is ended.")
        return
    print(f"{name} is stopped. To let it move again:  {folders.command()} arm reset {shlex.quote(name)}")
    if stopped.unkept:
        _say(unkept_in_words(name, stopped.unkept))


def unkept_in_words(name: str, why: str) -> str:
    """What holds, what does not, and what to do."""
    return (
        f"This holds for as long as the bridge of {name} runs, and could not be kept beyond that ({why}): "
        f"a bridge that is started anew would let {name} move. Make room on the disk and say stop again; "
        "until then leave that bridge running, or press the emergency stop."
    )


def _elsewhere(launch: LaunchFile) -> RunningArm | None:
    """Where the arm is stopped, if another machine serves it."""
    from embodied.deploying.serving import serving_arms

    return serving_arms(launch).operator(launch.world.settings)


def _arm_of(launch: LaunchFile) -> str:
    from embodied.deploying.arms import arm_world

    return f'"{arm_world(launch).arm_name(launch.world.settings)}"'


def _text_of(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _stop_named_in(text: str) -> None:
    from embodied.arms import running

    here = running.find_running()
    named = [arm for arm in here if any(f'"{word}"' in text for word in _words(arm))]
    if here and not named:
        _say("It names no arm that runs here: all of them are stopped.")
    _stop([arm.name for arm in named] or [running.ALL])


def _words(arm: RunningArm) -> Sequence[str]:
    """What a launch file would call it: its name, the address that it has."""
    address = arm.identity.rpartition("@")[2]
    host = urlsplit(arm.identity).hostname if "://" in arm.identity else ""
    return [word for word in (arm.name, arm.identity, address, host) if word]


def _stop(names: Sequence[str]) -> None:
    silent = []
    for name in names:
        try:
            stop_by_file(name) if name.endswith(".toml") else stop_named(name)
        except EmbodiedError as failed:  # the others must hear it
            if len(names) == 1:
                raise
            silent.append(failed.message)
    if silent:
        raise WorldError(" ".join(silent), remedy="Press the emergency stop at the arm.")


def _say(text: str) -> None:
    from rich.console import Console
    from rich.text import Text

    Console(stderr=True, highlight=False).print(Text(text, "yellow"), soft_wrap=True)
