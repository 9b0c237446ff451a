"""A policy's file: ONNX, named by its hash, its observation and action specs inside. Needs onnxruntime only.

What builds the observation on a body is `embodied.arms.observation.Observer`, from the same spec.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

import numpy as np

from embodied.errors import BadInput
from embodied.learning.environment import Flat
from embodied.learning.errors import PolicyMismatch, need
from embodied.rewards.errors import BadSpec
from embodied.rewards.spec import ActionSpec, ObservationSpec

POLICY_VERSION: Final = 1


class Policy:
    """A policy to run: called with an observation, shape (n,), it gives an action within [-1, 1], shape (m,).

    Its network gives shape (batch, m), or (batch, k, m): the actions of the next k steps, first to last.

    Attributes:
        digest: SHA-256 of its file, as hex.
        observation, action: what it sees and does, in this order.
        step_seconds: how long one action lasts [s].
        chunk: k, for how many steps it decides at once; 1 for most.
    """

    def __init__(self, content: bytes, origin: str) -> None:
        need(("onnxruntime",), "A policy")
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as native

        broken = (native.Fail, native.InvalidArgument, native.InvalidGraph, native.InvalidProtobuf)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session: Any = onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
            told = self._session.get_modelmeta().custom_metadata_map
            if told["embodied.policy"] != str(POLICY_VERSION):
                raise ValueError(f"it is of version {told['embodied.policy']}, not {POLICY_VERSION}")
            self.observation = ObservationSpec.from_json(told["embodied.observation"])
            self.action = ActionSpec.from_json(told["embodied.action"])
            self.step_seconds = float(told["embodied.step_seconds"])
            self.chunk = self._checked_shapes()
        except (KeyError, ValueError, RuntimeError, BadSpec, *broken) as wrong:
            said = str(wrong).splitlines()[0]
            raise BadInput(
                f"{origin}: this is no policy of embodied: {said}.",
                remedy="Policies are the .onnx files that `embodied refine` writes.",
            ) from wrong
        self.digest = hashlib.sha256(content).hexdigest()

    def __call__(self, observation: Flat) -> Flat:
        action: Flat = self.actions(observation)[0]
        return action

    def actions(self, observation: Flat) -> Flat:
        """What to do in the next `chunk` steps, shape (chunk, m)."""
        row = np.asarray(observation, np.float32)[None]
        actions: Flat = self._session.run(None, {"observation": row})[0][0]
        return actions.reshape(self.chunk, -1)

    def refuse_other(self, observation: ObservationSpec, action: ActionSpec) -> None:
        """Raise `PolicyMismatch`, with the differences, if a body sees or does other things."""
        differences = (*self.observation.differences(observation), *self.action.differences(action))
        if differences:
            listed = "".join(f"\n    {one}" for one in differences)
            raise PolicyMismatch(
                "The policy was trained to see and do other things.", remedy=f"Train it anew:{listed}"
            )

    def _checked_shapes(self) -> int:
        """For how many steps its network decides at once."""
        (given,), (got,) = self._session.get_inputs(), self._session.get_outputs()
        shapes = (given.name, given.shape[1:]), (got.name, got.shape[1:][-1:])
        wanted = ("observation", [self.observation.size]), ("action", [self.action.size])
        chunk = got.shape[1] if len(got.shape) == 3 else 1
        if shapes != wanted or len(got.shape) not in (2, 3) or not isinstance(chunk, int):
            raise ValueError(f"its network has {shapes}, its specs say {wanted}")
        return chunk


def load_policy(path: Path, *, digest: str = "") -> Policy:
    """Read a policy's file.

    Args:
        digest: what its SHA-256 must begin with, "" for any.

    Raises:
        BadInput: there is none, it is another than its hash says, or no policy.
        NoTrainer: onnxruntime is not installed.
    """
    try:
        content = path.read_bytes()
    except OSError as gone:
        raise BadInput(f"{path}: {gone.strerror or gone}.", remedy="Name a policy's .onnx file.") from gone
    found = hashlib.sha256(content).hexdigest()
    if not found.startswith(digest):
        raise BadInput(
            f"{path} has the hash {found[:16]}, not {digest[:16]}: it was changed.",
            remedy="Restore the file, or train it anew.",
        )
    return Policy(content, str(path))
