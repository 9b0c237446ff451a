"""`embodied arm serve`: the machine beside an arm lets agents on other machines have it, one at a time."""

from __future__ import annotations

import shlex
import threading
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from embodied.cli import folders, options
from embodied.cli.consenting import ask_consent
from embodied.cli.stopping import stop_on_signal
from embodied.errors import BadInput, WorldError

if TYPE_CHECKING:
    from embodied.deploying.serving import Listening, Served
    from embodied.launchfile import LaunchFile

EXAMPLE: Final = "embodied arm serve launch/franka.toml --listen tcp://0.0.0.0:5600"
EVERY_S: Final = 0.5


def serve(
    arm: Annotated[str, typer.Argument(metavar="<arm>", help="Its launch file: launch/franka.toml.")],
    listen: Annotated[
        str, typer.Option(metavar="ENDPOINT", help="tcp://ADDRESS:PORT; the port after it is the operator's.")
    ] = "tcp://127.0.0.1:5600",
    key: Annotated[
        str, typer.Option(metavar="NAME", help="Which of our own keys to listen with; else the only one.")
    ] = "",
    consent: Annotated[
        str, typer.Option(metavar="ARM", help="Let agents have the arm of this name, without being asked.")
    ] = "",
) -> None:
    """Serve an arm to agents on other machines, from the machine beside it. Ctrl-C ends it, the arm at rest.

    Limits, lease, watchdogs, consent, audit log and the arm's log are kept here. Beyond this machine only
    those are heard whose keys were admitted (`embodied keys`). An agent's launch file says where it is in
    [cyan]\\[world.remote][/cyan].
    """
    from embodied.deploying.serving import serving_arms
    from embodied.runs import new_run

    console = Console(highlight=False)
    launch = options.launch_named(arm, [], EXAMPLE)
    plugin, name = serving_arms(launch), _name(launch)
    where = _where(listen, key)
    ask_consent(launch, consent, what_for="serve to agents elsewhere")
    stop = threading.Event()
    with stop_on_signal(stop, "the arm comes to rest"):
        served = plugin.serve(launch.world.settings, where, new_run(folders.runs_folder(), f"serve {name}"))
        try:
            _tell(served, where, name, console)
            _watch(served, name, stop, console)
        finally:
            served.close()


def _name(launch: LaunchFile) -> str:
    from embodied.deploying.arms import arm_world

    return arm_world(launch).arm_name(launch.world.settings)


def _where(endpoint: str, key: str) -> Listening:
    """Raises BadInput where a key is named that there is not."""
    from embodied.bridge.envelope import check_endpoint
    from embodied.bridge.keys import only_pair, pairs
    from embodied.cli.keys import folder
    from embodied.deploying.serving import Listening

    if not key:
        try:
            check_endpoint(endpoint)
        except BadInput:  # beyond this machine: the only key there is, where there is one
            key = only_pair(folder()) if pairs(folder()) else ""
    return Listening(endpoint, key, folder(), folders.data_folder())


def _tell(served: Served, where: Listening, name: str, console: Console) -> None:
    from embodied.bridge.keys import admitted

    console.print(Text(f"{name} is served at {served.endpoint}", "bold green"), soft_wrap=True)
    if where.key:
        console.print(Text(f"our public key   {where.keys / f'{where.key}.key'}", "dim"), soft_wrap=True)
        console.print(Text(f"may have it      {', '.join(admitted(where.keys))}", "dim"), soft_wrap=True)
    stop = f"{folders.command()} arm stop {shlex.quote(name)}"
    console.print(Text(f"to stop it at any moment:  {stop}", "bold"))


def _watch(served: Served, name: str, stop: threading.Event, console: Console) -> None:
    """Until it ends: who has the arm, and what stops it."""
    from embodied.arms.running import find_running, told_by

    before = ("", "", "")
    while not stop.wait(EVERY_S):
        if not served.bridge.alive:
            raise WorldError(
                f"The bridge of {name} ended ({served.bridge.exit_words()}).",
                remedy=f"Its log is {served.bridge.log}.",
            )
        ours = next((arm for arm in find_running() if arm.pid == served.bridge.pid), None)
        try:
            told = told_by(ours) if ours is not None else {}
        except WorldError:  # busy; whether it lives is seen above
            continue
        now = (str(told.get("agent", "")), str(told.get("stopped", "")), str(told.get("lost", "")))
        if now != before:
            _say(before, now, console)
        before = now


def _say(before: tuple[str, str, str], now: tuple[str, str, str], console: Console) -> None:
    if now[0] != before[0]:
        console.print(Text(f"{now[0]} has the arm" if now[0] else f"{before[0]} has let go of the arm"))
    if now[1] != before[1]:
        console.print(Text(f"STOPPED: {now[1]}" if now[1] else "reset: it may move again", "yellow"))
    if now[2] != before[2]:
        console.print(Text(f"lost: {now[2]}" if now[2] else "the arm answers again", "red"))
