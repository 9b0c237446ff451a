"""Policies by hand, as small as can be: ONNX files of one matrix, with the specs that say what they do."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from onnx import TensorProto, helper, numpy_helper

from embodied.learning.artefact import Artefact, Measured, keep
from embodied.learning.policy import POLICY_VERSION
from embodied.rewards.spec import ActionSpec, Entry, ObservationSpec

HAND = Entry(
    "hand", (3,), "m", "world", (0.2, -0.5, 0.0), (0.8, 0.5, 0.6), "The grasp point.", "hand", "", "hand"
)
STEP_S = 0.04
MEANING = "Change of the grasp point's target: 1 is 0.02 m in a step of 0.04 s."
MOVE = Entry("move", (3,), "1", "world", -1.0, 1.0, MEANING)


def linear(
    weights: np.ndarray,
    bias: np.ndarray,
    observation: tuple[Entry, ...] = (HAND,),
    action: tuple[Entry, ...] = (MOVE,),
    *,
    step_seconds: float = STEP_S,
    chunk: int = 1,
) -> bytes:
    """A policy's file: action = clip(observation @ weights + bias), the same for all steps of a chunk."""
    shape = ["batch", bias.size] if chunk == 1 else ["batch", chunk, bias.size]
    nodes = [
        helper.make_node("MatMul", ["observation", "weights"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["sum" if chunk > 1 else "action"]),
    ]
    initial = [
        numpy_helper.from_array(np.asarray(weights, np.float32), "weights"),
        numpy_helper.from_array(np.asarray(bias, np.float32), "bias"),
    ]
    if chunk > 1:
        initial += [
            numpy_helper.from_array(np.array([1], np.int64), "axis"),
            numpy_helper.from_array(np.array([1, chunk, 1], np.int64), "times"),
        ]
        nodes += [
            helper.make_node("Unsqueeze", ["sum", "axis"], ["one"]),
            helper.make_node("Tile", ["one", "times"], ["action"]),
        ]
    graph = helper.make_graph(
        nodes,
        "policy",
        [helper.make_tensor_value_info("observation", TensorProto.FLOAT, ["batch", weights.shape[0]])],
        [helper.make_tensor_value_info("action", TensorProto.FLOAT, shape)],
        initial,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    told = {
        "embodied.policy": str(POLICY_VERSION),
        "embodied.observation": ObservationSpec(observation).to_json(),
        "embodied.action": ActionSpec(action).to_json(),
        "embodied.step_seconds": repr(step_seconds),
    }
    for name, text in told.items():
        model.metadata_props.add(key=name, value=text)
    content: bytes = model.SerializeToString()
    return content


def constant(*action: float, **more: Any) -> bytes:
    """Does the same whatever it sees."""
    size = sum(entry.size for entry in more.get("observation", (HAND,)))
    return linear(np.zeros((size, len(action))), np.array(action), **more)


def towards(x: float, y: float, z: float, gain: float = 20.0) -> bytes:
    """Brings the hand to a point and stays there."""
    return linear(-gain * np.eye(3), gain * np.array((x, y, z)))


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def artefact(content: bytes, folder: Path, **card: Any) -> Artefact:
    """A policy as a refinement keeps it."""
    file = folder / "trained.onnx"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    told: Mapping[str, Any] = {
        "task": "HandOver",
        "sentence": "Bring the hand to the place where things are handed over.",
        "success": "distance(hand, pose[hand_over]) < 0.1",
        "horizon": 60,
        "start": {"joints": [], "gripper_width": None, "needs": ""},
        "world": "tabletop",
        "environment": {},
        "trained": {"trainer": "nobody", "began_with": "nothing", "steps": 0},
        **card,
    }
    return keep(
        file,
        folder,
        Measured.of([True] * 100, range(100), 20.0),
        "def reward(now, action, before): ...\n",
        told,
    )
