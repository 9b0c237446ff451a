"""A policy as a skill of the library: its files, its hash, out and in again, the gate and a run."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from embodied.errors import BadLibrary, BadSkill
from embodied.learning.policy_skill import name_of, skill_of
from embodied.learning.proposing import adopt
from embodied.library import Grade, LibraryStore
from embodied.library.exchange import export_skills, import_skills
from embodied.skills import load_skill
from tests.policies.making import artefact, constant, digest_of

POLICY = constant(0.0, 0.0, 0.0)
FILES = {"SKILL.md", "skill.py", "policy.onnx", "policy.json", "reward.py"}


@pytest.fixture
def store(tmp_path: Path) -> LibraryStore:
    return LibraryStore(tmp_path / "library" / "tabletop", "tabletop")


def test_a_kept_policy_is_written_as_a_skill(tmp_path: Path) -> None:
    skill = skill_of(artefact(POLICY, tmp_path), tmp_path)
    assert skill.name == "hand-over-learned"
    assert (skill.runtime, skill.policy) == ("policy", digest_of(POLICY))
    assert skill.achieves == ("distance(hand, pose[hand_over]) < 0.1",)
    assert {file.name for file in skill.folder.iterdir()} == FILES
    assert f'run_policy(\n        "{digest_of(POLICY)}"' in skill.source
    assert 'touch=["hand_over"]' in skill.source


def test_another_policy_is_another_skill(tmp_path: Path) -> None:
    one = skill_of(artefact(POLICY, tmp_path / "one"), tmp_path / "one")
    other = skill_of(artefact(constant(0.0, 0.0, 0.1), tmp_path / "two"), tmp_path / "two")
    assert one.name == other.name
    assert one.hash != other.hash


@pytest.mark.parametrize(
    ("task", "name"),
    [("DrawerOpen", "drawer-open-learned"), ("put-it-in", "put-it-in-learned"), ("3!", "do-3-learned")],
)
def test_names(task: str, name: str) -> None:
    assert name_of(task) == name


def test_what_was_changed_is_refused(tmp_path: Path) -> None:
    folder = skill_of(artefact(POLICY, tmp_path), tmp_path).folder
    (folder / "policy.onnx").write_bytes(constant(0.0, 0.0, 1.0))
    with pytest.raises(BadSkill, match="it was changed"):
        load_skill(folder)
    (folder / "policy.onnx").unlink()
    with pytest.raises(BadSkill, match=r"policy\.onnx: is missing"):
        load_skill(folder)


def test_code_that_runs_another_policy_than_is_named_is_refused(tmp_path: Path) -> None:
    folder = skill_of(artefact(POLICY, tmp_path), tmp_path).folder
    code = (folder / "skill.py").read_text()
    (folder / "skill.py").write_text(code.replace(digest_of(POLICY), "0" * 64))
    with pytest.raises(BadSkill, match="does not run the policy"):
        load_skill(folder)


def test_the_library_keeps_it_whole_and_notices_a_change(tmp_path: Path, store: LibraryStore) -> None:
    skill = adopt(artefact(POLICY, tmp_path / "run"), tmp_path / "run", store, "Hand over")
    assert store.grade(skill.name) is Grade.TRIAL
    shown = store.folder / skill.name
    assert {file.name for file in shown.iterdir()} == FILES
    assert store.skills().get(skill.name).policy == digest_of(POLICY)
    (shown / "policy.onnx").write_bytes(constant(0.0, 0.0, 1.0))
    assert "policy.onnx: was changed" in store.problems()[skill.name]
    assert skill.name not in store.skills()
    store.restore(skill.name, skill.hash)
    assert (shown / "policy.onnx").read_bytes() == POLICY
    assert store.problems() == {}


@pytest.mark.parametrize("target", ["out", "out.zip"])
def test_out_of_one_library_and_into_another(tmp_path: Path, store: LibraryStore, target: str) -> None:
    skill = adopt(artefact(POLICY, tmp_path / "run"), tmp_path / "run", store, "Hand over")
    assert export_skills([store.get(skill.name)], tmp_path / target) == 1
    other = LibraryStore(tmp_path / "other", "tabletop")
    (incoming,) = import_skills(tmp_path / target, other)
    assert incoming.problem == ""
    assert other.grade(skill.name) is Grade.QUARANTINED
    assert other.get(skill.name, skill.hash).policy == digest_of(POLICY)
    with pytest.raises(BadLibrary):
        other.get(skill.name)


def test_an_import_whose_policy_was_changed_is_refused(tmp_path: Path, store: LibraryStore) -> None:
    skill = adopt(artefact(POLICY, tmp_path / "run"), tmp_path / "run", store, "Hand over")
    export_skills([store.get(skill.name)], tmp_path / "out")
    file = tmp_path / "out" / skill.name / "policy.onnx"
    file.write_bytes(constant(0.0, 0.0, 1.0))
    (incoming,) = import_skills(tmp_path / "out", LibraryStore(tmp_path / "other", "tabletop"))
    assert "it was changed" in incoming.problem
    with zipfile.ZipFile(tmp_path / "big.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in FILES - {"policy.onnx"}:
            archive.write(tmp_path / "out" / skill.name / name, f"{skill.name}/{name}")
        archive.writestr(f"{skill.name}/policy.onnx", bytes(9 * 1024 * 1024))
    with pytest.raises(BadLibrary, match="8192 KiB"):
        import_skills(tmp_path / "big.zip", LibraryStore(tmp_path / "third", "tabletop"))
    shutil.rmtree(tmp_path / "out")
