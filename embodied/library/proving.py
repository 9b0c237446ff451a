"""A gate for the library of a kind of world, in worlds of its own."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from embodied.errors import BadInput
from embodied.library.gate import Gate
from embodied.library.grades import Grade
from embodied.library.store import LibraryStore
from embodied.plugins import load_world
from embodied.rules import Rule, rules_for
from embodied.skills import Skill
from embodied.skills.loading import load_skill


def make_gate(
    store: LibraryStore,
    run_dir: Path,
    *,
    kind: type[Gate] = Gate,
    fast: bool = True,
    settings: Mapping[str, Any] | None = None,
    step_retries: int = 3,
    rules: Sequence[str | Rule] = (),
    on_progress: Callable[[str], None] = lambda line: None,
    stop: threading.Event | None = None,
) -> Gate:
    """The gate of a library.

    Args:
        kind: what to make: the gate, or its rehearsal, which records nothing.
        fast: shortened waiting, where the world offers it; part of the evidence.
        settings: others of the launch file's [world] table.
        step_retries: of its [agent] table.
        rules: in force beside those that are kept for the kind of world.
    """
    plugin = load_world(store.world)
    offered = plugin.settings_schema["properties"]
    chosen = {**(settings or {}), **({"fast": True} if fast and "fast" in offered else {})}
    spec = plugin.spec(chosen)
    in_force = rules_for(spec, rules)
    run_dir.mkdir(parents=True, exist_ok=True)
    return kind(
        lambda folder: plugin.simulation(chosen, folder),
        spec,
        store,
        run_dir=run_dir,
        how="fast" if chosen.get("fast") else "",
        scene=_scene(str(chosen.get("scene") or "")),
        rules=in_force,
        step_retries=step_retries,
        on_progress=on_progress,
        stop=stop,
    )


def _scene(named: str) -> str:
    """What tells one scene from another: the name of one that is packaged; of a file what it says, wherever
    it lies, as each gate of a task writes its own."""
    file = Path(named)
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16] if named and file.is_file() else named


def called_first(store: LibraryStore, names: list[str]) -> list[str]:
    """In an order in which a skill comes after those that it calls."""
    calls = {}
    for name in names:
        lines = store.history(name)
        calls[name] = set(lines[-1].version.calls) & set(names) if lines else set()
    ordered: list[str] = []
    while calls:
        ready = [name for name, called in calls.items() if not called - set(ordered)] or list(calls)
        ordered += ready
        for name in ready:
            del calls[name]
    return ordered


def to_prove(store: LibraryStore, name: str) -> Skill:
    """The version of a skill that verifying it means: what lies changed in its folder, else the version in
    use, else the newest. Raises `BadSkill` with file, line and mend if what lies there cannot be read."""
    lying = store.lying(name)
    if lying is not None:
        store.add(lying, origin="hand", why="found in the folder", quarantine="found in the folder")
        return lying
    if name in store.problems():
        load_skill(store.folder / name)  # raises; the stored version is not what was meant
    if store.grade(name).usable:
        versions = store.history(name)
        newest = versions[-1]
        if not newest.in_use and newest.grade in (Grade.TRIAL, Grade.QUARANTINED, Grade.SUSPECT):
            return store.get(name, newest.hash)
        return store.get(name)
    history = store.history(name)
    if not history:
        raise BadInput(f"{name}: there is nothing to verify.", remedy="`embodied skills list` shows all.")
    return store.get(name, history[-1].hash)
