"""To the left of the tip, then turn it to +x (it swings up); past the threshold pays most."""

SIDE = 0.035  # m, the hand's middle left of the tip
SIDE_FREE = 0.015  # m, to both sides of that is as good
SIDE_NEED = 0.02  # m, left at least this far before coming in
BACK_SLOPE = 1.5  # wanted distance in y for each metre that is missing at the side
BACK_TOP = 0.07  # m
DEPTH = 0.005  # m, the hand is this far before the tip
DEPTH_FREE = 0.01  # m
DROP = 0.01  # m, the hand is this far below the tip
DROP_FREE = 0.025  # m
SLACK = 0.01  # m, this near counts as there
COARSE = 4.0  # 1/m
FINE = 15.0  # 1/m
FIRST_TURN = 0.02  # m
FULL_TURN = 0.096  # m
LIMIT = 0.09  # m

def inside(obs):
    """Turned as success asks: 0 at the threshold, 1 a little beyond."""
    return np.clip((obs["turned"] - LIMIT) / 0.004, 0.0, 1.0)

def turning(obs):
    """How far the tip has moved."""
    return np.clip(obs["turned"] / FULL_TURN, 0.0, 1.0)

def started(obs):
    """The first centimetres, so that a first push is felt."""
    return np.clip(obs["turned"] / FIRST_TURN, 0.0, 1.0)

def beside(obs):
    """Left of the tip and at it, ready to push; full once turned."""
    gap = obs["hand"] - obs["lock_tip"]
    side = np.maximum(np.abs(gap[:, 0] + SIDE) - SIDE_FREE, 0.0)
    missing = np.maximum(gap[:, 0] + SIDE_NEED, 0.0)
    back = np.clip(BACK_SLOPE * missing, 0.0, BACK_TOP)
    along = np.maximum(np.abs(gap[:, 1] + DEPTH + back) - DEPTH_FREE, 0.0)
    height = np.maximum(np.abs(gap[:, 2] + DROP) - DROP_FREE, 0.0)
    far = np.sqrt(np.square(side) + np.square(along) + np.square(height))
    rest = np.maximum(far - SLACK, 0.0)
    level = 0.5 * (1.0 - np.tanh(COARSE * rest)) + 0.5 * (1.0 - np.tanh(FINE * rest))
    return np.maximum(level, turning(obs))

def reward(obs, action, previous):
    effort = np.sum(np.square(action["move"]), axis=-1)
    return {
        "beside_tip": 1.0 * beside(obs),
        "first_turn": 0.5 * started(obs),
        "turned": 3.0 * turning(obs),
        "past_limit": 3.0 * inside(obs),
        "effort": -0.01 * effort,
    }
