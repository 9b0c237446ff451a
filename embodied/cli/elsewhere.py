"""What is not there for one kind of world, and is for another: which one is meant?"""

from __future__ import annotations

from embodied.errors import BadLibrary, BadRule, EmbodiedError, did_you_mean
from embodied.library import LibraryStore, open_library
from embodied.plugins import library_of, load_world, world_kinds
from embodied.rules.keeping import understand


def refuse_unknown(store: LibraryStore, name: str, world: str) -> None:
    """Raises BadLibrary for a skill that only other worlds have, and says which."""
    alike = {name, name.replace("_", "-")}
    if alike & set(store.names):
        return
    libraries = sorted({library_of(kind) for kind in world_kinds()} - {world})
    others = [one for one in libraries if alike & set(open_library(one).names)]
    if not others:
        near = {one: did_you_mean(name, open_library(one).names) for one in (world, *libraries)}
        found = [f"For {one}: {hint}" for one, hint in near.items() if hint]
        if found:
            raise BadLibrary(f"There is no skill {name!r} for any world.", remedy=" ".join(found))
    else:
        raise BadLibrary(
            f"There is no skill {name!r} for {world}; there is one for {' and '.join(others)}.",
            remedy=f"Say which world: --world {others[0]}.",
        )


def hint_of_rule(text: str, world: str, unclear: BadRule) -> BadRule:
    """The error of a rule, which names the worlds for which it is understood where it is not for this one."""
    if _fits(text, world):
        return unclear
    others = [kind for kind in world_kinds() if library_of(kind) != library_of(world) and _fits(text, kind)]
    if not others:
        return unclear
    return BadRule(
        f"{unclear.message.rstrip('.')} for {world}; for {' and '.join(others)} it is understood.",
        remedy=f"Say which world: --world {others[0]}.",
    )


def _fits(text: str, kind: str) -> bool:
    try:
        understand(text, load_world(kind).spec({}))
    except (EmbodiedError, ImportError):
        return False
    return True
