"""Tensors and numbers in a folder, whole or not at all. No pickle. Needs torch."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from embodied.errors import BadInput

_TENSORS, _NUMBERS = "state.safetensors", "state.json"
BROKEN = (OSError, ValueError, KeyError, RuntimeError, SafetensorError)
"""What reading a state that is cut off, or another's, raises."""


def write(folder: Path, tensors: Mapping[str, torch.Tensor], numbers: Mapping[str, int]) -> None:
    """What was there before stays until it is replaced whole. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = {name: value.detach().contiguous().clone() for name, value in tensors.items()}
    try:
        save_file(whole, folder / f"{_TENSORS}.part")
    except SafetensorError as full:  # said by the library in its own way
        raise OSError(str(full)) from full
    os.replace(folder / f"{_TENSORS}.part", folder / _TENSORS)
    (folder / f"{_NUMBERS}.part").write_text(json.dumps(numbers))
    os.replace(folder / f"{_NUMBERS}.part", folder / _NUMBERS)


def read(folder: Path) -> tuple[dict[str, torch.Tensor], dict[str, int]]:
    """The inverse of `write`; raises one of `BROKEN`."""
    numbers: dict[str, int] = json.loads((folder / _NUMBERS).read_text())
    return load_file(folder / _TENSORS), numbers


def unreadable(folder: Path, broken: BaseException) -> BadInput:
    return BadInput(
        f"{folder}: the state of this training cannot be read: {broken}.",
        remedy="Start a new run without --resume.",
    )


def of_optimizer(name: str, optimizer: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    """Its moments, by names that begin with `name`."""
    states: dict[int, dict[str, Any]] = optimizer.state_dict()["state"]
    return {
        f"{name}/{index}/{key}": torch.as_tensor(value)
        for index, state in states.items()
        for key, value in state.items()
    }


def into_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, torch.Tensor]) -> None:
    """The inverse of `of_optimizer`, of names without the beginning."""
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in tensors.items():
        index, _, key = name.partition("/")
        state.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def under(prefix: str, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Those whose names begin so, without the beginning."""
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
