"""Keys for a bridge that listens on more than this machine: CURVE (curvezmq.org), as ZMQ has it.

Each side has a pair. The bridge knows the public keys that may talk to it, and the client knows the bridge's:
neither talks to anybody else, and what is said can be read by nobody else. The files are ZMQ's certificates,
`NAME.key` (public, to be handed out) and `NAME.key_secret` (stays where it was made), in one folder; the
public keys that a bridge admits lie in the folder `admitted` beside them.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import zmq

from embodied.errors import BadInput, did_you_mean

ADMITTED: Final = "admitted"
REFUSED: Final = (
    zmq.EVENT_HANDSHAKE_FAILED_AUTH
    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
    | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
)
"""What ZMQ's monitor tells of a handshake that failed."""
NOT_ADMITTED: Final = (
    "the two sides do not know each other's keys (`embodied keys`): the bridge must admit this client's, "
    "and this client must have been given that bridge's"
)
RECHECK_S: Final = 0.5
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_Z85: Final = re.compile(r"[0-9A-Za-z.\-:+=^!/*?&<>()\[\]{}@%$#]{40}")
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class BridgeKeys:
    """What a bridge needs to listen beyond loopback.

    Attributes:
        public, secret: its own pair, Z85 text.
        folder: where the public keys of those who may talk to it lie. It is read at each connection and, by
            `Owners`, while one is open: one that is taken out can connect no more, and is heard no more.
    """

    public: bytes
    secret: bytes = field(repr=False)
    folder: Path

    def callback(self, domain: str, key: bytes) -> bool:
        """Whether a public key may talk to this bridge: ZMQ's authenticator asks at each connection."""
        return key in admitted(self.folder).values()

    def owner(self, key: bytes) -> str:
        """Whose public key it is, in words that are another's for no other key: "laptop [kX3…]"."""
        name = next((name for name, known in admitted(self.folder).items() if known == key), "nobody")
        return f"{name} [{key[:12].decode(errors='replace')}]"


class Owners:
    """Whose keys frames come with, over connections that are open: a key that is refused meanwhile is heard
    no more, `RECHECK_S` later at most.

    Args:
        keys: None on loopback, where everybody is heard.
    """

    def __init__(self, keys: BridgeKeys | None, now: Callable[[], float] = time.monotonic) -> None:
        self._keys, self._now = keys, now
        self._known: dict[str, str | None] = {}
        self._until = 0.0

    def of(self, key: str) -> str | None:
        """In words; "" without keys; None for a key that is not admitted any more."""
        if self._keys is None:
            return ""
        if self._now() >= self._until:
            self._known.clear()
            self._until = self._now() + RECHECK_S
        if key not in self._known:
            public = key.encode()
            self._known[key] = self._keys.owner(public) if self._keys.callback("", public) else None
        return self._known[key]


@dataclass(frozen=True)
class ClientKeys:
    """What a client needs to talk to such a bridge: its own pair, and the bridge's public key; Z85 text."""

    public: bytes
    secret: bytes = field(repr=False)
    bridge: bytes


def make_pair(folder: Path, name: str) -> Path:
    """Make a pair of keys; returns the public key's file.

    Raises:
        BadInput: the name cannot be used, or there are keys of that name: they are never replaced.
    """
    from zmq.auth import create_certificates  # brings asyncio along; most commands need no keys

    _check_name(name)
    existing = [path for path in (folder / f"{name}.key", folder / f"{name}.key_secret") if path.exists()]
    if existing:
        raise BadInput(
            f"There is a key {name!r} already: {existing[0]}.",
            remedy="Choose another name, or remove the file yourself if nobody uses it.",
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    before = os.umask(0o077)  # not readable by others for even a moment
    try:
        public, _ = create_certificates(folder, name)
    finally:
        os.umask(before)
    return Path(public)


def admit(folder: Path, public_key: Path) -> Path:
    """Let whoever has this key's secret half talk to our bridges. Returns our copy. Raises BadInput."""
    name = public_key.name.removesuffix(".key")
    _check_name(name)
    key, _ = _read(public_key)
    copy = folder / ADMITTED / f"{name}.key"
    if copy.exists() and _read(copy)[0] != key:
        raise BadInput(
            f"Another key is admitted as {name!r}: {copy}.",
            remedy=f"Rename one of the files, or `embodied keys refuse {name}` first.",
        )
    copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = copy.with_suffix(".part")
    part.write_text(public_key.read_text(encoding="utf-8"), encoding="utf-8")
    part.replace(copy)
    return copy


def refuse(folder: Path, name: str) -> None:
    """Admit a key no more. Raises BadInput if none of that name was."""
    known = admitted(folder)
    if name not in known:
        hint = did_you_mean(name, known) or f"There are: {', '.join(sorted(known)) or 'none'}."
        raise BadInput(f"No key {name!r} is admitted.", remedy=hint)
    (folder / ADMITTED / f"{name}.key").unlink()


def admitted(folder: Path) -> dict[str, bytes]:
    """Public keys that our bridges admit, by name. One that cannot be read admits nobody."""
    found: dict[str, bytes] = {}
    for path in sorted((folder / ADMITTED).glob("*.key")):
        try:
            found[path.stem] = _read(path)[0]
        except BadInput:
            continue
    return found


def pairs(folder: Path) -> dict[str, bytes]:
    """Our own pairs: public keys by name."""
    secrets = {path.name.removesuffix(".key_secret") for path in folder.glob("*.key_secret")}
    return {name: _read(folder / f"{name}.key")[0] for name in sorted(secrets)}


def bridge_keys(folder: Path, name: str) -> BridgeKeys:
    """What a bridge listens with. Raises BadInput if the pair cannot be used, or nobody is admitted."""
    public, secret = _pair(folder, name)
    if not admitted(folder):
        raise BadInput(
            "No key is admitted, so nobody could talk to this bridge.",
            remedy="On the other machine `embodied keys new NAME`; bring NAME.key here, and "
            "`embodied keys admit NAME.key`.",
        )
    return BridgeKeys(public, secret, folder)


def client_keys(folder: Path, name: str, bridge: Path | str) -> ClientKeys:
    """What a client talks with.

    Args:
        name: of its own pair.
        bridge: the bridge's public key: its file `NAME.key`, or its 40 characters.

    Raises:
        BadInput: one of them cannot be read, or the secret one can be read by others.
    """
    public, secret = _pair(folder, name)
    path = Path(bridge).expanduser()
    if isinstance(bridge, str) and _Z85.fullmatch(bridge) and not path.exists():
        return ClientKeys(public, secret, bridge.encode())
    return ClientKeys(public, secret, _read(path)[0])


def only_pair(folder: Path, name: str = "") -> str:
    """The name of our own pair that is meant: `name`, or the only one there is. Raises BadInput."""
    known = sorted(pairs(folder))
    if name or len(known) == 1:
        return name or known[0]
    if not known:
        raise BadInput("There is no key of our own yet.", remedy="Make one:  embodied keys new NAME")
    raise BadInput(
        f"There are several keys of our own: {', '.join(known)}.", remedy="Say which is meant, by its name."
    )


def _pair(folder: Path, name: str) -> tuple[bytes, bytes]:
    path = folder / f"{name}.key_secret"
    if not path.exists():
        known = [found.name.removesuffix(".key_secret") for found in sorted(folder.glob("*.key_secret"))]
        raise BadInput(
            f"There is no key {name!r} in {folder}.",
            remedy=did_you_mean(name, known) or f"Make it with `embodied keys new {name}`.",
        )
    if os.name == "posix" and path.stat().st_mode & _OTHERS:
        raise BadInput(f"{path} can be read by others.", remedy=f"chmod 600 '{path}', or make a new pair.")
    public, secret = _read(path)
    if secret is None:
        raise BadInput(f"{path} holds no secret key.", remedy="Make a new pair with `embodied keys new`.")
    return public, secret


def _read(path: Path) -> tuple[bytes, bytes | None]:
    from zmq.auth import load_certificate

    try:
        public, secret = load_certificate(path)
    except (OSError, ValueError) as wrong:
        raise BadInput(
            f"{path} is no key: {wrong}.", remedy="Keys are the .key files that `embodied keys new` makes."
        ) from wrong
    if len(public) != 40:
        raise BadInput(f"{path} is no key.", remedy="Keys are the .key files that `embodied keys new` makes.")
    return public, secret


def _check_name(name: str) -> None:
    if not _NAME.match(name) or len(name) > 64:
        raise BadInput(
            f"A key cannot be called {name!r}.", remedy="Use lower-case letters, digits and single hyphens."
        )
