"""A person's consent to move a real arm, from the command line."""

from __future__ import annotations

import sys
from typing import Final

from rich.console import Console
from rich.text import Text

from embodied.cli import folders
from embodied.cli.keyboard import typed_line
from embodied.errors import BadInput
from embodied.launchfile import LaunchFile

SIMULATED: Final = (
    "A simulated arm: skills without the evidence that a real one takes run here too, except by `deploy`."
)


def ask_consent(launch: LaunchFile, given: str, **about: str) -> None:
    """Where the body of a launch is a real arm, take down that a person lets it move.

    Raises:
        NoConsent: they typed something else.
        BadInput: nobody can be asked.
    """
    from embodied.deploying.arms import ArmWorld
    from embodied.plugins import load_world

    plugin = load_world(launch.world.kind)
    if not isinstance(plugin, ArmWorld):
        return
    console = Console(stderr=True, highlight=False)
    pursues = "what_for" not in about
    if pursues and not plugin.is_real(launch.world.settings):
        console.print(Text(SIMULATED, "dim"), soft_wrap=True)
    if not plugin.needs_consent(launch.world.settings):
        return
    from embodied.arms import consent

    name = plugin.arm_name(launch.world.settings)
    typed, how = asked(name, given, console)
    consent.give(
        name,
        typed,
        how=how,
        audit=folders.data_folder(),
        **({"goal": launch.goal.text} if pursues else {}),
        **about,
    )


def asked(name: str, given: str, console: Console) -> tuple[str, str]:
    """What a person typed as the arm's name, and how: "--consent" or "typed". Raises BadInput."""
    if given:
        return given, "--consent"
    if not sys.stdin.isatty():
        raise BadInput(
            f"{name} moves only with a person's consent, and nobody can be asked here.",
            remedy=f"Add  --consent {name}  when people are clear of it.",
        )
    console.print(
        Text("The arm will move. Are people clear of it, and is the emergency stop in reach?", "bold yellow")
    )
    console.print(Text(f"Type its name ({name}) to let it move: "), end="")
    return typed_line(""), "typed"
