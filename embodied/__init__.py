"""The engine: planning, skills, referee, bridges."""

__version__ = "0.1.0"
