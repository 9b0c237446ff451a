"""What blunt, chatty, hurried people type: chatter around an order, shorthand, half sentences."""

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
        # chatter and shorthand
        ("Hello robot! would you maybe put the red cube in the bowl for me? thank youuuu",
         "goal: in[red_cube, bowl]"),
        ("plz open the drawer lol", "goal: is_open[drawer]"),
        ("what r u holding??", "question: what is held"),
        ("wait wait", "verb: wait"),
        ("yes exactly like that, carry on", "verb: continue"),
        ("no drop the last step", "verb: undo"),
        ("call this shake, ok?", "verb: call this shake"),
        ("thx bye, we're done for today", "verb: quit"),
        ("that's it, done", "verb: done"),
        # goals
        ("make a stack with all the cubes, blue at the bottom, then red, yellow, then green on top",
         "goal: on[red_cube, blue_cube] and on[yellow_cube, red_cube] and on[green_cube, yellow_cube]"),
        ("put blue, red and green in a row from right to left",
         "goal: left_of[green_cube, red_cube] and left_of[red_cube, blue_cube]"),
        ("sort the blocks: green on the red pad, the others in the bowl",
         "goal: at[green_cube, red_pad] and"),
        ("take the cube nearest to the tray and put it in it",
         "goal: in[the cube nearest to the tray, tray]"),
        ("clear the bowl into the tray", "goal: in[everything in the bowl, tray]"),
        ("put one cube on the tray, no matter which", "goal: in[red_cube, tray] or in[green_cube, tray]"),
        ("if the blue pad is empty put the green cube there, otherwise put it in the bowl",
         "goal: if not (at[red_cube, blue_pad]"),
        ("slowly close the drawer", "goal: is_closed[drawer]; at half the pace"),
        # motions and corrections
        ("hover 6 cm over the button", "motions: move to the button, 6 cm up"),
        ("bring the arm back to its resting position", "motions: go home"),
        ("left 4, then up 3", "correction: shift (0, +4 cm, 0); shift (0, 0, +3 cm)"),
        ("turn gripper 20 deg clockwise", "motions: turn by -20 degrees"),
        ("down till you feel it", "motions: move 30 cm down until it touches"),
        ("shift the red cube 2cm away from me", "motions: open the fingers; move above the red cube"),
        ("tiny bit more left", "correction: shift (0, +1 cm, 0)"),
        ("a bit less low", "correction: shift (0, 0, +1 cm)"),
        ("not the tray, the bowl", "correction: with another thing: the bowl"),
        # questions
        ("is the drawer closed or open?", "question: is is_closed[drawer] or is_open[drawer]"),
        ("has the red cube fallen into the bowl?", "question: is in[red_cube, bowl]"),
        ("how far is the bowl from the tray in cm", "question: how far is bowl from tray"),
        ("how many steps did I show you?", "verb: steps shown"),
        ("what skills do you know", "verb: skills"),
        ("what would you do if i told you to press the button", "verb: what if pressed[button]"),
        # rules
        ("nothing may be put on the blue cube", "rule: never on[{x}, blue_cube]"),
        ("the drawer is broken, don't open it", "rule: never is_open[drawer]"),
        ("at most three cubes in the tray", "rule: never (in[red_cube, tray] and"),
        ("forget the rule about the bowl", "verb: remove the rule 'bowl'"),
        # taken back
        ("cancel that, go home", "verb: forget it; then motions: go home"),
        ("begin again from scratch", "verb: start over"),
    ],
)  # fmt: skip
def test_said_in_a_hurry(said: str, meant: str, table: Ground) -> None:
    assert taken(said, table).startswith(meant)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("hold it tighter", "How hard I grip cannot be told"),
        ("tidy up", "could mean any order"),
        ("show me tap", "could mean that its steps are told"),
        ("up 5 kilometers", ""),
        ("put the cube slowly in the bowl", ""),
        ("left 4 or right 4", ""),
        ("how far is the moon from the bowl", ""),
    ],
)
def test_what_is_not_meant_for_sure_is_refused_and_says_why(said: str, why: str, table: Ground) -> None:
    told = taken(said, table)
    assert told.startswith(REFUSED)
    assert why in told
