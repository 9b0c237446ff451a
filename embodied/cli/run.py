"""`embodied run`: pursue a goal in a world."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from embodied.cli import ending, folders
from embodied.errors import BadInput, EmbodiedError
from embodied.launchfile import LaunchFile, Override, from_table, load_launch_file, override_from_text
from embodied.loop import RunReport, start_run
from embodied.outcome import Verdict
from embodied.plain_text import plain_line
from embodied.runs import find_run, read_run
from embodied.view.draw import counted, model_use_text
from embodied.view.live import watcher_for
from embodied.view.timeline import clock
from embodied.world import World


def run(
    launch: Annotated[
        str,
        typer.Argument(help="A launch file, or the name of one that comes along: [cyan]minecraft[/cyan]."),
    ] = "",
    goal: Annotated[str | None, typer.Option(help="Another goal, in plain words.")] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of the world: the same seed, the same world.")
    ] = None,
    fast: Annotated[
        bool, typer.Option("--fast", help="Shortened digging and smelting; the report names it.")
    ] = False,
    planner: Annotated[
        str | None,
        typer.Option(help="Who plans: [cyan]offline[/cyan], [cyan]llm[/cyan] or [cyan]react[/cyan]."),
    ] = None,
    minutes: Annotated[float | None, typer.Option(help="Time limit of the run, in minutes.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="TABLE.KEY=VALUE", help="Any other setting; repeatable."),
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="Go on with a run that was stopped; [cyan]last[/cyan] works."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="End with one JSON object; the view goes to stderr.")
    ] = False,
    show_map: Annotated[
        bool, typer.Option("--map", help="Serve a live page with a map, on this machine.")
    ] = False,
    no_model_cache: Annotated[
        bool, typer.Option("--no-model-cache", help="Ask models again what an earlier run asked.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the final report.")] = False,
) -> None:
    """Pursue a goal in a world, and show what happens.

    [bold]Examples[/bold]

      embodied run minecraft
      embodied run minecraft --goal "craft 8 torches" --seed 7
      embodied run minecraft --fast --json
      embodied run minecraft --set world.host=play.example.org --set world.auth=microsoft
      embodied run --resume last

    Ctrl-C stops the bot and closes cleanly; the run can be resumed.
    """
    overrides = overrides_of(goal, seed, fast, planner, minutes, settings or [])
    if no_model_cache:
        overrides.append(Override("model.cache", False, "--no-model-cache"))
    console = Console(stderr=as_json, highlight=False)
    try:
        chosen = _launch(launch, resume, overrides)
        report, interrupted = _pursue(chosen, resume, console, quiet=quiet, show_map=show_map)
    except EmbodiedError as error:
        if as_json:
            ending.print_error(error)
            ending.print_json_error(error, goal=goal or "")
            raise typer.Exit(error.exit_code) from error
        raise
    code = ending.INTERRUPTED if interrupted and report.verdict is not Verdict.PASSED else report.exit_code
    console.print(_report(report, chosen))
    if code == ending.INTERRUPTED:
        console.print(
            Text(f"Stopped. Go on with:  {folders.command()} run --resume {report.run}"), soft_wrap=True
        )
    elif report.verdict is Verdict.UNKNOWN:
        console.print(Text(f"Go on from here with:  {folders.command()} run --resume {report.run}"))
    elif code == ending.BUDGET_SPENT:
        more = f"--resume {report.run} {report.more or f'--minutes {chosen.limits.minutes * 2:g}'}"
        console.print(Text(f"Go on with more:  {folders.command()} run {more}"), soft_wrap=True)
    if as_json:
        ending.print_json(**as_json_report(report, code))
    raise typer.Exit(code)


def overrides_of(
    goal: str | None,
    seed: int | None,
    fast: bool,
    planner: str | None,
    minutes: float | None,
    settings: list[str],
) -> list[Override]:
    given: list[tuple[str, Any, str]] = [
        ("goal.text", goal, f"--goal {goal}"),
        ("world.seed", seed, f"--seed {seed}"),
        ("world.fast", True if fast else None, "--fast"),
        ("agent.planner", planner, f"--planner {planner}"),
        ("limits.minutes", minutes, f"--minutes {minutes}"),
    ]
    named = [Override(path, value, where) for path, value, where in given if value is not None]
    return [*(override_from_text(text) for text in settings), *named]


def _launch(name: str, resume: str | None, overrides: list[Override]) -> LaunchFile:
    if resume:
        past = read_run(find_run(folders.runs_folder(), resume))
        if past.ended and past.ended.get("verdict") == Verdict.PASSED.value:
            raise BadInput(
                f"Run {past.name} has passed; there is nothing to go on with.",
                remedy="Start a new one without --resume.",
            )
        return from_table(past.launch, f"the journal of {past.name}", overrides)
    if not name:
        raise BadInput("Which launch file?", remedy="For instance  embodied run minecraft.")
    return load_launch_file(folders.find_launch_file(name), overrides)


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
        )
    return report, stop.is_set()


@contextmanager
def stop_on_signal(stop: threading.Event) -> Iterator[None]:
    """The first Ctrl-C (or SIGTERM) asks the run to end; a second one ends it at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def asked(number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        with suppress(OSError):  # a stderr that is gone must not keep the bot from resting
            print(
                "\nstopping: the bot comes to rest (Ctrl-C again to leave at once)",
                file=sys.stderr,
                flush=True,
            )

    before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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
    table.add_row("journal", Text(str(report.journal)))
    table.add_row("replay", Text(f"{folders.command()} replay {report.run}"))
    return table


def as_json_report(report: RunReport, code: int) -> dict[str, Any]:
    return {
        "goal": report.goal,
        "verdict": report.verdict.value,
        "seconds": report.seconds,
        "steps": report.steps,
        "primitive_calls": report.primitive_calls,
        "model_calls": report.model_calls,
        "model_use": report.model_use.to_wire(),
        "claims": report.claims.to_wire(),
        "assistance": dict(report.assistance),
        "journal": str(report.journal),
        "reason": report.reason,
        "run": report.run,
        "exit_code": code,
    }
