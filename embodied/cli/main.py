"""The `embodied` command."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from embodied.cli import (
    bench,
    doctor,
    ending,
    explore,
    finding,
    goal,
    growing,
    refine,
    replay,
    run,
    runs,
    skills,
)
from embodied.errors import BadInput, EmbodiedError

app = typer.Typer(
    name="embodied",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Give a goal in plain words; a planner finds the steps, skills do them with a body, and a referee
checks the world's own facts.

[bold]Start here[/bold]

  embodied doctor                              is everything in place?
  embodied run minecraft                       from an empty inventory to an iron pickaxe
  embodied run minecraft --goal "get a diamond"
  embodied refine tabletop --task "reach the target"
  embodied replay last                         what happened, with times
""",
    epilog="Exit codes: 0 passed, 1 failed or unknown, 2 bad input, 3 budget spent, 130 stopped with Ctrl-C.",
)


def program_version() -> str:
    try:
        return version("embodied-agent")
    except PackageNotFoundError:
        return "0 (not installed)"


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"embodied {program_version()}")
        raise typer.Exit


@app.callback()
def _root(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None: ...


app.command("run")(run.run)
app.command("goal")(goal.goal)
app.command("explore")(explore.explore)
app.command("refine")(refine.refine)
app.command("doctor")(doctor.doctor)
app.command("runs")(runs.runs)
app.command("replay")(replay.replay)
skills.app.command("search")(finding.search)
skills.app.command("suggest")(finding.suggest)
skills.app.command("lessons")(finding.lessons)
skills.app.command("verify")(growing.verify)
skills.app.command("history")(growing.history)
skills.app.command("restore")(growing.restore)
skills.app.command("retire")(growing.retire)
skills.app.command("export")(growing.export)
skills.app.command("import")(growing.import_)
app.add_typer(skills.app, name="skills")
app.add_typer(bench.app, name="bench")


PIPED_COLUMNS = "200"


def main(arguments: list[str] | None = None) -> None:
    """Run a command line and exit with its code. No deliberate error shows a traceback."""
    arguments = sys.argv[1:] if arguments is None else arguments
    wants_json = "--json" in arguments
    if not sys.stdout.isatty():
        os.environ.setdefault("COLUMNS", PIPED_COLUMNS)  # paths and code are not to be wrapped in a file
    try:
        app(args=arguments, prog_name="embodied")
    except EmbodiedError as error:
        if os.environ.get("EMBODIED_DEBUG") == "1":
            raise
        ending.print_error(error)
        if wants_json:
            ending.print_json_error(error)
        sys.exit(error.exit_code)
    except Exception as bug:
        if wants_json and not ending.json_printed():
            ending.print_json(reason=f"a mistake in embodied: {bug!r}", error={"type": type(bug).__name__})
        raise
    except SystemExit as leaving:
        if wants_json and leaving.code == ending.BAD_INPUT and not ending.json_printed():
            ending.print_json_error(BadInput("The command line cannot be understood (see above)."))
        raise
