"""Where things stand when a run begins."""

from __future__ import annotations

from itertools import combinations
from math import hypot
from typing import Any

import pytest
from embodied_tabletop.placing import place, read_setup
from embodied_tabletop.scenefile import load_scene, parse_scene, scene_names

from embodied.errors import BadInput


def test_the_same_seed_gives_the_same_places_and_another_gives_others() -> None:
    scene = load_scene()
    assert place(scene, 7) == place(scene, 7)
    assert place(scene, 7) != place(scene, 8)


@pytest.mark.parametrize("name", scene_names())
def test_things_stand_in_their_regions_apart_from_one_another(name: str) -> None:
    scene = load_scene(name)
    for seed in range(50):
        start = place(scene, seed)
        for thing in scene.objects:
            x, y, z = start.poses[thing.name].position
            assert thing.region.contains(x, y, 1e-9)
            assert z == pytest.approx(thing.size[2] / 2)
        for one, other in combinations([t for t in scene.objects if t.kind == "cube"], 2):
            a, b = start.poses[one.name].position, start.poses[other.name].position
            assert hypot(a[0] - b[0], a[1] - b[1]) > (one.size[0] + other.size[0]) / 2


def test_a_set_up_puts_things_on_and_into_others() -> None:
    scene = load_scene()
    asked = {
        "objects": {
            "red_cube": {"position": [0.5, 0.1, 0.3]},
            "blue_cube": {"on": "red_cube"},
            "green_cube": {"in": "drawer"},
            "yellow_cube": {"in": "bowl"},
        },
        "open": {"drawer": 0.12},
    }
    start = place(scene, 3, read_setup(asked, scene))
    red, blue = start.poses["red_cube"].position, start.poses["blue_cube"].position
    assert red[:2] == (0.5, 0.1)
    assert blue == pytest.approx((0.5, 0.1, 0.0225 + 0.045))
    assert start.poses["green_cube"].position[0] == pytest.approx(start.poses["drawer"].position[0] - 0.12)
    assert start.poses["yellow_cube"].position[:2] == pytest.approx(start.poses["bowl"].position[:2])
    assert start.slides == {"drawer": 0.12}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"things": {}}, "has no 'things'"),
        ({"objects": {"purple_cube": {"on": "red_cube"}}}, "no object 'purple_cube'"),
        ({"objects": {"red_cube": {"on": "purple_cube"}}}, "no object 'purple_cube'"),
        ({"objects": {"red_cube": {"in": "blue_cube"}}}, "Nothing can be put into"),
        ({"objects": {"red_cube": {"position": [2, 0]}}}, "out of reach"),
        ({"objects": {"red_cube": {"near": "bowl"}}}, "cannot be set up"),
        ({"open": {"bowl": 0.1}}, "bowl cannot be open"),
        ({"open": {"drawer": 0.5}}, "drawer cannot be open by 0.5"),
        ({"holding": "bowl"}, "cannot be held"),
    ],
)
def test_a_set_up_that_cannot_be_is_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_setup(asked, load_scene())


def test_things_cannot_stand_on_one_another_in_a_circle() -> None:
    scene = load_scene()
    asked = {"objects": {"red_cube": {"on": "blue_cube"}, "blue_cube": {"on": "red_cube"}}}
    with pytest.raises(BadInput, match="in a circle"):
        place(scene, 1, read_setup(asked, scene))


def test_a_scene_without_room_says_so() -> None:
    text = "".join(
        f'[[object]]\nkind = "cube"\ncolor = "{color}"\nregion = [0.50, 0.0, 0.55, 0.05]\n'
        for color in ("red", "blue", "green", "yellow", "white")
    )
    with pytest.raises(BadInput, match="do not fit into their regions"):
        place(parse_scene(text, "tight.toml"), 1)
