"""`embodied arm`: look at an arm, jog it, send it home; stop it from any terminal, at any moment."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from embodied.cli import arm_doctor, camera, folders, identify, options, serving
from embodied.cli.arm_stop import stop_all_of
from embodied.cli.arm_words import in_words, state_in_words
from embodied.cli.consenting import ask_consent
from embodied.cli.keyboard import pressed_keys
from embodied.jogging import LEAST_M, MOST_M
from embodied.launchfile import LaunchFile

if TYPE_CHECKING:
    from embodied.session import Session

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="An arm: doctor, jog, home, stop, reset, calibrate, serve.",
)

app.command("calibrate")(camera.calibrate)
app.command("markers")(camera.markers)

ArmFile = Annotated[str, typer.Argument(metavar="<arm>", help="Its launch file: launch/franka.toml.")]
ArmName = Annotated[str, typer.Argument(metavar="[name]", help="As `embodied arm list` shows it; or all.")]
Consent = Annotated[
    str, typer.Option(metavar="ARM", help="Let the arm of this name move, without being asked.")
]


@app.command("list")
def list_() -> None:
    """The arms that run on this machine, simulated ones too, how they are, and those that are stopped."""
    from embodied.arms.running import find_running, told_by_all
    from embodied.arms.stopped import find_stopped

    console = Console(highlight=False)
    running, kept = told_by_all(find_running()), find_stopped()
    if not running:
        console.print("No arm runs here.")
    names = [one.name for one in kept]
    stopped = [(one.name if names.count(one.name) == 1 else one.identity, one.reason) for one in kept]
    for arm, told in running:
        parts = (in_words(arm), state_in_words(told), f"process {arm.pid}", arm.run_dir)
        console.print(Text("  ".join((arm.name, *parts))), soft_wrap=True)
        known = any(arm.name == one.name or one.is_at(arm.identity) for one in kept)
        if told.get("stopped") and not arm.rehearses and not known:
            stopped.append((arm.name, str(told["stopped"])))
    for name, reason in stopped:
        reset = f"{folders.command()} arm reset {shlex.quote(name)}"
        said = f"{name} is stopped: {reason}. To let it move again:  {reset}"
        console.print(Text(said, "yellow"), soft_wrap=True)


@app.command("stop")
def stop(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[name] ...", help="As `embodied arm list` shows them; without, all."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every arm that runs here, as without a name.")] = False,
) -> None:
    """Stop an arm now, or all of them, whatever moves it, and keep it stopped until a person resets it.

    Works from another terminal, and while the agent hangs. The emergency stop at the arm is surer. An arm
    that another machine serves is stopped by its launch file too: [cyan]embodied arm stop ARM.toml[/cyan].
    """
    stop_all_of([] if all_ else names or [])


@app.command("reset")
def reset(name: ArmName = "") -> None:
    """Let a stopped arm move again, whether its bridge runs or not. Nothing moves by this: what was going on
    is over."""
    from embodied.arms import running

    why = running.reset(name)
    print(f"It may move again. It was stopped: {why}" if why else "It was not stopped.")


@app.command("doctor")
def doctor(
    arm: Annotated[
        str, typer.Argument(metavar="[arm]", help="Its launch file; without one, which there are.")
    ] = "",
) -> None:
    """Connect to an arm, move nothing, and tell how it is. One that runs already is asked how it is.

    Exit code 1: it is stopped, or lost.
    """
    console = Console(highlight=False)
    if not arm:
        arm_doctor.show_files(console)
        return
    launch = options.launch_named(arm, [], "embodied arm doctor launch/franka.toml")
    ready = arm_doctor.show_running(launch, console)
    if ready is None:
        with _looking(launch) as (world, _):
            ready = arm_doctor.show(world, console)
    raise typer.Exit(0 if ready else 1)


app.command("identify")(identify.identify)
app.command("serve")(serving.serve)


@app.command("home")
def home(arm: ArmFile, consent: Consent = "") -> None:
    """Send an arm to its home posture, slowly, around what stands there."""
    with _moving(arm, consent) as session:
        result = session.call("home")
        print("It is at home." if result.ok else f"It did not get there: {result.message}")
    raise typer.Exit(0 if result.ok else 1)


@app.command("jog")
def jog(
    arm: ArmFile,
    consent: Consent = "",
    step: Annotated[float, typer.Option(min=LEAST_M, max=MOST_M, help="How far a key moves [m].")] = 0.01,
) -> None:
    """Move an arm by keys, one small step each; every step is planned and held to the limits.

    Where there is no terminal, one key a line is read.
    """
    from embodied.jogging import HELP, Push, told
    from embodied.jogging import jog as jog_by

    console = Console(highlight=False)
    with _moving(arm, consent) as session:

        def do(push: Push) -> str:
            return told(session.call(push.primitive, **push.arguments), session)

        with suppress(KeyboardInterrupt), pressed_keys() as keys:
            console.print(HELP)
            jog_by(keys, do, lambda line: console.print(Text(line)), step)


@contextmanager
def _looking(launch: LaunchFile):  # type: ignore[no-untyped-def]
    """Connected to an arm, to look."""
    from embodied.deploying.arms import arm_world
    from embodied.runs import new_run

    plugin = arm_world(launch)
    name = plugin.arm_name(launch.world.settings)
    folder = new_run(folders.runs_folder(), f"look at {name}")
    simulation = plugin.simulation(launch.world.settings, folder)
    try:
        yield simulation.connect(), simulation
    finally:
        simulation.close()


@contextmanager
def _moving(arm: str, consent: str) -> Iterator[Session]:
    """An arm that a person has let move."""
    from embodied.deploying.arms import arm_world
    from embodied.deploying.refusing import refuse_kept
    from embodied.session import Session

    launch = options.launch_named(arm, [], "embodied arm jog launch/franka.toml")
    refuse_kept(arm_world(launch).arm_name(launch.world.settings))
    ask_consent(launch, consent, what_for="jog or home")
    with Session(launch, mode="jog") as session:
        yield session.start()
