"""Planners: what to do next towards a goal."""

from embodied.planning.offline import OfflinePlanner
from embodied.planning.plan import Ask, Attempt, Decision, NewSkill, Planner, PlanNode, Step, Stop
from embodied.planning.react import ReActPlanner
from embodied.planning.tree import TreePlanner

__all__ = [
    "Ask",
    "Attempt",
    "Decision",
    "NewSkill",
    "OfflinePlanner",
    "PlanNode",
    "Planner",
    "ReActPlanner",
    "Step",
    "Stop",
    "TreePlanner",
]
