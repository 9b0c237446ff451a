"""Down over the cube, shut the fingers on it, bring it over the hole."""

FUNNEL_SLOPE = 2.0  # wanted height over the cube for each metre beside it
FUNNEL_TOP = 0.09  # m
FUNNEL_FREE = 0.015  # m, no height is wanted this near
SLACK = 0.015  # m, this near counts as there
COARSE = 4.0  # 1/m
FINE = 15.0  # 1/m
WIDE = 0.095  # m, fingers open
HELD = 0.055  # m, fingers about the cube
FAR = 0.3  # m, about the greatest distance to the hole
AIM = 0.015  # m, this near the hole is full
LIMIT = 0.05  # m

def gone(obs):
    """Distance of cube and hole in x and y."""
    way = obs["cube"] - obs["hole"]
    return np.hypot(way[:, 0], way[:, 1])

def inside(obs):
    """As near as success asks: 0 at the threshold, 1 a little within."""
    return np.clip((LIMIT - gone(obs)) / 0.015, 0.0, 1.0)

def brought(obs):
    """How near the cube is to the hole: steady over the whole way."""
    return np.clip(1.0 - (gone(obs) - AIM) / FAR, 0.0, 1.0)

def at_cube(obs):
    """Over the cube and down to it."""
    gap = obs["hand"] - obs["cube"]
    beside = np.hypot(gap[:, 0], gap[:, 1])
    wanted = np.clip(FUNNEL_SLOPE * (beside - FUNNEL_FREE), 0.0, FUNNEL_TOP)
    rest = np.maximum(np.hypot(beside, gap[:, 2] - wanted) - SLACK, 0.0)
    return 0.5 * (1.0 - np.tanh(COARSE * rest)) + 0.5 * (1.0 - np.tanh(FINE * rest))

def caged(obs):
    """Fingers shut about the cube, as far as the hand is at it."""
    shut = np.clip((WIDE - obs["gripper"]) / (WIDE - HELD), 0.0, 1.0)
    close = np.clip(3.0 * at_cube(obs) - 2.0, 0.0, 1.0)
    return close * shut

def reward(obs, action, previous):
    effort = np.sum(np.square(action["move"]), axis=-1)
    return {
        "at_cube": 1.0 * np.maximum(at_cube(obs), inside(obs)),
        "caged": 0.7 * np.maximum(caged(obs), inside(obs)),
        "brought": 4.0 * brought(obs),
        "over_hole": 4.0 * inside(obs),
        "effort": -0.01 * effort,
    }
