"""What the operator stopped stays stopped when its bridge ends, until a person resets it."""

from __future__ import annotations

import errno
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from embodied_arm.bridge import body_of
from embodied_arm.operating import Operating

from embodied.arms.locking import arms_folder
from embodied.arms.running import ask, find_running, reset, status, stop
from embodied.arms.stopped import find_stopped
from embodied.cli.arm_stop import stop_all_of
from embodied.cli.main import main
from embodied.errors import BadInput, WorldError
from tests.arm.conftest import Bench, Make

Run = Callable[..., tuple[Bench, Operating]]


@pytest.fixture
def run(make: Make, tmp_path: Path) -> Iterator[Run]:
    made: list[Operating] = []

    def run(
        name: str = "franka", identity: str = "franka@192.0.2.7", *addresses: str
    ) -> tuple[Bench, Operating]:
        arm = make()
        made.append(
            Operating(arm.body.controller, name, "no physics", identity, tmp_path, addresses=tuple(addresses))
        )
        return arm, made[-1]

    yield run
    for one in made:
        one.close()


@pytest.mark.parametrize(("name", "identity"), [("franka", ""), ("another name", "franka@192.0.2.7")])
def test_the_next_bridge_of_an_arm_begins_stopped_by_its_name_or_its_address(
    run: Run, name: str, identity: str
) -> None:
    _, first = run()
    stop("franka", "a hand on the table")
    first.close()
    arm, second = run(name, identity)
    assert arm.call("home").error == "halted"
    assert arm.world.observe().notes["protective_stop"] == "a hand on the table"
    assert reset() == "a hand on the table"
    assert arm.call("home").ok
    second.close()
    assert not find_stopped()
    assert run()[0].call("home").ok


def test_it_is_reset_where_no_bridge_runs(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    _, first = run()
    stop()
    first.close()
    with pytest.raises(SystemExit):
        main(["arm", "list"])
    assert "franka is stopped: the operator said stop" in capsys.readouterr().out
    with pytest.raises(BadInput, match="is stopped"):
        reset("ur5e")
    assert reset("franka") == "the operator said stop"
    assert run()[0].call("home").ok


def test_another_arm_is_not_stopped_by_it(run: Run) -> None:
    _, first = run()
    stop()
    first.close()
    assert run("ur5e", "ur5e@192.0.2.8")[0].call("home").ok


def test_an_arm_that_was_lost_in_motion_can_be_reset(run: Run) -> None:
    arm, _ = run()
    controller = arm.body.controller
    stop()
    controller.lost = "it has fallen silent"
    controller.gate.velocity[:] = 0.1
    assert reset() == "the operator said stop"


def test_of_two_that_are_called_alike_one_that_is_reset_lets_not_go_of_the_other(run: Run) -> None:
    _, first = run("arm", "")
    _, second = run("arm", "")
    stop("all")
    assert reset("arm") == "the operator said stop"
    first.close()
    second.close()
    assert [arm.name for arm in find_stopped()] == ["arm-2"]
    assert run("arm", "")[0].call("home").error == "halted"
    reset("arm")
    assert not find_stopped()


def test_a_name_that_two_have_in_common_lets_not_go_of_one_that_runs(run: Run) -> None:
    _, first = run("arm", "")
    _, second = run("arm", "")
    stop("arm-2")
    first.close()
    with pytest.raises(BadInput, match="is stopped"):
        reset("arm")
    second.close()
    assert [arm.name for arm in find_stopped()] == ["arm-2"]


def test_of_two_at_different_addresses_each_stop_is_kept_and_reset_by_itself(run: Run) -> None:
    _, first = run("franka", "franka@192.0.2.7")
    _, second = run("franka", "franka@192.0.2.8")
    stop("all")
    first.close()
    second.close()
    first_again = run("franka", "franka@192.0.2.7")[1]
    reset("franka")
    first_again.close()
    assert [arm.identity for arm in find_stopped()] == ["franka@192.0.2.8"]
    stop_again = run("franka", "franka@192.0.2.7")[1]
    stop("franka")
    stop_again.close()
    assert {arm.identity for arm in find_stopped()} == {"franka@192.0.2.7", "franka@192.0.2.8"}
    reset("franka@192.0.2.7")
    assert [arm.identity for arm in find_stopped()] == ["franka@192.0.2.8"]
    arm, _ = run("franka", "franka@192.0.2.8")
    assert arm.call("home").error == "halted"


def test_the_stop_is_kept_of_an_arm_whose_driver_breaks_at_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    arm, first = run()

    def broken(reason: str) -> bool:
        arm.body.controller.latch.close(reason)
        raise OSError("the cable is out")

    monkeypatch.setattr(arm.body.controller, "protective_stop", broken)
    with pytest.raises(WorldError, match="the cable is out"):
        stop()
    first.close()
    assert run()[0].call("home").error == "halted"


def test_a_file_that_cannot_be_read_stops_the_arm_that_it_is_called_after(run: Run) -> None:
    _, first = run("fr3 left", "")
    stop()
    first.close()
    [file] = arms_folder().glob("*.stopped.json")
    file.write_text("")
    assert run("fr3 left", "")[0].call("home").error == "halted"
    assert run("ur5e", "ur5e@192.0.2.8")[0].call("home").ok
    reset("fr3 left")
    assert not find_stopped()


def test_a_simulation_without_a_name_is_another_one_the_next_time(tmp_path: Path) -> None:
    config = {"driver": "tabletop", "settings": {}}
    for again in range(2):
        body = body_of(config, tmp_path / str(again))
        try:
            assert body.operating is not None
            assert not status("tabletop")["stopped"]
            stop("tabletop")
            assert status("tabletop")["stopped"]
        finally:
            body.close()
    assert not find_stopped()


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def command(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["arm", *words])
    return int(ended.value.code or 0)


def test_a_stop_that_the_disk_does_not_take_holds_and_who_said_it_is_told_what_does_not(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stopped, first = run()
    file = tmp_path / "arm.toml"
    file.write_text('[goal]\ntext = "nothing"\n[world]\nkind = "arm"\ndriver = "franka"\n')
    with monkeypatch.context() as disk:
        disk.setattr("embodied.arms.stopped.os.fsync", full)
        assert command("stop") == 0
        said = capsys.readouterr()
        assert "franka is stopped" in said.out
        assert "holds for as long as the bridge of franka runs" in said.err
        assert "No space left on device" in said.err
        assert "started anew would let franka move" in said.err
        assert stopped.call("home").error == "halted"
        assert not find_stopped()
        assert command("doctor", str(file)) == 1  # it is stopped
        told = capsys.readouterr().out
        assert "It cannot keep a stop (No space left on device" in told
        assert "When it is safe to move, beside the arm:" in told
        assert "arm reset franka" in told
    stop()  # there is room again
    assert command("doctor", str(file)) == 1
    assert "cannot keep" not in capsys.readouterr().out
    first.close()
    assert run()[0].call("home").error == "halted"


def test_a_bridge_that_begins_where_no_stop_can_be_kept_says_so_to_whoever_looks(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make()
    with monkeypatch.context() as disk:
        disk.setattr("embodied.arms.stopped.os.fsync", full)
        bench.body.operating = Operating(bench.body.controller, "franka", "FR3", "", tmp_path)
    try:
        assert "No space left" in bench.world.observe().notes["stops_not_kept"]
        stop("franka")
        assert "stops_not_kept" not in bench.world.observe().notes
    finally:
        bench.body.operating.close()


def test_a_reset_that_the_disk_does_not_take_says_that_the_next_bridge_begins_stopped(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped, first = run()
    stop()

    def read_only(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as disk:
        disk.setattr("embodied_arm.keeping.let_go", read_only)
        with pytest.raises(WorldError, match=r"Read-only file system.*next bridge begins stopped"):
            reset()
    assert stopped.call("home").ok
    first.close()
    with monkeypatch.context() as disk:
        disk.setattr("embodied.arms.running.let_go", read_only)
        with pytest.raises(WorldError, match="Read-only file system"):
            reset("franka")
    assert reset("franka")


@pytest.mark.parametrize("said", ["all", "", "franka", "rehearsal of franka"])
def test_a_rehearsal_is_stopped_with_the_arm_that_it_stands_for_and_only_that_stays_so(
    run: Run, make: Make, tmp_path: Path, said: str
) -> None:
    own, first = run()
    twin = make()
    rehearsal = Operating(
        twin.body.controller, "rehearsal of franka", "FR3", "", tmp_path, rehearses="franka"
    )
    try:
        assert stop(said) == ["franka", "rehearsal of franka"]
        assert own.call("home").error == twin.call("home").error == "halted"
    finally:
        rehearsal.close()
    first.close()
    assert [one.name for one in find_stopped()] == ["franka"]


def test_stopping_an_arm_waits_for_no_import_that_it_does_not_need(run: Run) -> None:
    stopped, _ = run()
    program = (
        "import sys; sys.argv = ['embodied', 'arm', 'stop']\n"
        "from embodied.cli.entry import main\n"
        "try:\n    main()\nexcept SystemExit as ended:\n"
        "    print(ended.code, [one for one in ('typer', 'rich', 'numpy', 'embodied.loop')"
        " if one in sys.modules])"
    )
    command = [sys.executable, "-c", program]
    said = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert said.stdout.splitlines()[0].startswith("franka is stopped."), said.stderr
    assert said.stdout.splitlines()[1] == "0 []"
    assert stopped.call("home").error == "halted"


def test_who_names_none_resets_the_one_that_is_stopped(run: Run) -> None:
    stopped, _ = run("franka", "franka@192.0.2.7")
    run("ur5e", "ur5e@192.0.2.8")
    stop("franka")
    assert reset() == "the operator said stop"
    assert stopped.call("home").ok
    stop()
    with pytest.raises(BadInput, match=r"one by one[\s\S]*franka, ur5e"):
        reset()


def test_an_arm_is_known_to_be_stopped_under_another_name_and_another_spelling_of_its_host(run: Run) -> None:
    _, first = run("left", "franka@robot.example", "franka@192.0.2.7")
    stop("left")
    first.close()
    arm, second = run("the big one", "franka@192.0.2.7", "franka@192.0.2.7")
    assert arm.call("home").error == "halted"
    assert reset() == "the operator said stop"
    second.close()
    assert not find_stopped()


class Stalled:
    """A disk that does not answer until `go`."""

    def __init__(self) -> None:
        self.asked, self.go = threading.Event(), threading.Event()

    def __call__(self, *_: object) -> None:
        self.asked.set()
        assert self.go.wait(60.0)


def test_a_disk_that_stalls_keeps_nobody_from_stopping_the_arm(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arm, first = run()
    [here] = find_running()
    with monkeypatch.context() as disk:
        stalled = Stalled()
        disk.setattr("embodied.arms.stopped.os.fsync", stalled)
        assert ask(here, "examine")["looks"]  # what `embodied arm doctor` asks
        assert stalled.asked.wait(10.0)
        assert command("stop") == 0
        assert "disk has not answered" in capsys.readouterr().err
        assert arm.call("home").error == "halted"
        stalled.go.set()
        first.close()
    assert [one.name for one in find_stopped()] == ["franka"]  # it came to that in the end


def test_a_reset_while_the_disk_stalls_takes_away_what_is_written_late(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    arm, first = run()
    with monkeypatch.context() as disk:
        stalled = Stalled()
        disk.setattr("embodied.arms.stopped.os.fsync", stalled)
        stop()
        with pytest.raises(WorldError, match="disk has not answered"):
            reset()
        assert arm.call("home").ok
        stalled.go.set()
        first.close()
    assert not find_stopped()


def test_of_two_that_are_called_alike_who_names_none_is_told_their_addresses(run: Run) -> None:
    for identity in ("franka@192.0.2.7", "franka@192.0.2.8"):
        _, one = run("franka", identity)
        if identity.endswith("8"):
            reset("franka")  # the first one's, by the driver's name: it is kept
        stop("franka")
        one.close()
    with pytest.raises(BadInput, match=r"one by one[\s\S]*franka@192.0.2.7, franka@192.0.2.8"):
        reset()


def test_the_list_tells_which_arms_are_simulated_how_they_are_and_how_to_let_them_go(
    run: Run, make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arm, _ = run()
    table = Operating(make().body.controller, "tabletop", "FR3 (mujoco)", "", tmp_path, keeps=False)
    try:
        assert command("list") == 0
        told = capsys.readouterr().out
        assert "franka  no physics  at rest  process" in told
        assert "tabletop  FR3 (mujoco), simulated  at rest  process" in told
        assert "arm reset" not in told
        arm.body.controller.latch.close("41 N at the hand")  # no operator's word, and so not kept
        stop("tabletop")
        assert command("list") == 0
        told = capsys.readouterr().out
        assert "franka  no physics  STOPPED" in told
        assert "franka is stopped: 41 N at the hand. To let it move again:" in told
        assert "arm reset tabletop" in told
    finally:
        table.close()


def test_a_name_of_several_words_is_heard_without_quotes_and_several_names_are_all_heard(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    left, _ = run("fr3 left", "franka@192.0.2.7")
    right, _ = run("right", "franka@192.0.2.8")
    assert command("stop", "fr3", "left") == 0
    assert left.call("home").error == "halted"
    assert right.call("home").ok
    with pytest.raises(WorldError, match="no arm 'nobody'"):
        stop_all_of(["nobody", "right"])
    assert right.call("home").error == "halted"
    assert "arm reset 'fr3 left'" in capsys.readouterr().out
