"""Down onto the handle from above, then pull; the band of success pays most."""

FUNNEL_SLOPE = 2.0  # wanted height over the handle for each metre beside it
FUNNEL_TOP = 0.12  # m
FUNNEL_FREE = 0.02  # m, no height is wanted this near
COARSE = 4.0  # 1/m
FINE = 15.0  # 1/m
SLACK = 0.015  # m, this near counts as there
FIRST_PULL = 0.03  # m
FULL_PULL = 0.18  # m
BAND_LOW = 0.16  # m
BAND_HIGH = 0.22  # m

def inside(obs):
    """In the band of success: 0 at its ends, 1 a little within."""
    rise = np.clip((obs["opening"] - BAND_LOW) / 0.01, 0.0, 1.0)
    fall = np.clip((BAND_HIGH - obs["opening"]) / 0.008, 0.0, 1.0)
    return rise * fall

def opened(obs):
    """How far it is pulled out, full within the band."""
    return np.clip(obs["opening"] / FULL_PULL, 0.0, 1.0)

def started(obs):
    """The first centimetres, so that a first pull is felt."""
    return np.clip(obs["opening"] / FIRST_PULL, 0.0, 1.0)

def near(obs):
    """At the handle, reached from above: full once it is pulled out."""
    gap = obs["hand"] - obs["drawer_handle"]
    beside = np.hypot(gap[:, 0], gap[:, 1])
    wanted = np.clip(FUNNEL_SLOPE * (beside - FUNNEL_FREE), 0.0, FUNNEL_TOP)
    far = np.hypot(beside, gap[:, 2] - wanted)
    rest = np.maximum(far - SLACK, 0.0)
    level = 0.5 * (1.0 - np.tanh(COARSE * rest)) + 0.5 * (1.0 - np.tanh(FINE * rest))
    return np.maximum(level, opened(obs))

def reward(obs, action, previous):
    effort = np.sum(np.square(action["move"]), axis=-1)
    return {
        "near_handle": 1.0 * near(obs),
        "first_pull": 0.5 * started(obs),
        "opened": 3.0 * opened(obs),
        "inside_band": 3.0 * inside(obs),
        "effort": -0.01 * effort,
    }
