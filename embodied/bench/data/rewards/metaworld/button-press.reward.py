"""In line with the cap, then press along +y; beyond the threshold pays most."""

LINE_FREE = 0.015  # m beside the cap's axis that is as good
DROP = 0.01  # m, the hand is this far below the cap's point
TOUCH_FAR = 0.05  # m, hand before the cap, at most
TOUCH_NEAR = 0.01  # m, hand before the cap, at least
BACK_SLOPE = 0.8  # wanted distance more for each metre off the axis
BACK_TOP = 0.06  # m
COARSE = 3.0  # 1/m
FINE = 12.0  # 1/m
FIRST_PRESS = 0.02  # m
FULL_PRESS = 0.083  # m
LIMIT = 0.073  # m

def inside(obs):
    """Pressed as success asks: 0 at the threshold, 1 a little beyond."""
    return np.clip((obs["depth"] - LIMIT) / 0.005, 0.0, 1.0)

def pressed(obs):
    """How far it is pushed in."""
    return np.clip(obs["depth"] / FULL_PRESS, 0.0, 1.0)

def started(obs):
    """The first centimetres, so that a first touch is felt."""
    return np.clip(obs["depth"] / FIRST_PRESS, 0.0, 1.0)

def ready(obs):
    """Right before the cap and in line with it; full once pressed."""
    gap = obs["hand"] - obs["button_cap"]
    off = np.maximum(np.hypot(gap[:, 0], gap[:, 2] + DROP) - LINE_FREE, 0.0)
    back = np.clip(BACK_SLOPE * off, 0.0, BACK_TOP)
    before = -gap[:, 1] - back
    along = np.maximum(before - TOUCH_FAR, 0.0) + np.maximum(TOUCH_NEAR - before, 0.0)
    far = np.hypot(off, along)
    level = 0.5 * (1.0 - np.tanh(COARSE * far)) + 0.5 * (1.0 - np.tanh(FINE * far))
    return np.maximum(level, pressed(obs))

def reward(obs, action, previous):
    effort = np.sum(np.square(action["move"]), axis=-1)
    return {
        "ready": 1.0 * ready(obs),
        "first_press": 0.5 * started(obs),
        "pressed": 3.0 * pressed(obs),
        "past_limit": 3.0 * inside(obs),
        "effort": -0.01 * effort,
    }
