"""What of a skill is searched: the words of its name and its description.

Names of parameters and templates of effects are left out: most skills have the same ("item", "count",
"inventory"), so they only draw all of them together.
"""

from __future__ import annotations

import re

from embodied.skills.skill import Skill

MOST_CHARACTERS = 1500
"""Enough for any honest description. A longer one gains nothing by stuffing words in."""

_SEPARATORS = re.compile(r"[-_]+")
_NOT_WORDS = re.compile(r"[^\w\s.,;'-]+")


def index_text(skill: Skill) -> str:
    """The text of a skill that its embedding is made of."""
    return f"{name_text(skill.name)}. {skill.description}".strip(" .")[:MOST_CHARACTERS]


def name_text(name: str) -> str:
    """A name as words: "mine-block" is "mine block"."""
    return " ".join(_NOT_WORDS.sub(" ", _SEPARATORS.sub(" ", name)).split())
