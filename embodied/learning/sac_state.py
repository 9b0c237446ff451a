"""A training of SAC as tensors in a file, and back: networks, optimisers, replay memory. No pickle."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from stable_baselines3 import SAC

from embodied.errors import BadInput

_TENSORS, _NUMBERS = "state.safetensors", "state.json"
_MEMORY: Final = ("observations", "next_observations", "actions", "rewards", "dones", "timeouts")


def save_state(model: SAC, folder: Path) -> None:
    """Write everything that `load_state` needs; what was there before stays until it is replaced whole."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {f"policy/{name}": value for name, value in model.policy.state_dict().items()}
    for name, optimizer in _optimizers(model).items():
        for index, state in optimizer.state_dict()["state"].items():
            tensors |= {f"{name}/{index}/{key}": torch.as_tensor(value) for key, value in state.items()}
    tensors["log_ent_coef"] = model.log_ent_coef
    memory: Any = model.replay_buffer
    size = memory.size()
    tensors |= {f"memory/{name}": torch.as_tensor(getattr(memory, name)[:size]) for name in _MEMORY}
    whole = {name: value.detach().contiguous().clone() for name, value in tensors.items()}
    save_file(whole, folder / f"{_TENSORS}.part")
    os.replace(folder / f"{_TENSORS}.part", folder / _TENSORS)
    numbers = {"step": model.num_timesteps, "updates": model._n_updates, "position": memory.pos}
    (folder / f"{_NUMBERS}.part").write_text(json.dumps(numbers))
    os.replace(folder / f"{_NUMBERS}.part", folder / _NUMBERS)


def load_state(model: SAC, folder: Path) -> None:
    """Bring a new model to where the saved one was.

    Raises:
        BadInput: the state is not there, is cut off, or is that of other networks.
    """
    try:
        numbers = json.loads((folder / _NUMBERS).read_text())
        tensors = load_file(folder / _TENSORS)
        model.policy.load_state_dict(_under("policy/", tensors))
        for name, optimizer in _optimizers(model).items():
            _load_optimizer(optimizer, _under(f"{name}/", tensors))
        with torch.no_grad():
            model.log_ent_coef.copy_(tensors["log_ent_coef"])
        _load_memory(model.replay_buffer, _under("memory/", tensors), numbers["position"])
        model.num_timesteps, model._n_updates = numbers["step"], numbers["updates"]
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as broken:
        raise BadInput(
            f"{folder}: the state of this training cannot be read: {broken}.",
            remedy="Start a new run without --resume.",
        ) from broken


def _optimizers(model: SAC) -> dict[str, torch.optim.Optimizer]:
    return {
        "actor": model.policy.actor.optimizer,
        "critic": model.policy.critic.optimizer,
        "entropy": model.ent_coef_optimizer,
    }


def _load_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, torch.Tensor]) -> None:
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in tensors.items():
        index, _, key = name.partition("/")
        state.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def _load_memory(memory: Any, tensors: Mapping[str, torch.Tensor], position: int) -> None:
    for name in _MEMORY:
        stored = tensors[name].numpy()
        getattr(memory, name)[: len(stored)] = stored
    memory.pos = position
    memory.full = len(tensors["observations"]) == memory.buffer_size


def _under(prefix: str, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
