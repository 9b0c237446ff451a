"""The tree planner on the mini world's facts: merging, walking, skipping, backtracking, asking again."""

from __future__ import annotations

import pytest

from embodied.condition import parse
from embodied.errors import BadInput
from embodied.facts import Observation
from embodied.mini.body import SPECS
from embodied.mini.knowledge import FAMILIES, MiniSpec
from embodied.outcome import Judgement, Verdict
from embodied.planning import Attempt, NewSkill, ReActPlanner, Step, Stop, TreePlanner
from embodied.planning.briefing import Briefing
from embodied.planning.calls import parse_call
from embodied.planning.prefix import PlanTree
from embodied.planning.proposal import Move
from embodied.planning.unmet import unmet
from embodied.skills import SkillLibrary, seed_folder
from tests.scripted import ScriptedClient, plans, wanted

GOAL = parse("inventory[ore] >= 2")
WOOD = ("gather_thing(thing='tree', item='wood', count=2)", "inventory[wood] >= 2")
PLANK = ("craft_item(item='plank', count=8)", "inventory[plank] >= 8")
ORE = ("gather_thing(thing='rock', item='ore', count=2)", "inventory[ore] >= 2")
ORE_ONE = ("gather_thing(thing='rock', item='ore')", "inventory[ore] >= 1")


def held(**items: int) -> Observation:
    return Observation(FAMILIES, {"inventory": {(name,): count for name, count in items.items()}})


class Walk:
    """A planner and the history that its decisions make."""

    def __init__(self, *answers: object, planner: type = TreePlanner) -> None:
        folder = seed_folder("mini")
        assert folder is not None
        library = SkillLibrary([folder])
        self.client = ScriptedClient(*answers)  # type: ignore[arg-type]
        self.planner = planner(self.client, Briefing(MiniSpec(), SPECS, lambda: library), "get 2 ore")
        self.history: list[Attempt] = []

    def next(self, **items: int):
        return self.planner.next(GOAL, held(**items), self.history)

    def ended(self, decision: Step, passed: bool, *, error: str = "", progress: bool = False) -> None:
        verdict = Verdict.PASSED if passed else Verdict.FAILED
        self.history.append(Attempt(decision, Judgement(verdict, "as the facts say"), error, progress))


def call_of(decision: object) -> str:
    assert isinstance(decision, Step)
    return f"{decision.skill} {decision.arguments['item']}"


def test_one_question_serves_a_whole_plan() -> None:
    walk = Walk(plans([WOOD, PLANK, ORE]))
    for items, expected in (
        ({}, "gather-thing wood"),
        ({"wood": 2}, "craft-item plank"),
        ({}, "gather-thing ore"),
    ):
        decision = walk.next(**items)
        assert call_of(decision) == expected
        walk.ended(decision, True)
    assert walk.planner.questions == 1


def test_what_holds_already_is_skipped() -> None:
    walk = Walk(plans([WOOD, PLANK, ORE]))
    decision = walk.next(wood=5, plank=8)
    assert call_of(decision) == "gather-thing ore"
    assert [child.status for child in decision.tree.children] == ["done", "done", "doing"]


def test_equal_beginnings_are_one_branch_and_a_failure_takes_the_other() -> None:
    walk = Walk(plans([WOOD, ORE], [WOOD, PLANK, ORE]))
    first = walk.next()
    walk.ended(first, True)
    second = walk.next(wood=2)
    assert call_of(second) == "gather-thing ore"
    walk.ended(second, False, error="no_tool")
    third = walk.next(wood=2)
    assert call_of(third) == "craft-item plank"
    assert [node.text for node in third.tree.children[1:]] == ["way 1", "way 2"]
    assert walk.planner.questions == 1


def test_a_plan_that_begins_like_the_first_does_not_write_it_out_again() -> None:
    answer = plans([WOOD, ORE], [PLANK, ORE])
    answer["plans"][1]["same"] = 1
    walk = Walk(answer)
    walk.ended(walk.next(), True)
    walk.ended(walk.next(wood=2), False, error="no_tool")
    assert call_of(walk.next(wood=2)) == "craft-item plank"
    assert walk.planner.questions == 1


@pytest.mark.parametrize("same", [-3, 99])
def test_a_beginning_that_the_first_plan_does_not_have_is_as_much_as_it_has(same: int) -> None:
    answer = plans([WOOD], [PLANK])
    answer["plans"][0]["same"] = answer["plans"][1]["same"] = same
    walk = Walk(answer)
    assert call_of(walk.next()) == "gather-thing wood"


def test_a_failed_step_without_another_way_is_tried_once_more_and_then_the_model_hears_why() -> None:
    walk = Walk(plans([WOOD, ORE]), plans([PLANK]))
    walk.ended(walk.next(), True)
    for _ in range(2):
        decision = walk.next(wood=2)
        assert call_of(decision) == "gather-thing ore"
        walk.ended(decision, False, error="a rock needs a pickaxe")
    assert call_of(walk.next(wood=2)) == "craft-item plank"
    prompt = walk.client.asked[1][1]
    assert "Done: gather_thing(thing='tree', item='wood', count=2)." in prompt
    assert "Failed (2 times): gather_thing(thing='rock', item='ore', count=2): not done" in prompt
    assert "the skill said: a rock needs a pickaxe" in prompt
    assert "no branch is left" in prompt


def test_a_step_that_comes_nearer_is_repeated() -> None:
    walk = Walk(plans([WOOD, ORE], [WOOD, ORE_ONE]))
    walk.ended(walk.next(), True)
    decision = walk.next(wood=2)
    walk.ended(decision, False, progress=True)
    again = walk.next(wood=2, ore=1)
    assert call_of(again) == "gather-thing ore"
    assert again.arguments["count"] == 2


def test_a_plan_that_cannot_be_used_is_sent_back_with_the_reasons() -> None:
    wrong = plans(
        [("mine_gold(count=1)", "inventory[gold] >= 1")],
        [("gather_thing(thing='tree')", "inventory[wood] >= 1")],
        [("gather_thing(thing='tree', item='wood')", "pockets[wood] >= 1")],
        [("walk(x=1, y=2)", "alive")],
    )
    walk = Walk(wrong, plans([WOOD]))
    assert call_of(walk.next()) == "gather-thing wood"
    correction = walk.client.asked[1][1].split("=== assistant")[1]
    for reason in (
        "there is no skill 'mine-gold'",
        "misses the argument 'item'",
        "There is no fact 'pockets'",
        "walk is a primitive, and steps call skills",
    ):
        assert reason in correction


def test_it_stops_with_a_reason_when_nothing_helps() -> None:
    walk = Walk(*[plans([ORE])] * 3)
    while isinstance(decision := walk.next(), Step):
        walk.ended(decision, False, error="a rock needs a pickaxe")
    assert isinstance(decision, Stop)
    assert "3 plans in a row brought no step forward" in decision.reason
    assert "a rock needs a pickaxe" in decision.reason
    assert walk.planner.questions == 3


def test_an_impossible_goal_is_said_to_be_so() -> None:
    decision = Walk(plans(impossible="there is no ore in this world")).next()
    assert decision == Stop("the model holds the goal for impossible: there is no ore in this world")


def test_a_skill_that_is_missing_is_ordered_with_all_its_uses() -> None:
    new = wanted(
        "fetch", "fetch(thing: str, count: int = 1)", "Fetch things.", "inventory[{thing}] >= {count}"
    )
    walk = Walk(plans([("fetch('wood')", "inventory[wood] >= 1"), ("fetch('ore', 2)", ORE[1])], new=[new]))
    decision = walk.next()
    assert isinstance(decision, NewSkill)
    assert (decision.name_hint, decision.signature) == ("fetch", "fetch(thing: str, count: int = 1)")
    assert decision.arguments == {"thing": "wood", "count": 1}
    assert decision.uses == ("fetch(thing='wood', count=1)", "fetch(thing='ore', count=2)")
    walk.ended(decision.step, False, error="4 versions were written and none passed")
    walk.client.answers.append(plans(impossible="no way"))
    assert isinstance(walk.next(), Stop)  # the other use of it is not tried


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("walk", "name of a primitive"),
        ("done", "name of a function"),
        ("Bad Name", "cannot be a skill's name"),
    ],
)
def test_a_new_skill_may_not_take_a_name_that_is_taken(name: str, reason: str) -> None:
    walk = Walk(plans([], new=[wanted(name, "f(x: int)")]), plans([WOOD]))
    walk.next()
    assert reason in walk.client.asked[1][1]


def test_another_goal_begins_another_tree() -> None:
    walk = Walk(plans([WOOD]), plans([PLANK]))
    walk.next()
    decision = walk.planner.next(parse("inventory[plank] >= 1"), held(), [])
    assert call_of(decision) == "craft-item plank"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fetch",
        "a.b(1)",
        "f(x=g(1))",
        "f(**{})",
        "f(x=1) or g()",
        "__import__('os').system('x')",
        "f(" * 900,
    ],
)
def test_only_one_call_with_literals_is_a_call(text: str) -> None:
    with pytest.raises(BadInput):
        parse_call(text)


def test_react_asks_at_every_step_and_sees_what_came_before() -> None:
    def step(call: str, expects: str) -> dict[str, object]:
        return {"thought": "hm", "new_skill": None, "call": call, "expects": expects, "impossible": ""}

    walk = Walk(step(*WOOD), step(*ORE), planner=ReActPlanner)
    decision = walk.next()
    walk.ended(decision, True)
    assert call_of(walk.next(wood=2)) == "gather-thing ore"
    assert "1. gather_thing(thing='tree', item='wood', count=2): done" in walk.client.asked[1][1]


def test_react_is_told_what_each_step_changed_and_what_the_goal_lacks() -> None:
    step = {"thought": "", "new_skill": None, "call": WOOD[0], "expects": WOOD[1], "impossible": ""}
    walk = Walk(step, step, planner=ReActPlanner)
    walk.ended(walk.next(), True)
    walk.next(wood=2)
    told = walk.client.asked[-1][1]
    assert "done. Changed: inventory: wood 0 -> 2" in told
    assert "`inventory[ore] >= 2` is false" in told
    assert "The code of a new skill can use the body's primitives: `craft`, " in told


def test_react_ends_after_many_failures() -> None:
    walk = Walk(planner=ReActPlanner)
    step = Step("gather-thing", {"thing": "rock", "item": "ore", "count": 1}, GOAL, "")
    for _ in range(6):
        walk.ended(step, False, error="no_tool")
    decision = walk.next()
    assert isinstance(decision, Stop)
    assert "6 steps in a row came to nothing" in decision.reason


def test_a_plan_walked_to_its_end_in_vain_is_followed_by_a_question_with_what_the_goal_lacks() -> None:
    """The other plan was made for the state before: it is not walked as if nothing had been done."""
    walk = Walk(plans([WOOD], [PLANK, ORE]), plans([ORE]))
    walk.ended(walk.next(), True)
    assert call_of(walk.next(wood=2)) == "gather-thing ore"
    assert walk.planner.questions == 2
    told = walk.client.asked[-1][1]
    assert "all its steps are done, and the goal does not hold" in told
    assert "`inventory[ore] >= 2` is false: inventory[ore] is 0" in told


def test_what_was_done_only_for_something_that_holds_is_not_done_again_on_another_branch() -> None:
    tree = PlanTree([[_move("a"), _move("b"), _move("c")], [_move("x"), _move("a"), _move("b"), _move("d")]])
    held_now = {"b"}
    for name in ("a", "b"):
        node = tree.advance(lambda move: False, lambda move: True)
        assert node is not None
        assert node.move is not None
        assert node.move.skill == name
        tree.succeed()
    tree.advance(lambda move: False, lambda move: True)
    tree.fail()
    node = tree.advance(lambda move: move.skill in held_now, lambda move: True)
    assert node is not None
    assert node.move is not None
    assert node.move.skill == "x"
    tree.succeed()
    node = tree.advance(lambda move: move.skill in held_now, lambda move: True)
    assert node is not None
    assert node.move is not None
    assert node.move.skill == "d"


def _move(name: str) -> Move:
    return Move(name, {}, GOAL)


@pytest.mark.parametrize(
    ("goal", "lines"),
    [
        (
            "inventory[ore] >= 2 and inventory[wood] >= 1",
            ["`inventory[ore] >= 2` is false: inventory[ore] is 0"],
        ),
        ("near[tree] < 3", ["`near[tree] < 3` is UNKNOWN: near[tree] is not known"]),
        ("sum(inventory[w*]) >= 9", ["is false: inventory[w*]: wood 3"]),
        ("all(x in inventory: inventory[x] > 5)", ["is false: it does not hold for x = wood"]),
        ("inventory[wood] >= 1", []),
    ],
)
def test_what_a_goal_lacks_is_said_part_by_part(goal: str, lines: list[str]) -> None:
    said = unmet(parse(goal), held(wood=3)).splitlines()
    assert len(said) == len(lines)
    assert all(line in each for line, each in zip(lines, said, strict=True))
