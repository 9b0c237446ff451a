"""Planners: what to do next towards a goal."""

from embodied.planning.offline import OfflinePlanner
from embodied.planning.plan import Ask, Attempt, Decision, NewSkill, Planner, PlanNode, Step, Stop

__all__ = ["Ask", "Attempt", "Decision", "NewSkill", "OfflinePlanner", "PlanNode", "Planner", "Step", "Stop"]
