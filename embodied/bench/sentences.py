"""How are sentences taken whose writers did not see the grammar? `embodied bench teach --part sentences`.

Each has what its writer meant by it. The grammar's reading (`teaching.reading`: no model, nothing done) was
judged by somebody else: "right" or "wrong"; "refused" is what was not understood. What is read differently
since then is unjudged, and counted as such.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from embodied.bench.statistics import wilson
from embodied.errors import BadInput, EmbodiedError
from embodied.plugins import load_world
from embodied.skills.library import SkillLibrary, seed_folder
from embodied.teaching.reading import Ground, reading_of
from embodied.teaching.verbs import VERBS

Verdict = Literal["right", "wrong", "refused", "unjudged"]

DATA: Final = Path(__file__).parent / "data" / "teaching_sentences.tsv"
SCENE: Final = Path(__file__).parent / "data" / "teaching_sentences.toml"
REFUSED: Final = "refused: "
VERDICTS: Final[tuple[Verdict, ...]] = ("right", "wrong", "refused", "unjudged")


@dataclass(frozen=True)
class Sentence:
    """A sentence, and how it is taken.

    Attributes:
        meaning: what its writer meant, in their words.
        taken_as: the grammar's reading now; after `REFUSED`, why there is none.
        verdict: on that reading.
    """

    text: str
    meaning: str
    taken_as: str
    verdict: Verdict


def ground() -> Ground:
    """What the sentences are read against: the scene that their writers were told of."""
    folder = seed_folder("tabletop")
    library = SkillLibrary([folder] if folder is not None else [])
    return Ground(load_world("tabletop").spec({"scene": str(SCENE)}), library, library.names, spoken_of=True)


def taken(text: str, against: Ground) -> str:
    """The reading of a sentence, in one line."""
    try:
        reading = reading_of(text, against)
    except EmbodiedError as error:
        return REFUSED + " ".join(f"{error.message} {error.remedy}".split())
    row = next((row for row in VERBS if row.name == reading.verb and reading.what == "verb"), None)
    does = f" [{row.what}]" if row is not None else ""
    return " ".join(f"{reading.what}: {reading.canonical}{does}".split())


def sentences(path: Path = DATA) -> Iterator[Sentence]:
    """All sentences of a table, read now."""
    against = ground()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            now = taken(row["sentence"], against)
            yield Sentence(row["sentence"], row["meaning"], now, _verdict(now, row))


def taken_lines(path: Path) -> Iterator[tuple[str, str]]:
    """Each line of a text file, and how it is taken. Of a table only the first column is read.

    Raises:
        BadInput: there is no such file.
    """
    if not path.is_file():
        raise BadInput(f"There is no file {path}.", remedy="Name a text file with one sentence a line.")
    against = ground()
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.split("\t")[0].strip()
        if text:
            yield text, taken(text, against)


def _verdict(now: str, row: dict[str, str]) -> Verdict:
    if now.startswith(REFUSED):
        return "refused"
    if _reading(now) == _reading(row["taken_as"]) and row["judged"] in ("right", "wrong"):
        return "right" if row["judged"] == "right" else "wrong"
    return "unjudged"


def _reading(line: str) -> str:
    """Without what a row of the table does, whose words may change."""
    return re.sub(r" \[[^\[\]]*\]$", "", line) if line.startswith("verb: ") else line


def table(found: Sequence[Sentence]) -> list[list[str]]:
    """Shares with their 95 % intervals."""
    counts = Counter(one.verdict for one in found)
    lines = [["taken", "of", "share", "95 %"]]
    for verdict in VERDICTS:
        if not counts[verdict] and verdict == "unjudged":
            continue
        low, high = wilson(counts[verdict], len(found))
        share, span = counts[verdict] / max(1, len(found)), f"{low:.1%} to {high:.1%}"
        lines.append([verdict, f"{counts[verdict]} of {len(found)}", f"{share:.1%}", span])
    return lines


def write(found: Sequence[Sentence], path: Path) -> None:
    """For whoever judges: sentence, meaning, how it is taken, and the verdict so far."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = ["sentence\tmeaning\ttaken_as\tjudged"]
    for one in found:
        verdict = "" if one.verdict == "unjudged" else one.verdict
        rows.append("\t".join((one.text, one.meaning, one.taken_as, verdict)))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
