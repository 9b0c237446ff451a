"""An arm that another machine serves: over real sockets, with keys, and with a cable that can be cut."""

from __future__ import annotations

import errno
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mujoco")
pytest.importorskip("franky_sim")

from embodied_arm.remote import RemoteArm

from embodied.arms import consent
from embodied.arms.consent import Consent, NoConsent
from embodied.arms.log import NAME, read_log
from embodied.arms.running import RunningArm, ask, find_running, reset
from embodied.bridge.envelope import VERSION, Envelope, encode
from embodied.bridge.keys import client_keys, make_pair, refuse
from embodied.bridge.line import Line
from embodied.errors import BadInput, BridgeLost, BridgeRefused, WorldError
from embodied.plugins import load_bridge
from tests.arm.beside import FAR, TERMS, There, served, there
from tests.arm.cable import Cable
from tests.arm.test_process import installed

__all__ = ["installed", "there"]


def given(**about: Any) -> Consent:
    return Consent("arm-7", "somebody", "typed", 0.0, about)


def wait_until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20.0
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def fastest(log: Path) -> list[float]:
    return [max(abs(speed) for speed in tick.velocity) for tick in read_log(log)[1]]


def moves(agent: RemoteArm) -> tuple[threading.Thread, list[Any]]:
    """A motion that lasts seconds, in another thread; returns when it has begun."""
    came: list[Any] = []

    def go() -> None:
        try:
            came.append(agent.call("move_to", FAR))
        except WorldError as lost:
            came.append(lost)

    thread = threading.Thread(target=go)
    thread.start()
    wait_until(lambda: agent.observe().get("moving"))
    return thread, came


def test_an_agent_elsewhere_moves_it_with_a_persons_consent(there: There) -> None:
    agent = there.agent()
    assert agent.spec.details["limits"]["hand_speed_m_s"] == 0.2
    assert agent.call("move_by", {"dz": 0.01}).error == "no_consent"
    with pytest.raises(NoConsent, match="not this arm's name"):
        agent.take_consent(Consent("arm-8", "somebody", "typed", 0.0))
    agent.take_consent(given(skill="pick", hash="ab12"))
    assert agent.call("move_by", {"dz": 0.02}).ok
    agent.close()
    wait_until(lambda: there.audit[-1] == "left")
    assert there.audit == ["served", "agent", "refused", "consent", "left"]
    told = consent.read_audit(there.folder)[3]
    assert (told["skill"], told["hash"], told["by"].split(" at ")[0]) == ("pick", "ab12", "somebody")
    assert told["key"].startswith("laptop [")
    assert told["limits"]["hand_speed_m_s"] == 0.2
    copied = list(read_log(there.folder.parent / "agent" / NAME)[1])
    beside = {tick.monotonic_ns: tick for tick in read_log(there.log)[1]}
    assert max(max(abs(speed) for speed in tick.velocity) for tick in copied) > 0.02
    assert all(beside[tick.monotonic_ns].position == tick.position for tick in copied)
    assert abs(copied[-1].wall_ns - beside[copied[-1].monotonic_ns].wall_ns) < 2e9  # one clock here
    second = there.agent("second")
    assert second.call("move_by", {"dz": 0.01}).error == "no_consent"  # consent ended with the first


def test_what_skills_and_planners_see_has_no_say_in_consent(there: There) -> None:
    agent = there.agent()
    for name in ("take_consent", "take_terms", "read_record"):
        assert name not in agent.spec.primitives
        with pytest.raises(BadInput, match="no primitive"):
            agent.call(name, {})


def test_its_limits_are_those_beside_it_and_may_be_tightened(there: There) -> None:
    with pytest.raises(BadInput, match=r"hand_speed: 0.5 in the agent's launch file, 0.2 at the arm"):
        there.agent(limits={"hand_speed": 0.5})
    wall = {"name": "wall", "shape": "box", "position": [0.5, 0.35, 0.3], "size": [0.6, 0.1, 0.6]}
    agent = there.agent(limits={"hand_speed": 0.05, "keep_out": [wall]})
    assert agent.spec.details["limits"]["hand_speed_m_s"] == 0.05
    agent.take_consent(given())
    assert agent.call("move_to", {"x": 0.5, "y": 0.35, "z": 0.3}).error == "collision"
    assert agent.call("move_by", {"dz": 0.02}).ok
    agent.close()
    assert there.agent().spec.details["limits"]["hand_speed_m_s"] == 0.2  # the next one has its own


@pytest.mark.parametrize(
    ("terms", "differs"),
    [
        ({"driver": "ur5e"}, "driver: 'ur5e' in the agent's launch file, 'kinematic' at the arm"),
        ({"arm": "arm-8"}, "arm: 'arm-8' in"),
        ({"scene": {"red_cube": {"size": [0.04]}}}, r"scene.red_cube.size: \[0.04\] in"),
        ({"scene": {}}, "scene.red_cube: nothing in"),
    ],
)
def test_a_launch_file_that_disagrees_is_told_what_differs(
    there: There, terms: dict[str, Any], differs: str
) -> None:
    with pytest.raises(BadInput, match=differs):
        there.agent(terms={**TERMS, **terms})
    assert there.audit == ["served", "refused"]


def test_one_agent_at_a_time(there: There) -> None:
    first = there.agent()
    with pytest.raises(BridgeRefused, match=r"that of laptop \["):
        there.agent("second")
    first.close()
    assert there.agent("third").observe().get("alive")


def test_only_the_agent_that_has_it_says_how_it_moves(there: There) -> None:
    agent = there.agent()
    half = {"name": "wall", "position": [0.5, 0.6, 0.5], "size": [2.0, 0.6, 1.0]}
    assert agent.call("take_rules", {"keep_out": [half]}).ok
    keys = client_keys(there.here, "laptop", there.folder / "keys" / "arm.key")
    line = Line(
        f"tcp://127.0.0.1:{there.port}",
        "another agent",
        patience_s=5.0,
        stall_patience_s=5.0,
        on_event=lambda event: None,
        keys=keys,
    )
    try:
        line.adopt(line.ask("hello", {"client": "another", "versions": [VERSION]}, 5.0).value)
        for name, args in (("take_rules", {}), ("take_policy", {"policy": "ab", "at": 0, "part": ""})):
            assert line.ask("call", {"name": name, "args": args}, 10.0).code == "no_lease"
    finally:
        line.close()
    agent.take_consent(given())
    assert agent.call("move_to", FAR).error == "collision"  # the rule's zone holds on


def test_what_an_agent_tells_of_itself_is_not_taken_for_what_is_known_of_it(there: There) -> None:
    forged = {"key": "boss [x]", "by": "boss", "how": "signed", "arm": "arm-8", "limits": {}, "what": "reset"}
    agent = there.agent()
    agent.take_consent(given(**forged, skill="pick"))
    told = consent.read_audit(there.folder)[-1]
    assert (told["what"], told["how"], told["arm"], told["skill"]) == ("consent", "typed", "arm-7", "pick")
    assert told["key"].startswith("laptop [")
    assert told["by"].startswith("somebody at ")
    assert told["limits"]["hand_speed_m_s"] == 0.2


def test_what_was_sent_before_a_lease_lapsed_is_old_at_the_end_of_a_tunnel_too(
    installed: None, tmp_path: Path
) -> None:
    with served(tmp_path, "127.0.0.1", None) as there:
        agent = there.agent(keys=None)
        agent.take_consent(given())
        thread, came = moves(agent)
        before = agent._line.epoch
        agent._line._application_lives = lambda now: False  # type: ignore[method-assign]
        thread.join(20.0)
        assert came[0].error == "lease_lost"
        wait_until(lambda: agent._line.epoch == before + 1)


def test_without_the_right_keys_nobody_gets_in(there: There) -> None:
    make_pair(there.here, "stranger")
    keys = there.config()["keys"]
    for wrong in ({}, {**keys, "name": "stranger"}, {**keys, "bridge": str(there.here / "stranger.key")}):
        with pytest.raises((BridgeLost, BadInput)):
            there.agent(keys=wrong)
        stopping = RunningArm("arm-7", "", "", 0, f"tcp://127.0.0.1:{there.port + 1}", "", "", 0.0, wrong)
        with pytest.raises(WorldError):
            ask(stopping, "stop")
    assert there.agent().observe().get("alive")
    assert not find_running()[0].keys


def test_a_key_that_is_refused_moves_nothing_over_a_connection_that_is_open(there: There) -> None:
    agent = there.agent()
    agent.take_consent(given())
    thread, came = moves(agent)
    refuse(there.folder / "keys", "laptop")
    thread.join(20.0)
    assert isinstance(came[0], WorldError) or not came[0].ok
    wait_until(lambda: max(map(abs, list(read_log(there.log)[1])[-1].velocity)) < 1e-3)
    elsewhere = RunningArm(
        "arm-7", "", "", 0, f"tcp://127.0.0.1:{there.port + 1}", "", "", 0.0, there.config()["keys"]
    )
    with pytest.raises(WorldError):
        ask(elsewhere, "status")


def test_what_is_said_about_a_consent_is_kept_for_good_and_no_book(there: There) -> None:
    agent = there.agent()
    with pytest.raises(NoConsent, match="64 KiB"):
        agent.take_consent(given(story="x" * 100_000))
    assert there.audit == ["served", "agent"]
    agent.take_consent(given(skill="pick"))


def test_a_cut_network_leaves_it_at_rest_and_what_comes_late_does_not_move_it(there: There) -> None:
    with Cable(there.port) as cable:
        agent = there.agent(connect=f"tcp://127.0.0.1:{cable.port}")
        agent.take_consent(given())
        thread, came = moves(agent)
        cable.hold()
        began = len(fastest(there.log))
        thread.join(20.0)
        assert isinstance(came[0], BridgeLost)
        assert "embodied run --resume last" in came[0].remedy
        wait_until(lambda: len(fastest(there.log)) > began + 60)
        assert max(fastest(there.log)[-10:]) < 0.01
        epoch = agent._line.epoch
        late = Envelope(agent._line.session, epoch, "late1", "call", 60_000, {"name": "move_to", "args": FAR})
        agent._line._dealer.send(encode(Envelope(agent._line.session, epoch, "late0", "lease", 2000, {})))
        agent._line._dealer.send(encode(late))
        before = len(fastest(there.log))
        cable.let_go()
        wait_until(lambda: len(fastest(there.log)) > before + 50)
        assert max(fastest(there.log)[before:]) < 0.01
    again = there.next_agent()
    again.take_consent(given())
    assert again.call("move_by", {"dz": 0.01}).ok


def test_what_is_recorded_or_garbage_opens_nothing(there: There) -> None:
    with Cable(there.port) as cable:
        agent = there.agent(connect=f"tcp://127.0.0.1:{cable.port}")
        agent.take_consent(given())
        assert agent.call("move_by", {"dz": 0.02}).ok
        agent.close()
        recorded = cable.recorded
    assert len(recorded) > 500
    before = len(fastest(there.log))
    for said in (recorded, b"\xff" * 4096, recorded[:64] + b"\x00" * 4096, b"GET / HTTP/1.1\r\n\r\n"):
        for port in (there.port, there.port + 1):
            with socket.create_connection(("127.0.0.1", port), timeout=10.0) as stranger:
                stranger.settimeout(10.0)
                try:
                    stranger.sendall(said)
                    stranger.shutdown(socket.SHUT_WR)
                    while stranger.recv(4096):
                        pass
                except OSError:
                    pass  # it was shown the door
    wait_until(lambda: len(fastest(there.log)) > before + 20)
    assert max(fastest(there.log)[before:]) < 0.01
    wait_until(lambda: there.audit[-1] == "left")
    assert there.agent("again").observe().get("alive")


def test_it_is_stopped_from_the_agents_machine_and_reset_only_beside_it(there: There) -> None:
    agent = there.agent()
    agent.take_consent(given())
    thread, came = moves(agent)
    keys = {name: str(value) for name, value in there.config()["keys"].items()}
    elsewhere = RunningArm("arm-7", "", "", 0, f"tcp://127.0.0.1:{there.port + 1}", "", "", 0.0, keys)
    ask(elsewhere, "stop")
    thread.join(20.0)
    assert came[0].error == "halted"
    assert "said with the key laptop" in came[0].message
    assert ask(elsewhere, "status")["agent"].startswith("laptop")
    with pytest.raises(BadInput, match="only a person beside it"):
        ask(elsewhere, "reset")
    assert agent.call("move_by", {"dz": 0.01}).error == "halted"
    wait_until(lambda: not agent.observe().get("moving"))
    assert "said with the key" in reset("arm-7")
    assert agent.call("move_by", {"dz": 0.01}).ok


def test_an_agent_that_goes_without_a_word_leaves_it_at_rest(there: There) -> None:
    agent = there.agent()
    agent.take_consent(given())
    thread, came = moves(agent)
    agent._line._application_lives = lambda now: False  # type: ignore[method-assign]
    thread.join(20.0)
    assert came[0].error == "lease_lost"
    wait_until(lambda: not agent.observe().get("moving"))


def test_who_leaves_lets_go_of_it_though_the_disk_takes_no_changes(
    there: There, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = there.agent()
    agent._announced = tmp_path / "arm-7.running.json"

    def read_only(self: Path, missing_ok: bool = False) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as disk:
        disk.setattr(Path, "unlink", read_only)
        agent.close()
    assert there.agent("again").observe().get("alive")


def test_a_picture_is_brought_here(there: There) -> None:
    path = Path(str(there.agent().call("look", {}).value["path"]))
    assert path.parent == there.folder.parent / "agent" / "pictures"
    assert path.read_bytes().startswith(b"\x89PNG")


def test_a_bridge_that_is_not_served_says_so(installed: None, tmp_path: Path) -> None:
    config = {"driver": "kinematic", "settings": {}, "limits": {}}
    with load_bridge("arm").start(config, run_dir=tmp_path / "run") as world:  # type: ignore[attr-defined]
        world._line.ask("release", {}, 2.0)
        told = {"connect": world._line._dealer.getsockopt_string(32).rstrip("\0")}
        world._line._application_lives = lambda now: False
        with pytest.raises(BadInput, match="not served to agents elsewhere"):
            load_bridge("arm").start({**told, "operator": "", "name": "x"}, run_dir=tmp_path / "agent")
