"""What another kind of world has is not merely missing: the world is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied.cli.main import main


def error_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    assert left.value.code != 0
    told = capsys.readouterr()
    return " ".join((told.out + told.err).split())


@pytest.fixture(autouse=True)
def _own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")


@pytest.mark.parametrize("command", ["show", "history", "verify"])
def test_a_skill_of_another_world(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = error_of(capsys, "skills", command, "pick")
    assert "There is no skill 'pick' for minecraft; there is one for tabletop." in told
    assert "--world tabletop" in told


def test_a_skill_that_no_world_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no skill 'levitate'" in error_of(capsys, "skills", "show", "levitate")


def test_a_name_that_is_nearly_one_of_another_world(capsys: pytest.CaptureFixture[str]) -> None:
    told = error_of(capsys, "skills", "show", "stak")
    assert "There is no skill 'stak' for any world." in told
    assert "For tabletop:" in told


def test_a_world_may_be_named_without_its_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["skills", "list", "tabletop"])
    assert "put-in" in capsys.readouterr().out


def test_nothing_is_deleted_and_what_to_do_instead_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    told = error_of(capsys, "skills", "delete", "pick", "--world", "tabletop")
    assert "skills retire pick --world tabletop" in told


def test_a_rule_of_another_world(capsys: pytest.CaptureFixture[str]) -> None:
    told = error_of(capsys, "rules", "add", "never dig straight down")
    assert "for tabletop; for minecraft it is understood" in told
    assert "--world minecraft" in told


def test_a_rule_that_is_there_already_is_that(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["rules", "add", "never touch the bowl"])
    assert "Kept for tabletop as rule 1" in capsys.readouterr().out
    assert "That is rule 1 already" in error_of(capsys, "rules", "add", "never touch the bowl")
