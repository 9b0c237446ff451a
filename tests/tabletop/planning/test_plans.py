"""Plans for a table: in an order in which nothing that was achieved is undone."""

from __future__ import annotations

import pytest
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.spec import TabletopSpec

from embodied.condition import evaluate, parse
from embodied.goals import GoalParser
from embodied.outcome import Judgement, Verdict
from embodied.planning import Attempt, OfflinePlanner, Step
from tests.tabletop.table import DEFAULT, SPEC, arranged, carried_out, planned, refused, shown

TOWER = "on[red_cube, blue_cube] and on[blue_cube, green_cube] and on[green_cube, yellow_cube]"
CUBES = ("red_cube", "blue_cube", "green_cube", "yellow_cube")


def test_one_on_another() -> None:
    steps = planned("on[red_cube, blue_cube]", arranged())
    assert shown(steps) == ["pick(red_cube)", "place-on(red_cube, blue_cube)"]
    assert [str(step.expects) for step in steps] == ["holding[red_cube]", "on[red_cube, blue_cube]"]


def test_a_tower_is_built_from_below_whatever_the_order_of_the_wish() -> None:
    steps = shown(planned(TOWER, arranged()))
    assert steps == [
        *("pick(green_cube)", "place-on(green_cube, yellow_cube)"),
        *("pick(blue_cube)", "place-on(blue_cube, green_cube)"),
        *("pick(red_cube)", "place-on(red_cube, blue_cube)"),
    ]


def test_a_tower_upside_down_is_taken_apart_first() -> None:
    upside_down = arranged(
        on={"yellow_cube": "green_cube", "green_cube": "blue_cube", "blue_cube": "red_cube"}
    )
    steps = planned(TOWER, upside_down)
    after = carried_out(steps, upside_down)
    assert {("on", "red_cube", "blue_cube"), ("on", "blue_cube", "green_cube")} <= after
    assert len(steps) == 8


def test_sussmans_anomaly() -> None:
    """Sussman, "A Computer Model of Skill Acquisition", 1975: either half first undoes the other."""
    steps = planned(
        "on[red_cube, blue_cube] and on[blue_cube, green_cube]", arranged(on={"green_cube": "red_cube"})
    )
    assert shown(steps) == [
        *("pick(green_cube)", "put-down(green_cube)"),
        *("pick(blue_cube)", "place-on(blue_cube, green_cube)"),
        *("pick(red_cube)", "place-on(red_cube, blue_cube)"),
    ]


def test_what_is_not_to_be_stays_so_and_is_undone_where_it_is() -> None:
    stacking = planned("not in[green_cube, bowl] and on[red_cube, blue_cube]", arranged())
    assert shown(stacking) == ["pick(red_cube)", "place-on(red_cube, blue_cube)"]
    assert shown(planned("not on[red_cube, blue_cube]", arranged(on={"red_cube": "blue_cube"}))) == [
        "pick(red_cube)"
    ]
    both = arranged(on={"red_cube": "blue_cube"})
    steps = planned("not (on[red_cube, blue_cube] or holding[red_cube])", both)
    assert shown(steps)[0] == "pick(red_cube)"
    assert not {("on", "red_cube", "blue_cube"), ("holding", "red_cube")} & carried_out(steps, both)


def test_what_nothing_can_make_false_is_named() -> None:
    assert "not reachable[red_cube]" in refused("not reachable[red_cube]", arranged())


def test_two_change_places_by_way_of_a_third() -> None:
    start = arranged()
    steps = planned("at[red_cube, start_of_blue_cube] and at[blue_cube, start_of_red_cube]", start)
    after = carried_out(steps, start)
    assert {("at", "red_cube", "start_of_blue_cube"), ("at", "blue_cube", "start_of_red_cube")} <= after
    assert len(steps) == 6


def test_things_on_each_others_pads_are_sorted() -> None:
    start = arranged(at=[("red_cube", "blue_pad"), ("blue_cube", "green_pad"), ("green_cube", "red_pad")])
    goal = " and ".join(f"at[{cube}, {cube.removesuffix('cube')}pad]" for cube in CUBES)
    steps = planned(goal, start)
    assert all(("at", cube, f"{cube.removesuffix('cube')}pad") in carried_out(steps, start) for cube in CUBES)


def test_the_drawer_is_opened_before_and_closed_after() -> None:
    steps = shown(planned("is_closed[drawer] and in[green_cube, drawer]", arranged()))
    assert steps == [
        "open-drawer(drawer)",
        "pick(green_cube)",
        "put-in(green_cube, drawer)",
        "close-drawer(drawer)",
    ]


def test_what_is_shut_in_is_got_out_before_the_drawer_is_closed_again() -> None:
    start = arranged(inside={"green_cube": "drawer"})
    steps = shown(planned("in[green_cube, bowl] and is_closed[drawer]", start))
    assert steps == [
        "open-drawer(drawer)",
        "pick(green_cube)",
        "put-in(green_cube, bowl)",
        "close-drawer(drawer)",
    ]


def test_what_lies_on_top_is_moved_away_first() -> None:
    steps = shown(planned("at[yellow_cube, hand_over]", arranged(on={"red_cube": "yellow_cube"})))
    assert steps[:2] == ["pick(red_cube)", "put-down(red_cube)"]
    assert steps[2:] == ["pick(yellow_cube)", "place(yellow_cube, hand_over)"]


def test_a_taken_place_is_freed_first() -> None:
    start = arranged(at=[("blue_cube", "hand_over")])
    steps = planned("at[yellow_cube, hand_over]", start)
    assert shown(steps)[0] == "pick(blue_cube)"
    assert ("at", "yellow_cube", "hand_over") in carried_out(steps, start)


def test_what_is_held_is_used_or_put_down() -> None:
    held = arranged(holding="red_cube")
    assert shown(planned("on[red_cube, blue_cube]", held)) == ["place-on(red_cube, blue_cube)"]
    assert shown(planned("pressed[button]", held)) == ["put-down(red_cube)", "press-button(button)"]


def test_a_tower_of_any_three_goes_on_from_two_that_stand() -> None:
    goal = str(GoalParser(SPEC.vocabulary, SPEC.families).parse("build a tower of three").condition)
    assert len(planned(goal, arranged())) == 4
    assert len(planned(goal, arranged(on={"green_cube": "yellow_cube"}))) == 2
    done = arranged(on={"green_cube": "yellow_cube", "red_cube": "green_cube"})
    assert evaluate(parse(goal), done) is True


def test_a_tower_of_all_six_is_found() -> None:
    spec = TabletopSpec(load_scene("sorting"))
    goal = str(GoalParser(spec.vocabulary, spec.families).parse("build a tower of six").condition)
    assert len(planned(goal, arranged(scene=spec.scene), spec)) == 10


def test_pushing_is_for_edges() -> None:
    assert shown(planned("at[blue_cube, left_edge]", arranged())) == ["push-to(blue_cube, left_edge)"]
    assert shown(planned("at[blue_cube, red_pad]", arranged()))[-1] == "place(blue_cube, red_pad)"


def test_after_a_failure_another_way_is_taken() -> None:
    start = arranged()
    first = OfflinePlanner(SPEC).next(parse("at[blue_cube, left_edge]"), start, [])
    assert isinstance(first, Step)
    failure = Attempt(first, Judgement(Verdict.FAILED, "it slid"), "it slid")
    second = OfflinePlanner(SPEC).next(parse("at[blue_cube, left_edge]"), start, [failure])
    assert isinstance(second, Step)
    assert (first.skill, second.skill) == ("push-to", "pick")


def test_the_plan_is_shown_as_a_tree() -> None:
    decision = OfflinePlanner(SPEC).next(parse("in[green_cube, drawer] and pressed[button]"), arranged(), [])
    assert isinstance(decision, Step)
    roots = {node.text: [child.text for child in node.children] for node in decision.tree.children}
    assert roots["in[green_cube, drawer] · put-in"] == [
        "is_open[drawer] · open-drawer",
        "holding[green_cube] · pick",
    ]
    assert "pressed[button] · press-button" in roots


@pytest.mark.parametrize(
    ("goal", "says"),
    [
        ("on[red_cube, blue_cube] and on[green_cube, blue_cube]", "no order of steps"),
        ("holding[red_cube] and holding[blue_cube]", "no order of steps"),
        ("holding[bowl]", "the hand cannot take the bowl"),
        ("on[red_cube, bowl]", "in[red_cube, bowl]"),
        ("upright[red_cube]", "nothing is known to bring about upright[red_cube]"),
    ],
)
def test_what_cannot_be_is_refused_at_once(goal: str, says: str) -> None:
    assert says in refused(goal, arranged())


def test_every_scenes_examples_have_a_plan() -> None:
    for name in ("default", "tower", "sorting"):
        spec = TabletopSpec(load_scene(name))
        start = arranged(scene=spec.scene)
        for example in spec.goal_pool():
            goal = GoalParser(spec.vocabulary, spec.families).parse(example)
            assert planned(str(goal.condition), start, spec)


def test_the_scene_in_these_tests_is_the_one_that_ships() -> None:
    assert DEFAULT.by_name.keys() >= {*CUBES, "bowl", "drawer", "button"}


def test_a_pull_that_was_interrupted_lets_go_of_the_handle_first() -> None:
    start = arranged(holding="drawer_handle")
    steps = planned("is_open[drawer] and in[green_cube, drawer]", start)
    assert shown(steps)[:2] == ["let-go(drawer_handle)", "open-drawer(drawer)"]
