"""What can be asked of a table, in plain words."""

from __future__ import annotations

import random

import pytest
from embodied_tabletop.scenefile import load_scene, parse_scene
from embodied_tabletop.spec import TabletopSpec

from embodied.condition import parse
from embodied.errors import BadGoal
from embodied.goals import GoalParser

SPEC = TabletopSpec(load_scene("default"))
PARSER = GoalParser(SPEC.vocabulary, SPEC.families)
CUBES = ("red_cube", "blue_cube", "green_cube", "yellow_cube")
IN_BOWL = " and ".join(f"in[{cube}, bowl]" for cube in CUBES)
ONTO_PADS = " and ".join(f"at[{cube}, {cube.removesuffix('cube')}pad]" for cube in CUBES)
SWAPPED = "at[red_cube, start_of_blue_cube] and at[blue_cube, start_of_red_cube]"


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("stack the red cube on the blue cube", "on[red_cube, blue_cube]"),
        ("Could you please stack the red block on top of the blue one?", "on[red_cube, blue_cube]"),
        ("put all cubes in the bowl", IN_BOWL),
        ("put everything in the bowl", IN_BOWL),
        ("put all four cubes into the bowl", IN_BOWL),
        ("clear the table", IN_BOWL),
        ("sort the cubes by colour", ONTO_PADS),
        ("sort the cubes by color, please", ONTO_PADS),
        ("put every cube on its pad", ONTO_PADS),
        ("open the drawer and put the green cube inside", "is_open[drawer] and in[green_cube, drawer]"),
        (
            "open the drawer, put the green cube in it and close it",
            "in[green_cube, drawer] and is_closed[drawer]",
        ),
        (
            "put the red cube in the drawer, then close the drawer",
            "in[red_cube, drawer] and is_closed[drawer]",
        ),
        ("push the blue cube to the left edge", "at[blue_cube, left_edge]"),
        ("slide the blue cube to the right side of the table", "at[blue_cube, right_edge]"),
        ("press the button", "pressed[button]"),
        ("push the button", "pressed[button]"),
        ("close the drawer", "is_closed[drawer]"),
        ("pull the drawer open", "is_open[drawer]"),
        ("swap the red and the blue cube", SWAPPED),
        ("swap the red cube with the blue cube", SWAPPED),
        ("hand me the yellow cube", "at[yellow_cube, hand_over]"),
        ("give me the yellow block", "at[yellow_cube, hand_over]"),
        ("put the red cube left of the blue cube", "left_of[red_cube, blue_cube]"),
        ("put the red cube to the right of the blue cube", "right_of[red_cube, blue_cube]"),
        ("put the red cube behind the bowl", "behind[red_cube, bowl]"),
        ("put the red cube next to the bowl", "left_of[red_cube, bowl] or right_of[red_cube, bowl]"),
        ("pick up the red cube", "holding[red_cube]"),
        ("pick up the red cube and put it in the bowl", "in[red_cube, bowl]"),
        ("put the red cube on the red pad", "at[red_cube, red_pad]"),
        ("put the red cube on the table", "on[red_cube, table]"),
        ("red on blue on green", "on[red_cube, blue_cube] and on[blue_cube, green_cube]"),
        (
            "build a tower: red on blue on green on yellow",
            "on[red_cube, blue_cube] and on[blue_cube, green_cube] and on[green_cube, yellow_cube]",
        ),
        ("build a tower of red, green and blue", "on[green_cube, red_cube] and on[blue_cube, green_cube]"),
        (
            "put the red cube on the blue cube and the green cube on the yellow cube",
            "on[red_cube, blue_cube] and on[green_cube, yellow_cube]",
        ),
        ("put the red cube in the bowl and press the button", "in[red_cube, bowl] and pressed[button]"),
        (
            "put the red cube in the bowl and the others in the drawer",
            "in[red_cube, bowl] and (in[blue_cube, drawer] and in[green_cube, drawer]"
            " and in[yellow_cube, drawer])",
        ),
        ("pick up any cube", " or ".join(f"holding[{cube}]" for cube in CUBES)),
        ("on[red_cube, blue_cube]", "on[red_cube, blue_cube]"),
    ],
)
def test_a_wish_is_understood(text: str, condition: str) -> None:
    assert PARSER.parse(text).condition == parse(condition)


def test_a_tower_of_a_number_may_be_of_any_cubes() -> None:
    three, four = PARSER.parse("build a tower of three"), PARSER.parse("stack the cubes")
    assert str(three.condition).count("on[") == 2
    assert str(four.condition).count("on[") == 3
    assert parse(str(four.condition)) == four.condition


def test_any_two_of_four_are_six_choices() -> None:
    goal = PARSER.parse("put two cubes in the bowl")
    assert str(goal.condition).count(" or ") == 5
    assert "2 of" in goal.explanation


def test_a_goal_is_told_back() -> None:
    told = PARSER.parse("put the red cube in the bowl and press the button").explanation
    assert told == "In the end: red cube in bowl and button pressed."


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("put the purple cube in the bowl", "There is no purple cube; there are a red cube, a blue cube,"),
        ("put the shiny purple cube in the bowl", "There is no shiny purple cube"),
        ("pick up the cube", "could be the red cube or the blue cube or the green cube or the yellow cube"),
        ("pick up the cube", "'any cube'"),
        ("put five cubes in the bowl", "There are only 4"),
        ("put 0 cubes in the bowl", "at least 1"),
        ("build a tower of six", "there are only 4 cubes"),
        ("build a tower of one", "at least 2"),
        ("stak the red cube on the blue cube", "Did you mean 'stack the red cube on the blue cube'?"),
        ("put the red cub in the bowl", "Did you mean 'put the red cube in the bowl'?"),
        ("put the red cube on the red cube", "named twice"),
        ("pick up the red cube and the blue cube", "the hand holds one thing at a time"),
        ("put the red cube on the blue cube and the green cube on the blue cube", "cannot both be so"),
        ("put the red cube on the blue cube and the blue cube on the red cube", "cannot both be so"),
        ("put both cubes in the bowl", "more than two"),
        ("pick up the bowl", "a cube is wanted"),
        ("put the red cube in", "It is not said which container is meant"),
        ("fly to the moon", "Goals look like: 'stack the red cube on the blue cube'"),
        ("", "names nothing"),
    ],
)
def test_what_is_refused_is_named(text: str, says: str) -> None:
    with pytest.raises(BadGoal) as error:
        PARSER.parse(text)
    assert says in str(error.value)


def test_every_example_of_every_scene_is_understood() -> None:
    for name in ("default", "tower", "sorting", "drawer"):
        spec = TabletopSpec(load_scene(name))
        parser = GoalParser(spec.vocabulary, spec.families)
        assert spec.vocabulary.examples
        for example in spec.vocabulary.examples:
            assert parser.parse(example).condition


def test_things_of_one_colour_are_told_apart_by_their_other_traits() -> None:
    spec = TabletopSpec(load_scene("sorting"))
    parser = GoalParser(spec.vocabulary, spec.families)
    small = parser.parse("put the small red cube on the red cube").condition
    assert small == parse("on[small_red_cube, red_cube]")
    both = parser.parse("put all red cubes on the red pad").condition
    assert both == parse("at[red_cube, red_pad] and at[small_red_cube, red_pad]")


def test_any_text_is_understood_or_refused() -> None:
    chance = random.Random(11)
    words = ["put", "stack", "push", "the", "red", "blue", "purple", "cube", "cubes", "bowl", "drawer"]
    words += ["on", "in", "and", "all", "two", "other", "it", ",", "then", "left", "of"]
    for _ in range(300):
        text = " ".join(chance.choices(words, k=chance.randint(1, 9)))
        try:
            goal = PARSER.parse(text)
        except BadGoal:
            continue
        assert list(goal.parts), text


NAMED = """
[[object]]
kind = "cube"
color = "pink"
position = [0.5, 0.0]
[[object]]
kind = "cube"
name = "brick"
color = "brown"
position = [0.5, 0.25]
[[object]]
kind = "tray"
position = [0.36, -0.28]
"""


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("put the brick in the tray", "in[brick, tray]"),
        ("put the pink cube in the tray, then pick up the brick", "in[pink_cube, tray] and holding[brick]"),
        ("put the brick on the pink cube", "on[brick, pink_cube]"),
        (
            "swap the brick and the pink cube",
            "at[brick, start_of_pink_cube] and at[pink_cube, start_of_brick]",
        ),
    ],
)
def test_a_thing_is_called_by_its_name_though_its_kind_is_called_so_too(text: str, condition: str) -> None:
    spec = TabletopSpec(parse_scene(NAMED, "mine.toml"))
    assert GoalParser(spec.vocabulary, spec.families).parse(text).condition == parse(condition)


@pytest.mark.parametrize(
    "text", ["put the bowl on the red cube", "put the drawer in the bowl", "open the bowl", "empty the bowl"]
)
def test_what_is_there_is_never_said_to_be_missing(text: str) -> None:
    with pytest.raises(BadGoal) as wrong:
        PARSER.parse(text)
    assert "There is no" not in str(wrong.value)


@pytest.mark.parametrize(
    ("text", "says", "never"),
    [
        ("make me a sandwich", "Cannot understand the goal 'make me a sandwich'", "cannot be meant"),
        ("fly me to the moon", "Goals look like: 'stack the red cube on the blue cube'", "cannot be meant"),
        ("put the red cube at 0.5 0.1", "Cannot understand '0.5 0.1'", "0 . 5"),
        ("Put the red Cube on the Foo-Bar!", "Cannot understand 'the Foo-Bar'", "foo bar"),
        ("put the Purple cube in the bowl", "There is no Purple cube; there are", "purple"),
        ("pick up all cubes", "'all cubes' are 4 things, and the hand holds one thing at a time", "where 1"),
        ("take two cubes", "the hand holds one thing at a time", "There is no"),
        ("empty the bowl", "take the red cube out of the bowl", "There is no"),
        ("put the redd cube in the Bowl", "Did you mean 'put the red cube in the Bowl'?", "Goals look"),
        ("on[red_cube, blue_cub]", "Did you mean 'on[red_cube, blue_cube]'?", "Goals look"),
        ("at[red_cube, left_edg] and hand_empty", "'at[red_cube, left_edge] and hand_empty'?", "Goals look"),
    ],
)
def test_what_is_wrong_is_told_in_the_users_own_words(text: str, says: str, never: str) -> None:
    with pytest.raises(BadGoal) as wrong:
        PARSER.parse(text)
    assert says in str(wrong.value)
    assert never not in str(wrong.value).replace(text, "")


@pytest.mark.parametrize(
    "text",
    [
        "at[red_cube, start_of_blue_cube]",
        "any(x in kind: holding[x])",
        "any(cub in kind: any(bow in kind: in[cub, bow]))",
        "is_open[drawer]",
    ],
)
def test_names_that_are_no_slips_stand(text: str) -> None:
    assert PARSER.parse(text).condition == parse(text)


@pytest.mark.parametrize("word", ["color", "colour"])
def test_colour_is_read_both_ways_and_told_in_one(word: str) -> None:
    goal = PARSER.parse(f"sort the cubes by {word}")
    assert "colour" in goal.explanation
    assert "color" not in " ".join(PARSER.vocabulary.examples)
