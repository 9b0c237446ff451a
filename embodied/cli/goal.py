"""`embodied goal`: give a run that is going on another goal."""

from __future__ import annotations

from typing import Annotated

import typer

from embodied.cli import folders
from embodied.errors import BadInput
from embodied.loop.goal import understand
from embodied.loop.redirection import ask_for
from embodied.plugins import load_world
from embodied.runs import find_run, read_run


def goal(
    text: Annotated[str, typer.Argument(metavar="<goal>", help="What is wanted now, in plain words.")],
    run: Annotated[str, typer.Option(help="Which run; last is the newest.")] = "last",
) -> None:
    """Give a run that is going on another goal: the running step is interrupted.

    [bold]Example[/bold]

      embodied goal "put the red cube in the bowl"
    """
    folder = find_run(folders.runs_folder(), run)
    past = read_run(folder)
    if past.ended is not None:
        raise BadInput(f"Run {past.name} has ended.", remedy="Start a new one with `embodied run --goal`.")
    world = past.launch.get("world", {})
    kind = str(world.get("kind", ""))
    settings = {name: value for name, value in world.items() if name != "kind"}
    understood = understand(text, load_world(kind).spec(settings))
    ask_for(folder, text)
    print(f"{past.name}: {understood.explanation}")
