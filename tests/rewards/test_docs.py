"""What docs/rewards.md shows is what happens."""

from __future__ import annotations

from pathlib import Path

from embodied.rewards.errors import BY_CODE
from embodied.rewards.spec import ROLES
from tests.rewards.rollouts import WORLD
from tests.rewards.test_critic import PLAIN, judged

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "rewards.md").read_text(encoding="utf-8")


def test_the_example_is_sent_back_in_these_words() -> None:
    start = TEXT.index("def reward(obs")
    source = TEXT[start : TEXT.index("```", start)]
    found = judged(source, PLAIN)
    shown = TEXT[TEXT.index("The critic sends the reward back.") :].split("\n```")[0]
    assert found.text.startswith(shown)
    better = source.replace("10.0 * entered", "10.0 * (left_before - left)")
    assert judged(better, PLAIN).accepted


def test_names_and_roles_and_errors_are_all_there() -> None:
    assert "\n".join(WORLD.describe().splitlines()[:4]) in TEXT
    assert all(f"`{role}`" in TEXT for role in ROLES if role)
    assert all(f"`{error.__name__}`" in TEXT for error in BY_CODE.values() if error.__name__ != "NotAllowed")
