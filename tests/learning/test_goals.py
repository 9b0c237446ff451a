"""Goals of a scene as tasks: found by their sentence or by a condition, refused with what is missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from embodied.condition import Condition, alternatives, expanded, parse
from embodied.errors import BadCondition
from embodied.facts import FactFamily, FactSource, Observation
from embodied.learning.choosing import choose_task
from embodied.learning.environment import TrainingTask
from embodied.learning.errors import NoCondition, UnknownTask
from embodied.learning.goals import name_of
from embodied.methods import Vocabulary
from embodied.phrases import Exclusion, Kind, Phrase, Slot, Thing
from tests.learning.toys import REACH, ToySource

FAMILIES = {
    family.name: family
    for family in (
        FactFamily("kind", ("object",), "str", "", closed=True, default=""),
        FactFamily("pose", ("object",), "vector", ""),
        FactFamily("on", ("object", "support"), "bool", "", closed=True, default=False),
        FactFamily("pressed", ("button",), "bool", "", closed=True, default=False),
    )
}
KINDS = {"red_ball": "ball", "blue_ball": "ball", "green_ball": "ball", "knob": "button"}
STANDING = Observation(
    FAMILIES,
    {
        "kind": {(name,): kind for name, kind in KINDS.items()},
        "pose": {(name,): (0.0, 0.0, 0.0) for name in KINDS},
    },
)


@dataclass
class Spec:
    """As much of a `WorldSpec` as goals need."""

    families = FAMILIES
    vocabulary = Vocabulary(
        nouns=(),
        things=tuple(
            Thing(name, kind, frozenset({name.removesuffix("_ball")})) for name, kind in KINDS.items()
        ),
        kinds={"ball": Kind(("ball",), ("balls",)), "button": Kind(("button",), ("buttons",))},
        phrases=(
            Phrase(
                "press {button}", (Slot("button", frozenset({"button"})),), "pressed[{button}]", "{button}"
            ),
            Phrase(
                "put {a} on {b}",
                (Slot("a", frozenset({"ball"})), Slot("b", frozenset({"ball"}))),
                "on[{a}, {b}]",
                "{a} on {b}",
            ),
        ),
        exclusions=(Exclusion("on[a, b]", "on[b, a]"),),
        examples=("press the button",),
    )

    def unreachable(self, fact: Any) -> str:
        return "it is glued" if "green_ball" in fact else ""


@dataclass
class Scene(ToySource):
    """A `SceneTasks` over `KINDS`."""

    bridge: str = "arm"

    def standing(self, settings: Mapping[str, Any]) -> FactSource:
        return STANDING

    def lasting(self) -> Collection[str]:
        return {"kind", "pose"}

    def task_of(
        self, name: str, sentence: str, condition: Condition, settings: Mapping[str, Any]
    ) -> TrainingTask:
        return TrainingTask(name, sentence, condition, 20, 0.1, {})


def chosen(sentence: str, success: str = "") -> TrainingTask:
    return choose_task(sentence, success, Scene(), {}, Spec)  # type: ignore[arg-type]


def test_a_registered_task_is_found_by_its_words() -> None:
    assert chosen("reach the target") is REACH


def test_a_goal_of_the_scene_is_a_task() -> None:
    task = chosen("put the red ball on the blue ball")
    assert (task.name, str(task.condition)) == (
        "put-the-red-ball-on-the-blue-ball",
        "on[red_ball, blue_ball]",
    )


def test_a_condition_is_a_task() -> None:
    assert str(chosen("on[blue_ball, red_ball]").condition) == "on[blue_ball, red_ball]"


def test_what_nothing_can_judge_is_refused_and_a_condition_asked_for() -> None:
    with pytest.raises(NoCondition, match="Nothing can say when 'juggle the balls' is done") as error:
        chosen("juggle the balls")
    assert "--success" in str(error.value)
    assert "Reach: Bring the hand to the target." in str(error.value)


def test_a_goal_that_cannot_be_reached_says_why() -> None:
    with pytest.raises(NoCondition, match="it is glued"):
        chosen("put the green ball on the red ball")


def test_a_person_says_when_it_is_done() -> None:
    task = chosen("juggle the balls", "distance(pose[red_ball], pose[blue_ball]) < 0.1")
    assert task.name == "juggle-the-balls"
    assert str(task.condition) == "distance(pose[red_ball], pose[blue_ball]) < 0.1"


@pytest.mark.parametrize(
    ("success", "words"),
    [
        ("distance(pose[red_bal], pose[blue_ball]) < 0.1", "Did you mean 'red_ball'"),
        ("upon[red_ball, blue_ball]", "Did you mean 'on'"),
        ("on[red_ball]", "Expected on"),
        ("on[red_ball, blue_ball", "expected ']'"),
    ],
)
def test_a_condition_over_what_there_is_not_is_refused(success: str, words: str) -> None:
    with pytest.raises(BadCondition) as error:
        chosen("juggle", success)
    assert words in str(error.value)


@pytest.mark.parametrize("success", ["true", "any(b in kind: kind[b] == 'bowl')"])
def test_what_is_always_or_never_so_is_nothing_to_learn(success: str) -> None:
    with pytest.raises(NoCondition, match="always, or never"):
        chosen("anything", success)


def test_a_world_without_scenes_refuses_conditions() -> None:
    with pytest.raises(UnknownTask, match="makes no tasks from conditions"):
        choose_task("reach", "on[red_ball, blue_ball]", ToySource(), {}, Spec)  # type: ignore[arg-type]


def test_all_and_any_are_written_out() -> None:
    every = expanded(parse("all(b in kind: kind[b] != 'ball' or on[b, knob])"), STANDING, {"kind"})
    assert str(every) == "on[red_ball, knob] and on[blue_ball, knob] and on[green_ball, knob]"
    some = expanded(parse("any(b in kind: kind[b] == 'ball' and on[b, knob])"), STANDING, {"kind"})
    assert str(some) == "on[red_ball, knob] or on[blue_ball, knob] or on[green_ball, knob]"


def test_what_cannot_be_together_is_no_alternative() -> None:
    tower = "any(a in kind: kind[a] == 'ball' and any(b in kind: kind[b] == 'ball' and on[a, b]))"
    condition = chosen("any tower", tower).condition
    assert condition is not None
    assert [str(way) for way in alternatives(condition)] == [
        *("on[red_ball, blue_ball]", "on[red_ball, green_ball]", "on[blue_ball, red_ball]"),
        *("on[blue_ball, green_ball]", "on[green_ball, red_ball]", "on[green_ball, blue_ball]"),
    ]


def test_alternatives_are_those_of_the_whole() -> None:
    ways = alternatives(parse("(pressed[a] or pressed[b]) and on[c, d]"))
    assert [str(way) for way in ways] == ["pressed[a] and on[c, d]", "pressed[b] and on[c, d]"]


def test_a_name_is_short_and_plain() -> None:
    assert name_of("Put the RED cube, please!") == "put-the-red-cube-please"
    assert len(name_of("put " + "a very long thing " * 10)) <= 56


@pytest.mark.parametrize(("said", "meant"), [("6 mn", "6 mm"), ("2 cn", "2 cm"), ("6mn of it", "6 mm")])
def test_a_mistyped_unit_of_how_near_is_named(said: str, meant: str) -> None:
    with pytest.raises(NoCondition, match="is no distance") as error:
        chosen(f"reach the target within {said}")
    assert error.value.remedy.endswith(f"within {meant}.")


def test_what_is_not_understood_is_told_once_and_whole() -> None:
    with pytest.raises(NoCondition) as error:
        chosen("make the robot happy")
    assert error.value.message == "Nothing can say when 'make the robot happy' is done."
