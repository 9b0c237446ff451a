"""`embodied bench`: measurements. Seeds are fixed, failures are counted, results go to files that resume."""

from __future__ import annotations

import statistics
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from embodied.bench import bridge as bridge_bench
from embodied.bench import explore as explore_bench
from embodied.bench import items as items_bench
from embodied.bench import many_skills, startup
from embodied.bench import retrieval as retrieval_bench
from embodied.bench import techtree as techtree_bench
from embodied.bench.calibration import calibration_s
from embodied.bench.cases import append_row, run_cases, versions
from embodied.cli import bench_deploy, bench_model, bench_rewards, bench_teach, bench_world
from embodied.cli.bench_table import Jobs, Launch, Results, console, print_table, tell
from embodied.cli.folders import find_launch_file
from embodied.launchfile import load_launch_file
from embodied.plugins import load_world
from embodied.skills import SkillLibrary, seed_folder

app = typer.Typer(no_args_is_help=True, help="Measure: fixed seeds, every failure counted.")
app.command("library")(bench_model.library)
app.command("planner")(bench_model.planner)
app.command("tabletop")(bench_world.tabletop)
app.command("rewards")(bench_rewards.rewards)
app.command("deploy")(bench_deploy.deploy)
app.command("teach")(bench_teach.teach)

Seeds = Annotated[int, typer.Option(min=1, max=20, help="How many of the fixed seeds.")]


@app.command()
def techtree(
    launch: Launch = "minecraft",
    seeds: Seeds = 20,
    jobs: Jobs = 1,
    fast: Annotated[bool, typer.Option(help="Shortened digging and smelting.")] = False,
    xray: Annotated[bool, typer.Option(help="Allow looking through stone, as Voyager could.")] = False,
    results: Results = Path("bench/techtree.jsonl"),
) -> None:
    """From nothing to an iron pickaxe and a diamond, beside Voyager's published iterations."""
    chosen = techtree_bench.cases(
        find_launch_file(launch), xray=xray, fast=fast, seeds=techtree_bench.SEEDS[:seeds]
    )
    rows = run_cases(chosen, results, jobs=jobs, tell=tell)
    print_table(f"Tech tree, {rows[0]['mode']}" if rows else "Tech tree", techtree_bench.table(rows))
    for row in rows:
        if row["verdict"] != "PASSED":
            console.print(f"missed {row['key']}: {row['reason']}", markup=False)
    console.print(techtree_bench.CONDITIONS)
    tell(versions(rows))


@app.command()
def items(launch: Launch = "minecraft", jobs: Jobs = 1, results: Results = Path("bench/items.jsonl")) -> None:
    """40 items drawn by a fixed seed from all that mining, crafting and smelting can give, in fast mode."""
    path = find_launch_file(launch)
    world = load_launch_file(path).world
    spec = load_world(world.kind).spec(world.settings)
    pool = spec.goal_pool()
    console.print(f"{len(pool)} items in the pool; drawn with seed {items_bench.DRAW_SEED}")
    rows = run_cases(items_bench.cases(path, pool), results, jobs=jobs, tell=tell)
    for line in [*items_bench.summary(rows), versions(rows)]:
        tell(line)


@app.command()
def bridge(launch: Launch = "minecraft", starts: Annotated[int, typer.Option(min=0)] = 3) -> None:
    """Round trips to the bridge and through the sandbox; start to first action; memory."""
    rows = bridge_bench.measure()
    print_table("Bridge", bridge_bench.table(rows, {"200 000 SHA-256": calibration_s()}))
    runs = [startup.measure(find_launch_file(launch)) for _ in range(starts)]
    if runs:
        first = [run.first_action_s for run in runs]
        each = ", ".join(f"{seconds:.1f}" for seconds in first)
        console.print(f"start to first action: {statistics.median(first):.1f} s (of {each})")
        console.print(f"peak memory of all processes: {max(run.peak_mb for run in runs):.0f} MB")


@app.command("retrieval")
def retrieval(
    world: Annotated[str, typer.Option(help="Whose skills and items make the corpus.")] = "minecraft",
    queries: Annotated[
        Path | None, typer.Option(help="Queries of your own, with the skill that each expects.")
    ] = None,
    results: Results = Path("bench/retrieval.jsonl"),
) -> None:
    """Is the right skill found, in other words than its own, and how fast among 10 000 and 100 000?"""
    folder = seed_folder(world)
    seeds = list(SkillLibrary([folder] if folder else []))
    sets = {str(queries): queries} if queries else retrieval_bench.SETS
    row = retrieval_bench.measured(seeds, load_world(world).spec(), sets, results)
    for line in [*retrieval_bench.summary(row), versions([row])]:
        tell(line)


@app.command("skills")
def skills(
    count: Annotated[int, typer.Option(min=1, help="Skills in the library.")] = many_skills.MANY,
    results: Results = Path("bench/skills.jsonl"),
) -> None:
    """`embodied skills list`, `show` and `search` with very many skills, a process each."""
    with TemporaryDirectory(prefix="embodied-bench-") as home:
        rows = [append_row(results, row) for row in many_skills.measure(Path(home), count)]
    for row in rows:
        console.print(
            f"{row['command']:14} {row['cpu_s']:6.2f} s of computing, {row['wall_s']:6.2f} s in all"
        )


@app.command("explore")
def explore(
    launch: Launch = "minecraft",
    seeds: Annotated[int, typer.Option(min=1, max=len(explore_bench.SEEDS))] = 3,
    minutes: Annotated[float, typer.Option(help="Of each exploration.")] = explore_bench.MINUTES,
    jobs: Jobs = 1,
    results: Results = Path("bench/explore.jsonl"),
) -> None:
    """Distinct items by goals of its own, in fast mode, beside Voyager and Odyssey."""
    chosen = explore_bench.cases(find_launch_file(launch), seeds=explore_bench.SEEDS[:seeds], minutes=minutes)
    rows = run_cases(chosen, results, jobs=jobs, tell=tell)
    print_table("Exploration, offline, fast mode", explore_bench.table(rows))
    console.print(explore_bench.CONDITIONS)
    tell(versions(rows))
