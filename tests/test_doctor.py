"""The doctor says what is wrong and how to mend it, and changes nothing."""

from __future__ import annotations

import socket
from contextlib import closing
from importlib import metadata
from pathlib import Path

import pytest

from embodied import doctor
from embodied.cli import main as command
from embodied.cli.folders import launch_files


def test_an_old_python_is_named_with_what_is_needed() -> None:
    check = doctor.check_python((3, 10, 4))
    assert not check.ok
    assert check.detail == "3.10.4"
    assert "3.11" in check.remedy


def test_this_machine_has_its_packages() -> None:
    assert [check for check in doctor.check_packages() if not check.ok] == []


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        metadata, "requires", lambda _name: ["no-such-package>=1", "rich>=13", "x; extra == 'dev'"]
    )
    (check,) = doctor.check_packages()
    assert (check.ok, check.needed) == (False, True)
    assert check.remedy == "pip install no-such-package"


def test_a_version_that_is_not_the_pinned_one_is_a_remark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _name: ["rich>=13"])
    pins = tmp_path / "constraints.txt"
    pins.write_text("# pins\nRich==0.1\n")
    (check,) = doctor.check_packages(pins)
    assert (check.ok, check.needed) == (False, False)
    assert "(pinned 0.1)" in check.detail


def test_a_missing_node_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBODIED_NODE", str(tmp_path / "node"))
    check = doctor.check_node()
    assert not check.ok
    assert "Node 20 or newer" in check.detail
    assert check.remedy


def test_a_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EMBODIED_CACHE", str(tmp_path / "file" / "cache"))
    check = doctor.check_cache()
    assert not check.ok
    assert "EMBODIED_CACHE" in check.remedy


def test_a_taken_port_and_a_free_one() -> None:
    with closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        (taken,) = doctor.check_address({"port": port})
        (answers,) = doctor.check_address({"host": "127.0.0.1", "port": port})
    (free,) = doctor.check_address({"port": port})
    (silent,) = doctor.check_address({"host": "127.0.0.1", "port": port})
    assert (taken.ok, free.ok) == (False, True)
    assert "port = 0" in taken.remedy
    assert (answers.ok, silent.ok) == (True, False)
    assert "Start the server" in silent.remedy


def test_an_unknown_world() -> None:
    (check,) = doctor.check_world("minecraf")
    assert not check.ok
    assert "minecraft" in check.remedy


def test_the_npm_parts_of_worlds_and_bridges_are_found() -> None:
    assert {folder.parent.name for folder in doctor.javascript_packages()} >= {"embodied_mineflayer"}


def test_something_broken_exits_2_with_its_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EMBODIED_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(SystemExit) as broken:
        command.main(["doctor", _launch_of("mini", tmp_path)])
    assert broken.value.code == 2
    told = capfd.readouterr().out
    assert "✗ user cache: " in told
    assert "set EMBODIED_CACHE to another folder" in told


@pytest.mark.parametrize(("kind", "asks"), [("mini", False), ("tabletop", False), ("minecraft", True)])
def test_only_a_world_that_needs_node_asks_for_it(
    kind: str,
    asks: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("EMBODIED_NODE", str(tmp_path / "node"))
    with pytest.raises(SystemExit) as left:
        command.main(["doctor", _launch_of(kind, tmp_path)])
    told = capfd.readouterr().out
    assert ("✗ Node: " in told, "npm" in told, "port: " in told) == (asks, asks, asks)
    assert not asks or left.value.code == 2


def _launch_of(kind: str, folder: Path) -> str:
    launch = folder / f"{kind}.toml"
    launch.write_text(f'[goal]\ntext = "get a pickaxe"\n[world]\nkind = "{kind}"\n')
    return str(launch)


def test_the_launches_that_can_be_examined_are_named_whether_or_not_something_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    with pytest.raises(SystemExit):
        command.main(["doctor", "--help"])
    assert "minecraft, " in (asked := capfd.readouterr().out)
    assert "tabletop" in asked
    monkeypatch.setenv("EMBODIED_NODE", str(tmp_path / "node"))
    with pytest.raises(SystemExit) as left:
        command.main(["doctor"])
    assert left.value.code == 2
    told = capfd.readouterr().out
    assert "That was for minecraft." in told
    assert all(name in told for name in launch_files())
