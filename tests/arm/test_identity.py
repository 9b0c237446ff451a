"""An arm that is named in two ways is one arm."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from embodied_arm.identity import addresses_of, identities_of, identity_of, locked

from embodied.errors import BadInput

NAMES = {
    "robot.local": ["192.168.1.5", "fe80::5%eth0"],
    "192.168.1.5": ["192.168.1.5"],
    "::ffff:192.168.1.5": ["::ffff:192.168.1.5"],
    "other.local": ["192.168.1.6"],
}


@pytest.fixture(autouse=True)
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBODIED_HOME", str(tmp_path))

    def resolve(host: str, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
        if host not in NAMES:
            raise socket.gaierror("unknown")
        return [(0, 0, 0, "", (address, 0)) for address in NAMES[host]]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def arm(host: str) -> dict[str, Any]:
    return {"arm": {"driver": "ur5e", "settings": {"host": host}}, "scene": "arm"}


@pytest.mark.parametrize("other", ["192.168.1.5", " Robot.LOCAL ", "::ffff:192.168.1.5"])
def test_an_arm_under_another_name_is_in_use(other: str) -> None:
    with locked(identities_of("table", arm("robot.local"))), pytest.raises(BadInput, match="in use"):
        locked(identities_of("ur5e", {"host": other}))
    locked(identities_of("ur5e", {"host": other})).close()


def test_another_arm_is_another() -> None:
    with locked(identities_of("ur5e", {"host": "robot.local"})):
        locked(identities_of("ur5e", {"host": "other.local"})).close()


def test_what_is_in_use_leaves_no_lock_behind() -> None:
    with locked(("ur5e@192.168.1.5",)), pytest.raises(BadInput):
        locked(("ur5e@free", *identities_of("ur5e", {"host": "robot.local"})))
    locked(("ur5e@free",)).close()


def test_a_host_that_nothing_resolves_is_taken_as_written() -> None:
    assert addresses_of("Nowhere.Local") == ("nowhere.local",)
    assert identities_of("ur5e", {"host": "nowhere.local"}) == ("ur5e@nowhere.local",)


def test_a_person_sees_the_name_that_was_written(tmp_path: Path) -> None:
    assert identity_of("table", arm("robot.local")) == "ur5e@robot.local"
    real = tmp_path / "ttyACM0"
    real.touch()
    link = tmp_path / "by-id"
    link.symlink_to(real)
    assert identities_of("so101", {"port": str(link)}) == (f"so101@{real}",)
    assert identities_of("twin", {}) == ()
