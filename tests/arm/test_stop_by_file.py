"""`embodied arm stop FILE.toml` stops the arm whatever is wrong with the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from embodied_arm.operating import Operating

from embodied.arms.running import status
from embodied.cli.main import main
from tests.arm.conftest import Bench, Make

Run = Callable[[str, str], Bench]


@pytest.fixture
def run(make: Make, tmp_path: Path) -> Iterator[Run]:
    """An arm that runs, by name and address."""
    made: list[Operating] = []

    def run(name: str, identity: str) -> Bench:
        arm = make()
        made.append(Operating(arm.body.controller, name, "no physics", identity, tmp_path))
        return arm

    yield run
    for one in made:
        one.close()


def stopped(name: str) -> bool:
    return bool(status(name)["stopped"])


def stop(text: str, tmp_path: Path) -> None:
    path = tmp_path / "arm.toml"
    path.write_text(text)
    with pytest.raises(SystemExit) as ended:
        main(["arm", "stop", str(path)])
    assert not ended.value.code


def test_a_broken_file_stops_the_arm_whose_address_it_has(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("franka", "franka@192.0.2.7")
    run("ur5e", "ur5e@192.0.2.8")
    stop('[world]\nkind = "arm\n[world.connection]\nhost = "192.0.2.7"\n', tmp_path)
    assert stopped("franka")
    assert not stopped("ur5e")
    said = capsys.readouterr()
    assert "cannot be used" in said.err
    assert "franka is stopped" in said.out


def test_a_broken_file_that_names_no_arm_stops_all_of_them_and_says_so(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("franka", "franka@192.0.2.7")
    run("ur5e", "ur5e@192.0.2.8")
    stop("this is no launch file\n", tmp_path)
    assert stopped("franka")
    assert stopped("ur5e")
    assert "all of them are stopped" in capsys.readouterr().err


def test_the_file_of_an_arm_of_this_machine_stops_that_arm(run: Run, tmp_path: Path) -> None:
    run("arm-7", "ur5e@192.0.2.8")
    run("arm-8", "ur5e@192.0.2.9")
    text = '[goal]\ntext = "nothing"\n[world]\nkind = "arm"\ndriver = "ur5e"\narm = "arm-8"\n'
    stop(text, tmp_path)
    assert stopped("arm-8")
    assert not stopped("arm-7")


def test_a_file_that_is_not_there_stops_too_and_where_no_arm_runs_that_is_said(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["arm", "stop", str(tmp_path / "absent.toml")])
    assert "No arm runs here" in capsys.readouterr().err
    run("franka", "")
    with pytest.raises(SystemExit) as ended:
        main(["arm", "stop", str(tmp_path / "absent.toml")])
    assert not ended.value.code
    assert stopped("franka")
