"""Runs of an arm become a data set as LeRobot documents it; nothing in it is made up."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

pytest.importorskip("pyarrow")

import pyarrow.parquet as pq

from embodied.cli.main import main
from embodied.errors import BadInput, SetupError
from embodied.exporting import lerobot
from embodied.exporting.dataset import export
from tests.exporting.recorded import JOINTS, PERIOD_S, START_S, record, tick

PUBLISHED = json.loads((Path(__file__).parent / "lerobot_v3.json").read_text())
PICKS = (("red", "PASSED", 10, 60), ("blue", "FAILED", 100, 140))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return record(tmp_path / "runs" / "one", PICKS)


def _frames(folder: Path) -> Any:
    return pq.read_table(folder / "data" / "chunk-000" / "file-000.parquet")


def _episodes(folder: Path) -> Any:
    return pq.read_table(folder / "meta" / "episodes" / "chunk-000" / "file-000.parquet")


def test_it_is_as_published(run: Path, tmp_path: Path) -> None:
    again = record(tmp_path / "runs" / "two", (("red", "PASSED", 0, 50),))
    export([run, again], tmp_path / "set", fps=25)
    info = json.loads((tmp_path / "set" / "meta" / "info.json").read_text())
    jsonschema.validate(info, PUBLISHED["info"])
    frames = _frames(tmp_path / "set")
    assert frames.column_names == list(info["features"])
    for name, feature in info["features"].items():
        kind = {"float32": "float", "float64": "double"}.get(feature["dtype"], feature["dtype"])
        single = feature["shape"] == [1]
        wanted = kind if single else f"fixed_size_list<element: {kind}>[{feature['shape'][0]}]"
        assert str(frames.schema.field(name).type).replace("item:", "element:") == wanted
        assert single or len(feature["names"]) == feature["shape"][0]
    assert (info["total_episodes"], info["total_tasks"], info["total_frames"]) == (3, 2, len(frames))
    assert frames["index"].to_pylist() == list(range(len(frames)))
    episodes = _episodes(tmp_path / "set")
    for name, kind in PUBLISHED["episodes"].items():
        assert str(episodes.schema.field(name).type).replace("item:", "element:") == kind
    stats = json.loads((tmp_path / "set" / "meta" / "stats.json").read_text())
    for name, feature in info["features"].items():
        for kind in PUBLISHED["stats"]:
            assert len(stats[name][kind]) == (1 if kind == "count" else feature["shape"][0])
            assert f"stats/{name}/{kind}" in episodes.column_names


def test_episodes_follow_each_other_and_keep_their_rate(run: Path, tmp_path: Path) -> None:
    export([run], tmp_path / "set", fps=25)
    frames = _frames(tmp_path / "set").to_pylist()
    rows = pq.read_table(
        tmp_path / "set" / "meta" / "episodes" / "chunk-000" / "file-000.parquet"
    ).to_pylist()
    assert [row["dataset_to_index"] for row in rows[:-1]] == [row["dataset_from_index"] for row in rows[1:]]
    for row in rows:
        part = frames[row["dataset_from_index"] : row["dataset_to_index"]]
        assert len(part) == row["length"]
        assert {one["episode_index"] for one in part} == {row["episode_index"]}
        steps = np.diff([one["timestamp"] for one in part])
        assert np.abs(steps - 1 / 25).max() < PUBLISHED["timestamp_tolerance_s"]


def test_a_task_is_found_by_its_index_and_the_other_way_round(run: Path, tmp_path: Path) -> None:
    export([run], tmp_path / "set")
    table = pq.read_table(tmp_path / "set" / "meta" / "tasks.parquet")
    assert table.to_pylist() == [{"task_index": 0, "task": "red"}, {"task_index": 1, "task": "blue"}]
    assert json.loads(table.schema.metadata[b"pandas"])["index_columns"] == ["task"]


def test_a_frame_is_the_tick_that_was_there_and_its_action_what_was_applied(
    run: Path, tmp_path: Path
) -> None:
    export([run], tmp_path / "set", fps=20)  # 50 ticks a second: every second, then every third tick
    first, second, *_ = _frames(tmp_path / "set").to_pylist()
    assert first["observation.state"] == pytest.approx([0.10, 0.10, 0.08])
    assert second["observation.state"] == pytest.approx([0.12, 0.12, 0.08])  # of 0.24 s, the last before 0.25
    assert second["arm.time"] == pytest.approx(12 * PERIOD_S)
    assert second["arm.wall_ns"] == tick(12).wall_ns
    assert first["action"] == pytest.approx([0.125, 0.125, 0.08])  # the last target before the second frame
    assert second["timestamp"] == pytest.approx(0.05)


def test_failures_are_marked_or_left_out(run: Path, tmp_path: Path) -> None:
    export([run], tmp_path / "all")
    rows = _frames(tmp_path / "all").to_pylist()
    last = [row for row in rows if row["next.done"]]
    assert [row["next.success"] for row in last] == [True, False]
    assert sum(row["next.success"] for row in rows) == 1
    done = export([run], tmp_path / "passed", only_passed=True)
    assert (done.episodes, done.failed, done.verdicts) == (1, 1, {"PASSED": 1})
    assert set(_frames(tmp_path / "passed")["episode_index"].to_pylist()) == {0}


def test_where_limits_acted_and_when_the_fingers_were_told(run: Path, tmp_path: Path) -> None:
    export([run], tmp_path / "set", fps=25)
    frames = _frames(tmp_path / "set").to_pylist()
    assert [row["frame_index"] for row in frames if row["arm.limited"]] == [5]  # tick 21 comes after 20
    told = [round(row["action"][2], 3) for row in frames if row["episode_index"] == 0]
    assert told[:19] == [0.08] * 19  # nobody had told them anything: where they were
    assert told[-1] == pytest.approx(0.04)


def test_an_episode_without_an_end_is_unknown_and_one_without_motion_left_out(tmp_path: Path) -> None:
    cut = record(tmp_path / "cut", (("red", "PASSED", 0, 50), ("blue", "", 100, 140)))
    assert export([cut], tmp_path / "set").verdicts == {"PASSED": 1, "UNKNOWN": 1}
    idle = record(tmp_path / "idle", PICKS, calls=False)
    with pytest.raises(BadInput, match="2 without motion"):
        export([idle], tmp_path / "other")


def test_a_clock_that_goes_back_is_not_used(tmp_path: Path) -> None:
    ticks = [tick(n, time_s=(n if n < 30 else n - 20) * PERIOD_S) for n in range(100)]
    run = record(tmp_path / "run", (("red", "PASSED", 10, 60),), ticks=ticks)
    assert export([run], tmp_path / "set", fps=25).clocks == ("host",)
    assert json.loads((tmp_path / "set" / "meta" / "embodied.jsonl").read_text())["clock"] == "host"


def test_what_the_journal_knows_goes_along_with_the_pictures(run: Path, tmp_path: Path) -> None:
    (run / "pictures").mkdir()
    (run / "pictures" / "0002-wrist.png").write_bytes(b"picture")
    export([run], tmp_path / "set")
    lines = (tmp_path / "set" / "meta" / "embodied.jsonl").read_text().splitlines()
    first, second = (json.loads(line) for line in lines)
    assert first["skills"][0]["arguments"] == {"object": "red"}
    assert second["observed"][0]["facts"] == {"pose": {"blue": [0.1, 0.2, 0.3]}}
    assert first["pictures"] == [{"time": pytest.approx(START_S + 60 * PERIOD_S), "file": ""}]
    assert (tmp_path / "set" / second["pictures"][0]["file"]).read_bytes() == b"picture"


def test_steps_of_a_plan_as_episodes(run: Path, tmp_path: Path) -> None:
    export([run], tmp_path / "set", each="skills")
    tasks = pq.read_table(tmp_path / "set" / "meta" / "tasks.parquet")["task"].to_pylist()
    assert tasks == ["pick(object=red)", "pick(object=blue)"]


def test_a_full_file_is_followed_by_another(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lerobot, "FILE_MB", 1e-3)
    export([run], tmp_path / "set")
    rows = pq.read_table(
        tmp_path / "set" / "meta" / "episodes" / "chunk-000" / "file-000.parquet"
    ).to_pylist()
    assert [row["data/file_index"] for row in rows] == [0, 1]
    second = pq.read_table(tmp_path / "set" / "data" / "chunk-000" / "file-001.parquet")
    assert second["index"].to_pylist()[0] == rows[1]["dataset_from_index"]


def test_csv_and_npz_hold_the_same(run: Path, tmp_path: Path) -> None:
    export([run], tmp_path / "csv", format="csv", fps=25)
    export([run], tmp_path / "npz", format="npz", fps=25)
    with (tmp_path / "csv" / "episode-000001.csv").open() as file:
        rows = list(csv.DictReader(file))
    arrays = np.load(tmp_path / "npz" / "episode-000001.npz")
    assert [float(row["observation.state.two.pos"]) for row in rows] == pytest.approx(
        arrays["observation.state"][:, 1].tolist()
    )
    told = json.loads((tmp_path / "csv" / "episodes.json").read_text())
    assert [one["verdict"] for one in told["episodes"]] == ["PASSED", "FAILED"]


def test_without_pyarrow_the_extra_is_named(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(SetupError) as missing:
        export([run], tmp_path / "set")
    assert "embodied-agent[export]" in missing.value.remedy
    assert not (tmp_path / "set").exists()


def test_other_joints_are_refused_with_the_difference(run: Path, tmp_path: Path) -> None:
    three = [tick(number, joints=3) for number in range(100)]
    other = record(tmp_path / "other", (("red", "PASSED", 0, 50),), ticks=three, joints=[*JOINTS, "three"])
    with pytest.raises(BadInput, match=r"3 joints, here three\.\n.*2 joints"):
        export([run, other], tmp_path / "set")


def test_what_cannot_be_is_refused(run: Path, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    (nothing / "journal.jsonl").write_text("")
    with pytest.raises(BadInput, match="moved no arm"):
        export([nothing], tmp_path / "set")
    with pytest.raises(BadInput, match="not empty"):
        export([run], run)
    with pytest.raises(BadInput, match="is a file"):
        export([run], run / "journal.jsonl")
    with pytest.raises(BadInput, match="more than the 50 ticks"):
        export([run], tmp_path / "set", fps=51)
    with pytest.raises(BadInput, match="no format 'lerobt'"):
        export([run], tmp_path / "set", format="lerobt")
    assert not (tmp_path / "set").exists()


def test_the_command(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["export", str(run), "--to", str(tmp_path / "set"), "--only", "passed"])
    assert ended.value.code == 0
    assert "1 episode (1 PASSED)" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main(["export", str(run), "--to", str(tmp_path / "set"), "--only", "passed"])
    assert ended.value.code == 2
    assert "not empty" in capsys.readouterr().err
