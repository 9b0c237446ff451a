"""A training of SAC as tensors in a folder, and back: networks, optimisers, replay memory. Needs torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from stable_baselines3 import SAC

from embodied.learning.tensors import BROKEN, into_optimizer, of_optimizer, read, under, unreadable, write

_MEMORY: Final = ("observations", "next_observations", "actions", "rewards", "dones", "timeouts")


def save_state(model: SAC, folder: Path) -> None:
    """Write everything that `load_state` needs."""
    tensors = {f"policy/{name}": value for name, value in model.policy.state_dict().items()}
    for name, optimizer in _optimizers(model).items():
        tensors |= of_optimizer(name, optimizer)
    tensors["log_ent_coef"] = model.log_ent_coef
    memory: Any = model.replay_buffer
    size = memory.size()
    tensors |= {f"memory/{name}": torch.as_tensor(getattr(memory, name)[:size]) for name in _MEMORY}
    numbers = {"step": model.num_timesteps, "updates": model._n_updates, "position": memory.pos}
    write(folder, tensors, numbers)


def load_state(model: SAC, folder: Path) -> None:
    """Bring a new model to where the saved one was.

    Raises:
        BadInput: the state is not there, is cut off, or is that of other networks.
    """
    try:
        tensors, numbers = read(folder)
        model.policy.load_state_dict(under("policy/", tensors))
        for name, optimizer in _optimizers(model).items():
            into_optimizer(optimizer, under(f"{name}/", tensors))
        with torch.no_grad():
            model.log_ent_coef.copy_(tensors["log_ent_coef"])
        _load_memory(model.replay_buffer, under("memory/", tensors), numbers["position"])
        model.num_timesteps, model._n_updates = numbers["step"], numbers["updates"]
    except BROKEN as broken:
        raise unreadable(folder, broken) from broken


def _optimizers(model: SAC) -> dict[str, torch.optim.Optimizer]:
    return {
        "actor": model.policy.actor.optimizer,
        "critic": model.policy.critic.optimizer,
        "entropy": model.ent_coef_optimizer,
    }


def _load_memory(memory: Any, tensors: Mapping[str, torch.Tensor], position: int) -> None:
    for name in _MEMORY:
        stored = tensors[name].numpy()
        getattr(memory, name)[: len(stored)] = stored
    memory.pos = position
    memory.full = len(tensors["observations"]) == memory.buffer_size
