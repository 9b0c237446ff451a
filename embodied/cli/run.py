"""`embodied run`: pursue a goal in a world."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from embodied.cli import ending, folders, options
from embodied.cli.consenting import ask_consent
from embodied.cli.learned import note_lessons
from embodied.cli.stopping import stop_on_signal
from embodied.errors import BadInput
from embodied.launchfile import LaunchFile, Override, from_table
from embodied.loop import RunReport, start_run
from embodied.outcome import Verdict
from embodied.plain_text import plain_line
from embodied.plugins import load_world
from embodied.runs import find_run, read_run
from embodied.view.draw import counted, model_use_text
from embodied.view.live import Watcher, watcher_for
from embodied.view.timeline import clock
from embodied.world import World


def run(
    launch: options.Launch = "",
    goal: Annotated[str | None, typer.Option(help="Another goal, in plain words.")] = None,
    seed: options.Seed = None,
    fast: options.Fast = False,
    engine: options.Engine = None,
    record: options.RecordTo = None,
    view: options.View = False,
    planner: options.Planner = None,
    minutes: options.Minutes = None,
    settings: options.Settings = None,
    resume: options.Resume = None,
    as_json: options.AsJson = False,
    show_map: Annotated[
        bool, typer.Option("--map", help="Serve a live page with a map, on this machine.")
    ] = False,
    no_model_cache: Annotated[
        bool, typer.Option("--no-model-cache", help="Ask models again what an earlier run asked.")
    ] = False,
    consent: Annotated[
        str, typer.Option(metavar="ARM", help="Where the body is a real arm: let the one of this name move.")
    ] = "",
    quiet: options.Quiet = False,
) -> None:
    """Pursue a goal in a world, and show what happens.

    [bold]Examples[/bold]

      embodied run minecraft
      embodied run minecraft --goal "craft 8 torches" --seed 7
      embodied run minecraft --fast --json
      embodied run minecraft --set world.host=play.example.org --set world.auth=microsoft
      embodied run --resume last

    Ctrl-C stops the body and closes cleanly; the run can be resumed.
    """
    named = {"goal": goal, "planner": planner, "minutes": minutes, "no-model-cache": no_model_cache}
    world = {"seed": seed, "fast": fast, "engine": engine, "record": record, "view": view}
    overrides = options.overrides_of(settings, named | world)
    console = Console(stderr=as_json, highlight=False)
    with ending.errors_as_json(as_json, goal or ""):
        chosen = _launch(launch, resume, overrides)
        ask_consent(chosen, consent, **({"resumes": resume} if resume else {}))
        report, interrupted = _pursue(chosen, resume, console, quiet=quiet, show_map=show_map)
    _finish(report, chosen, console, interrupted=interrupted, as_json=as_json)


def _finish(
    report: RunReport, chosen: LaunchFile, console: Console, *, interrupted: bool, as_json: bool
) -> NoReturn:
    """The report, how to go on, and the exit code."""
    code = ending.INTERRUPTED if interrupted and report.verdict is not Verdict.PASSED else report.exit_code
    console.print(_report(report, chosen))
    note_lessons(chosen.world.kind, report.journal, console)
    again = f"{folders.command()} run --resume {report.run}"
    if code == ending.INTERRUPTED:
        console.print(Text(f"Stopped. Go on with:  {again}"), soft_wrap=True)
    elif report.verdict is Verdict.UNKNOWN:
        console.print(Text(f"Go on from here with:  {again}"), soft_wrap=True)
    elif code == ending.BUDGET_SPENT:
        more = report.more or f"--minutes {chosen.limits.minutes * 2:g}"
        console.print(Text(f"Go on with more:  {again} {more}"), soft_wrap=True)
    if as_json:
        ending.print_json(**ending.report_as_json(report, code))
    raise typer.Exit(code)


def _launch(name: str, resume: str | None, overrides: list[Override]) -> LaunchFile:
    if not resume:
        return options.launch_named(name, overrides, "embodied run minecraft")
    past = read_run(find_run(folders.runs_folder(), resume))
    if past.ended and past.ended.get("verdict") == Verdict.PASSED.value:
        raise BadInput(
            f"Run {past.name} has passed; there is nothing to go on with.",
            remedy="Start a new one without --resume.",
        )
    return from_table(past.launch, f"the journal of {past.name}", overrides)


def _pursue(
    chosen: LaunchFile, resume: str | None, console: Console, *, quiet: bool, show_map: bool
) -> tuple[RunReport, bool]:
    stop = threading.Event()
    watcher = watcher_for(console, quiet=quiet)
    with ExitStack() as held:
        observers: list[Callable[[Any], None]] = []
        surveyors: list[Callable[[World], None]] = []
        if show_map:
            from embodied.map.page import MapPage

            page = held.enter_context(MapPage())
            console.print(Text(f"map: {page.address}"))
            observers.append(page.on_record)
            surveyors.append(page.on_world)
        if chosen.teach.players:
            from embodied.teaching.in_run import RunTalk

            spec = load_world(chosen.world.kind).spec(chosen.world.settings)
            talk = RunTalk(chosen, spec, folders.runs_folder(), stop, lambda line: console.print(Text(line)))
            held.callback(talk.close)
            observers.append(talk.on_record)
            surveyors.append(talk.on_world)
        held.enter_context(stop_on_signal(stop))
        watcher.start()
        held.callback(watcher.stop)

        def on_world(world: World) -> None:
            for surveyor in surveyors:
                surveyor(world)

        report = start_run(
            chosen,
            runs_dir=folders.runs_folder(),
            resume=resume,
            on_record=lambda record: watcher.on_record(dict(record)),
            observers=observers,
            stop=stop,
            on_world=on_world,
            ask=_asker(console, watcher),
        )
    return report, stop.is_set()


def _asker(console: Console, watcher: Watcher) -> Callable[[str], bool] | None:
    """Who puts a question to the person at this terminal; None where there is none."""
    if not (sys.stdin.isatty() and console.is_terminal):
        return None

    def ask(question: str) -> bool:
        watcher.stop()
        try:
            return typer.confirm(question, default=False, err=True)
        finally:
            watcher.start()

    return ask


def _report(report: RunReport, launch: LaunchFile) -> Table:
    style = {Verdict.PASSED: "bold green", Verdict.FAILED: "bold red"}.get(report.verdict, "bold yellow")
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    table.add_row(Text(report.verdict.value, style=style), Text(report.goal, style="bold"))
    table.add_row("why", Text(plain_line(report.reason)))
    fast = " (fast mode: shortened digging and smelting)" if launch.world.settings.get("fast") else ""
    table.add_row("time", Text(f"{clock(report.seconds)}{fast}"))
    table.add_row("steps", Text(f"{report.steps}, {report.primitive_calls} primitive calls"))
    table.add_row("model calls", Text(model_use_text(report.model_use.to_wire())))
    table.add_row("claims", Text(str(report.claims)))
    table.add_row("assistance", Text(counted(report.assistance)))
    if report.unproven:
        prove = f"{folders.command()} skills verify --new --world {launch.world.kind}"
        table.add_row("on trial", Text(f"{', '.join(report.unproven)}; prove them with  {prove}"))
    if film := launch.world.settings.get("record"):
        table.add_row("film", Text(str(film)))
    table.add_row("journal", Text(str(report.journal)))
    table.add_row("replay", Text(f"{folders.command()} replay {report.run}"))
    return table
