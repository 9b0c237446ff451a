"""More ways to say the same: corrections with amounts, motions, names, rules."""

from __future__ import annotations

import pytest

from embodied.bench.sentences import REFUSED, ground, taken
from embodied.teaching.reading import Ground


@pytest.fixture(scope="module")
def table() -> Ground:
    return ground()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("too low, go up 2 cm", "correction: shift (0, 0, +2 cm)"),
        ("too far left, 15 mm to the right", "correction: shift (0, -1.5 cm, 0)"),
        ("that was too far, come back two centimetres", "correction: shift (-2 cm, 0, 0)"),
        ("right! RIGHT!", "correction: shift (0, -1 cm, 0)"),
        ("slower, you're shaking the tray", "correction: speed x 0.5"),
        ("go twice as fast", "correction: speed x 2"),
        ("close the fingers completely", "motions: close the fingers"),
        ("you go down, then right", "motions: move 1 cm down; move 1 cm right"),
        ("step 2: open the hand and back off 5 cm straight up", "motions: open the fingers; move 5 cm up"),
        ("go over to the bowl and stay there", "motions: move above the bowl"),
        ("turn the hand 30 degrees anticlockwise", "motions: turn by 30 degrees"),
        ("we call this loading", "verb: call this loading"),
        ("that's it, end of my demo", "verb: done"),
        ("where has the yellow cube gone?", "question: where is yellow_cube"),
        ("what rules did I give you?", "verb: rules"),
        ("you should never press the button", "rule: never pressed[button]"),
        ("don't stack anything on top of the green cube", "rule: never on[{x}, green_cube]"),
        ("Whenever I say park I mean put the red cube on the tray",
         "verb: define park: in[red_cube, tray]"),
        ("stuff the green block into the drawer", "goal: in[green_cube, drawer]"),
        ("take the blue cube over to the red pad", "goal: at[blue_cube, red_pad]"),
        ("put the block of colour yellow in the bowl", "goal: in[yellow_cube, bowl]"),
        ("pull the drawer open and leave it open", "goal: is_open[drawer]"),
        ("from the bottom up: yellow, green and blue", "goal: on[green_cube, yellow_cube]"),
        ("see to it that the drawer is closed and the red cube is in the bowl",
         "goal: is_closed[drawer] and in[red_cube, bowl]"),
        ("push the red cube over to the blue pad", "skill: push-to(object=red_cube, place=blue_pad)"),
        ("carry on please", "verb: continue"),
        ("keep the hand at least 12 cm above the table while carrying the red cube",
         "rule: always hand.z >= 0.12 when"),
        ("give the button a tap", "goal: pressed[button]"),
    ],
)  # fmt: skip
def test_the_same_in_other_words(said: str, meant: str, table: Ground) -> None:
    assert taken(said, table).startswith(meant)


@pytest.mark.parametrize(
    "said",
    [
        "too much",
        "put the red cube gently in the bowl",
        "open the drawer halfway",
        "put the other two on the tray",
        "only the red cube should be on the tray",
        "put the red cube closer to the bowl",
        "turn your hand a little",
    ],
)
def test_what_would_lose_its_meaning_is_refused(said: str, table: Ground) -> None:
    assert taken(said, table).startswith(REFUSED), taken(said, table)


@pytest.mark.parametrize("said", ["red pad -> wobbly", "in[red_cube bowl]", "set the red cube at x=0.4"])
def test_a_refusal_shows_what_this_world_understands(said: str, table: Ground) -> None:
    read = taken(said, table)
    assert read.startswith(REFUSED)
    assert "pickaxe" not in read
    assert "put all cubes in the bowl" in read
