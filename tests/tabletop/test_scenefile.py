"""Scene files: what is read, and how mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from embodied_tabletop.scenefile import load_scene, parse_scene, scene_names

from embodied.errors import BadInput

CUBE = '[[object]]\nkind = "cube"\ncolor = "red"\nposition = [0.5, 0.0]\n'


def mistake(text: str) -> str:
    with pytest.raises(BadInput) as wrong:
        parse_scene(text, "mine.toml")
    return str(wrong.value)


@pytest.mark.parametrize("name", scene_names())
def test_every_packaged_scene_can_be_read(name: str) -> None:
    scene = load_scene(name)
    assert scene.objects or scene.targets


def test_the_default_scene_has_what_the_goals_speak_of() -> None:
    scene = load_scene()
    assert {"red_cube", "blue_cube", "green_cube", "yellow_cube", "bowl", "drawer", "button"} <= set(
        scene.by_name
    )
    assert {"red_pad", "hand_over", "left_edge", "start_of_red_cube"} <= set(scene.place_names)


def test_names_sizes_and_weights_have_defaults() -> None:
    cube, bowl = parse_scene(
        CUBE + '[[object]]\nkind = "bowl"\nposition = [0.5, 0.25]\n', "mine.toml"
    ).objects
    assert (cube.name, cube.size) == ("red_cube", (0.045, 0.045, 0.045))
    assert cube.mass == pytest.approx(0.0456, abs=1e-3)
    assert (bowl.name, bowl.color) == ("bowl", "white")


def test_a_scene_of_ones_own_is_named_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(CUBE)
    assert load_scene(str(path)).name == "mine"


def test_an_unknown_scene_names_the_nearest() -> None:
    with pytest.raises(BadInput, match="There is no scene 'towr'") as wrong:
        load_scene("towr")
    assert "Did you mean 'tower'?" in str(wrong.value)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (CUBE.replace("red", "rde"), 3, "no colour \"rde\".\n  Did you mean 'red'"),
        (CUBE + "size = -0.04\n", 5, "size is -0.04; expected lengths above 0"),
        (CUBE + "size = [0.04, 0.0, 0.04]\n", 5, "expected lengths above 0"),
        (CUBE.replace("0.5, 0.0", "0.95, 0.0"), 4, "out of reach: 0.95 m"),
        (CUBE.replace("0.5, 0.0", "0.1, 0.0"), 4, "out of reach: 0.10 m"),
        (CUBE.replace("0.5, 0.0", "-0.5, 0.0"), 4, "in front of the base"),
        (CUBE + CUBE.replace("0.5, 0.0", "0.5, 0.2"), 5, 'The name "red_cube" is taken already'),
        (CUBE + 'name = "table"\n', 5, "a name of the world's own"),
        (CUBE + CUBE.replace("red", "blue").replace("0.0", "0.02"), 5, "blue_cube overlaps red_cube"),
        (CUBE.replace("cube", "cub"), 2, "Did you mean 'cube'?"),
        (CUBE + "colour = 3\n", 5, "Did you mean 'color'?"),
        (CUBE + "size = 0.09\n", 5, "too wide for the gripper"),
        (CUBE + 'mass = "heavy"\n', 5, "expected a number"),
        (CUBE + "yaw = [1.0, 0.0]\n", 5, "lowest first"),
        (CUBE + "region = [0.4, 0, 0.5, 0]\n", 5, "position and region are both given"),
        ('[[object]]\nkind = "cube"\ncolor = "red"\n', 1, "stands nowhere"),
        ('[[object]]\ncolor = "red"\nposition = [0.5, 0]\n', 1, "kind is missing"),
        (CUBE + '[[place]]\nname = "pad"\nposition = [0.9, 0.9]\n', 5, "pad at (0.90, 0.90) is out of reach"),
        (CUBE + '[[place]]\ncolor = "red"\nposition = [0.4, 0]\n', 5, "name is missing"),
        (CUBE + '[[object]]\nkind = "cube"\ncolor = "blue"\non = "red_cub"\n', 8, "Did you mean 'red_cube'"),
        ('[[object]]\nkind = "drawer"\nposition = [0.30, 0.0]\n', 3, "The handle of drawer"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, line: int, said: str) -> None:
    message = mistake(text)
    assert f"mine.toml, line {line}: " in message
    assert said in message


def test_all_mistakes_are_told_at_once() -> None:
    message = mistake(CUBE.replace("red", "rde") + "size = -1\n")
    assert "mine.toml has 2 mistakes" in message
    assert "line 3: " in message
    assert "line 5: " in message


@pytest.mark.parametrize(
    "wrong",
    [
        "position = [nan, 0.1]",
        "region = [nan, 0, 0.5, 0.1]",
        "position = [0.5, 0.1]\nsize = inf",
        "position = [0.5, 0.1]\nsize = [1e400, 0.04, 0.04]",
        "position = [0.5, 0.1]\nyaw = nan",
        "position = [0.5, 0.1]\nmass = nan",
        f"position = [{'9' * 400}, 0.1]",
        'position = [0.5, 0.1]\non = "red_cube"',
    ],
)
def test_numbers_that_are_none_and_two_stands_are_mistakes(wrong: str) -> None:
    message = mistake(f'[[object]]\nkind = "cube"\ncolor = "red"\n{wrong}\n')
    key = wrong.splitlines()[-1].partition(" ")[0]
    assert f"mine.toml, line {4 + wrong.count(chr(10))}: " in message
    assert key in message


def test_an_empty_scene_and_broken_toml_are_refused() -> None:
    assert "no objects" in mistake('title = "nothing"')
    assert "not TOML" in mistake("[[object]")


def test_objects_with_room_in_their_regions_do_not_overlap() -> None:
    region = CUBE.replace("position = [0.5, 0.0]", "region = [0.4, -0.2, 0.6, 0.2]")
    assert len(parse_scene(region + region.replace("red", "blue"), "mine.toml").objects) == 2
