"""Why a request is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from embodied.errors import BadInput
from embodied.primitives import PrimitiveSpec, finite


def refusal(code: str, message: str, data: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """The body of a result that refuses or failed."""
    error: dict[str, Any] = {"code": code, "message": message}
    if data is not None:
        error["data"] = data
    return {"ok": False, "error": error}


def wrong_arguments(spec: PrimitiveSpec, args: Any) -> str:
    """What is wrong with the arguments, or the empty string."""
    if not isinstance(args, Mapping):
        return f"{spec.name}(): args must be a map"
    if not finite(args):
        return f"{spec.name}(): numbers must be finite"
    try:
        spec.check_args(args)
    except BadInput as wrong:
        return str(wrong)
    return ""
