"""`embodied refine`: learn a skill that code cannot do well."""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from embodied.cli import ending, folders, options
from embodied.cli.stopping import stop_on_signal
from embodied.errors import BadInput
from embodied.launchfile import LaunchFile, from_table
from embodied.outcome import Verdict

if TYPE_CHECKING:  # what trains is imported when a training begins
    from embodied.learning.budget import Work
    from embodied.learning.refine import RefineReport, Wish

EXAMPLE = 'embodied refine tabletop --task "reach the target"'
MINUTES = 10.0
GATE_SEEDS = 100
MEMORY_MB = 4096
PAIR = 2


Task = Annotated[str, typer.Option(help="What is to be learned, in words.")]
Success = Annotated[
    str, typer.Option(help="When it is done, as a condition over facts; for what no goal sentence says.")
]
Designing = Annotated[
    str,
    typer.Option(
        help="Who writes rewards: [cyan]offline[/cyan] composes them, with no model; [cyan]llm[/cyan] "
        "asks one; [cyan]auto[/cyan] asks one where it can."
    ),
]
Training = Annotated[
    str, typer.Option(help="What trains: auto, or imitate, guided, residual, cma, mpc, sac.")
]
From = Annotated[
    str,
    typer.Option(
        "--from",
        metavar="SKILL",
        help="A skill to begin with: its name, or a call with arguments; or [cyan]nothing[/cyan]. "
        "Without it the library is searched.",
    ),
]
Words = Annotated[
    str,
    typer.Option(
        metavar="WORDS",
        help="With --resume: what to do otherwise; a new round of rewards begins with it.",
    ),
]
Minutes = Annotated[float, typer.Option(min=0.05, help="Time for the search, in all.")]
Seed = Annotated[int, typer.Option(min=0, help="Of everything that is drawn at random.")]
Jobs = Annotated[
    int, typer.Option(min=0, help="Candidates trained at the same time; 0: as many as there are cores.")
]
Finalists = Annotated[
    int, typer.Option(min=0, help="Candidates trained to the end; 0: 2 where two are trained at a time.")
]
Memory = Annotated[
    int, typer.Option(min=0, metavar="MIB", help="What each training process may take; 0: any amount.")
]
ClusterAddress = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS",
        help="Train on a ray cluster: [cyan]auto[/cyan], [cyan]ray://host:10001[/cyan], or "
        "[cyan]local[/cyan] for one started here. Needs the extra [cyan]ray[/cyan].",
    ),
]
Gate = Annotated[
    int,
    typer.Option(
        min=0, max=1000, help="Held-out seeds of the gate that makes the policy a skill; 0: no skill."
    ),
]


def refine(
    launch: options.Launch = "",
    task: Task = "",
    success: Success = "",
    designer: Designing = "offline",
    trainer: Training = "auto",
    skill: From = "",
    feedback: Words = "",
    minutes: Minutes = MINUTES,
    seed: Seed = 1,
    jobs: Jobs = 0,
    finalists: Finalists = 0,
    memory: Memory = MEMORY_MB,
    cluster: ClusterAddress = "",
    gate: Gate = GATE_SEEDS,
    engine: options.Engine = None,
    settings: options.Settings = None,
    resume: options.Resume = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Learn a task by reinforcement: rewards are written, judged, trained with; the best policy is kept.

    [bold]Examples[/bold]

      embodied refine tabletop --task "reach the target"
      embodied refine tabletop --task "press the button" --minutes 5
      embodied refine tabletop --task "put the red cube in the bowl"
      embodied refine tabletop --task "push the blue cube to the target" --from my-push
      embodied refine tabletop --task "nestle" --success "distance(pose\\[red_cube], pose\\[bowl]) < 0.1"
      embodied refine tabletop --task "open the drawer" --designer llm --set model.name=NAME
      embodied refine --resume last --minutes 20
      embodied refine --resume last --feedback "it jerks; approach from above"

    Success is judged by the task's own condition, on seeds that training never saw. Ctrl-C keeps the best
    policy so far, and the run can be resumed. Needs the extra: pip install 'embodied-agent\\[arm,learn]'
    """
    from embodied.learning.budget import Schedule, work_for
    from embodied.learning.refine import Wish

    overrides = options.overrides_of(settings, {"engine": engine})
    console = Console(stderr=as_json, highlight=False)
    wish = Wish(task or success, designer, trainer, seed, Schedule(minutes), success=success, skill=skill,
        feedback=feedback.strip(), gate=gate)  # fmt: skip
    work = work_for(jobs, wish.schedule, memory_mb=memory, cluster=cluster)
    wish = replace(wish, schedule=replace(wish.schedule, finalists=finalists or min(work.jobs, PAIR)))
    with ending.errors_as_json(as_json, task):
        chosen = _launch(launch, resume, overrides, wish)
        report, interrupted = _refined(chosen, wish, work, console, resume, quiet=quiet)
    code = _code(report, interrupted=interrupted)
    console.print(_shown(report))
    for line in _commands(report, code, minutes):
        console.print(Text(line), soft_wrap=True)
    if as_json:
        ending.print_json(**_plain(report, code))
    raise typer.Exit(code)


def _refined(
    launch: LaunchFile, wish: Wish, work: Work, console: Console, resume: str | None, *, quiet: bool
) -> tuple[RefineReport, bool]:
    """Refine before somebody's eyes; also whether it was ended by Ctrl-C."""
    from embodied.learning.refine import start_refining
    from embodied.learning.screen import watcher_for

    stop = threading.Event()
    watcher = watcher_for(console, wish.schedule.minutes, quiet=quiet)
    with stop_on_signal(stop, "the best policy so far is measured and kept"):
        watcher.start()
        try:
            report = start_refining(
                launch,
                wish,
                runs_dir=folders.runs_folder(),
                resume=resume,
                on_record=lambda record: watcher.on_record(dict(record)),
                on_past=lambda record: watcher.on_past(dict(record)),
                stop=stop,
                work=work,
            )
        finally:
            watcher.stop()
    return report, stop.is_set()


def _launch(name: str, resume: str | None, overrides: list[Any], wish: Wish) -> LaunchFile:
    if resume:
        from embodied.learning.refine import resumed_launch

        table = resumed_launch(folders.runs_folder(), resume)
        return from_table(dict(table), f"the journal of {resume}", overrides)
    if not wish.sentence.strip():
        raise BadInput("What is to be learned?", remedy=f"For instance  {EXAMPLE}.")
    return options.launch_named(name, overrides, EXAMPLE)


def _code(report: RefineReport, *, interrupted: bool) -> int:
    if interrupted:
        return ending.INTERRUPTED
    passed = report.verdict is Verdict.PASSED
    if report.proposed is not None and report.proposed.seeds:
        passed = report.proposed.grade.proven  # what it does through the bridge is what counts
    return ending.PASSED if passed else ending.FAILED


def _shown(report: RefineReport) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    style = "bold green" if report.verdict is Verdict.PASSED else "bold red"
    table.add_row(Text(report.verdict.value, style=style), Text(report.reason))
    if report.chosen is not None and report.chosen.best is not None:
        table.add_row("reward", Text(f"number {report.chosen.number}, {report.chosen.proposal.title}"))
        table.add_row("best checkpoint", Text(report.best_checkpoint))
    table.add_row("time", Text(report.took))
    if report.progress.used.calls:
        table.add_row("models", Text(report.progress.used.words))
    if report.artefact is not None:
        for name, path in _files(report).items():
            table.add_row(name, Text(str(path)))
    table.add_row("report", Text(str(report.page)))
    if report.proposed is not None:
        table.add_row("skill", Text(f"{report.proposed.skill}: {report.proposed.reason}"))
    return table


def _commands(report: RefineReport, code: int, minutes: float) -> list[str]:
    """What to type next, each on a line of its own: a table would fold it."""
    lines = []
    if report.proposed is not None and report.proposed.command:
        next_ = report.proposed.command.replace("embodied", folders.command(), 1)
        lines.append(f"{'Use it with' if report.proposed.grade.proven else 'Prove it with'}:  {next_}")
    if code != ending.PASSED or report.progress.unheeded:
        altogether = math.ceil(report.progress.searched / 60 + minutes)
        lines.append(f"Go on with:  {folders.command()} refine --resume {report.run} --minutes {altogether}")
    return lines


def _files(report: RefineReport) -> dict[str, Path]:
    assert report.artefact is not None
    return {
        "policy": report.artefact.file,
        "card": report.artefact.card,
        "reward's code": report.artefact.reward,
    }


def _plain(report: RefineReport, code: int) -> dict[str, Any]:
    kept = report.artefact
    return {
        "goal": report.sentence,
        "verdict": report.verdict.value,
        "reason": report.reason,
        "seconds": round(report.seconds, 1),
        "search_seconds": round(report.progress.searched, 1),
        "run": report.run,
        "journal": str(report.folder / "journal.jsonl"),
        "exit_code": code,
        "report": str(report.page),
        "policy": None if kept is None else {name: str(path) for name, path in _files(report).items()},
        "held_out": None if kept is None else {**vars(kept.measured), "rate": kept.measured.rate},
        "skill": None
        if report.proposed is None
        else {**vars(report.proposed), "grade": report.proposed.grade.value},
        "model_use": report.progress.used.to_wire(),
        "candidates": [
            {"number": one.number, "reward": one.proposal.title, "state": one.state, "steps": one.steps}
            for one in report.progress.candidates.values()
        ],
    }
