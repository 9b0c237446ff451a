"""Is everything in place? Each check looks at one thing and says how to mend it. Nothing is changed."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from embodied import node
from embodied.errors import EmbodiedError, SetupError
from embodied.plugins import load_world
from embodied.world import Check

DISTRIBUTION = "embodied-agent"
OLDEST_PYTHON = (3, 11)
DISK_NEEDED_GB = 1.5
CONNECT_TIMEOUT_S = 3.0


def examine(kind: str, settings: Mapping[str, Any], *, pins: Path | None = None) -> Iterator[Check]:
    """Every check for a world of `kind` with these settings; `pins` is a constraints file to compare with."""
    yield check_python()
    yield from check_packages(pins)
    yield check_cache()
    yield check_disk()
    if "port" in settings or "host" in settings:
        yield from check_address(settings)
    yield from check_world(kind)


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Check:
    shown = ".".join(map(str, version))
    ok = version >= OLDEST_PYTHON
    mend = "" if ok else "Install Python 3.11 or newer (https://python.org), then run launch/start."
    return Check("Python", ok, shown, mend)


def check_packages(pins: Path | None = None) -> Iterator[Check]:
    """Each required package is there; where pins are given, versions that differ are remarked."""
    try:
        wanted = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        yield Check("packages", False, f"{DISTRIBUTION} is not installed", "Run launch/start.")
        return
    pinned = _pins(pins)
    missing, moved, count = [], [], 0
    for requirement in wanted:
        if "extra ==" in requirement:
            continue
        name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        count += 1
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(name)
            continue
        if pinned.get(_plain(name), version) != version:
            moved.append(f"{name} {version} (pinned {pinned[_plain(name)]})")
    if missing:
        yield Check("packages", False, f"missing: {', '.join(missing)}", f"pip install {' '.join(missing)}")
    elif moved:
        yield Check(
            "packages", False, "; ".join(moved), "Run launch/start to get the pinned ones.", needed=False
        )
    else:
        yield Check("packages", True, f"{count} required, all there")


def check_node() -> Check:
    """For worlds that need Node: their plugin's `doctor` yields it."""
    try:
        found = node.find_node()
    except SetupError as wrong:
        return Check("Node", False, wrong.message, wrong.remedy)
    version = node.node_version(found)
    return Check("Node", True, f"{'.'.join(map(str, version or ()))} at {found}")


def check_javascript() -> Iterator[Check]:
    """The npm parts of installed worlds and bridges; they are installed at first use. For worlds that need
    Node: their plugin's `doctor` yields it."""
    for folder in javascript_packages():
        try:
            installed = node.installed(folder)
        except SetupError as broken:
            yield Check(f"npm parts of {folder.parent.name}", False, broken.message, broken.remedy)
            continue
        detail = (
            "installed" if installed else "not yet installed; the first run does it (network, about a minute)"
        )
        yield Check(f"npm parts of {folder.parent.name}", installed, detail, needed=False)


def javascript_packages() -> list[Path]:
    """Folders with a package.json inside the packages that registered a world or a bridge."""
    modules = {
        entry.module.partition(".")[0]
        for group in ("embodied.worlds", "embodied.bridges")
        for entry in metadata.entry_points(group=group)
    }
    found = set()
    for module in modules:
        spec = find_spec(module)
        if spec is not None and spec.origin:
            found |= {manifest.parent for manifest in Path(spec.origin).parent.glob("*/package.json")}
    return sorted(found)


def check_cache() -> Check:
    folder = node.cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as refused:
        mend = f"Make {folder} writable, or set EMBODIED_CACHE to another folder."
        return Check("user cache", False, f"{folder}: {refused.strerror}", mend)
    return Check("user cache", True, str(folder))


def check_disk() -> Check:
    folder = node.cache_folder()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 1e9
    ok = free >= DISK_NEEDED_GB
    mend = "" if ok else f"Free {DISK_NEEDED_GB} GB, or set EMBODIED_CACHE to a roomier disk."
    return Check("disk", ok, f"{free:.1f} GB free for the cache", mend)


def check_address(settings: Mapping[str, Any]) -> Iterator[Check]:
    """A server of the user's own can be reached, or the port asked for is free, or any port is."""
    host, port = str(settings.get("host") or ""), int(settings.get("port") or 0)
    if host:
        yield _reachable(host, port or 25565)
        return
    try:
        with closing(socket.socket()) as probe:
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            free = probe.getsockname()[1]
    except OSError as taken:
        mend = "End the program that holds it, or set [world] port = 0 to take any free one."
        yield Check("port", False, f"127.0.0.1:{port}: {taken.strerror}", mend)
        return
    yield Check("port", True, f"127.0.0.1:{free} is free")


def check_world(kind: str) -> Iterator[Check]:
    """The world's plugin loads, and what it checks itself."""
    try:
        plugin = load_world(kind)
        yield Check(f"world {kind}", True, "loads")
        yield from plugin.doctor()
    except EmbodiedError as broken:
        yield Check(f"world {kind}", False, broken.message, broken.remedy)


def _reachable(host: str, port: int) -> Check:
    try:
        with closing(socket.create_connection((host, port), timeout=CONNECT_TIMEOUT_S)):
            return Check("server", True, f"{host}:{port} answers")
    except OSError as refused:
        mend = (
            "Start the server, or correct [world] host and port; without host, the embedded server is used."
        )
        return Check("server", False, f"{host}:{port}: {refused.strerror or refused}", mend)


def _pins(path: Path | None) -> dict[str, str]:
    if path is None or not path.is_file():
        return {}
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return {_plain(name): version for name, _, version in (line.partition("==") for line in lines) if version}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
