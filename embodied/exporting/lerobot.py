"""Episodes in the format LeRobotDataset v3.0.

As documented in LeRobot's docs/source/lerobot-dataset-v3.mdx, and as its own writer lays it out:
meta/info.json, meta/stats.json, meta/tasks.parquet, meta/episodes/chunk-000/file-000.parquet and
data/chunk-000/file-000.parquet, many episodes to a file. Pictures of single moments are no film: they lie
beside it, and meta/embodied.jsonl says when each was taken, with all else that the journal has of an episode.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from embodied.errors import SetupError
from embodied.exporting.episodes import PICTURES, Episode, Recording
from embodied.exporting.frames import Frames
from embodied.outcome import Verdict

if TYPE_CHECKING:
    import pyarrow as pa

VERSION: Final = "v3.0"
CHUNK_FILES: Final = 1000
FILE_MB: Final = 100
VIDEO_MB: Final = 200
DATA_PATH: Final = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
EPISODES_PATH: Final = "meta/episodes/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
TASKS: Final = "meta/tasks.parquet"
INFO: Final = "meta/info.json"
STATS: Final = "meta/stats.json"
TOLD: Final = "meta/embodied.jsonl"
GRIPPER: Final = "gripper.pos"
_QUANTILES: Final = {"q01": 0.01, "q10": 0.10, "q50": 0.50, "q90": 0.90, "q99": 0.99}

Feature = dict[str, Any]
Column = NDArray[Any]


@dataclass(frozen=True)
class Cut:
    """An episode at the data set's rate."""

    recording: Recording
    episode: Episode
    frames: Frames


def write_lerobot(cuts: Sequence[Cut], fps: int, folder: Path) -> None:
    """Write a data set.

    Args:
        cuts: episodes of arms with the same joints, at least one.
        folder: empty, or not there yet.

    Raises:
        SetupError: pyarrow is not installed.
    """
    _need_pyarrow()
    joints = cuts[0].recording.joints
    fingers = has_fingers(cuts)
    features = features_of(joints, fingers)
    tasks = list(dict.fromkeys(cut.episode.task for cut in cuts))
    writer = _Data(folder, features)
    rows, everything = [], []
    for number, cut in enumerate(cuts):
        columns = columns_of(cut, number, tasks.index(cut.episode.task), writer.total, fingers)
        rows.append(_episode_row(cut, number, columns, writer))
        everything.append(columns)
        writer.add(columns)
    writer.close()
    whole = {name: np.concatenate([columns[name] for columns in everything]) for name in features}
    _write_episodes(folder, rows)
    _write_tasks(folder, tasks)
    _write_json(folder / STATS, {name: stats_of(values) for name, values in whole.items()})
    info = _info(cuts, features, fps, writer.total, len(tasks))
    _write_json(folder / INFO, info)
    _write_told(folder, cuts)


def has_fingers(cuts: Sequence[Cut]) -> bool:
    """Whether any of them opened or closed fingers, or had any."""
    return any(bool(cut.frames.width.any()) or bool(cut.frames.target_width.any()) for cut in cuts)


def features_of(joints: Sequence[str], fingers: bool) -> dict[str, Feature]:
    """The columns: what LeRobot wants of each."""
    named = [f"{joint}.pos" for joint in joints] + [GRIPPER] * fingers
    return {
        "observation.state": _feature("float32", named),
        "observation.velocity": _feature("float32", [f"{joint}.vel" for joint in joints]),
        "observation.effort": _feature("float32", [f"{joint}.effort" for joint in joints]),
        "action": _feature("float32", named),
        "next.done": _feature("bool"),
        "next.success": _feature("bool"),
        "arm.limited": _feature("int64"),
        "arm.time": _feature("float64"),
        "arm.wall_ns": _feature("int64"),
        "timestamp": _feature("float32"),
        "frame_index": _feature("int64"),
        "episode_index": _feature("int64"),
        "index": _feature("int64"),
        "task_index": _feature("int64"),
    }


def columns_of(cut: Cut, episode: int, task: int, first: int, fingers: bool) -> dict[str, Column]:
    """One episode's columns, in the order of `features_of`.

    Args:
        first: frames of the episodes before it.
    """
    frames = cut.frames
    count = len(frames)
    last = np.arange(count) == count - 1
    state, action = [frames.position], [frames.target]
    if fingers:
        state.append(frames.width[:, None])
        action.append(frames.target_width[:, None])
    return {
        "observation.state": np.concatenate(state, axis=1).astype(np.float32),
        "observation.velocity": frames.velocity.astype(np.float32),
        "observation.effort": frames.torque.astype(np.float32),
        "action": np.concatenate(action, axis=1).astype(np.float32),
        "next.done": last,
        "next.success": last & (cut.episode.verdict is Verdict.PASSED),
        "arm.limited": frames.limited,
        "arm.time": frames.tick_time,
        "arm.wall_ns": frames.wall_ns,
        "timestamp": frames.timestamp.astype(np.float32),
        "frame_index": np.arange(count, dtype=np.int64),
        "episode_index": np.full(count, episode, np.int64),
        "index": np.arange(first, first + count, dtype=np.int64),
        "task_index": np.full(count, task, np.int64),
    }


def stats_of(values: Column) -> dict[str, list[float] | list[int]]:
    """What LeRobot normalises by, over the frames: one number for each entry of a feature."""
    rows = values.reshape(len(values), -1).astype(np.float64)
    stats = {
        "min": rows.min(axis=0),
        "max": rows.max(axis=0),
        "mean": rows.mean(axis=0),
        "std": rows.std(axis=0),
        **{name: np.quantile(rows, share, axis=0) for name, share in _QUANTILES.items()},
    }
    return {**{name: found.tolist() for name, found in stats.items()}, "count": [len(rows)]}


class _Data:
    """Writes the frames: a row group for each episode, a new file where one is full."""

    def __init__(self, folder: Path, features: Mapping[str, Feature]) -> None:
        import pyarrow as pa

        self.total = 0
        self.number = 0
        self._folder = folder
        self._schema = pa.schema([(name, _arrow(feature)) for name, feature in features.items()])
        self._bytes = 0
        self._open: Any = None

    @property
    def at(self) -> dict[str, int]:
        """Where the next episode goes."""
        chunk, file = divmod(self.number, CHUNK_FILES)
        return {"chunk_index": chunk, "file_index": file}

    def make_room(self, size: int) -> None:
        """A new file if the next episode [bytes] would make this one too large."""
        if self._bytes and self._bytes + size > FILE_MB * 1024**2:
            self.close()
            self.number += 1
            self._bytes = 0

    def add(self, columns: Mapping[str, Column]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        arrays = [_array(columns[field.name], field.type) for field in self._schema]
        table = pa.Table.from_arrays(arrays, schema=self._schema)
        if self._open is None:
            path = self._folder / DATA_PATH.format(**self.at)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._open = pq.ParquetWriter(path, self._schema, compression="snappy")
        self._open.write_table(table)
        self._bytes += table.nbytes
        self.total += len(table)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def _episode_row(cut: Cut, number: int, columns: Mapping[str, Column], writer: _Data) -> dict[str, Any]:
    writer.make_room(sum(values.nbytes for values in columns.values()))
    at, count = writer.at, len(cut.frames)
    stats = {
        f"stats/{name}/{kind}": found
        for name, values in columns.items()
        for kind, found in stats_of(values).items()
    }
    return {
        "episode_index": number,
        "tasks": [cut.episode.task],
        "length": count,
        "data/chunk_index": at["chunk_index"],
        "data/file_index": at["file_index"],
        "dataset_from_index": writer.total,
        "dataset_to_index": writer.total + count,
        "meta/episodes/chunk_index": 0,
        "meta/episodes/file_index": 0,
        "run": cut.episode.run,
        "verdict": cut.episode.verdict.value,
        **stats,
    }


def _write_episodes(folder: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / EPISODES_PATH.format(chunk_index=0, file_index=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(rows)), path, compression="snappy")


def _write_tasks(folder: Path, tasks: Sequence[str]) -> None:
    """As pandas writes a frame whose index is the task: LeRobot looks tasks up by that index."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"task_index": "int64", "task": "unicode"}
    columns = [
        {
            "name": name,
            "field_name": name,
            "pandas_type": kind,
            "numpy_type": "int64" if kind == "int64" else "object",
            "metadata": None,
        }
        for name, kind in kinds.items()
    ]
    pandas = {"index_columns": ["task"], "column_indexes": [], "columns": columns, "pandas_version": "2.0.0"}
    table = pa.table({"task_index": pa.array(range(len(tasks)), pa.int64()), "task": list(tasks)})
    pq.write_table(table.replace_schema_metadata({"pandas": json.dumps(pandas)}), folder / TASKS)


def _info(
    cuts: Sequence[Cut], features: Mapping[str, Feature], fps: int, frames: int, tasks: int
) -> dict[str, Any]:
    return {
        "codebase_version": VERSION,
        "robot_type": ", ".join(dict.fromkeys(cut.recording.arm for cut in cuts)) or None,
        "total_episodes": len(cuts),
        "total_frames": frames,
        "total_tasks": tasks,
        "chunks_size": CHUNK_FILES,
        "data_files_size_in_mb": FILE_MB,
        "video_files_size_in_mb": VIDEO_MB,
        "fps": fps,
        "splits": {"train": f"0:{len(cuts)}"},
        "data_path": DATA_PATH,
        "video_path": None,
        "features": dict(features),
    }


def _write_told(folder: Path, cuts: Sequence[Cut]) -> None:
    """What LeRobot has no place for: one line for each episode; pictures are copied."""
    lines = []
    for number, cut in enumerate(cuts):
        episode, frames = cut.episode, cut.frames
        told = dict(episode.told)
        told["pictures"] = [_copied(cut, number, one, folder) for one in told.get("pictures", ())]
        lines.append(
            {
                "episode_index": number,
                "run": episode.run,
                "task": episode.task,
                "verdict": episode.verdict.value,
                "reason": episode.reason,
                "clock": frames.clock,
                "longest_gap_s": round(frames.longest_gap_s, 6),
                "loop_period_s": cut.recording.period_s,
                "limits": cut.recording.limits,
                **told,
            }
        )
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / TOLD).write_text(text, encoding="utf-8")


def _copied(cut: Cut, number: int, picture: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Where a picture went, "" if the run has it no more."""
    found = sorted((cut.recording.folder / PICTURES).glob(f"{picture['number']:04d}-*"))
    if not found:
        return {"time": picture["time"], "file": ""}
    file = Path(PICTURES) / f"episode-{number:06d}" / found[0].name
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(found[0], folder / file)
    return {"time": picture["time"], "file": file.as_posix()}


def _feature(kind: str, names: Sequence[str] | None = None) -> Feature:
    return {"dtype": kind, "shape": [len(names) if names else 1], "names": list(names) if names else None}


def _arrow(feature: Feature) -> pa.DataType:
    import pyarrow as pa

    kinds = {"float32": pa.float32(), "float64": pa.float64(), "int64": pa.int64(), "bool": pa.bool_()}
    kind = kinds[feature["dtype"]]
    return kind if feature["names"] is None else pa.list_(kind, feature["shape"][0])


def _array(values: Column, kind: pa.DataType) -> pa.Array:
    import pyarrow as pa

    if values.ndim == 1:
        return pa.array(values, kind)
    flat = pa.array(values.reshape(-1), kind.value_type)
    return pa.FixedSizeListArray.from_arrays(flat, values.shape[1])


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=4, ensure_ascii=False) + "\n", encoding="utf-8")


def _need_pyarrow() -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError as missing:
        raise SetupError(
            "The format lerobot needs pyarrow, not installed here.",
            remedy="Install the extra: pip install 'embodied-agent[export]', or give --format csv.",
        ) from missing
