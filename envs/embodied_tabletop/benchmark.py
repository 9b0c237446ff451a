"""What `embodied bench tabletop` measures: cases as data.

Seeds were fixed before their first run and are held out: nothing was tuned on them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from embodied.bench.worldcase import Speed, WorldCase
from embodied_tabletop.settings import ENGINES

SKILL_SEEDS = tuple(range(5001, 5101))
PUSH_SEEDS = tuple(range(6001, 6101))
"""Of `push-to`, which was written anew after it had failed on some of the others' seeds."""
GOAL_SEEDS = tuple(range(4201, 4221))
ROBUSTNESS_SEEDS = tuple(range(4301, 4311))

NUDGES_PER_MINUTE = 6.0
"""One every ten seconds of simulated time, on average."""
FAILED_GRASPS = 0.1

GOALS = (
    "stack the red cube on the blue cube",
    "put all cubes in the bowl",
    "build a tower of three",
    "sort the cubes by colour",
    "open the drawer and put the green cube inside",
    "push the blue cube to the left edge",
    "press the button",
    "swap the red and the blue cube",
    "hand me the yellow cube",
    "put the red cube left of the blue cube",
)
MINUTES = 3.0
SKILL_SCENE = "varied"

_CUBES = ("red_cube", "blue_cube", "green_cube", "yellow_cube")
_PLACES = ("red_pad", "blue_pad", "green_pad", "yellow_pad", "hand_over")
_SIDES = ("left_of", "right_of", "in_front_of", "behind")
_EDGES = ("left_edge", "right_edge", "front_edge", "back_edge")

_AIMS: Mapping[str, Mapping[str, float]] = {
    "skills": {"mujoco": 0.98, "pybullet": 0.95},
    "goals": {"mujoco": 0.90, "pybullet": 0.90},
    "robustness": {"mujoco": 0.85, "pybullet": 0.85},
}


def _cube(seed: int) -> str:
    return _CUBES[seed % 4]


def _other(seed: int) -> str:
    return _CUBES[(seed + 1 + seed // 4 % 3) % 4]


Uses = Callable[[int], tuple[Mapping[str, Any], tuple[str, ...]]]
"""The arguments of a skill for a seed, and what must hold before beside the skill's own needs."""

SKILLS: Mapping[str, Uses] = {
    "pick": lambda seed: ({"object": _cube(seed)}, ()),
    "put-down": lambda seed: ({"object": _cube(seed)}, ()),
    "place": lambda seed: ({"object": _cube(seed), "at": _PLACES[seed % 5]}, ()),
    "place-on": lambda seed: ({"object": _cube(seed), "support": _other(seed)}, ()),
    "place-beside": lambda seed: (
        {"object": _cube(seed), "side": _SIDES[seed // 4 % 4], "other": _other(seed)},
        (),
    ),
    "put-in": lambda seed: (
        ({"object": _cube(seed), "container": "drawer"}, ("is_open[drawer]",))
        if seed % 2
        else ({"object": _cube(seed), "container": "bowl"}, ())
    ),
    "stack": lambda seed: ({"object": _cube(seed), "support": _other(seed)}, ()),
    "push-to": lambda seed: ({"object": _cube(seed), "place": _EDGES[seed // 4 % 4]}, ()),
    "open-drawer": lambda seed: ({"drawer": "drawer"}, ()),
    "close-drawer": lambda seed: ({"drawer": "drawer"}, ("is_open[drawer]",)),
    "press-button": lambda seed: ({"button": "button"}, ()),
}

UNMEASURED = ("let-go",)
"""Skills for what an interruption leaves behind: no planning brings about what they need."""


class TabletopBenchmark:
    """Implements `embodied.bench.worldcase.WorldBenchmark`."""

    engines: Sequence[str] = ENGINES
    notes: Mapping[str, str] = {
        "skills": (
            f"One use of each skill in the scene {SKILL_SCENE!r}, seeds {SKILL_SEEDS[0]} to "
            f"{SKILL_SEEDS[-1]}, of push-to {PUSH_SEEDS[0]} to {PUSH_SEEDS[-1]}; what it needs was brought "
            "about by planning and acting, and a set-up that "
            "failed counts as a failure."
        ),
        "goals": (
            f"Ten goals in the scene 'default', seeds {GOAL_SEEDS[0]} to {GOAL_SEEDS[-1]}; offline planner, "
            "no model."
        ),
        "robustness": (
            f"The goals again, seeds {ROBUSTNESS_SEEDS[0]} to {ROBUSTNESS_SEEDS[-1]}: a thing is pushed by "
            f"nobody {NUDGES_PER_MINUTE:g} times a simulated minute, and {FAILED_GRASPS:.0%} of grasps do "
            "not grip."
        ),
    }

    def cases(self, part: str, engine: str, seeds: int) -> Sequence[WorldCase]:
        """The cases of a part, at most `seeds` seeds of each (0: all)."""
        if part == "skills":
            return _skill_cases(engine, seeds or None)
        if part == "goals":
            return _goal_cases(part, engine, GOAL_SEEDS[: seeds or None], {})
        faults = {"nudges": NUDGES_PER_MINUTE, "failed_grasps": FAILED_GRASPS}
        return _goal_cases(part, engine, ROBUSTNESS_SEEDS[: seeds or None], faults)

    def aim(self, part: str, engine: str) -> float:
        """The share of passes that is aimed at."""
        return _AIMS[part][engine]

    def speeds(self, engines: Sequence[str], seconds: float, peers: str) -> Sequence[Speed | str]:
        """The environments of `embodied_tabletop.gym`, and with `peers` Gymnasium-Robotics and panda-gym."""
        from embodied_tabletop.stepping import measure

        return measure(engines, seconds, peers)


def _settings(engine: str, seed: int, **more: Any) -> dict[str, Any]:
    return {"engine": engine, "seed": seed, "own_process": False, **more}


def _goal_cases(part: str, engine: str, seeds: Sequence[int], faults: Mapping[str, float]) -> list[WorldCase]:
    return [
        WorldCase(
            key=f"{part}/{engine}/{goal}/{seed}",
            kind="tabletop",
            settings=_settings(engine, seed, **faults),
            goal=goal,
            minutes=MINUTES,
            labels={"part": part, "engine": engine, "group": goal, "seed": seed},
        )
        for goal in GOALS
        for seed in seeds
    ]


def _skill_cases(engine: str, most: int | None) -> list[WorldCase]:
    cases = []
    for skill, uses in SKILLS.items():
        for seed in (PUSH_SEEDS if skill == "push-to" else SKILL_SEEDS)[:most]:
            arguments, needs = uses(seed)
            cases.append(
                WorldCase(
                    key=f"skills/{engine}/{skill}/{seed}",
                    kind="tabletop",
                    settings=_settings(engine, seed, scene=SKILL_SCENE),
                    goal=f"{skill} {' '.join(str(value) for value in arguments.values())}",
                    minutes=MINUTES,
                    skill=skill,
                    arguments=arguments,
                    needs=needs,
                    # What is held may be left of another thing already.
                    expects=(f"on[{arguments['object']}, table]",) if skill == "place-beside" else (),
                    labels={"part": "skills", "engine": engine, "group": skill, "seed": seed},
                )
            )
    return cases


BENCHMARK = TabletopBenchmark()
