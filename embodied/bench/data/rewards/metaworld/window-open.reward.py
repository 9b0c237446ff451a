"""To the left of the handle, then slide it to +x; open pays most."""

SIDE = 0.035  # m, the hand's middle left of the handle
SIDE_FREE = 0.015  # m, to both sides of that is as good
SIDE_NEED = 0.02  # m, left at least this far before coming in
BACK_SLOPE = 1.5  # wanted distance in y for each metre that is missing at the side
BACK_TOP = 0.08  # m
DEPTH = 0.01  # m, the hand is this far before the handle
DROP = 0.02  # m, the hand is this far below the handle point
DROP_FREE = 0.02  # m
SLACK = 0.01  # m, this near counts as there
COARSE = 3.0  # 1/m
FINE = 12.0  # 1/m
FIRST_SLIDE = 0.03  # m
FULL_SLIDE = 0.197  # m
LIMIT = 0.19  # m

def inside(obs):
    """Open as success asks: 0 at the threshold, 1 a little beyond."""
    return np.clip((obs["opening"] - LIMIT) / 0.004, 0.0, 1.0)

def opened(obs):
    """How far it is slid open."""
    return np.clip(obs["opening"] / FULL_SLIDE, 0.0, 1.0)

def started(obs):
    """The first centimetres, so that a first push is felt."""
    return np.clip(obs["opening"] / FIRST_SLIDE, 0.0, 1.0)

def beside(obs):
    """Left of the handle and at it, ready to push; full once open."""
    gap = obs["hand"] - obs["window_handle"]
    side = np.maximum(np.abs(gap[:, 0] + SIDE) - SIDE_FREE, 0.0)
    missing = np.maximum(gap[:, 0] + SIDE_NEED, 0.0)
    depth = gap[:, 1] + DEPTH + np.clip(BACK_SLOPE * missing, 0.0, BACK_TOP)
    height = np.maximum(np.abs(gap[:, 2] + DROP) - DROP_FREE, 0.0)
    far = np.sqrt(np.square(side) + np.square(depth) + np.square(height))
    rest = np.maximum(far - SLACK, 0.0)
    level = 0.5 * (1.0 - np.tanh(COARSE * rest)) + 0.5 * (1.0 - np.tanh(FINE * rest))
    return np.maximum(level, opened(obs))

def reward(obs, action, previous):
    effort = np.sum(np.square(action["move"]), axis=-1)
    return {
        "beside_handle": 1.0 * beside(obs),
        "first_slide": 0.5 * started(obs),
        "opened": 3.0 * opened(obs),
        "past_limit": 3.0 * inside(obs),
        "effort": -0.01 * effort,
    }
