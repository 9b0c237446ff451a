"""Beyond loopback a bridge needs keys, and talks to nobody else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from embodied.bridge.client import BridgeClient
from embodied.bridge.keys import ADMITTED, admit, admitted, bridge_keys, client_keys, make_pair, refuse
from embodied.bridge.server import BridgeServer
from embodied.cli.main import app
from embodied.errors import BadInput, BridgeLost
from tests.bridge.conftest import EchoBody


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """The arm's machine: it has a key, and admits the laptop's."""
    folder = tmp_path / "there"
    make_pair(folder, "arm")
    admit(folder, make_pair(tmp_path / "here", "laptop"))
    return folder


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return tmp_path / "here"


@pytest.fixture
def server(there: Path) -> Iterator[BridgeServer]:
    server = BridgeServer(EchoBody(), "tcp://0.0.0.0:*", keys=bridge_keys(there, "arm"))
    yield server
    server.stop()


def _reached(server: BridgeServer) -> str:
    return server.endpoint.replace("0.0.0.0", "127.0.0.1")


def test_whoever_has_the_keys_can_call(server: BridgeServer, there: Path, here: Path) -> None:
    with BridgeClient(_reached(server), keys=client_keys(here, "laptop", there / "arm.key")) as client:
        assert client.call("read", {}).ok


def test_without_keys_nobody_gets_in(server: BridgeServer) -> None:
    with pytest.raises(BridgeLost, match="do not know each other's keys"):
        BridgeClient(_reached(server))


def test_a_key_that_is_not_admitted_is_refused(server: BridgeServer, there: Path, here: Path) -> None:
    make_pair(here, "stranger")
    with pytest.raises(BridgeLost, match="do not know each other's keys"):
        BridgeClient(_reached(server), keys=client_keys(here, "stranger", there / "arm.key"))


def test_a_client_does_not_talk_to_another_bridge(server: BridgeServer, here: Path) -> None:
    other = make_pair(here, "other")
    with pytest.raises(BridgeLost, match="do not know each other's keys"):
        BridgeClient(_reached(server), keys=client_keys(here, "laptop", other))


def test_a_key_that_is_refused_again_connects_no_more(server: BridgeServer, there: Path, here: Path) -> None:
    make_pair(here, "second")
    admit(there, here / "second.key")
    keys = client_keys(here, "second", there / "arm.key")
    BridgeClient(_reached(server), keys=keys).close()
    refuse(there, "second")
    with pytest.raises(BridgeLost):
        BridgeClient(_reached(server), keys=keys)


def test_beyond_loopback_nothing_goes_without_keys() -> None:
    for endpoint in ("tcp://0.0.0.0:*", "tcp://arm.local:5600", "tcp://*:5600"):
        with pytest.raises(BadInput, match="needs keys"):
            BridgeServer(EchoBody(), endpoint)
        with pytest.raises(BadInput, match="needs keys"):
            BridgeClient(endpoint)


def test_a_bridge_that_admits_nobody_does_not_start(tmp_path: Path) -> None:
    make_pair(tmp_path, "arm")
    with pytest.raises(BadInput, match="nobody could talk"):
        bridge_keys(tmp_path, "arm")


def test_keys_are_never_replaced_and_never_readable_by_others(tmp_path: Path) -> None:
    public = make_pair(tmp_path, "arm")
    secret = tmp_path / "arm.key_secret"
    assert secret.stat().st_mode & 0o077 == 0
    with pytest.raises(BadInput, match="already"):
        make_pair(tmp_path, "arm")
    os.chmod(secret, 0o644)
    with pytest.raises(BadInput, match="read by others"):
        client_keys(tmp_path, "arm", public)


def test_what_is_no_key_is_not_admitted(tmp_path: Path) -> None:
    for name, text in (("empty.key", ""), ("words.key", "hello"), ("Bad Name.key", "")):
        (tmp_path / name).write_text(text)
        with pytest.raises(BadInput):
            admit(tmp_path, tmp_path / name)
    assert not (tmp_path / ADMITTED).exists()


def test_another_key_of_the_same_name_is_not_taken(tmp_path: Path) -> None:
    admit(tmp_path, make_pair(tmp_path / "one", "laptop"))
    with pytest.raises(BadInput, match="Another key"):
        admit(tmp_path, make_pair(tmp_path / "two", "laptop"))


def test_the_command_line_makes_lists_and_admits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBODIED_HOME", str(tmp_path))
    run = CliRunner()
    assert "no keys yet" in run.invoke(app, ["keys"]).output
    assert run.invoke(app, ["keys", "new", "arm"]).exit_code == 0
    theirs = make_pair(tmp_path / "theirs", "laptop")
    assert run.invoke(app, ["keys", "admit", str(theirs)]).exit_code == 0
    listed = run.invoke(app, ["keys"]).output
    assert "arm" in listed
    assert "laptop" in listed
    assert "secret" not in listed
    assert run.invoke(app, ["keys", "refuse", "laptop"]).exit_code == 0
    assert not admitted(tmp_path / "keys")
