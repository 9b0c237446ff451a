"""Check what a wheel holds: everything that is needed, and no name that is not ours."""

from __future__ import annotations

import sys
import zipfile

TOP_LEVEL = {
    "embodied",
    "embodied_arm",
    "embodied_metaworld",
    "embodied_minecraft",
    "embodied_mineflayer",
    "embodied_tabletop",
}
NEEDED = (
    "embodied/cli/main.py",
    "embodied/py.typed",
    "embodied/map/page.html",
    "embodied/data/launch/metaworld.toml",
    "embodied/data/launch/minecraft.toml",
    "embodied/data/launch/tabletop.toml",
    "embodied/data/skills/minecraft/mine-block/SKILL.md",
    "embodied/data/skills/minecraft/mine-block/skill.py",
    "embodied/data/skills/tabletop/pick/skill.py",
    "embodied_arm/drivers/models/ur5e.xml",
    "embodied_mineflayer/js/package.json",
    "embodied_mineflayer/js/package-lock.json",
    "embodied_mineflayer/js/primitives/index.js",
    "embodied_minecraft/server/package.json",
    "embodied_minecraft/server/package-lock.json",
    "embodied_metaworld/tasks.py",
    "embodied_tabletop/scenes/default.toml",
)


def mistakes(names: list[str]) -> list[str]:
    found = [f"missing: {name}" for name in NEEDED if name not in names]
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    found += [f"not ours at the top: {name}" for name in sorted(tops - TOP_LEVEL)]
    found += [f"does not belong: {name}" for name in names if "node_modules" in name or "__pycache__" in name]
    return found


if __name__ == "__main__":
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        wrong = mistakes(wheel.namelist())
    print("\n".join(wrong) or f"{sys.argv[1].rpartition('/')[2]}: as it should be")
    sys.exit(bool(wrong))
