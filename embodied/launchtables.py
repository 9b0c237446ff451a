"""The engine's own tables of a launch file, as JSON Schema with defaults; docs/launch-file.md lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from embodied.models.settings import MODEL_TABLE

Schema = Mapping[str, Any]

PLAYER = "^[A-Za-z0-9_.*-]{1,36}$"
"""The name of a player, with a leading "." or "*" for one of another edition; or a UUID."""

ENGINE_TABLES: Mapping[str, Schema] = {
    "goal": {
        "text": {"type": "string", "minLength": 1, "description": "What to achieve, in plain words."},
    },
    "world": {
        "kind": {"type": "string", "default": "minecraft", "description": "Which world to act in."},
    },
    "agent": {
        "planner": {
            "enum": ["offline", "llm", "react"],
            "default": "offline",
            "description": "Who plans. `offline` searches over skills and recipes, with no model. `llm` asks "
            "a model for a tree of plans and writes missing skills; `react` asks it at every step.",
        },
        "seed_skills": {
            "type": "boolean",
            "default": True,
            "description": "Whether the skills that come along may be used; false: only those learned, and "
            "the body's primitives.",
        },
        "step_retries": {
            "type": "integer",
            "minimum": 1,
            "maximum": 20,
            "default": 3,
            "description": "How often a step may fail in the same way before another way is taken.",
        },
        "refine": {
            "enum": ["never", "ask", "allow"],
            "default": "never",
            "description": "Whether a step that failed so often, and that nothing else achieves, is learned "
            "by reinforcement, in the time that is left: `ask` asks you first, in a terminal.",
        },
        "refine_minutes": {
            "type": "number",
            "exclusiveMinimum": 0,
            "default": 10,
            "description": "The longest that learning one step may take, within [limits] minutes [min].",
        },
        "rules": {
            "type": "array",
            "items": {"type": "string", "minLength": 1, "maxLength": 500},
            "maxItems": 50,
            "default": [],
            "description": "What must hold whatever is done, in words, beside the rules that are kept "
            "(`embodied rules`).",
        },
    },
    "limits": {
        "minutes": {
            "type": "number",
            "exclusiveMinimum": 0,
            "default": 30,
            "description": "Wall-clock time of the whole run [min].",
        },
        "steps": {"type": "integer", "minimum": 1, "default": 300, "description": "Steps of the plan."},
        "primitive_calls": {
            "type": "integer",
            "minimum": 1,
            "default": 50000,
            "description": "Calls of the body's primitives.",
        },
    },
    "sandbox": {
        "memory_mb": {
            "type": "integer",
            "minimum": 8,
            "maximum": 4096,
            "default": 64,
            "description": "Memory of one skill's program [MB].",
        },
        "cpu_seconds": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 600,
            "default": 10,
            "description": "Computing time of one skill's program, waiting for the body not counted [s].",
        },
    },
    "teach": {
        "players": {
            "type": "array",
            "items": {"type": "string", "pattern": PLAYER},
            "maxItems": 20,
            "default": [],
            "description": "Who in the game is listened to, in the chat: names of players exactly as the "
            "server writes them, or their UUIDs. Nobody else is.",
        },
        "public_lines": {
            "enum": ["addressed", "all"],
            "default": "addressed",
            "description": "Which of their lines in the public chat are meant: those addressed to the bot, "
            "or all. What they whisper is always.",
        },
    },
    "model": MODEL_TABLE,
}
