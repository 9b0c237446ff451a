"""What of a skill is searched: the words of its name, its description, parameters and effects."""

from __future__ import annotations

import re

from embodied.skills.skill import Skill

MOST_CHARACTERS = 1500
"""Enough for any honest description. A longer one gains nothing by stuffing words in."""

_SEPARATORS = re.compile(r"[-_]+")
_NOT_WORDS = re.compile(r"[^\w\s.,;'-]+")


def index_text(skill: Skill) -> str:
    """The text of a skill that its embedding is made of."""
    parameters = " ".join(_words(parameter.name) for parameter in skill.parameters)
    achieves = " ".join(_words(template) for template in skill.achieves)
    text = f"{_words(skill.name)}. {skill.description} {parameters}. {achieves}".strip(" .")
    return text[:MOST_CHARACTERS]


def _words(name: str) -> str:
    return " ".join(_NOT_WORDS.sub(" ", _SEPARATORS.sub(" ", name)).split())
