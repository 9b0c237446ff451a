"""Going on with a refinement: finding it, what was asked of it, and whether its environment is the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import msgspec

from embodied.errors import BadInput
from embodied.journal import Record, read
from embodied.learning.errors import EnvironmentChanged
from embodied.learning.wish import Wish
from embodied.rewards.spec import ActionSpec, ObservationSpec
from embodied.runs import JOURNAL, find_run, list_runs

MODE: Final = "refine"


def find_refinement(runs_dir: Path, name: str) -> tuple[Path, Record]:
    """The folder of a refinement and its first record. Raises BadInput if there is none of that name."""
    folders = [find_run(runs_dir, name)] if name != "last" else list_runs(runs_dir)
    for folder in folders:
        records = read(folder / JOURNAL)
        if records and records[0].get("mode") == MODE:
            return folder, records[0]
    raise BadInput(
        f"There is no refinement {name!r} in {runs_dir}.",
        remedy="Start one without --resume; other runs go on with `embodied run --resume`.",
    )


def resumed_launch(runs_dir: Path, name: str) -> Mapping[str, Any]:
    """The launch table that a refinement was started with. Raises BadInput if there is none of that name."""
    launch: Mapping[str, Any] = find_refinement(runs_dir, name)[1]["launch"]
    return launch


def resumed_wish(begun: Record, now: Wish, seconds: float) -> Wish:
    """What was asked for when it began; of what is asked now, only the minutes and a person's words count.

    Args:
        seconds: that earlier parts took. A person's words get the minutes for themselves; without, they are
            for all of it.
    """
    before = msgspec.convert(begun["wish"], Wish)
    minutes = now.schedule.minutes + (seconds / 60 if now.feedback else 0.0)
    return replace(before, schedule=replace(before.schedule, minutes=minutes), feedback=now.feedback)


def refuse_changed(before: Mapping[str, str], now: Mapping[str, str], run: str) -> None:
    """Raise EnvironmentChanged, with the differences, if two fingerprints are not the same."""
    said: list[str] = []
    for name in {**before, **now}:
        was, is_ = before.get(name, "nothing"), now.get(name, "nothing")
        if was == is_:
            continue
        if name == "observation":
            said += ObservationSpec.from_json(was).differences(ObservationSpec.from_json(is_))
        elif name == "action":
            said += ActionSpec.from_json(was).differences(ActionSpec.from_json(is_))
        else:
            said.append(f"{name} was {was}, is {is_}.")
    if said:
        listed = "".join(f"\n    {one}" for one in said)
        raise EnvironmentChanged(
            f"Run {run} began in another environment than this.",
            remedy=f"What it learned may not hold here. Undo the change, or start a new run:{listed}",
        )
