"""An arm's description as plain data: a bridge tells it, a rehearsal is made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from embodied.arms.driver import ArmDescription
from embodied.errors import BadInput


def plain(description: ArmDescription) -> dict[str, Any]:
    """Values that msgpack and JSON can carry."""
    told = {field.name: getattr(description, field.name) for field in fields(description)}
    return {**told, "model": str(description.model), "capabilities": sorted(description.capabilities)}


def description_from(told: Mapping[str, Any]) -> ArmDescription:
    """What `plain` gave. Raises BadInput if it is something else."""
    names = {field.name for field in fields(ArmDescription)}
    if set(told) != names:
        differ = ", ".join(sorted(set(told) ^ names))
        raise BadInput(f"This describes no arm: {differ}.", remedy="Take what the arm's bridge told.")
    values: dict[str, Any] = {
        n: tuple(value) if isinstance(value, list) else value for n, value in told.items()
    }
    values |= {"model": Path(told["model"]), "capabilities": frozenset(told["capabilities"])}
    return ArmDescription(**values)
