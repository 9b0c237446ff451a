"""Which arm it is, before it is asked: by its address or its port."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from embodied.arms.locking import ArmLock


def identity_of(driver: str, settings: Mapping[str, Any]) -> str:
    """The arm as its settings name it: "ur5e@robot.local"; "" where they name neither host nor port."""
    driver, settings = _innermost(driver, settings)
    if isinstance(host := settings.get("host"), str):
        return f"{driver}@{host.strip().lower()}"
    if isinstance(port := settings.get("port"), str):
        return f"{driver}@{os.path.realpath(port)}"
    return ""


def identities_of(driver: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """What to lock, so that nobody has the arm under another name: each address of its host.

    A host that nothing resolves is taken as it is written; its driver will not reach it either.
    """
    driver, settings = _innermost(driver, settings)
    if isinstance(host := settings.get("host"), str):
        return tuple(f"{driver}@{address}" for address in addresses_of(host))
    identity = identity_of(driver, settings)
    return (identity,) if identity else ()


def addresses_of(host: str) -> tuple[str, ...]:
    """The addresses of a host, in order, each written in one way; the host itself where there are none."""
    host = host.strip().lower()
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return (host,)
    return tuple(sorted({_in_one_way(str(entry[4][0])) for entry in found}))


def locked(identities: tuple[str, ...]) -> ExitStack:
    """The locks of an arm, all of them, held until the stack is closed. Raises BadInput, and then none is."""
    with ExitStack() as held:
        for identity in identities:
            held.callback(ArmLock(identity).release)
        return held.pop_all()


def _innermost(driver: str, settings: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The arm's own driver, where another stands around it."""
    while isinstance(arm := settings.get("arm"), Mapping):
        driver, settings = str(arm.get("driver", "")), arm.get("settings") or {}
    return driver, settings


def _in_one_way(address: str) -> str:
    plain = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(plain, "ipv4_mapped", None)
    return str(mapped or plain)
