"""A policy's network as an ONNX file of standard operators, with its specs inside. Needs torch and onnx."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from embodied.errors import EmbodiedError
from embodied.learning.policy import POLICY_VERSION, load_policy
from embodied.rewards.spec import ActionSpec, ObservationSpec

_TOLERANCE = 1e-4


def export(
    network: torch.nn.Module,
    path: Path,
    observation: ObservationSpec,
    action: ActionSpec,
    *,
    step_seconds: float,
) -> None:
    """Write the network, (batch, observation) to (batch, action); see that what was written does the same.

    Raises:
        EmbodiedError: the file does something else than the network.
    """
    drawn = np.random.default_rng(0).normal(size=(16, observation.size)).astype(np.float32)
    with BytesIO() as buffer:
        with warnings.catch_warnings():  # about the exporter itself, which is the one without extra packages
            warnings.simplefilter("ignore")
            torch.onnx.export(
                network,
                (torch.as_tensor(drawn[:1]),),
                buffer,
                input_names=["observation"],
                output_names=["action"],
                dynamic_axes={"observation": {0: "batch"}, "action": {0: "batch"}},
                opset_version=17,
                dynamo=False,
            )
        model = onnx.load_from_string(buffer.getvalue())
    told = {
        "embodied.policy": str(POLICY_VERSION),
        "embodied.observation": observation.to_json(),
        "embodied.action": action.to_json(),
        "embodied.step_seconds": repr(step_seconds),
    }
    for name, text in told.items():
        model.metadata_props.add(key=name, value=text)
    onnx.checker.check_model(model, full_check=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())
    _compare(network, path, drawn)


def _compare(network: torch.nn.Module, path: Path, drawn: NDArray[np.float32]) -> None:
    policy = load_policy(path)
    with torch.no_grad():
        wanted = network(torch.as_tensor(drawn)).numpy()
    apart = max(float(np.max(np.abs(policy(row) - one))) for row, one in zip(drawn, wanted, strict=True))
    if not apart <= _TOLERANCE:
        raise EmbodiedError(
            f"{path}: the file's actions differ from the network's by up to {apart:.3g}.",
            remedy="This is a mistake in embodied, or in the installed torch or onnxruntime.",
        )
