"""`embodied deploy`: a skill on an arm, after a rehearsal and a person's consent."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from embodied.cli import camera, ending, folders, options
from embodied.cli.arm_words import limits_in_words, stops_not_kept
from embodied.cli.consenting import asked
from embodied.errors import BadInput
from embodied.journal import Record
from embodied.outcome import Verdict
from embodied.view.live import Watcher, watcher_for

if TYPE_CHECKING:
    from embodied.deploying.deployment import Deployment
    from embodied.done import Done

EXAMPLE = "embodied deploy pick --arm launch/sim-arm.toml --with object=red_cube"


def deploy(
    skill: Annotated[str, typer.Argument(metavar="<skill>", help="A skill that is fit for an arm.")],
    arm: Annotated[
        str, typer.Option(help="The arm's launch file, or the name of one that comes along.")
    ] = "",
    arguments: Annotated[
        list[str] | None, typer.Option("--with", metavar="NAME=VALUE", help="An argument; repeatable.")
    ] = None,
    consent: Annotated[
        str, typer.Option(metavar="ARM", help="Let the arm of this name move, without being asked.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="All but the motion.")] = False,
    settings: options.Settings = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Run a skill on an arm: check, show, rehearse from where the arm stands, ask, run, report.

    [bold]Examples[/bold]

      embodied deploy pick --arm launch/sim-arm.toml --with object=red_cube
      embodied deploy pick --arm launch/franka.toml --with object=red_cube --dry-run

    This is software, not a rated safety function: an emergency stop must be in reach. From another terminal
    [cyan]embodied arm stop[/cyan] stops the arm at any moment.
    """
    from embodied.deploying.deployment import Deployment

    console = Console(stderr=as_json, highlight=False)
    with ending.errors_as_json(as_json, skill):
        launch = options.launch_named(arm, options.overrides_of(settings, {}), EXAMPLE)
        deployment = Deployment.of(
            launch,
            skill,
            read_arguments(arguments or []),
            runs_dir=folders.runs_folder(),
            audit=folders.data_folder(),
        )
        told = {
            "skill": deployment.chosen.words,
            "arm": deployment.arm,
            "evidence": deployment.chosen.evidence,
        }
        with deployment:
            _show(deployment, console)
            if served := deployment.details.get("served"):
                told["arm's log"] = f"{served['log']}, beside the arm; as far as it was copied, here"
            if seen_by := camera.in_words(deployment.details):
                told["camera"] = seen_by
            if deployment.differences:
                told["differs from training"] = "; ".join(deployment.differences)
            rehearsed = _rehearse(deployment, console, quiet=quiet)
            told["rehearsal"] = f"{rehearsed.verdict.value}: {rehearsed.reason}"
            if dry_run:
                _end(deployment, told, None, console, as_json=as_json)
            _ask(deployment, consent, console)
            done = _run(deployment, console, quiet=quiet)
        told["reason"] = done.reason
        _end(deployment, told, done, console, as_json=as_json)


def read_arguments(given: list[str]) -> dict[str, Any]:
    """NAME=VALUE pairs; a value is JSON where it can be read as such, else text. Raises BadInput."""
    read: dict[str, Any] = {}
    for one in given:
        name, equals, text = one.partition("=")
        if not equals or not name.isidentifier():
            raise BadInput(f"--with {one} cannot be read.", remedy="For instance --with object=red_cube.")
        try:
            read[name] = json.loads(text)
        except ValueError:
            read[name] = text
    return read


def _show(deployment: Deployment, console: Console) -> None:
    """Connect, and show arm, limits, evidence and what will move."""
    console.print(Text(f"connecting to {deployment.arm} …", "dim"))
    seen = deployment.look()
    chosen, details = deployment.chosen, deployment.details
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    table.add_row("arm", f"{deployment.arm}: {details.get('arm')}")
    table.add_row("skill", f"{chosen.words}, {chosen.evidence} in simulation")
    achieves = "; ".join(map(str, chosen.skill.achieved(chosen.arguments)))
    table.add_row("achieves", Text(achieves or "(not said)"))
    table.add_row(
        "moves", f"{', '.join(details.get('joints', ()))}; what it names: {_things(chosen.arguments)}"
    )
    table.add_row("joints", _joints(seen))
    for name, text in limits_in_words(details.get("limits", {})).items():
        table.add_row(name, Text(text))
    for difference in deployment.differences:
        table.add_row("differs", Text(difference, "yellow"))
    if why := seen.notes.get("stops_not_kept"):
        table.add_row("stops", Text(stops_not_kept(str(why)), "bold yellow"))
    console.print(table)


def _things(arguments: Mapping[str, Any]) -> str:
    return ", ".join(str(value) for value in arguments.values() if isinstance(value, str)) or "nothing"


def _joints(seen: Any) -> str:
    return ", ".join(f"{float(value):+.3f}" for _, value in seen.items("joint")) + " rad"


def _rehearse(deployment: Deployment, console: Console, *, quiet: bool) -> Done:
    console.print(Text("rehearsing in simulation, from where the arm stands now …", "dim"))
    watcher: Watcher = watcher_for(console, quiet=quiet)
    watcher.start()
    try:
        done = deployment.rehearse(_but_the_end(watcher))
    finally:
        watcher.stop()
    if not done.passed:
        raise BadInput(
            f"The rehearsal did not pass, so the arm stays where it is: {done.reason}.",
            remedy=f"Look at it:  {folders.command()} replay {deployment.folder.name}/rehearsal",
        )
    console.print(Text(f"rehearsal passed in {done.seconds:.1f} s", "green"))
    return done


def _but_the_end(watcher: Watcher) -> Callable[[Record], None]:
    """What is watched: all but that the session was closed, which says nothing of the skill."""

    def on_record(record: Record) -> None:
        if record["type"] != "run_ended":
            watcher.on_record(dict(record))

    return on_record


def _ask(deployment: Deployment, consent: str, console: Console) -> None:
    """Take down a person's consent; raises NoConsent without."""
    if not deployment.plugin.needs_consent(deployment.launch.world.settings):
        console.print(Text(f"{deployment.arm} is simulated, and moves without anybody's consent", "dim"))
    if deployment.plugin.needs_consent(deployment.launch.world.settings):
        typed, how = asked(deployment.arm, consent, console)
        deployment.consent(typed, how=how)


def _run(deployment: Deployment, console: Console, *, quiet: bool) -> Done:
    from embodied.deploying.watching import ArmWatcher
    from embodied.loop.lifecycle import Onlookers

    stop = f"{folders.command()} arm stop {shlex.quote(deployment.arm)}"
    console.print(Text(f"to stop it at any moment:  {stop}", "bold"))
    watcher = watcher_for(console, quiet=quiet)
    with ExitStack() as held:
        watcher.start()
        held.callback(watcher.stop)
        if not quiet:
            held.enter_context(ArmWatcher(deployment.arm, watcher.tell))
        onlookers = Onlookers(on_record=_but_the_end(watcher))
        done, _ = deployment.run(onlookers)
    return done


def _end(
    deployment: Deployment, told: dict[str, str], done: Done | None, console: Console, *, as_json: bool
) -> NoReturn:
    from embodied.deploying.lost import last_known
    from embodied.deploying.motion import motion_of
    from embodied.deploying.report import write_report

    deployment.close()  # the log is whole then
    verdict = done.verdict if done is not None else Verdict.UNKNOWN
    motion = motion_of(deployment.folder)
    lost = deployment.lost
    if deployment.stopped:
        reset = f"{folders.command()} arm reset {shlex.quote(deployment.arm)}"
        told["stopped"] = f"{deployment.stopped}. It stays so until a person resets it:  {reset}"
    if lost is not None:
        told |= last_known(deployment.folder, deployment.details, lost, motion)
    page: Path = write_report(
        deployment.folder, told, verdict.value if done else "NOT MOVED", motion, deployment.explained
    )
    style = {Verdict.PASSED: "bold green", Verdict.FAILED: "bold red"}.get(verdict, "bold yellow")
    words = verdict.value if done is not None else "NOT MOVED (--dry-run)"
    console.print(Text(words, style), Text(f"{deployment.chosen.words}: {told.get('reason', 'rehearsed')}"))
    if motion is not None and done is not None:
        console.print(Text(motion.words, "dim"), soft_wrap=True)
        for name, count in sorted(motion.interventions.items()):
            why = f", at worst: {deployment.explained[name]}" if name in deployment.explained else ""
            console.print(Text(f"limit {name} acted {count} times{why}", "dim"), soft_wrap=True)
    if deployment.stopped:
        console.print(Text("stopped:", "bold yellow"), Text(told["stopped"]), soft_wrap=True)
    if lost is not None:
        for name in ("under way", "last measured", "since then", "to do"):
            console.print(Text(f"{name}:", "yellow"), Text(told[name]), soft_wrap=True)
    console.print(Text(f"report   {page}"), soft_wrap=True)
    code = _exit_code(deployment, done)
    if as_json:
        known: dict[str, Any] = {"report": str(page), "run": deployment.folder.name, "exit_code": code}
        if lost is not None:
            known["error"] = {"type": type(lost).__name__, "message": lost.message, "remedy": lost.remedy}
        if done is not None:
            known["seconds"] = round(done.seconds, 2)
        ending.print_json(verdict=words, **known, **told)
    raise typer.Exit(code)


def _exit_code(deployment: Deployment, done: Done | None) -> int:
    if deployment.interrupted:
        return ending.INTERRUPTED
    return ending.PASSED if done is None or done.passed else ending.FAILED
