"""Skills: Agent-Skills folders with a `skill.py`, read into frozen `Skill`s.

A skill is one public function with typed parameters and a docstring. It calls primitives, facts and
other skills as plain functions, and returns `done(**facts)` or `failed("reason")`. The format is
described in docs/skills.md.
"""

from embodied.skills.library import SkillLibrary, seed_folder, user_folder
from embodied.skills.loading import load_skill
from embodied.skills.skill import Parameter, Skill

__all__ = ["Parameter", "Skill", "SkillLibrary", "load_skill", "seed_folder", "user_folder"]
