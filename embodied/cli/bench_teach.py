"""`embodied bench teach`: skills taught, and rules that hold."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from embodied.cli.bench_table import Results, print_table, tell
from embodied.errors import BadInput, did_you_mean


class Part(Enum):
    """What is measured."""

    LESSONS = "lessons"
    MINECRAFT = "minecraft"
    RULES = "rules"
    SENTENCES = "sentences"


def teach(
    part: Annotated[
        Part,
        typer.Option(
            help="lessons, minecraft: skills from one demonstration each; rules: do they hold? "
            "sentences: of people who did not see the grammar."
        ),
    ] = Part.LESSONS,
    only: Annotated[
        list[str] | None, typer.Option(help="This lesson, or kind of world of rules; repeatable. All else.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, max=100, help="Of the gate.")] = 20,
    ruled: Annotated[
        bool, typer.Option(help="Of rules: --no-ruled makes the same calls without any rule.")
    ] = True,
    results: Results = Path("bench/teach.jsonl"),
) -> None:
    """Skills taught from one scripted demonstration or instruction, and the gate on unseen seeds; or rules,
    and programs that try to break them."""
    if part is Part.RULES:
        from embodied.bench import rules

        raise typer.Exit(rules.measure(only or (), ruled=ruled, tell=tell))
    if part is Part.SENTENCES:
        _sentences(results)
        return
    _lessons(part.value, only or (), seeds, results)


def _sentences(results: Path) -> None:
    from embodied.bench import sentences as bench

    found = list(bench.sentences())
    print_table("Sentences of people who did not see the grammar, no model", bench.table(found))
    kept = results.with_name("teaching_sentences.tsv")
    bench.write(found, kept)
    tell(f"Each sentence, how it is taken and the verdict: {kept}")


def _lessons(part: str, only: list[str] | tuple[str, ...], seeds: int, results: Path) -> None:
    from embodied.bench import teaching as bench

    lessons = {one.name: one for one in bench.lessons(part)}
    for name in only:
        if name not in lessons:
            hint = did_you_mean(name, lessons) or f"There are: {', '.join(lessons)}."
            raise BadInput(f"There is no lesson {name!r}.", remedy=hint)
    results.parent.mkdir(parents=True, exist_ok=True)
    read = results.read_text(encoding="utf-8").splitlines() if results.is_file() else []
    rows = {row["key"]: row for row in map(json.loads, read)}
    chosen = [lessons[name] for name in dict.fromkeys(only or lessons)]
    for lesson in chosen:
        if lesson.name in rows:
            continue
        rows[lesson.name] = row = bench.teach(lesson, seeds)
        with results.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        tell(f"{lesson.name}: {row['passed']} of {row['seeds']}, {row['grade']}, {row['seconds']:.0f} s")
    shown = [rows[lesson.name] for lesson in chosen]
    print_table("Taught without a key", bench.table(shown))
    proven = sum(row["proven"] for row in shown)
    most = sum(row["turns"] <= bench.MOST_TURNS for row in shown)
    tell(f"{proven} of {len(shown)} passed the gate; {most} in at most {bench.MOST_TURNS} turns.")
    tell(bench.CONDITIONS)
