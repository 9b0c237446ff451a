"""Reads a goal in plain words: "craft 8 torches, then get three more buckets", "sort the cubes by colour".

The only goal parser. What things there are and what can be wished for comes from a world's `Vocabulary`;
this package knows English (numbers, articles, politeness, separators, "all", "the other") and nothing of any
world. Goals are made of things and amounts (`amounts`), of whole sentences in the world's phrases
(`sentences`), or are written as a condition, `inventory[torch] >= 8`, which is taken as it stands.
"""

from embodied.goals.goal import Goal, Want
from embodied.goals.parser import MAX_LENGTH, GoalParser

__all__ = ["MAX_LENGTH", "Goal", "GoalParser", "Want"]
