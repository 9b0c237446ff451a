"""An arm that stands beside another machine: `[world.remote]` of a launch file.

Both machines have a launch file for the arm. The one beside the arm decides; what the other says is compared
with it when its agent connects, and its limits may only be tighter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from embodied.arms.locking import arms_folder
from embodied.arms.running import RunningArm
from embodied.bridge.keys import client_keys, only_pair
from embodied.errors import BadInput
from embodied_tabletop.scenefile import load_scene

if TYPE_CHECKING:
    from embodied_tabletop.real.world import Settings

SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "default": {},
    "properties": {
        "endpoint": {
            "type": "string",
            "minLength": 1,
            "description": "tcp://HOST:PORT, where the machine beside the arm serves it.",
        },
        "server_key": {
            "type": "string",
            "default": "",
            "description": "That machine's public key: its file NAME.key, or the 40 characters in it.",
        },
        "key": {
            "type": "string",
            "default": "",
            "description": "Which of our own keys to show; empty: the only one (`embodied keys`).",
        },
    },
}
LOOPBACK: Final = ("127.0.0.1", "::1")
HOW: Final = (
    "On each machine `embodied keys new NAME`; bring each NAME.key to the other; there "
    '`embodied keys admit LAPTOP.key`, here server_key = "ARM.key".'
)
BESIDE: Final = "That belongs to the machine beside the arm: leave it out here."


def keys_folder() -> Path:
    """Where `embodied keys` keeps them."""
    return arms_folder().parent / "keys"


def operator_endpoint(endpoint: str) -> str:
    """Where a served arm hears its operator: the port after the bridge's. Raises BadInput."""
    parts = urlsplit(endpoint)
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme != "tcp" or not parts.hostname or not port or port > 65534:
        raise BadInput(
            f"{endpoint!r} is not of the form tcp://HOST:PORT.",
            remedy="For instance tcp://192.168.1.20:5600; the port after it is the operator's.",
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"tcp://{host}:{port + 1}"


def keys_of(settings: Settings) -> dict[str, str]:
    """What to show at the arm's machine, {folder, name, bridge}; nothing on loopback without a key.

    Raises BadInput, with what to do, where a key is missing or cannot be used.
    """
    remote = settings.remote
    endpoint, bridge = str(remote.get("endpoint", "")), str(remote.get("server_key", ""))
    operator_endpoint(endpoint)
    if not bridge:
        if urlsplit(endpoint).hostname in LOOPBACK:
            return {}
        raise BadInput(f"[world.remote] server_key is missing: {endpoint} is another machine.", remedy=HOW)
    name = only_pair(keys_folder(), str(remote.get("key", "")))
    client_keys(keys_folder(), name, bridge)  # what is wrong is told here
    return {"folder": str(keys_folder()), "name": name, "bridge": bridge}


def refuse_beside(settings: Settings) -> None:
    """Raise BadInput for what this machine says and only the one beside the arm can."""
    for name, told in (("connection", settings.connection), ("camera", settings.camera)):
        if told:
            raise BadInput(f"[world.{name}] and [world.remote] stand in one launch file.", remedy=BESIDE)


def remote_config(settings: Settings) -> dict[str, Any]:
    """What the arm's bridge is connected with. Raises BadInput."""
    refuse_beside(settings)
    endpoint = str(settings.remote["endpoint"])
    return {
        "connect": endpoint,
        "operator": operator_endpoint(endpoint),
        "keys": keys_of(settings),
        "name": settings.name,
        "terms": terms_of(settings),
        "limits": dict(settings.limits),
    }


def operator_of(settings: Settings) -> RunningArm | None:
    """Where a person stops an arm that is elsewhere; None for one of this machine. Raises BadInput."""
    if not settings.elsewhere:
        return None
    return RunningArm(
        name=settings.name,
        arm=settings.name,
        identity=str(settings.remote["endpoint"]),
        pid=0,
        endpoint=operator_endpoint(str(settings.remote["endpoint"])),
        token="",
        run_dir="",
        since=0.0,
        keys=keys_of(settings),
    )


def terms_of(settings: Settings) -> dict[str, Any]:
    """What both launch files must agree on, as plain data, by name."""
    scene = load_scene(settings.scene)
    placed: tuple[Any, ...] = (*scene.objects, *scene.marked, *scene.targets)
    things = {one.name: one for one in placed}
    said = {"tool": dict(settings.tool), "setup": dict(settings.setup)}
    return {
        "driver": settings.driver,
        "arm": settings.arm,
        "simulator": settings.simulator,
        "objects": settings.objects,
        "seed": settings.seed,
        "scene": {name: _listed(asdict(thing)) for name, thing in things.items()},
        **{name: value for name, value in said.items() if value},
    }


def as_served(settings: Settings, details: Mapping[str, Any]) -> Settings:
    """These settings with the limits and the tool that hold at the arm: what a rehearsal is held to."""
    served = details.get("served")
    if not served:
        return settings
    tool = settings.tool or served["tool"]
    return replace(settings, limits=served["limits"], tool=tool, remote={})


def _listed(value: Any) -> Any:
    """With lists for tuples, as it comes over the wire."""
    if isinstance(value, Mapping):
        return {str(key): _listed(part) for key, part in value.items()}
    return [_listed(part) for part in value] if isinstance(value, tuple | list) else value
