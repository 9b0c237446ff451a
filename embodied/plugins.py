"""What is installed, ours and strangers' alike: kinds of worlds, bridges and drivers of arms.

They register under the entry point groups `embodied.worlds`, `embodied.bridges` and `embodied.drivers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

from embodied.arms.driver import DriverPlugin
from embodied.errors import BadInput, SetupError, did_you_mean
from embodied.world import BridgePlugin, WorldPlugin

GROUP = "embodied.worlds"
BRIDGES = "embodied.bridges"
DRIVERS = "embodied.drivers"


def world_kinds() -> tuple[str, ...]:
    """The names of all installed kinds of worlds; imports none of them."""
    return tuple(sorted(_registered()))


def load_world(name: str) -> WorldPlugin:
    """The kind of world called `name`.

    Raises:
        BadInput: there is none of that name; the message has the nearest.
        SetupError: its package cannot be imported.
    """
    known = _registered()
    if name not in known:
        listed = (
            ", ".join(sorted(known)) or "none (is embodied-agent installed? `pip install -e .` in a checkout)"
        )
        raise BadInput(
            f"There is no kind of world {name!r}.",
            remedy=f"{did_you_mean(name, known)} Installed: {listed}.".strip(),
        )
    try:
        plugin: WorldPlugin = known[name].load()
    except (ImportError, AttributeError) as broken:
        raise SetupError(
            f"The world {name!r} ({known[name].value}) cannot be imported: {broken}.",
            remedy="Install what it needs, or uninstall the package that registers it.",
        ) from broken
    return plugin


def load_worlds() -> Mapping[str, WorldPlugin]:
    """All installed kinds of worlds, by name. Raises as `load_world` does."""
    return {name: load_world(name) for name in world_kinds()}


world_plugin = load_world


def load_bridge(name: str) -> BridgePlugin:
    """The kind of bridge called `name`; raises SetupError if it is not installed."""
    known = {point.name: point for point in entry_points(group=BRIDGES)}
    if name not in known:
        raise SetupError(f"The bridge {name!r} is not installed.", remedy="Install embodied-agent again.")
    plugin: BridgePlugin = known[name].load()
    return plugin


def load_driver(name: str) -> DriverPlugin:
    """The kind of arm called `name`.

    Raises:
        BadInput: there is none of that name; the message has the nearest.
        SetupError: its package cannot be imported.
    """
    known = {point.name: point for point in entry_points(group=DRIVERS)}
    if name not in known:
        raise BadInput(
            f"There is no driver {name!r}.",
            remedy=f"{did_you_mean(name, known)} Installed: {', '.join(sorted(known)) or 'none'}.".strip(),
        )
    try:
        plugin: DriverPlugin = known[name].load()
    except (ImportError, AttributeError) as broken:
        raise SetupError(
            f"The driver {name!r} ({known[name].value}) cannot be imported: {broken}.",
            remedy="Install what it needs: for our own arms `pip install 'embodied-agent[arm]'`.",
        ) from broken
    return plugin


def library_of(kind: str) -> str:
    """Whose skills a kind of world uses: its own, unless its plug-in names another's as `library`."""
    if kind not in _registered():
        return kind
    return str(getattr(load_world(kind), "library", kind))


def bridge_names() -> frozenset[str]:
    """The kinds of bridges that are installed."""
    return frozenset(point.name for point in entry_points(group=BRIDGES))


def driver_names() -> frozenset[str]:
    """The drivers of arms that are installed."""
    return frozenset(point.name for point in entry_points(group=DRIVERS))


def _registered() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}
