"""From runs to a folder with a data set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from embodied.errors import BadInput, did_you_mean
from embodied.exporting.episodes import Recording, read_recording
from embodied.exporting.frames import frames_of, rate_of
from embodied.exporting.lerobot import Cut, write_lerobot
from embodied.exporting.plain import write_csv, write_npz
from embodied.outcome import Verdict

FORMATS: Final[Mapping[str, Callable[[Sequence[Cut], int, Path], None]]] = {
    "lerobot": write_lerobot,
    "csv": write_csv,
    "npz": write_npz,
}


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        left_out: what was asked for and moved nothing; failed: episodes that `only_passed` kept out.
        verdicts: of the episodes that were written.
    """

    folder: Path
    format: str
    fps: int
    episodes: int
    frames: int
    left_out: int
    failed: int
    verdicts: Mapping[str, int]
    clocks: tuple[str, ...]


def export(
    runs: Sequence[Path],
    folder: Path,
    *,
    format: str = "lerobot",
    fps: int | None = None,
    each: str = "goals",
    only_passed: bool = False,
) -> Exported:
    """Write the episodes of some runs as one data set.

    Args:
        runs: their folders.
        folder: empty, or not there yet.
        fps: frames a second; None for the highest up to 30 that divides the arm's rate.
        each: what an episode is: "goals", or "skills".

    Raises:
        BadInput: there is no such format, a run has no log, arms differ in their joints, there is nothing to
            write, or the folder holds something.
        SetupError: the format needs a package that is not installed.
    """
    refuse_unknown(format)
    refuse_full(folder)
    recordings = [read_recording(run, each) for run in dict.fromkeys(run.resolve() for run in runs)]
    refuse_mixed(recordings)
    rate = rate_of(recordings, fps)
    found = [(recording, episode) for recording in recordings for episode in recording.episodes]
    kept = [pair for pair in found if not only_passed or pair[1].verdict is Verdict.PASSED]
    left_out = sum(recording.left_out for recording in recordings)
    if not kept:
        raise BadInput(
            f"There is nothing to write: {len(found)} episodes, {len(found) - len(kept)} of them not passed, "
            f"{left_out} without motion.",
            remedy="Name other runs, or leave --only passed out.",
        )
    cuts = [Cut(recording, episode, frames_of(episode, rate)) for recording, episode in kept]
    FORMATS[format](cuts, rate, folder)
    return Exported(
        folder,
        format,
        rate,
        len(cuts),
        sum(len(cut.frames) for cut in cuts),
        left_out,
        len(found) - len(kept),
        dict(Counter(cut.episode.verdict.value for cut in cuts)),
        tuple(sorted({cut.frames.clock for cut in cuts})),
    )


def refuse_unknown(format: str) -> None:
    """Raise BadInput, with the nearest name, if there is no such format."""
    if format not in FORMATS:
        hint = did_you_mean(format, FORMATS)
        raise BadInput(
            f"There is no format {format!r}.", remedy=f"{hint} There are: {', '.join(FORMATS)}.".strip()
        )


def refuse_full(folder: Path) -> None:
    """Raise BadInput if there is something in the folder already, or it is no folder."""
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"{folder} is a file.", remedy="Name a folder that is not there yet.")
    if folder.is_dir() and any(folder.iterdir()):
        raise BadInput(
            f"{folder} is not empty; a data set is never mixed with what is there.",
            remedy="Name a folder that is not there yet.",
        )


def refuse_mixed(recordings: Sequence[Recording]) -> None:
    """Raise BadInput, with the difference, if arms with other joints would come into one data set."""
    first = recordings[0]
    for other in recordings[1:]:
        if other.joints == first.joints:
            continue
        raise BadInput(
            f"{other.folder.name} is of {_words(other, first)}.\n"
            f"{first.folder.name} is of {_words(first, other)}.",
            remedy="One data set is of one kind of arm: export them apart.",
        )


def _words(one: Recording, beside: Recording) -> str:
    """ "FR3 with 7 joints, here fr3_joint7": where they differ."""
    own = [name for n, name in enumerate(one.joints) if n >= len(beside.joints) or beside.joints[n] != name]
    joints = f"{len(one.joints)} joints"
    return f"{one.arm or 'an arm'} with {joints}" + (f", here {', '.join(own)}" if own else "")
