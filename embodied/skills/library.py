"""The skills of a world: the user's own, laid over the seed skills."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from importlib import resources
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from embodied.errors import BadSkill, did_you_mean
from embodied.skills.loading import load_skill
from embodied.skills.skill import Skill


def seed_folder(world: str) -> Path | None:
    """Where the seed skills of a world are: in a checkout skills/<world>, else in the installed package, else
    in the folder `skills` of the package that registers the world; None if nowhere."""
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "pyproject.toml").is_file() and (checkout / "skills" / world).is_dir():
        return checkout / "skills" / world
    with suppress(ModuleNotFoundError, TypeError):
        packaged = Path(str(resources.files("embodied"))) / "data" / "skills" / world
        if packaged.is_dir():
            return packaged
    return next((folder for folder in _beside(world) if folder.is_dir()), None)


def _beside(world: str) -> Iterator[Path]:
    """The folder `skills` of the package that registers a world, which is not imported for it."""
    for point in entry_points(group="embodied.worlds", name=world):
        package = find_spec(point.module.partition(".")[0])
        for place in (package.submodule_search_locations or ()) if package else ():
            yield Path(place) / "skills"


def user_folder(world: str) -> Path:
    """Where the user's own skills are: $EMBODIED_LIBRARY, else `library/` in $EMBODIED_HOME, in a checkout,
    or at home."""
    checkout = Path(__file__).resolve().parents[2]
    if "EMBODIED_LIBRARY" in os.environ:
        return Path(os.environ["EMBODIED_LIBRARY"]) / world
    if os.environ.get("EMBODIED_HOME"):
        return Path(os.environ["EMBODIED_HOME"]).expanduser().absolute() / "library" / world
    if (checkout / "pyproject.toml").is_file():
        return checkout / "library" / world
    return Path.home() / ".local" / "share" / "embodied" / "library" / world


class SkillLibrary:
    """Skills by name. Of two with one name, the one from the later folder wins.

    Args:
        folders: each holds skill folders; those that do not exist are passed over, so that a user's
            folder need not exist before the first skill is learned.
        inner: skills that others call, and nobody else: they are neither found nor named nor planned with.

    Raises:
        BadSkill: if a skill cannot be read, calls one that does not exist, or calls itself in a circle.
    """

    def __init__(
        self, folders: Iterable[Path] = (), *, skills: Iterable[Skill] = (), inner: Iterable[Skill] = ()
    ) -> None:
        found: dict[str, Skill] = {}
        for folder in folders:
            for skill in _read(folder):
                found[skill.name] = skill
        for skill in skills:
            found[skill.name] = skill
        self._skills: Mapping[str, Skill] = dict(sorted(found.items()))
        self._inner = {skill.name: skill for skill in inner if skill.name not in found}
        for name in self._skills:
            self.closure(name)

    def __iter__(self) -> Iterator[Skill]:
        return iter(self._skills.values())

    def __len__(self) -> int:
        return len(self._skills)

    def __contains__(self, name: object) -> bool:
        return name in self._skills

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._skills)

    def get(self, name: str) -> Skill:
        """A skill by name ("mine-block" or "mine_block"); raises `BadSkill` with the nearest names."""
        skill = self._skills.get(name) or self._skills.get(name.replace("_", "-"))
        if skill is None:
            if name.replace("_", "-") in self._inner:
                raise BadSkill(
                    f"{name} is used here inside other skills only",
                    remedy="By itself, an arm that is there runs only what is fit for one.",
                )
            hint = did_you_mean(name.replace("_", "-"), self._skills)
            raise BadSkill(f"no skill {name!r}", remedy=hint or "`embodied skills list` shows all.")
        return skill

    def called_by(self, skill: Skill) -> tuple[Skill, ...]:
        """The skills that a skill itself calls, inner ones too. Raises `BadSkill` if there is no such one."""
        return tuple(self._inner.get(name) or self.get(name) for name in skill.calls)

    def search(self, query: str, limit: int = 5) -> tuple[Skill, ...]:
        """The skills that share most words with `query`, best first."""
        wanted = _words(query)
        scored = [(len(wanted & _words(f"{s.name} {s.name} {s.description}")), s) for s in self]
        best = sorted((pair for pair in scored if pair[0]), key=lambda pair: (-pair[0], pair[1].name))
        return tuple(skill for _, skill in best[:limit])

    def closure(self, name: str) -> tuple[Skill, ...]:
        """The skill and all that it calls, directly or not; called ones come first."""
        ordered: dict[str, Skill] = {}
        self._visit(self.get(name), (), ordered)
        return tuple(ordered.values())

    def with_skill(self, skill: Skill) -> SkillLibrary:
        """A library with one more skill, or another in the place of one."""
        return SkillLibrary(skills=[*self, skill], inner=self._inner.values())

    def without(self, name: str) -> SkillLibrary:
        """A library without one of its skills. Raises `BadSkill` where another calls it."""
        return SkillLibrary(skills=[one for one in self if one.name != name], inner=self._inner.values())

    def _visit(self, skill: Skill, path: tuple[str, ...], ordered: dict[str, Skill]) -> None:
        if skill.name in ordered:
            return
        if skill.name in path:
            circle = " -> ".join([*path[path.index(skill.name) :], skill.name])
            raise BadSkill(f"skills call each other in a circle: {circle}", remedy="Use a loop instead.")
        for called in skill.calls:
            inside = self._skills.get(called) or self._inner.get(called)
            if inside is None:
                file = skill.folder / "SKILL.md"
                hint = did_you_mean(called, self._skills) or "Write that skill first."
                raise BadSkill(f"{file}: embodied-calls names {called!r}, which is no skill", remedy=hint)
            self._visit(inside, (*path, skill.name), ordered)
        ordered[skill.name] = skill


def _read(folder: Path) -> Iterator[Skill]:
    if not folder.is_dir():
        return
    for file in sorted(folder.glob("*/SKILL.md")):
        yield load_skill(file.parent)


def _words(text: str) -> set[str]:
    return {word.rstrip("s") for word in re.findall(r"[a-z0-9]+", text.lower())}
