"""Behind the handle, seen along the arc it moves on, then push it shut."""

TILT = 0.08  # rad, the closing motion is along (sin, cos) of opening + TILT
BEHIND = 0.04  # m, the hand behind the handle
BEHIND_FREE = 0.02  # m, to both sides of that is as good
ALONG_FREE = 0.03  # m, along the door's width
HEIGHT_FREE = 0.03  # m
COARSE = 3.5  # 1/m
FINE = 12.0  # 1/m
OPEN_AT = 1.571  # rad, opening at the start
SHUT_AT = 0.1  # rad, well inside success
FIRST_PUSH = 0.2  # rad
LIMIT = 0.1788  # rad

def inside(obs):
    """Shut as success asks: 0 at the threshold, 1 a little within."""
    return np.clip((LIMIT - obs["opening"]) / 0.03, 0.0, 1.0)

def closed(obs):
    """How far it is pushed shut: 0 at the start, 1 well inside."""
    return np.clip((OPEN_AT - obs["opening"]) / (OPEN_AT - SHUT_AT), 0.0, 1.0)

def started(obs):
    """The first part, so that a first push is felt."""
    return np.clip((OPEN_AT - obs["opening"]) / FIRST_PUSH, 0.0, 1.0)

def behind(obs):
    """At the handle on the side it is pushed from; full once shut."""
    gap = obs["hand"] - obs["door_handle"]
    angle = obs["opening"] + TILT
    way_x = np.sin(angle)
    way_y = np.cos(angle)
    push = gap[:, 0] * way_x + gap[:, 1] * way_y
    along = gap[:, 0] * way_y - gap[:, 1] * way_x
    off_push = np.maximum(np.abs(push + BEHIND) - BEHIND_FREE, 0.0)
    off_along = np.maximum(np.abs(along) - ALONG_FREE, 0.0)
    off_height = np.maximum(np.abs(gap[:, 2]) - HEIGHT_FREE, 0.0)
    far = np.sqrt(np.square(off_push) + np.square(off_along) + np.square(off_height))
    level = 0.5 * (1.0 - np.tanh(COARSE * far)) + 0.5 * (1.0 - np.tanh(FINE * far))
    return np.maximum(level, closed(obs))

def reward(obs, action, previous):
    effort = np.sum(np.square(action["move"]), axis=-1)
    return {
        "behind_handle": 1.0 * behind(obs),
        "first_push": 0.5 * started(obs),
        "closed": 3.5 * closed(obs),
        "inside_limit": 3.0 * inside(obs),
        "effort": -0.01 * effort,
    }
