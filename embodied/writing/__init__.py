"""Writing skills: a model's code becomes a skill that was checked, tried, judged from facts and repaired."""

from embodied.writing.drafts import Draft, Tried
from embodied.writing.workshop import Order, Workshop, Written

__all__ = ["Draft", "Order", "Tried", "Workshop", "Written"]
