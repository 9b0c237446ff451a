"""Running skill code where it can do no harm.

Skill code is a subset of Python in a Monty worker process: no files, network, clocks or imports
beyond a few pure modules; limits on computing time, memory, depth, output and calls. It is
type-checked against the body first. At every call it pauses and the host decides whether to go on,
so a cancelled program is simply never resumed.

What this does not cover: what a primitive does once it is called is the bridge's business.
"""

from embodied.sandbox.checking import TypeProblem
from embodied.sandbox.events import SandboxEvent
from embodied.sandbox.executor import SkillExecutor
from embodied.sandbox.host import Body, Cancel
from embodied.sandbox.limits import Limits
from embodied.sandbox.outcome import SkillReturn, SkillRun, TraceLine
from embodied.sandbox.stubs import stub_text

__all__ = [
    "Body",
    "Cancel",
    "Limits",
    "SandboxEvent",
    "SkillExecutor",
    "SkillReturn",
    "SkillRun",
    "TraceLine",
    "TypeProblem",
    "stub_text",
]
