"""Whether a policy fits an arm: what it sees and does, what it was trained with, and how the arm differs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import numpy as np

from embodied.arms.easing import JointLimits
from embodied.arms.identified import Identified
from embodied.arms.motion import ArmNow, motion_for
from embodied.arms.observation import Observer
from embodied.arms.trained import TrainedArm, kind_of
from embodied.errors import BadInput
from embodied.facts import Observation
from embodied.learning.policy import Policy, load_policy
from embodied.skills import Skill
from embodied.skills.policies import CARD_FILE, POLICY_FILE

RUNTIME: Final = "policy"
_WHOLE: Final = 1e-6
LATE_MS: Final = 10.0
GAIN: Final = 0.02
HYSTERESIS_RAD: Final = 0.002
"""What was identified and differs by less is not worth a word."""


def differences(
    skills: Sequence[Skill],
    details: Mapping[str, Any],
    seen: Observation,
    *,
    real: bool,
    identified: Identified | None = None,
) -> tuple[str, ...]:
    """How the arm differs from those that the policies among some skills were trained with.

    Args:
        skills: any; those of another runtime are passed over.
        details: what the arm's bridge said of itself.
        seen: the facts now.
        real: no simulator is behind it.
        identified: how its joints answer, where that was identified.

    Raises:
        BadInput: a policy is for another kind of arm, for other joints, its file was changed, what it sees or
            does is none of this arm's, or facts that it sees have no source here.
    """
    told = []
    for skill in skills:
        if skill.runtime == RUNTIME:
            found = _of(skill, details, seen, identified, real=real)
            told += [f"{skill.name}: {one}" for one in found]
    return tuple(told)


def _of(
    skill: Skill, details: Mapping[str, Any], seen: Observation, identified: Identified | None, *, real: bool
) -> list[str]:
    described = details["description"]
    card = _card(skill)
    policy = load_policy(skill.folder / POLICY_FILE, digest=skill.policy)
    told: list[str] = []
    if "arm" in card:
        trained = TrainedArm.read(card["arm"])
        trained.refuse_other(described)
        told += trained.differences(described, details.get("limits", {}))
        told += _physics(trained, details, real=real)
        told += answers(trained, identified, described)
    else:
        told.append("its card does not say with which arm it was trained, so nothing could be compared")
    _refuse_unfit(skill, policy, described)
    _refuse_blind(skill, policy, seen, described)
    return told


def _card(skill: Skill) -> Mapping[str, Any]:
    file = skill.folder / CARD_FILE
    try:
        card = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as broken:
        raise BadInput(f"{file} cannot be read: {broken}.", remedy="Restore it, or train anew.") from broken
    if not isinstance(card, dict) or card.get("policy") != skill.policy:
        raise BadInput(
            f"{file} is of another policy than {skill.name} runs ({skill.policy[:16]}).",
            remedy="Put the card back that came with it, or train anew.",
        )
    return card


def _physics(trained: TrainedArm, details: Mapping[str, Any], *, real: bool) -> list[str]:
    engine = trained.engine or "a simulator"
    if real:
        return [f"it was trained in simulation ({engine}), and this arm is real"]
    here = str(details.get("engine", ""))
    if here and trained.engine and here != trained.engine.partition(" ")[0]:
        return [f"physics are by {here}, in training by {engine}"]
    return []


def answers(trained: TrainedArm, identified: Identified | None, described: Mapping[str, Any]) -> list[str]:
    """How otherwise an arm's joints answer than in training, a sentence each.

    Args:
        identified: None where nothing was identified.
        described: the arm that is there, as `embodied.arms.describing.plain` tells it.
    """
    if identified is None or not identified.known:
        return []
    names = [joint.name for joint in identified.joints]
    if identified.kind != kind_of(str(described["name"])) or names != list(described["joint_names"]):
        return [f"what was identified is of another arm, {identified.kind}, and is not looked at"]
    told = []
    (least, most), (best, worst) = identified.late_ms, trained.late_ms
    if most > worst + LATE_MS:
        told.append(
            f"its joints run {least:.0f} to {most:.0f} ms behind their targets (identified "
            f"{identified.date[:10]}), in training {best:.0f} to {worst:.0f} ms; train with "
            "world.identified set to that file"
        )
    for what, off, worth in (
        ("rest apart from where they are sent, coming from either side", "hysteresis_rad", HYSTERESIS_RAD),
        ("go another way than they are sent", "gain", GAIN),
    ):
        found = {j.name: getattr(j, off) for j in identified.known}
        far = {n: v for n, v in found.items() if abs(v - (1.0 if off == "gain" else 0.0)) > worth}
        if far:
            unit = "times" if off == "gain" else "rad"
            told.append(f"joints {what}: {', '.join(f'{n} {v:g}' for n, v in far.items())} [{unit}]")
    return told


def _refuse_unfit(skill: Skill, policy: Policy, described: Mapping[str, Any]) -> None:
    """What it does must be what this arm does, in whole control periods."""
    period = float(described["control_period_s"])
    periods = round(policy.step_seconds / period)
    if periods < 1 or abs(periods * period - policy.step_seconds) > _WHOLE:
        raise BadInput(
            f"{skill.name} decides every {1000 * policy.step_seconds:g} ms, which is no whole number of this "
            f"arm's control periods of {1000 * period:g} ms.",
            remedy="Train it with steps that are, or set the driver's rate where it has one.",
        )
    vectors = {
        name: np.array(described[name], dtype=np.float64)
        for name in ("lower", "upper", "velocity", "acceleration")
    }
    limits = JointLimits(**vectors, period_s=period)
    nobody = cast(ArmNow, None)  # asked only when it moves
    width = float(described["gripper_width_max"])
    try:
        motion_for(policy.action, nobody, limits, policy.step_seconds, width)
        Observer(policy.observation, policy.step_seconds)
    except BadInput as wrong:
        raise BadInput(f"{skill.name} does not fit this arm: {wrong.message}", remedy=wrong.remedy) from wrong


def _refuse_blind(skill: Skill, policy: Policy, seen: Observation, described: Mapping[str, Any]) -> None:
    """Everything that it sees must be told here."""
    unknown = Observer(policy.observation, policy.step_seconds).missing(seen)
    if unknown:
        raise BadInput(
            f"{skill.name} cannot run on this {kind_of(str(described['name']))}: nothing there tells what "
            f"its policy sees: {', '.join(unknown)}.",
            remedy="Choose a scene that has it (--set world.scene=NAME), or another source.",
        )
