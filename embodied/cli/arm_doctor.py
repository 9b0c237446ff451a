"""What `embodied arm doctor` shows."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol, runtime_checkable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from embodied.cli import camera, folders
from embodied.cli.arm_words import limits_in_words, stops_not_kept
from embodied.facts import Observation
from embodied.launchfile import LaunchFile
from embodied.world import World

TRIPS: Final = 40
CLOSE: Final = 0.25
"""A round trip that takes more of the lease than this leaves too few signs of life in it."""


@runtime_checkable
class Timed(Protocol):
    """A world behind a bridge, which can be timed."""

    lease_s: float

    def round_trips(self, count: int) -> list[float]: ...


def show(world: World, console: Console) -> bool:
    """Print how an arm is, and how far away its bridge; whether it may move."""
    seen, details = world.observe(), world.spec.details
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, text in (*_of_arm(seen, details), *_of_things(seen, details), *_of_service(details)):
        table.add_row(name, text)
    warning = ""
    if isinstance(world, Timed):
        name, text, warning = round_trip(world.round_trips(TRIPS), world.lease_s)
        table.add_row(name, text)
    console.print(table)
    if warning:
        console.print(Text(warning, "bold yellow"))
    if why := seen.notes.get("stops_not_kept"):
        console.print(Text(stops_not_kept(str(why)), "bold yellow"))
    if stopped := seen.notes.get("protective_stop"):
        console.print(Text(f"It answers, and is STOPPED: {stopped}. Nothing was moved.", "bold yellow"))
        console.print(
            Text(f"When it is safe to move, beside the arm:  {folders.command()} arm reset", "bold")
        )
        return False
    if lost := seen.notes.get("lost"):
        console.print(Text(f"It is LOST: {lost}. See to it, and start it again.", "bold red"))
        return False
    console.print(Text("It answers, and is ready. Nothing was moved.", "green"))
    return True


def round_trip(lasted: list[float], lease_s: float) -> tuple[str, str, str]:
    """How long the bridge's answers took: name, text, and a warning where that is too near the lease."""
    usual, worst = sorted(lasted)[len(lasted) // 2], max(lasted)
    lease = f"the lease is {1000 * lease_s:.0f} ms"
    text = f"{1000 * usual:.1f} ms, worst {1000 * worst:.1f} of {len(lasted)}; {lease}"
    if worst <= CLOSE * lease_s:
        return "round trip", text, ""
    warning = (
        f"The network takes up to {1000 * worst:.0f} ms, and {lease}: motions will end as lease_lost. "
        "Use a cable, or an agent nearer to the arm."
    )
    return "round trip", text, warning


def _of_arm(seen: Observation, details: Mapping[str, Any]) -> Iterator[tuple[str, str | Text]]:
    yield "arm", str(details.get("arm"))
    yield "rate", f"{1 / float(details['control_period_s']):.0f} Hz"
    if can := details.get("description", {}).get("capabilities"):
        yield "has", ", ".join(sorted(str(name).replace("_", " ") for name in can))
    for (joint,), value in seen.items("joint"):
        low, high = _range(details, str(joint))
        yield str(joint), f"{float(value):+.3f} rad  ({low:+.2f} to {high:+.2f})"  # type: ignore[arg-type]
    yield "gripper", f"{1000 * float(seen.get('gripper_width')):.0f} mm open"  # type: ignore[arg-type]
    yield from limits_in_words(details.get("limits", {})).items()


def _of_things(seen: Observation, details: Mapping[str, Any]) -> Iterator[tuple[str, str | Text]]:
    things = details.get("objects", ())
    poses = {keys[0]: place for keys, place in seen.items("pose")} if things else {}
    for thing in things:
        place = poses.get(thing)
        if isinstance(place, tuple):
            yield str(thing), " ".join(f"{float(value):+.3f}" for value in place) + " m"
        else:
            yield str(thing), Text("nobody knows where: the camera does not see it", "yellow")
    if camera_says := camera.in_words(details):
        yield "camera", camera_says


def _of_service(details: Mapping[str, Any]) -> Iterator[tuple[str, str | Text]]:
    served = details.get("served")
    if not served:
        return
    yield (
        "served at",
        f"{served['endpoint']}, which knows us as {served['known_as'] or 'an agent of its own'}",
    )
    yield "its log", str(served["log"])


def _range(details: Mapping[str, Any], joint: str) -> tuple[float, float]:
    limits, at = details["limits"], list(details["joints"]).index(joint)
    return float(limits["joint_lower_rad"][at]), float(limits["joint_upper_rad"][at])


def show_files(console: Console) -> None:
    """Print which launch files of arms come along."""
    from embodied.launchfile import load_launch_file

    console.print("Which arm? These launch files come along; or name one of yours.")
    for name, path in folders.launch_files().items():
        launch = load_launch_file(path)
        if launch.world.kind == "arm":
            driver = launch.world.settings.get("driver")
            console.print(
                Text(f"  {folders.command()} arm doctor {name}", "bold"), Text(f"driver {driver}", "dim")
            )


def show_running(launch: LaunchFile, console: Console) -> bool | None:
    """Where the arm of a launch runs on this machine, print how it says that it is; whether it may move. None
    where it does not run."""
    from embodied.arms.running import examine, find_running
    from embodied.deploying.arms import arm_world
    from embodied.deploying.watching import in_a_line

    name = arm_world(launch).arm_name(launch.world.settings)
    for arm in find_running():
        if arm.name == name:
            told = examine(arm)
            console.print(Text(f"{name} runs: {arm.arm}, process {arm.pid}, {arm.run_dir}"), soft_wrap=True)
            console.print(Text(in_a_line(told)), soft_wrap=True)
            if told.get("lost"):
                console.print(Text(f"It is lost: {told['lost']}", "bold red"), soft_wrap=True)
            if told.get("stopped"):
                reset = f"{folders.command()} arm reset {shlex.quote(name)}"
                console.print(
                    Text(f"When it is safe to move, beside the arm:  {reset}", "bold"), soft_wrap=True
                )
            if told.get("unkept"):
                console.print(Text(stops_not_kept(str(told["unkept"])), "bold yellow"), soft_wrap=True)
            console.print(Text("Nothing was moved. End what has it, to look at it closer.", "green"))
            return not (told.get("stopped") or told.get("lost"))
    return None
