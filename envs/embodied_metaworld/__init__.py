"""Meta-World's tasks (Yu et al. 2019) to learn in: named observations, success as conditions over facts."""

from embodied_metaworld.plugin import WORLD

__all__ = ["WORLD"]
