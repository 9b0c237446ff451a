"""From above to just before and below the lever's end, then lift it."""

BEFORE = 0.025  # m, the hand's middle before the end
BEFORE_FREE = 0.025  # m, to both sides of that is as good
SIDE_FREE = 0.015  # m, along x
DROP = 0.02  # m, the hand is this far below the end
DROP_FREE = 0.015  # m
FUNNEL_SLOPE = 2.5  # wanted height for each metre beside it
FUNNEL_TOP = 0.1  # m
COARSE = 4.0  # 1/m
FINE = 15.0  # 1/m
DOWN_AT = 0.1  # m, depth at the start
UP_AT = 0.03  # m, well inside success
FIRST_LIFT = 0.015  # m
LIMIT = 0.042  # m

def inside(obs):
    """Up as success asks: 0 at the threshold, 1 a little within."""
    return np.clip((LIMIT - obs["depth"]) / 0.006, 0.0, 1.0)

def lifted(obs):
    """How far the end is up: 0 at the start, 1 well inside."""
    return np.clip((DOWN_AT - obs["depth"]) / (DOWN_AT - UP_AT), 0.0, 1.0)

def started(obs):
    """The first lift, so that it is felt."""
    return np.clip((DOWN_AT - obs["depth"]) / FIRST_LIFT, 0.0, 1.0)

def sunk(obs):
    """Pressed further down than at the start: the wrong way."""
    return np.clip((obs["depth"] - DOWN_AT) / 0.06, 0.0, 1.0)

def around(obs):
    """At the end, come from above, ready to lift; full once up."""
    gap = obs["hand"] - obs["lever_end"]
    side = np.maximum(np.abs(gap[:, 0]) - SIDE_FREE, 0.0)
    along = np.maximum(np.abs(gap[:, 1] + BEFORE) - BEFORE_FREE, 0.0)
    beside = np.hypot(side, along)
    wanted = np.clip(FUNNEL_SLOPE * beside, 0.0, FUNNEL_TOP)
    height = np.maximum(np.abs(gap[:, 2] + DROP - wanted) - DROP_FREE, 0.0)
    far = np.hypot(beside, height)
    level = 0.5 * (1.0 - np.tanh(COARSE * far)) + 0.5 * (1.0 - np.tanh(FINE * far))
    return np.maximum(level, lifted(obs))

def reward(obs, action, previous):
    effort = np.sum(np.square(action["move"]), axis=-1)
    return {
        "around_end": 1.0 * around(obs),
        "first_lift": 0.7 * started(obs),
        "lifted": 3.0 * lifted(obs),
        "inside_limit": 3.0 * inside(obs),
        "pressed_down": -0.4 * sunk(obs),
        "effort": -0.01 * effort,
    }
