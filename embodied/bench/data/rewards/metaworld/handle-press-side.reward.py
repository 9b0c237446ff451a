"""Over the lever's end without catching it from below, press to the band's middle, stay."""

ACROSS_FREE = 0.02  # m, along y
ALONG_FREE = 0.02  # m, along x
ABOVE = 0.005  # m, the hand above the end
ABOVE_FREE = 0.025  # m, to both sides of that is as good
FUNNEL_SLOPE = 2.0  # wanted height for each metre beside it
FUNNEL_TOP = 0.1  # m
COARSE = 4.0  # 1/m
FINE = 15.0  # 1/m
REST_HEIGHT = 0.18  # m, the end is not above this unless lifted
LOW = 0.077  # m
HIGH = 0.117  # m
MIDDLE = 0.097  # m
EDGE = 0.007  # m, the bonus is full this far inside the band
FIRST_PRESS = 0.02  # m

def inside(obs):
    """In the band: 0 at its ends, 1 a little within."""
    rise = np.clip((obs["depth"] - LOW) / EDGE, 0.0, 1.0)
    fall = np.clip((HIGH - obs["depth"]) / EDGE, 0.0, 1.0)
    return rise * fall

def pressed(obs):
    """Full at the middle of the band, less above and below."""
    return np.clip(1.0 - np.abs(obs["depth"] - MIDDLE) / MIDDLE, 0.0, 1.0)

def started(obs):
    """The first press, taken back when far beyond the band."""
    rise = np.clip(obs["depth"] / FIRST_PRESS, 0.0, 1.0)
    fall = np.clip((0.17 - obs["depth"]) / (0.17 - HIGH), 0.0, 1.0)
    return rise * fall

def raised(obs):
    """The end lifted above its rest: the wrong way."""
    end = obs["lever_end"]
    return np.clip((end[:, 2] - REST_HEIGHT) / 0.1, 0.0, 1.0)

def over(obs):
    """On the end, come from above; full once it is pressed."""
    gap = obs["hand"] - obs["lever_end"]
    along = np.maximum(np.abs(gap[:, 0]) - ALONG_FREE, 0.0)
    across = np.maximum(np.abs(gap[:, 1]) - ACROSS_FREE, 0.0)
    beside = np.hypot(along, across)
    wanted = ABOVE + np.clip(FUNNEL_SLOPE * beside, 0.0, FUNNEL_TOP)
    height = np.maximum(np.abs(gap[:, 2] - wanted) - ABOVE_FREE, 0.0)
    far = np.hypot(beside, height)
    level = 0.5 * (1.0 - np.tanh(COARSE * far)) + 0.5 * (1.0 - np.tanh(FINE * far))
    return np.maximum(level, pressed(obs))

def reward(obs, action, previous):
    effort = np.sum(np.square(action["move"]), axis=-1)
    return {
        "over_end": 1.0 * over(obs),
        "first_press": 0.5 * started(obs),
        "pressed": 2.5 * pressed(obs),
        "inside_band": 3.5 * inside(obs),
        "raised": -0.3 * raised(obs),
        "effort": -0.01 * effort,
    }
