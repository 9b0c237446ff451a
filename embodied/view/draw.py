"""A run's state drawn with rich. Everything shown as text is data: it is never read as markup."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from embodied.view.state import GoalNode, RunView, signature
from embodied.view.timeline import clock, held_text, inventory_text

MARKS = {"done": ("✓", "green"), "doing": ("▶", "yellow"), "failed": ("✗", "red"), "todo": ("·", "dim")}
TREE_LINES = 14
FRAME_LINES = 10
"""Of the screen besides goal tree and remarks: where it is short, the tree gives way to what is new."""

TOLD_LINES = 4
"""What is told of an arm, on a narrow screen."""

SHOWN = {"health": 1, "food": 1, "position": 1, "biome": 0, "dimension": 0, "hand": 3, "gripper_width": 3}
"""Facts of the body that are shown, with the digits of each number."""


def draw(view: RunView, elapsed: float, height: int = 99, told: str = "") -> RenderableType:
    """The live screen, in so many lines; `elapsed` [s] is the running time now, `told` how the body is."""
    spent = FRAME_LINES + (TOLD_LINES if told else 0) + len(view.events)
    lines = max(3, min(TREE_LINES, height - spent))
    body = Table.grid(padding=(0, 2), expand=True)
    body.add_column(ratio=3)
    body.add_column(ratio=2)
    left: list[RenderableType] = [_tree(view, lines), Text(), _doing(view, elapsed)]
    body.add_row(Group(*left), Group(*_body(view.facts, view.details)))
    events = Text("\n").join(
        Text(f"{clock(moment - view.started + view.elapsed_before)}  {text}", style="dim", no_wrap=True)
        for moment, text in view.events
    )
    return Panel(
        Group(body, *([Text(), Text(told, "dim")] if told else []), Text(), events),
        title=_title(view, elapsed),
        title_align="left",
        subtitle=_budget(view, elapsed),
    )


def _title(view: RunView, elapsed: float) -> Text:
    title = Text(f" {view.goal or 'starting'} ", style="bold")
    world = " ".join(filter(None, (view.world, f"seed {view.seed}" if view.seed else "")))
    title.append(f"{clock(elapsed)} ", style="cyan")
    title.append(f"{world} ", style="dim")
    if view.fast:
        title.append("FAST MODE ", style="bold magenta")
    if view.assistance:
        title.append(f"assistance: {counted(view.assistance)} ", style="bold red")
    return title


def _budget(view: RunView, elapsed: float) -> Text:
    minutes, steps, calls = (view.limits.get(key) for key in ("minutes", "steps", "primitive_calls"))
    parts = [
        f"{elapsed / 60:.1f} of {minutes:g} min" if minutes else "",
        f"{view.steps_ended} of {steps} steps" if steps else "",
        f"{view.calls} of {calls} calls" if calls else "",
    ]
    return Text(f" {' · '.join(filter(None, (*parts, *_model_budget(view))))} ", style="dim")


def _model_budget(view: RunView) -> list[str]:
    """What asking models has cost, beside its limits; nothing for a run that asks none."""
    used, limits = view.model_use, view.model_limits
    if not (used.calls or used.cached or view.asking):
        return []
    parts = [
        f"{used.calls} of {limits.get('calls', '?')} model calls",
        f"{_thousands(used.tokens)} of {_thousands(limits.get('tokens') or 0)} tokens",
        f"{used.seconds / 60:.1f} of {float(limits.get('minutes') or 0):g} min asking",
    ]
    if used.cost:
        parts.append(f"cost {used.cost:.4g} of {float(limits.get('money') or 0):g}")
    return parts


def model_use_text(use: Mapping[str, Any]) -> str:
    """The account of asking models: "none", or "3, 2 from the cache, 5.1k tokens, cost 0.012"."""
    if not (use.get("calls") or use.get("cached")):
        return "none"
    parts = [str(use.get("calls", 0))]
    if use.get("cached"):
        parts.append(f"{use['cached']} from the cache")
    tokens = int(use.get("prompt_tokens") or 0) + int(use.get("completion_tokens") or 0)
    parts.append(f"{_thousands(tokens)} tokens")
    if use.get("cost"):
        parts.append(f"cost {float(use['cost']):.4g}")
    return ", ".join(parts)


def _thousands(count: float) -> str:
    return f"{count:g}" if count < 1000 else f"{count / 1000:.3g}k" if count < 1e6 else f"{count / 1e6:.3g}M"


def counted(assistance: Mapping[str, Any]) -> str:
    """Assistance by name: "none", or "look_through_stone x3"."""
    return ", ".join(f"{name} x{count}" for name, count in assistance.items()) or "none"


def _tree(view: RunView, lines: int) -> RenderableType:
    if view.tree is None:
        waiting = "planning" if view.ready else "starting the world"
        return Text("" if view.step_skill else waiting, style="dim")
    drawn = Tree(_label(view.tree))
    budget = [lines]
    _grow(drawn, view.tree, budget)
    if budget[0] < 0:
        drawn.add(Text(f"… {-budget[0]} more", style="dim"))
    return drawn


def _grow(drawn: Tree, node: GoalNode, budget: list[int]) -> None:
    for child in node.children:
        budget[0] -= 1
        if budget[0] < 0:
            continue
        _grow(drawn.add(_label(child)), child, budget)


def _label(node: GoalNode) -> Text:
    mark, style = MARKS.get(node.status, MARKS["todo"])
    return Text(f"{mark} {node.text}", style=style)


def _doing(view: RunView, elapsed: float) -> RenderableType:
    if view.asking:
        return Text(f"asking {view.asking}", style="bold yellow")
    if not view.step_skill:
        return Text()
    since = elapsed - (view.step_started - view.started + view.elapsed_before)
    text = Text(f"step {view.step}: {signature(view.step_skill, view.step_arguments)}", style="bold yellow")
    text.append(f"  {clock(since)}", style="cyan")
    if view.step_why:
        text.append(f"\n  {view.step_why}", style="dim")
    for depth, entry in enumerate(view.stack[-4:], start=1):
        text.append(f"\n{'  ' * depth}{entry}", style="")
    return text


def _body(facts: Mapping[str, Any], details: Mapping[str, Any]) -> list[RenderableType]:
    table = Table.grid(padding=(0, 1))
    table.add_column(style="dim")
    table.add_column()
    for name, digits in SHOWN.items():
        value = facts.get(name)
        if value is not None:
            table.add_row(name, Text(_number(value, digits)))
    worn = facts.get("equipment")
    if isinstance(worn, Mapping) and worn.get("hand"):
        table.add_row("hand", Text(str(worn["hand"])))
    if "holding" in facts:
        table.add_row("holding", Text(held_text(facts["holding"])))
        return [table, *_address(details)]
    if "inventory" in facts:
        return [
            table,
            Text(),
            Text("inventory", style="dim"),
            Text(inventory_text(facts)),
            *_address(details),
        ]
    return [table, *_address(details)]  # an arm of which nobody tells what it holds, or nothing was seen yet


def _address(details: Mapping[str, Any]) -> list[RenderableType]:
    """Where a client of the game can join, if the world has such a place."""
    server = details.get("server")
    return [Text(), Text(f"join and watch at {server}", style="dim")] if server else []


def _number(value: Any, digits: int) -> str:
    if isinstance(value, (list, tuple)):
        return " ".join(f"{float(part):.{digits}f}" for part in value)
    return f"{value:g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)
