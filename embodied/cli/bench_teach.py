"""`embodied bench teach`: skills taught, and rules that hold."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from embodied.cli.bench_table import Results, print_table, tell
from embodied.errors import BadInput, did_you_mean


class Part(Enum):
    """What is measured."""

    LESSONS = "lessons"
    MINECRAFT = "minecraft"
    RULES = "rules"
    SENTENCES = "sentences"
    CORRECTIONS = "corrections"


def teach(
    part: Annotated[
        Part,
        typer.Option(
            help="lessons, minecraft: skills from one demonstration each; rules: do they hold? "
            "sentences: of people who did not see the grammar; corrections: do they act, and stay?"
        ),
    ] = Part.LESSONS,
    only: Annotated[
        list[str] | None, typer.Option(help="This lesson, or kind of world of rules; repeatable. All else.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, max=100, help="Of the gate.")] = 20,
    ruled: Annotated[
        bool, typer.Option(help="Of rules: --no-ruled makes the same calls without any rule.")
    ] = True,
    file: Annotated[
        Path | None, typer.Option(help="Of sentences: a text file, one a line; how each is taken, as TSV.")
    ] = None,
    results: Results = Path("bench/teach.jsonl"),
) -> None:
    """Skills taught from one scripted demonstration or instruction, and the gate on unseen seeds; or rules,
    and programs that try to break them."""
    if part is Part.RULES:
        from embodied.bench import rules

        raise typer.Exit(rules.measure(only or (), ruled=ruled, tell=tell))
    if part is Part.SENTENCES:
        _sentences(results, file)
        return
    if part is Part.CORRECTIONS:
        _corrections(only or (), results)
        return
    _lessons(part.value, only or (), seeds, results)


def _corrections(only: list[str] | tuple[str, ...], results: Path) -> None:
    from embodied.bench import corrections as bench

    results = results.with_name("teach_corrections.jsonl")
    rows = _rows(results)
    found = [one for one in bench.corrections() if not only or one.name in only]
    for one in found:
        if one.name not in rows:
            rows[one.name] = row = bench.measure(one)
            _keep(results, row)
            tell(f"{one.name}: {row['acted_s']} s, {row['how']}, {'kept' if row['kept'] else 'not kept'}")
    shown = [rows[one.name] for one in found]
    print_table("Corrections in the midst of a plan, no model", bench.table(shown))
    at_once, kept = sum(row["at_once"] for row in shown), sum(row["kept"] for row in shown)
    reached = sum(row["reached"] for row in shown)
    told = f"{kept} kept; {reached} reached the goal"
    tell(f"{at_once} of {len(shown)} acted within {bench.AT_ONCE_S:g} s; {told}.")
    tell(bench.CONDITIONS)


def _rows(results: Path) -> dict[str, Any]:
    results.parent.mkdir(parents=True, exist_ok=True)
    read = results.read_text(encoding="utf-8").splitlines() if results.is_file() else []
    return {row["key"]: row for row in map(json.loads, read)}


def _keep(results: Path, row: dict[str, Any]) -> None:
    with results.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def _sentences(results: Path, file: Path | None) -> None:
    from embodied.bench import sentences as bench

    if file is not None:
        for line, taken in bench.taken_lines(file):
            typer.echo(f"{line}\t{taken}")
        return
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
    rows = _rows(results)
    chosen = [lessons[name] for name in dict.fromkeys(only or lessons)]
    for lesson in chosen:
        if lesson.name in rows:
            continue
        rows[lesson.name] = row = bench.teach(lesson, seeds)
        _keep(results, row)
        tell(f"{lesson.name}: {row['passed']} of {row['seeds']}, {row['grade']}, {row['seconds']:.0f} s")
    shown = [rows[lesson.name] for lesson in chosen]
    print_table("Taught without a key", bench.table(shown))
    proven = sum(row["proven"] for row in shown)
    most = sum(row["turns"] <= bench.MOST_TURNS for row in shown)
    tell(f"{proven} of {len(shown)} passed the gate; {most} in at most {bench.MOST_TURNS} turns.")
    tell(bench.CONDITIONS)
