"""The `embodied` command."""

from __future__ import annotations

import os
import signal
import sys
import threading
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group_from_info
from typer.models import TyperInfo

from embodied.cli import deploy, doctor, ending, explore, export, goal, mcp, refine, replay, run, runs, teach
from embodied.errors import BadInput, EmbodiedError


def _skills() -> typer.Typer:
    from embodied.cli import finding, growing, skills

    skills.app.command("search")(finding.search)
    skills.app.command("suggest")(finding.suggest)
    skills.app.command("lessons")(finding.lessons)
    skills.app.command("verify")(growing.verify)
    skills.app.command("history")(growing.history)
    skills.app.command("restore")(growing.restore)
    skills.app.command("retire")(growing.retire)
    skills.app.command("delete", hidden=True)(growing.delete)
    skills.app.command("export")(growing.export)
    skills.app.command("import")(growing.import_)
    return skills.app


def _bench() -> typer.Typer:
    from embodied.cli import bench

    return bench.app


def _keys() -> typer.Typer:
    from embodied.cli import keys

    return keys.app


def _rules() -> typer.Typer:
    from embodied.cli import rules

    return rules.app


def _arm() -> typer.Typer:
    from embodied.cli import arm

    return arm.app


ON_DEMAND = {"skills": _skills, "bench": _bench, "keys": _keys, "arm": _arm, "rules": _rules}


class _OnDemand(TyperGroup):
    """Imports some groups only where they are asked for: a run would begin a quarter of a second later."""

    def list_commands(self, ctx: Any) -> list[str]:
        present = super().list_commands(ctx)
        return [*present, *(name for name in ON_DEMAND if name not in present)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in ON_DEMAND and cmd_name not in self.commands:
            self.commands[cmd_name] = get_group_from_info(
                TyperInfo(ON_DEMAND[cmd_name](), name=cmd_name),
                pretty_exceptions_short=False,
                suggest_commands=True,
                rich_markup_mode="rich",
            )
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in self.list_commands(ctx):  # mistyped: the nearest may be one of these
            for name in ON_DEMAND:
                self.get_command(ctx, name)
        return super().resolve_command(ctx, args)


app = typer.Typer(
    name="embodied",
    cls=_OnDemand,
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
app.command("teach")(teach.teach)
app.command("deploy")(deploy.deploy)
app.command("export")(export.export)
app.command("mcp")(mcp.mcp)
app.command("doctor")(doctor.doctor)
app.command("runs")(runs.runs)
app.command("replay")(replay.replay)


PIPED_COLUMNS = "200"


def _hear_ctrl_c() -> None:
    """A script's background jobs inherit that Ctrl-C is ignored; at a terminal it must be heard."""
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    here = threading.current_thread() is threading.main_thread()
    if ignored and here and sys.stdin is not None and sys.stdin.isatty():
        signal.signal(signal.SIGINT, signal.default_int_handler)


def main(arguments: list[str] | None = None) -> None:
    """Run a command line and exit with its code. No deliberate error shows a traceback."""
    arguments = sys.argv[1:] if arguments is None else arguments
    wants_json = "--json" in arguments
    if not sys.stdout.isatty():
        os.environ.setdefault("COLUMNS", PIPED_COLUMNS)  # paths and code are not to be wrapped in a file
    _hear_ctrl_c()
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
