"""What `embodied bench deploy` measures of arms: cases as data. Seeds were fixed before their first run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from embodied.bench.armcase import ArmCase
from embodied.errors import BadInput
from embodied_arm.measuring.arms import LIKE_REAL, PEERED, TABLE, TWINS, missing_for, twin_of

NAME: Final = "arm"
FAULTS, REACH, PICK, LOOP, OVERHEAD = "faults", "reach", "pick", "loop", "overhead"
STREAM_SEEDS: Final = tuple(range(8001, 8031))
"""Of each fault of what is told, at each arm that is computed here."""
PEER_SEEDS: Final = (8101, 8102)
"""The same at each peer, in real time."""
KILLED_SEEDS: Final = (8201, 8202, 8203, 8204)
REACH_SEEDS: Final = tuple(range(7001, 7021))
PICK_SEEDS: Final = tuple(range(7101, 7121))
COMMANDS: Final = 5000
ALL_FAULTS: Final = (
    "not finite",
    "jumps",
    "oscillation at Nyquist",
    "frozen policy",
    "slow policy",
    "swapped joints",
    "degrees as radians",
    "stale sensors",
)


class ArmBench:
    """Implements `embodied.bench.armcase.ArmBenchmark`."""

    notes: Mapping[str, str] = {
        FAULTS: (
            "Targets that a driver was sent are held to the limits exactly (1e-6). What drives and physics "
            "made of them, as peers and the table measure it by themselves: joint range + 0.02 rad, "
            "workspace + 0.01 m, speed of joints and hand 1.1 times + 0.02, acceleration 1.25 times + 1 "
            "rad/s^2, as means over the control periods in 50 ms; no acceleration of an arm that brakes by "
            "its own means (agent or bridge killed, network cut). Rest: joints below 0.01 rad/s; an SO-101 "
            "whose agent is killed rests when it has been lowered."
        ),
        REACH: "The hand at rest, by the peer's own joints, within 10 mm of the target.",
        PICK: (
            "`embodied deploy pick` in the scene 'default', things simulated beside the arm; the verdict is "
            "the referee's."
        ),
        LOOP: "A period 1.5 times as long as it should be has missed its deadline.",
        OVERHEAD: "Processor time per command [us], so that a busy machine does not count; aim: below 100.",
    }

    def cases(
        self, part: str, seeds: int, settings: Mapping[str, Any]
    ) -> tuple[Sequence[ArmCase], Sequence[str]]:
        """See `ArmBenchmark`."""
        make = {FAULTS: _faults, REACH: _reach, PICK: _pick, LOOP: _loop, OVERHEAD: _overhead}[part]
        cases = make(seeds or None, settings)
        groups = list(dict.fromkeys(case.group for case in cases))
        missing = {group: missing_for(group) for group in groups}
        return [case for case in cases if not missing[case.group]], [why for why in missing.values() if why]

    def play(self, case: ArmCase, folder: Path) -> dict[str, Any]:
        """See `ArmBenchmark`."""
        folder.mkdir(parents=True, exist_ok=True)
        if case.part == FAULTS:
            return _play_fault(case, folder)
        if case.part == REACH:
            from embodied_arm.measuring import reaching

            return reaching.play(case.seed, Path(case.settings["policy"]), folder)
        if case.part == PICK:
            from embodied_arm.measuring import picking

            return picking.play(case.seed, str(case.settings["arm"]), case.minutes, folder)
        if case.part == LOOP:
            from embodied_arm.measuring import loop

            if case.group == loop.LEROBOT:
                python, beside = str(case.settings["lerobot"]), str(case.settings["beside"])
                return loop.play_lerobot(python, beside, float(case.settings["minutes"]))
            return loop.play(
                case.group, str(case.settings["beside"]), float(case.settings["minutes"]), folder
            )
        return _play_overhead(case.group)


def _faults(seeds: int | None, settings: Mapping[str, Any]) -> list[ArmCase]:
    cases = [
        ArmCase(f"faults/{group}/{fault}/{seed}", NAME, FAULTS, group, fault, seed)
        for fault in ALL_FAULTS
        for group in (*TWINS, TABLE, *PEERED)
        for seed in (PEER_SEEDS if group in PEERED else STREAM_SEEDS)[:seeds]
    ]
    killed = ("agent killed", "bridge killed", "network cut")
    return cases + [
        ArmCase(f"faults/{group}/{fault}/{seed}", NAME, FAULTS, group, fault, seed)
        for group in (TWINS[0], TABLE, *PEERED)
        for fault in (killed if group in PEERED else killed[:1])
        for seed in KILLED_SEEDS[:seeds]
    ]


def _reach(seeds: int | None, settings: Mapping[str, Any]) -> list[ArmCase]:
    policy = str(settings.get("policy") or "")
    if not policy:
        raise BadInput(
            "Which policy shall reach?",
            remedy="Say --policy FILE. Train one: "
            'embodied refine tabletop --task "reach the target within 6 mm".',
        )
    own = {"policy": str(Path(policy).absolute())}
    return [
        ArmCase(f"reach/{Path(policy).stem}/{seed}", NAME, REACH, "franka", "", seed, 3.0, own)
        for seed in REACH_SEEDS[:seeds]
    ]


def _pick(seeds: int | None, settings: Mapping[str, Any]) -> list[ArmCase]:
    arm = str(settings.get("arm") or "franka-sim")
    if Path(arm).suffix == ".toml":
        if not Path(arm).is_file():
            raise BadInput(f"There is no launch file {arm}.", remedy="Name one with --arm.")
        arm = str(Path(arm).absolute())
    return [
        ArmCase(f"pick/{Path(arm).stem}/{seed}", NAME, PICK, "franka", "", seed, 8.0, {"arm": arm})
        for seed in PICK_SEEDS[:seeds]
    ]


def _loop(seeds: int | None, settings: Mapping[str, Any]) -> list[ArmCase]:
    from embodied_arm.measuring.loop import LEROBOT

    minutes, lerobot = float(settings.get("minutes") or 10.0), str(settings.get("lerobot") or "")
    return [
        ArmCase(
            f"loop/{group}/{beside}/{minutes:g} min",
            *(NAME, LOOP, group, ""),
            minutes=minutes + 2,
            settings={"beside": beside, "minutes": minutes, "lerobot": lerobot},
        )
        for beside in ("idle", "beside a busy core")
        for group in (TWINS[0], *([LEROBOT] if lerobot else []), TABLE, *PEERED)
    ]


def _overhead(seeds: int | None, settings: Mapping[str, Any]) -> list[ArmCase]:
    return [ArmCase(f"overhead/{group}", NAME, OVERHEAD, group, minutes=4.0) for group in TWINS]


def _play_fault(case: ArmCase, folder: Path) -> dict[str, Any]:
    if case.fault in ALL_FAULTS:
        from embodied_arm.measuring import faults

        play = faults.play_with_peer if case.group in PEERED else faults.play_simulated
        return play(case.group, case.fault, case.seed, folder)
    from embodied_arm.measuring import killing

    if case.group in PEERED:
        return killing.play_with_peer(case.group, case.fault, case.seed, folder)
    return killing.play_simulated(case.group, case.seed, folder)


def _play_overhead(group: str) -> dict[str, Any]:
    from embodied_arm.overhead import AIM_US, measure_overhead

    told = {
        name: dict(times) for name, times in measure_overhead(twin_of(group), LIKE_REAL, COMMANDS).items()
    }
    slowest = max(told[name]["p50"] for name in ("passed", "streamed"))
    reason = "" if slowest < AIM_US else f"{slowest:g} us for a command within the limits; aim {AIM_US:g}"
    return {"verdict": "FAILED" if reason else "PASSED", "reason": reason, "us": told}


BENCHMARK = ArmBench()
