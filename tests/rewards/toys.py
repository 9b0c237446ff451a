"""Specs that the tests of rewards share: a hand, a cube, a target."""

from __future__ import annotations

from embodied.rewards.spec import ActionSpec, Entry, ObservationSpec

LOW, HIGH = (0.2, -0.5, 0.0), (0.8, 0.5, 0.6)

OBSERVATION = ObservationSpec(
    (
        Entry("hand", (3,), "m", "world", LOW, HIGH, "The grasp point.", "hand"),
        Entry("cube", (3,), "m", "world", LOW, HIGH, "Its centre.", "object", fact="pose[red_cube]"),
        Entry("target", (3,), "m", "world", LOW, HIGH, "Where the cube shall go.", "place"),
        Entry("gripper", (), "m", low=0.0, high=0.08, doc="Distance of the fingers.", role="gripper"),
    )
)
ACTION = ActionSpec((Entry("move", (3,), low=-1.0, high=1.0), Entry("grip", (), low=-1.0, high=1.0)))

REACH = """
def reward(obs, action, previous):
    reach = np.linalg.norm(obs["hand"] - obs["cube"], axis=-1)
    return {"reach": 1.0 - np.tanh(5.0 * reach)}
"""


def body(lines: str, terms: str = '{"x": x}') -> str:
    """Reward code around some lines."""
    indented = "\n".join(f"    {line}" for line in lines.strip("\n").split("\n"))
    return f"def reward(obs, action, previous):\n{indented}\n    return {terms}\n"
