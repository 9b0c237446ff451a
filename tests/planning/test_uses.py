"""Skills that make facts true and that the world does not know: a user's own are ways, too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.spec import TabletopSpec

from embodied.condition import parse
from embodied.methods import Method
from embodied.planning import OfflinePlanner, Step
from embodied.planning.search import NoPlan
from embodied.planning.skilled import SkilledMethods
from embodied.skills import SkillLibrary, load_skill
from tests.tabletop.table import arranged, shown

SPEC = TabletopSpec(load_scene("default"))
SEEDS = Path(__file__).resolve().parents[2] / "skills" / "tabletop"


def with_skill(
    home: Path, achieves: str, *, parameters: str, calls: str = "open-drawer, pick, put-in, close-drawer"
) -> SkilledMethods:
    """The tabletop's skills and one named put-away."""
    folder = home / "put-away"
    folder.mkdir()
    (folder / "SKILL.md").write_text(
        "---\nname: put-away\ndescription: Put it away.\nmetadata:\n  embodied-world: tabletop\n"
        f'  embodied-achieves: "{achieves}"\n  embodied-needs: "hand_empty"\n'
        f'  embodied-calls: "{calls}"\n---\n'
    )
    called = "".join(f"    {name.strip().replace('-', '_')}()\n" for name in calls.split(","))
    (folder / "skill.py").write_text(
        f'def put_away({parameters}) -> SkillResult:\n    """Put it away."""\n{called}    return done()\n'
    )
    library = SkillLibrary([SEEDS]).with_skill(load_skill(folder))
    return SkilledMethods(SPEC, lambda: library)


def plan(methods: SkilledMethods, goal: str) -> list[str]:
    decision = OfflinePlanner(methods).next(parse(goal), arranged(), [])
    assert isinstance(decision, Step), decision
    return shown([decision, *decision.upcoming])


def offered(methods: SkilledMethods, *fact: str) -> list[Method]:
    found = methods.methods(fact, 1, arranged())
    return [method for method in found if method.skill == "put-away"]


def test_a_users_own_skill_is_planned_with(tmp_path: Path) -> None:
    methods = with_skill(
        tmp_path, "in[{object}, {drawer}]; is_closed[{drawer}]", parameters="object: str, drawer: str"
    )
    goal = "in[green_cube, drawer] and is_closed[drawer]"
    assert plan(methods, goal) == ["put-away(green_cube, drawer)"]


def test_it_is_offered_for_what_it_can_be_used_with_alone(tmp_path: Path) -> None:
    methods = with_skill(tmp_path, "in[{object}, {container}]", parameters="object: str, container: str")
    assert offered(methods, "in", "red_cube", "drawer")
    assert not offered(methods, "in", "red_cube", "bowl")  # what it calls opens drawers
    assert not offered(methods, "in", "red_cube", "purple_box")
    assert not offered(methods, "in", "bowl", "drawer")  # the hand cannot take it
    assert not offered(methods, "on", "red_cube", "blue_cube")


def test_a_skill_may_name_the_thing_itself(tmp_path: Path) -> None:
    methods = with_skill(tmp_path, "in[{object}, drawer]", parameters="object: str")
    assert plan(methods, "in[red_cube, drawer]") == ["put-away(red_cube)"]


def test_what_it_undoes_is_foreseen(tmp_path: Path) -> None:
    methods = with_skill(
        tmp_path, "in[{object}, {drawer}]; is_closed[{drawer}]", parameters="object: str, drawer: str"
    )
    (way,) = offered(methods, "in", "red_cube", "drawer")
    assert ("on", "red_cube", "*") in way.undoes
    assert ("is_open", "drawer") in way.undoes
    assert ("hand_empty",) not in way.undoes
    steps = plan(methods, "in[red_cube, drawer] and is_closed[drawer] and on[green_cube, blue_cube]")
    assert sorted(steps) == [
        "pick(green_cube)",
        "place-on(green_cube, blue_cube)",
        "put-away(red_cube, drawer)",
    ]


def test_a_parameter_that_no_fact_tells_is_not_guessed(tmp_path: Path) -> None:
    methods = with_skill(
        tmp_path, "in[{object}, drawer]", parameters="object: str, how: str", calls="pick, put-in"
    )
    assert not offered(methods, "in", "red_cube", "drawer")


def test_the_worlds_own_skills_are_not_offered_twice(tmp_path: Path) -> None:
    methods = with_skill(tmp_path, "in[{object}, drawer]", parameters="object: str")
    found = [method.skill for method in methods.methods(("in", "red_cube", "bowl"), 1, arranged())]
    assert found == ["put-in"]


@pytest.mark.parametrize(
    ("success", "taken"),
    [
        ({}, "put-away"),  # nothing is known: it was put there to be used
        ({"open-drawer": 0.9}, "put-away"),  # of no way to the same
        ({"put-in": 0.8, "put-away": 0.96}, "put-away"),
        ({"put-in": 0.8, "put-away": 0.4}, "put-in"),
        ({"put-in": 0.8}, "put-in"),
    ],
)
def test_what_is_known_to_succeed_more_surely_comes_first(
    tmp_path: Path, success: dict[str, float], taken: str
) -> None:
    known = with_skill(tmp_path, "in[{object}, {drawer}]", parameters="object: str, drawer: str")
    methods = SkilledMethods(SPEC, known._library, lambda name: success.get(name, 0.0))
    assert plan(methods, "in[red_cube, drawer]")[-1].startswith(taken)


def test_a_policy_comes_first_only_where_it_is_known_to_succeed_more_surely(tmp_path: Path) -> None:
    known = with_skill(tmp_path, "in[{object}, {drawer}]", parameters="object: str, drawer: str")
    skill = replace(known._library().get("put-away"), runtime="policy")
    library = known._library().with_skill(skill)
    assert plan(SkilledMethods(SPEC, lambda: library), "in[red_cube, drawer]")[-1].startswith("put-in")
    better = SkilledMethods(SPEC, lambda: library, lambda name: 0.96 if name == "put-away" else 0.0)
    assert plan(better, "in[red_cube, drawer]")[-1].startswith("put-away")


@pytest.mark.parametrize(
    ("goal", "way"),
    [
        ("distance(hand, pose[red_pad]) < 0.02", ["put-away"]),
        ("distance(hand, pose[red_pad]) < 0.02 and is_open[drawer]", ["put-away", "open-drawer"]),
    ],
)
def test_what_no_method_speaks_of_is_told_before_it_is_done(
    tmp_path: Path, goal: str, way: list[str]
) -> None:
    methods = with_skill(tmp_path, "distance(hand, pose[red_pad]) < 0.01", parameters="")
    told = OfflinePlanner(methods).outline(parse(goal), arranged())
    assert [step.method.skill for step in told.steps] == way
    with pytest.raises(NoPlan):
        OfflinePlanner(methods).outline(parse("distance(hand, pose[red_pad]) < 0.001"), arranged())
