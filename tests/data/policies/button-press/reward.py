"""Composed for: pressed[button]

push; each step pays what a stage has gained since the last: for either.
"""

REACH_WEIGHT = 1  # what reach pays
MOVE_WEIGHT = 3  # what move pays
HOLD_WEIGHT = 1  # what hold pays
SMOOTHNESS_WEIGHT = 0.01  # what large actions cost
REACH_SCALE = 5  # how steeply, 1/m
MOVE_SCALE = 15  # 1/m
PRESS_DEPTH = 0.02  # how far down it is pressed, m
HOLD_SCALE = 20  # how still, 1/m in a step


def near(distance, scale):
    """1 where nothing is missing, 0 far away."""
    return 1.0 - np.tanh(scale * distance)


def apart(a, b):
    """Distance of two positions, shape (batch,), m."""
    return np.linalg.norm(a - b, axis=-1)


def move(obs):
    """pressed[button]."""
    missing = np.hypot(obs["hand"][:, 0] - obs["button"][:, 0], obs["hand"][:, 1] - obs["button"][:, 1]) + np.maximum(obs["hand"][:, 2] - obs["button"][:, 2] + PRESS_DEPTH, 0.0)
    return np.maximum(near(missing, MOVE_SCALE), obs["pressed"])


def reach(obs):
    """The hand comes to the button."""
    return np.maximum(near(apart(obs["hand"], obs["button"]), REACH_SCALE), move(obs))


def hold(obs, previous):
    """The button stays where it shall be."""
    moved = apart(obs["button"], previous["button"])
    return 1.0 * (move(obs) > 0.999) * near(moved, HOLD_SCALE)


def reward(obs, action, previous):
    effort = np.sum(np.square(action["move"]), axis=-1)
    return {
        "reach": 10 * REACH_WEIGHT * (reach(obs) - reach(previous)),
        "move": 10 * MOVE_WEIGHT * (move(obs) - move(previous)),
        "hold": HOLD_WEIGHT * (hold(obs, previous) - 1.0),
        "smoothness": -SMOOTHNESS_WEIGHT * effort,
    }
