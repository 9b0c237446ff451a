"""`embodied explore`: an agent that sets its own goals in a world."""

from __future__ import annotations

import threading
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from embodied.cli import ending, folders, options
from embodied.cli.learned import note_lessons
from embodied.cli.stopping import stop_on_signal
from embodied.exploring.explore import ExploreReport, as_plain, find_exploration, start_exploring
from embodied.exploring.report import failures_by_reason, over_time
from embodied.journal import read
from embodied.launchfile import LaunchFile, Override, from_table
from embodied.outcome import Verdict
from embodied.view.draw import counted, model_use_text
from embodied.view.live import watcher_for
from embodied.view.timeline import clock


def explore(
    launch: options.Launch = "",
    iterations: Annotated[int | None, typer.Option(min=1, help="How many goals, in all.")] = None,
    minutes: options.Minutes = None,
    planner: options.Planner = None,
    seed: options.Seed = None,
    fast: options.Fast = False,
    engine: options.Engine = None,
    record: options.RecordTo = None,
    view: options.View = False,
    settings: options.Settings = None,
    resume: options.Resume = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Let the agent set its own goals: the nearest things that it never held, or what a model proposes.

    [bold]Examples[/bold]

      embodied explore minecraft --iterations 50
      embodied explore minecraft --iterations 500 --minutes 30 --fast
      embodied explore --resume last --minutes 60
      embodied explore minecraft --planner llm --iterations 20

    Ctrl-C stops the body and closes cleanly; the exploration can be resumed.
    """
    world = {"seed": seed, "fast": fast, "engine": engine, "record": record, "view": view}
    overrides = options.overrides_of(settings, {"planner": planner, "minutes": minutes} | world)
    console = Console(stderr=as_json, highlight=False)
    with ending.errors_as_json(as_json, "explore"):
        chosen, total = _launch(launch, resume, overrides, iterations)
        report, interrupted = _explore(chosen, total, resume, console, quiet=quiet)
    code = ending.INTERRUPTED if interrupted else report.run.exit_code
    console.print(_report(report, chosen))
    note_lessons(chosen.world.kind, report.run.journal, console)
    if code in (ending.INTERRUPTED, ending.BUDGET_SPENT) or report.run.verdict is Verdict.UNKNOWN:
        spent = report.run.more or f"--minutes {chosen.limits.minutes * 2:g}"
        more = f" {spent}" if code == ending.BUDGET_SPENT else ""
        again = f"{folders.command()} explore --resume {report.run.run}{more}"
        console.print(Text(f"Go on with:  {again}"), soft_wrap=True)
    if as_json:
        ending.print_json(**ending.report_as_json(report.run, code), explored=as_plain(report))
    raise typer.Exit(code)


def _launch(
    name: str, resume: str | None, overrides: list[Override], iterations: int | None
) -> tuple[LaunchFile, int]:
    """The launch, and how many goals in all: as given, or as the resumed exploration was started with."""
    if not resume:
        launch = options.launch_named(name, overrides, "embodied explore minecraft --iterations 50")
        return launch, iterations or 50
    past = find_exploration(folders.runs_folder(), resume)
    started = read(past.folder / "journal.jsonl")[0]
    chosen = from_table(past.launch, f"the journal of {past.name}", overrides)
    return chosen, iterations or int(started["iterations"])


def _explore(
    chosen: LaunchFile, iterations: int, resume: str | None, console: Console, *, quiet: bool
) -> tuple[ExploreReport, bool]:
    stop = threading.Event()
    watcher = watcher_for(console, quiet=quiet)
    with stop_on_signal(stop):
        watcher.start()
        try:
            report = start_exploring(
                chosen,
                iterations,
                runs_dir=folders.runs_folder(),
                resume=resume,
                on_record=lambda record: watcher.on_record(dict(record)),
                stop=stop,
            )
        finally:
            watcher.stop()
    return report, stop.is_set()


def _report(report: ExploreReport, launch: LaunchFile) -> Table:
    progress, run = report.progress, report.run
    plain = as_plain(report)
    kind = progress.noun.split()[0]
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    table.add_row(Text(f"{plain['distinct']} distinct {kind}", style="bold green"), Text(run.reason))
    table.add_row("over time", Text(over_time(progress)))
    table.add_row(kind, Text(", ".join(progress.found)))
    table.add_row("goals", Text(f"{plain['iterations']} tried, {plain['passed']} reached"))
    for reason, goals in failures_by_reason(progress):
        table.add_row("missed", Text(f"{', '.join(goals)}: {reason}"))
    asked = sum(one.asked for one in progress.found.values())
    table.add_row("not asked for", Text(f"{len(progress.found) - asked} {kind}, found on the way"))
    if not progress.facts:
        table.add_row("deaths", Text(str(plain["deaths"])))
    fast = " (fast mode: shortened digging and smelting)" if launch.world.settings.get("fast") else ""
    table.add_row("time", Text(f"{clock(run.seconds)}{fast}"))
    table.add_row("steps", Text(f"{run.steps}, {run.primitive_calls} primitive calls"))
    table.add_row("model calls", Text(model_use_text(run.model_use.to_wire())))
    table.add_row("assistance", Text(counted(run.assistance)))
    table.add_row("journal", Text(str(run.journal)))
    return table
