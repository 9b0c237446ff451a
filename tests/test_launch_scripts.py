"""launch/start and launch/test, without installing anything: a stand-in takes the place of the .venv."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from embodied.cli.main import app

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX shell scripts")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose path has a space and whose .venv has stand-ins that print what they are given."""
    root = tmp_path / "a checkout"
    shutil.copytree(ROOT / "launch", root / "launch")
    shutil.copy(ROOT / "pyproject.toml", root)
    programs = root / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("embodied", "python"):
        stand_in = programs / name
        stand_in.write_text(f'#!/bin/sh\nprintf "%s\\n" {name} "$@"\nexit "${{FAKE_EXIT-0}}"\n')
        stand_in.chmod(0o755)
    return root


def shell(command: list[str], cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60
    )


def leave_stamp(root: Path, name: str) -> None:
    script = f'root=$PWD; . launch/common.sh; fingerprint >".venv/{name}.stamp"'
    assert shell(["sh", "-c", script], root.resolve()).returncode == 0


def test_the_second_start_runs_at_once_with_its_arguments(checkout: Path) -> None:
    leave_stamp(checkout, "embodied-start")
    done = shell([str(checkout / "launch" / "start"), "--goal", "get a diamond", "--fast"], Path("/"))
    assert done.stdout.splitlines() == [
        "embodied", "run", f"{checkout}/launch/minecraft.toml", "--goal", "get a diamond", "--fast"
    ]  # fmt: skip
    assert done.stderr == ""


def test_another_launch_file_comes_first(checkout: Path) -> None:
    leave_stamp(checkout, "embodied-test")
    done = shell([str(checkout / "launch" / "start"), "my own.toml", "--json"], Path("/"))
    assert done.stdout.splitlines() == ["embodied", "run", "my own.toml", "--json"]


def test_a_launch_file_that_is_not_there_is_told_before_anything_is_installed(checkout: Path) -> None:
    done = shell([str(checkout / "launch" / "start"), "launch/tabletp.toml", "--goal", "x"], checkout)
    assert done.returncode == 2
    assert "launch/tabletp.toml" in done.stderr
    assert "launch/tabletop.toml" in done.stderr
    assert "pip" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--gaol", "x"], "does not take --gaol"),
        (["tabletop", "--fast", "--sed=3"], "does not take --sed=3"),
        (["minecraft", "tabletop"], "does not take tabletop"),
        (["--goal", "--fast", "--seed"], "--seed needs a value"),
        (["tabletp"], "no launch file tabletp"),
    ],
)
def test_what_is_mistyped_is_told_before_anything_is_installed(
    checkout: Path, arguments: list[str], told: str
) -> None:
    done = shell([str(checkout / "launch" / "start"), *arguments], Path("/"))
    assert done.returncode == 2
    assert told in done.stderr
    assert "pip" not in done.stdout


def test_all_that_a_run_takes_is_taken(checkout: Path) -> None:
    parameters = get_command(app).commands["run"].params  # type: ignore[attr-defined]
    options = [one for one in parameters if one.param_type_name == "option"]
    given = []
    for one in options:
        for name in (*one.opts, *one.secondary_opts):
            given += [name] if one.is_flag else [name, "a value"]
    done = shell([str(checkout / "launch" / "start"), *given, "--set=world.seed=1"], Path("/"))
    assert "pip" in done.stdout
    assert done.stdout.splitlines()[-1:] == ["--set=world.seed=1"]
    known = shell(["sh", "-c", '. launch/common.sh; echo "$flags $valued"'], checkout).stdout.split()
    assert {*known} == {name for name in given if name != "a value"}


def test_a_launch_file_that_comes_along_is_known_by_its_name(checkout: Path) -> None:
    leave_stamp(checkout, "embodied-arm")
    done = shell([str(checkout / "launch" / "start"), "tabletop", "--json"], Path("/"))
    assert done.stdout.splitlines() == ["embodied", "run", f"{checkout}/launch/tabletop.toml", "--json"]


def test_the_arms_packages_are_installed_for_its_launch_file_alone(checkout: Path) -> None:
    start = str(checkout / "launch" / "start")
    leave_stamp(checkout, "embodied-start")
    assert "pip" not in shell([start], Path("/")).stdout
    done = shell([start, f"{checkout}/launch/tabletop.toml"], Path("/"))
    assert ".[minecraft,arm]" in done.stdout
    assert done.stdout.splitlines()[-3:] == ["embodied", "run", f"{checkout}/launch/tabletop.toml"]
    for arguments in ([], [f"{checkout}/launch/tabletop.toml"], ["--set", "world.kind=tabletop"]):
        assert "pip" not in shell([start, *arguments], Path("/")).stdout


def test_a_setting_from_the_command_line_chooses_the_arm(checkout: Path) -> None:
    leave_stamp(checkout, "embodied-start")
    done = shell([str(checkout / "launch" / "start"), "--set", "world.kind=tabletop"], Path("/"))
    assert ".[minecraft,arm]" in done.stdout


def test_the_exit_code_is_that_of_the_run(checkout: Path) -> None:
    leave_stamp(checkout, "embodied-start")
    assert shell([str(checkout / "launch" / "start")], Path("/"), FAKE_EXIT="3").returncode == 3


def test_changed_pins_are_installed_again(checkout: Path) -> None:
    leave_stamp(checkout, "embodied-start")
    with (checkout / "launch" / "constraints.txt").open("a") as pins:
        pins.write("extra==1\n")
    done = shell([str(checkout / "launch" / "start")], Path("/"))
    assert "installing the pinned packages" in done.stderr
    assert "pip\ninstall" in done.stdout


def test_a_failed_installation_says_what_to_do(checkout: Path) -> None:
    for name in ("embodied", "python"):
        (checkout / ".venv" / "bin" / name).unlink()
    python = checkout / "python"
    python.write_text(  # makes a .venv whose pip has no network
        '#!/bin/sh\ncase "$1" in -c) exit 0 ;; esac\nmkdir -p "$4/bin"\n'
        'printf \'#!/bin/sh\\nexit 1\\n\' >"$4/bin/python"\nchmod +x "$4/bin/python"\n'
    )
    python.chmod(0o755)
    done = shell([str(checkout / "launch" / "start")], Path("/"), EMBODIED_PYTHON=str(python))
    assert done.returncode == 2
    assert "Check the network" in done.stderr


def test_without_python_it_says_which_is_needed(checkout: Path, tmp_path: Path) -> None:
    shutil.rmtree(checkout / ".venv")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "cat", "cksum", "grep"):
        found = shutil.which(name)
        assert found
        (tools / name).symlink_to(found)
    done = shell([str(checkout / "launch" / "start")], Path("/"), PATH=str(tools), EMBODIED_PYTHON="")
    assert done.returncode == 2
    assert "No Python 3.11 or newer" in done.stderr


def test_test_passes_its_arguments_to_pytest(checkout: Path) -> None:
    leave_stamp(checkout, "embodied-test")
    done = shell([str(checkout / "launch" / "test"), "tests/cli", "-k", "json"], Path("/"))
    assert done.stdout.splitlines() == ["python", "-m", "pytest", "tests/cli", "-k", "json"]


@pytest.mark.parametrize(("script", "said"), [("test", "run the tests"), ("start", "run the agent")])
@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_help_installs_nothing(checkout: Path, script: str, said: str, asked: str) -> None:
    shutil.rmtree(checkout / ".venv")
    done = shell([str(checkout / "launch" / script), asked], Path("/"))
    assert done.returncode == 0
    assert said in done.stdout.splitlines()[0]
    assert f"launch/{script}" in done.stdout
    assert not done.stdout.startswith("#")
    assert not (checkout / ".venv").exists()
