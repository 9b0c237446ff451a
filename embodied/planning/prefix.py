"""Several plans merged into one tree by their common beginnings, and walked against facts.

After "Tree-Planner: Efficient Close-loop Task Planning with Large Language Models" (Hu et al., 2023):
plans are sampled once; deciding among their branches, and correcting course, costs no further question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from embodied.planning.plan import PlanNode
from embodied.planning.proposal import Move

Holds = Callable[[Move], bool]
"""Whether what a move should bring about is already so."""

MayBegin = Callable[[Move], bool]
"""Whether what a move needs is not known to be missing."""


@dataclass
class Node:
    """A move in the tree.

    `status` is "todo", "doing", "done", "skipped" (held already), "failed", or "spent" (it was done, and
    no branch below it is left).
    """

    move: Move | None
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    status: str = "todo"
    tries: int = 0

    @property
    def path(self) -> list[Node]:
        """From the first move down to this one."""
        above = self.parent.path if self.parent else []
        return [*above, self] if self.move else above


class PlanTree:
    """The tree, and how far it was walked."""

    def __init__(self, plans: Sequence[Sequence[Move]]) -> None:
        self.root = Node(None, status="done")
        for plan in plans:
            self._merge(plan)
        self.at = self.root
        self._succeeded: set[str] = set()

    def _merge(self, plan: Sequence[Move]) -> None:
        node = self.root
        for move in plan:
            same = next((child for child in node.children if child.move and child.move.key == move.key), None)
            if same is None:
                same = Node(move, node)
                node.children.append(same)
            node = same

    def succeed(self) -> None:
        """The current move did what it should."""
        self.at.status = "done"
        if self.at.move:
            self._succeeded.add(self.at.move.text)

    def fail(self) -> None:
        """The current move is given up; the next `advance` takes another branch."""
        self.at.status = "failed"

    def give_up(self, skill: str) -> None:
        """No branch that still calls this skill can be walked."""
        for node in self._all(self.root):
            if node.move and node.move.skill == skill and node.status == "todo":
                node.status = "failed"

    def rename(self, skill: str, other: str) -> None:
        """Another skill does what one of the plan was meant to do."""
        for node in self._all(self.root):
            if node.move and node.move.skill == skill:
                node.move = replace(node.move, skill=other)

    def advance(self, holds: Holds, may_begin: MayBegin) -> Node | None:
        """The next move to try, from where the walk is; None when the tree is spent.

        Moves whose effect already holds are skipped, and so are those that were done on another branch and
        only led to such a move. Where a branch has failed, the walk goes back to the nearest fork with a
        branch left whose first open move may begin. Going forward, a move whose needs seem unmet is taken
        where there is no other. A plan that was walked to its end ends the walk: the others were made for
        the state before it, and were meant for the case that it failed.
        """
        if self.at.move and self.at.status == "done" and self._at_an_end(self.at, holds):
            self.at.status = "spent"
            return None
        node: Node | None = self.at
        found: Node | None = None
        while node is not None and found is None:
            if node.status in ("todo", "doing"):
                found = node
            elif node.status in ("done", "skipped"):
                found = self._down(node, holds, may_begin)
                if found is None and node is self.at:
                    found = self._down(node, holds, lambda move: True)
                if found is None and node.move:
                    node.status = "spent"
            node = node.parent
        if found is not None:
            found.status = "doing"
            self.at = found
        return found

    def _down(self, node: Node, holds: Holds, may_begin: MayBegin) -> Node | None:
        """The first open move below a node that was done."""
        for child in node.children:
            if child.move is None or child.status not in ("todo", "skipped"):
                continue
            if child.status == "skipped" or holds(child.move) or self._overtaken(child, holds):
                below = self._down(child, holds, may_begin)
                if below is not None:
                    child.status = "skipped"
                    return below
            elif may_begin(child.move):
                return child
        return None

    def _overtaken(self, node: Node, holds: Holds) -> bool:
        """Whether this move and those that follow were done before, up to one whose effect holds still.

        A thing that lies in the box is not picked up again to be put there.
        """
        if node.move is None or node.move.text not in self._succeeded:
            return False
        later = [child for child in node.children if child.move and child.move.text in self._succeeded]
        return any((child.move and holds(child.move)) or self._overtaken(child, holds) for child in later)

    def _at_an_end(self, node: Node, holds: Holds) -> bool:
        """Whether a plan ends here, or all that follows in it holds already."""
        return not node.children or any(
            child.move is not None
            and child.status in ("todo", "skipped")
            and holds(child.move)
            and self._at_an_end(child, holds)
            for child in node.children
        )

    def reopen(self, node: Node) -> None:
        """Try a failed move once more, and go on from there."""
        node.status = "todo"
        self.at = node

    def open_path(self) -> list[Move]:
        """The moves from the current one along the first branches, for a reader."""
        moves: list[Move] = []
        node: Node | None = self.at if self.at.status == "doing" else None
        while node is not None and node.move:
            moves.append(node.move)
            node = next((child for child in node.children if child.status == "todo"), None)
        return moves

    def moves_of(self, skill: str) -> list[Move]:
        """Every different call of a skill in the tree, in order."""
        found = {node.move.text: node.move for node in self._all(self.root) if node.move}
        return [move for move in found.values() if move.skill == skill]

    def drawn(self, goal: str) -> PlanNode:
        """The tree for a reader: a chain of moves is a list, a fork holds its branches."""
        return PlanNode(goal, "doing", tuple(_drawn(self.root)))

    def _all(self, node: Node) -> Iterator[Node]:
        yield node
        for child in node.children:
            yield from self._all(child)


_STATUS = {"skipped": "done", "spent": "done"}


def _drawn(node: Node) -> list[PlanNode]:
    nodes: list[PlanNode] = []
    while node.children:
        if len(node.children) > 1:
            for number, child in enumerate(node.children, 1):
                status = (
                    "failed" if child.status == "failed" else "todo" if child.status == "todo" else "doing"
                )
                below = (_one(child), *_drawn(child))
                nodes.append(PlanNode(f"way {number}", status, below))
            return nodes
        node = node.children[0]
        nodes.append(_one(node))
    return nodes


def _one(node: Node) -> PlanNode:
    text = f"{node.move.text} → {node.move.expects}" if node.move else ""
    return PlanNode(text, _STATUS.get(node.status, node.status))
