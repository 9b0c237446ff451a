"""Episodes as files that anything reads: one CSV, or one NumPy archive, for each."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from embodied.exporting.lerobot import Cut, columns_of, features_of, has_fingers

INDEX: Final = "episodes.json"
_OF_THE_SET: Final = ("index", "task_index")


def write_csv(cuts: Sequence[Cut], fps: int, folder: Path) -> None:
    """episode-000000.csv, …: a column for each number; episodes.json says what they are."""
    for path, columns, names in _episodes(cuts, fps, folder, "csv"):
        headings = [heading for name in columns for heading in names[name]]
        with path.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(headings)
            table = [np.atleast_2d(values.T).T.tolist() for values in columns.values()]
            rows.writerows([cell for part in row for cell in part] for row in zip(*table, strict=True))


def write_npz(cuts: Sequence[Cut], fps: int, folder: Path) -> None:
    """episode-000000.npz, …: an array for each column; episodes.json says what they are."""
    for path, columns, _ in _episodes(cuts, fps, folder, "npz"):
        np.savez_compressed(path, **columns)


def _episodes(
    cuts: Sequence[Cut], fps: int, folder: Path, ending: str
) -> Iterator[tuple[Path, dict[str, Any], dict[str, list[str]]]]:
    folder.mkdir(parents=True, exist_ok=True)
    fingers = has_fingers(cuts)
    features = features_of(cuts[0].recording.joints, fingers)
    kept = [name for name in features if name not in _OF_THE_SET]
    names = {
        name: [name]
        if features[name]["names"] is None
        else [f"{name}.{one}" for one in features[name]["names"]]
        for name in kept
    }
    index = []
    for number, cut in enumerate(cuts):
        columns = columns_of(cut, number, 0, 0, fingers)
        path = folder / f"episode-{number:06d}.{ending}"
        index.append(
            {
                "file": path.name,
                "run": cut.episode.run,
                "task": cut.episode.task,
                "verdict": cut.episode.verdict.value,
                "reason": cut.episode.reason,
                "frames": len(cut.frames),
                "clock": cut.frames.clock,
            }
        )
        yield path, {name: columns[name] for name in kept}, names
    told = {"arm": cuts[0].recording.arm, "fps": fps, "columns": names, "episodes": index}
    (folder / INDEX).write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
