"""In front of the handle, then push in; closed pays most."""

FRONT_MIN = 0.035  # m, hand at least this far before the handle
FRONT_MAX = 0.07  # m, and at most this far
LOW = 0.03  # m, this far below the observed handle point
PASS_SLOPE = 1.5  # wanted height for each metre that is missing in front
PASS_TOP = 0.06  # m
SLACK = 0.015  # m, this near counts as there
COARSE = 5.0  # 1/m
FINE = 15.0  # 1/m
OPEN_AT = 0.15  # m, opening at the start
SHUT_AT = 0.015  # m, well inside success
LIMIT = 0.0315  # m

def inside(obs):
    """Closed as success asks: 0 at the threshold, 1 a little within."""
    return np.clip((LIMIT - obs["opening"]) / 0.006, 0.0, 1.0)

def closed(obs):
    """Pushed in: 0 at the start, 1 shut, below 0 if pulled out further."""
    return np.clip((OPEN_AT - obs["opening"]) / (OPEN_AT - SHUT_AT), -0.5, 1.0)

def front(obs):
    """Before the handle and at its height, ready to push; full once shut."""
    gap = obs["hand"] - obs["drawer_handle"]
    ahead = -gap[:, 1]
    missing = np.maximum(FRONT_MIN - ahead, 0.0)
    along = missing + np.maximum(ahead - FRONT_MAX, 0.0)
    height = gap[:, 2] + LOW - np.clip(PASS_SLOPE * missing, 0.0, PASS_TOP)
    far = np.sqrt(np.square(gap[:, 0]) + np.square(along) + np.square(height))
    rest = np.maximum(far - SLACK, 0.0)
    level = 0.5 * (1.0 - np.tanh(COARSE * rest)) + 0.5 * (1.0 - np.tanh(FINE * rest))
    return np.maximum(level, closed(obs))

def reward(obs, action, previous):
    effort = np.sum(np.square(action["move"]), axis=-1)
    return {
        "in_front": 1.0 * front(obs),
        "closed": 3.0 * closed(obs),
        "inside_limit": 3.0 * inside(obs),
        "effort": -0.01 * effort,
    }
