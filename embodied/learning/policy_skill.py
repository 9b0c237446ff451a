"""A policy that was kept, as a skill: a folder in the library's form, whose code brings the arm to where the
policy's episodes began and lets it act.

Everything is taken from the policy's own card, so a policy becomes a skill long after it was trained, too.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from embodied.condition import And, Condition, facts_in, parse
from embodied.learning.artefact import Artefact
from embodied.learning.whereabouts import conditions
from embodied.skills import Skill, load_skill
from embodied.skills.policies import CARD_FILE, POLICY_FILE, REWARD_FILE

FOLDER: Final = "skill"
ENDING: Final = "-learned"
LONGEST_NAME: Final = 64
TIMES_AS_LONG: Final = 2.0
"""The policy may take so many times as long as its episodes."""

_CODE: Final = '''\
"""{title}, by a policy that was trained for it: policy.onnx, of which policy.json tells."""
{posture}{known}

def {python_name}() -> SkillResult:
    """{title}. Afterwards {success}."""
{looked}{begin}    ran = run_policy(
        "{policy}",
        until="{success}",
        touch={touch},
        seconds={seconds:g},
    )
    if not ran.ok:
        return failed(ran.message)
    if ran.value["ended"] != "reached":
        return failed("it was not done when the policy's time was up")
    return done(steps=ran.value["steps"])
'''
_POSTURE: Final = '''
READY = [{joints}]
"""Where the policy's episodes began [rad]."""
'''
_KNOWN: Final = '''
KNOWN = {known}
"""Where things stood when it was trained, least and most by axis [m]: elsewhere it knows nothing."""
'''
_LOOKED: Final = """\
    for thing in KNOWN:
        spot = fact("pose", thing)
        if spot is None:
            return failed(f"nothing tells where the {thing} is")
        for axis in range(3):
            bounds = KNOWN[thing][axis]
            if spot[axis] < bounds[0] or spot[axis] > bounds[1]:
                return failed(f"the {thing} is not where this was learned: {'xyz'[axis]} is {spot[axis]} m, "
                    f"and it was learned from {bounds[0]} to {bounds[1]} m")
"""


def skill_of(artefact: Artefact, run: Path) -> Skill:
    """Write the skill's folder into a run's, and read it.

    Raises:
        BadSkill: the card does not give a skill.
    """
    card = json.loads(artefact.card.read_text(encoding="utf-8"))
    name = name_of(str(card["task"]))
    folder = run / FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "SKILL.md").write_text(_front(name, card, artefact), encoding="utf-8")
    (folder / "skill.py").write_text(_code(name, card), encoding="utf-8")
    shutil.copyfile(artefact.file, folder / POLICY_FILE)
    shutil.copyfile(artefact.card, folder / CARD_FILE)
    shutil.copyfile(artefact.reward, folder / REWARD_FILE)
    return load_skill(folder)


def name_of(task: str) -> str:
    """ "DrawerOpen" is drawer-open-learned."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", task).lower()
    slug = re.sub(r"[^a-z0-9]+", "-", words).strip("-") or "task"
    slug = slug if slug[0].isalpha() else f"do-{slug}"
    return slug[: LONGEST_NAME - len(ENDING)].strip("-") + ENDING


def touched(condition: Condition) -> list[str]:
    """The things that a condition names: whoever brings it about touches them."""
    return list(dict.fromkeys(key for fact in facts_in(condition) for key in fact.keys))


def _front(name: str, card: Mapping[str, Any], artefact: Artefact) -> str:
    condition = parse(str(card["success"]))
    parts = condition.parts if isinstance(condition, And) else (condition,)
    sentence = _sentence(card)
    description = f"{sentence}, by a policy that was trained for it: afterwards {card['success']}."
    metadata = {
        "embodied-world": str(card["world"]),
        "embodied-achieves": "; ".join(map(str, parts)),
        "embodied-needs": "; ".join(_needs(card)),
        "embodied-calls": "",
        "embodied-runtime": "policy",
        "embodied-policy": artefact.digest,
    }
    front = yaml.safe_dump(
        {"name": name, "description": description[:1024], "metadata": metadata},
        sort_keys=False,
        allow_unicode=True,
        width=1000,
    )
    trained = card["trained"]
    of_all = f" of {trained['of_steps']}" if "of_steps" in trained else ""
    return (
        f"---\n{front}---\n\n# {sentence}\n\n"
        f"Trained by {trained['trainer']}, beginning with {trained['began_with']}; the best checkpoint, at "
        f"step {trained['steps']}{of_all}, is kept. It succeeds on {artefact.measured.words} episodes of "
        f"seeds that training did not see. {POLICY_FILE} is the policy, {CARD_FILE} tells what it sees, does "
        "and was trained on, "
        f"{REWARD_FILE} is the reward.\n"
    )


def _needs(card: Mapping[str, Any]) -> list[str]:
    """What the start of its episodes asks for, and that things stand where they stood when it was trained."""
    asked = str(card["start"]["needs"])
    return [*([asked] if asked else []), *conditions(card.get("whereabouts", {}))]


def _code(name: str, card: Mapping[str, Any]) -> str:
    start, condition = card["start"], parse(str(card["success"]))
    calls = []
    posture = ""
    if start["joints"]:
        posture = _POSTURE.format(joints=", ".join(map(repr, start["joints"])))
        calls += ["home()", "move_joints(positions=READY)"]
    if start["gripper_width"] is not None:
        calls.append(f"open_gripper(width={start['gripper_width']!r})")
    begin = "".join(
        f"    begun = {call}\n    if not begun.ok:\n        return failed(begun.message)\n" for call in calls
    )
    boxes = card.get("whereabouts", {})
    known = {thing: [list(box[axis]) for axis in "xyz"] for thing, box in boxes.items()}
    return _CODE.format(
        title=_sentence(card),
        posture=posture,
        known=_KNOWN.format(known=json.dumps(known)) if known else "",
        looked=_LOOKED if known else "",
        python_name=name.replace("-", "_"),
        begin=begin,
        policy=card["policy"],
        success=str(condition),
        touch=json.dumps(touched(condition)),
        seconds=TIMES_AS_LONG * float(card["horizon"]) * float(card["step_seconds"]),
    )


def _sentence(card: Mapping[str, Any]) -> str:
    text = " ".join(str(card["sentence"]).split()).rstrip(".") or str(card["task"])
    plain = re.sub(r'["\\{}]', "", text)[:200]
    return plain[:1].upper() + plain[1:]
