"""Reward code of somebody who means harm: refused with its line, before anything runs."""

from __future__ import annotations

import pytest

from embodied.rewards.checking import check
from embodied.rewards.compiling import compiled
from embodied.rewards.errors import MutatesInput, NotAllowed
from embodied.rewards.probing import random_batch
from tests.rewards.toys import ACTION, OBSERVATION, body

G = 'obs["gripper"]'

ATTACKS = {
    # files and processes
    body("x = open('/etc/passwd').read()"): "The function open is not allowed",
    body("x = np.load('/etc/passwd')"): "np.load is not allowed",
    body("x = np.fromfile('/etc/passwd')"): "np.fromfile is not allowed",
    body("x = np.memmap('/etc/passwd')"): "np.memmap is not allowed",
    body("x = np.genfromtxt('/etc/passwd')"): "np.genfromtxt is not allowed",
    body(f"{G}.tofile('/tmp/x')\nx = {G}"): "An expression whose value is dropped",
    body(f"x = {G}.tofile('/tmp/x')"): "The method tofile is not allowed",
    body(f"x = np.save('/tmp/x', {G})"): "np.save is not allowed",
    body("x = np.ctypeslib.load_library('c', '/')"): "np.ctypeslib.load_library is not allowed",
    body("x = np.f2py.os.system('true')"): "The method system is not allowed",
    body("x = np.testing.assert_equal(1, 1)"): "np.testing.assert_equal is not allowed",
    "import os\n" + body(f"x = {G}"): "import is not allowed. np is there; nothing else can be had",
    "from numpy import load\n" + body(f"x = {G}"): "import is not allowed",
    "import numpy as os\n" + body(f"x = {G}"): "import is not allowed",
    body(f"import os\nx = {G}"): "import is not allowed",
    body("x = __import__('os').getpid()"): "The method getpid is not allowed",
    body("x = eval('1')"): "The function eval is not allowed",
    body("x = exec('1')"): "The function exec is not allowed",
    body("x = compile('1', '', 'eval')"): "The function compile is not allowed",
    body("x = globals()"): "The function globals is not allowed",
    body("x = breakpoint()"): "The function breakpoint is not allowed",
    # the insides of Python
    body(f"x = {G}.__class__"): "The attribute __class__ is not allowed",
    body("x = ().__class__.__bases__[0].__subclasses__()"): "The method __subclasses__ is not allowed",
    body("x = np.sum.__globals__"): "np.sum.__globals__ is not allowed",
    body("x = np.linalg.norm.__globals__['os']"): "The attribute __globals__ is not allowed",
    body("x = reward.__code__"): "The attribute __code__ is not allowed",
    body("x = __builtins__"): "__builtins__ is not known here",
    body(f"__x__ = {G}\nx = {G}"): "__x__ cannot be a name here",
    body(f"x = getattr({G}, '__cl' + 'ass__')"): "The function getattr is not allowed",
    body("x = vars(np)"): "The function vars is not allowed",
    body("x = type(1.0)"): "The function type is not allowed",
    body("x = np.__dict__"): "np.__dict__ is not allowed",
    body("x = np.add.reduce.__self__"): "The attribute __self__ is not allowed",
    body(f"x = {G}.base"): "The attribute base is not allowed",
    body(f"x = {G}.ctypes.data"): "The attribute data is not allowed",
    body(f"x = {G}.dtype.type"): "The attribute type is not allowed",
    body(f"x = {G}.__array_interface__"): "The attribute __array_interface__",
    body(f"x = {G}.astype(object)"): "A type of numbers is float or bool",
    body(f"x = {G}.astype('O')"): "A type of numbers is float or bool",
    body("x = np.array([1.0], dtype=object)"): "A type of numbers is float or bool",
    body("x = np.float64.mro()"): "np.float64.mro is not allowed",
    # strings
    body("x = '{0.__class__}'.format(1)"): "The method format is not allowed",
    body("x = f'{obs.__class__}'"): "An f-string is not allowed",
    body("x = '%s' % obs"): "Strings only name entries and terms",
    body("x = 'a' * 10**9"): "Strings only name entries and terms",
    body("x = b'a' * 10"): "b'a' is no number",
    body("x = obs['gri' + 'pper']"): "Entries are taken by their name",
    # time and memory
    body("x = 9**9**9"): "An exponent is a number from -8 to 8",
    body(f"x = {G} ** {G}"): "An exponent is a number",
    body("x = 2 ** 9"): "An exponent is a number",
    body("x = 1 << 1000000"): "This operator is not allowed",
    body("x = np.zeros(10**9)"): "An exponent is a number",
    body("x = np.zeros(10000000000)"): "A number above 1e+09",
    body("x = 1e999"): "A number above 1e+09",
    body("x = np.arange(1000000)"): "np.arange is not allowed",
    body("x = np.linspace(0, 1, 1000000)"): "np.linspace is not allowed",
    body(f"x = np.repeat({G}, 1000000)"): "np.repeat is not allowed",
    body(f"x = np.tile({G}, 1000000)"): "np.tile is not allowed",
    body(f"x = np.outer({G}, {G})"): "np.outer is not allowed",
    body("x = np.einsum('i,j->ij', 1, 1)"): "np.einsum is not allowed. Write np.sum(a * b, axis=-1)",
    body(f"x = {G} @ {G}"): "@ is not allowed",
    body("x = [i for i in range(10**9)]"): "A comprehension is not allowed",
    body("x = sum(i for i in range(10**9))"): "The function sum is not allowed",
    body("x = {i: i for i in range(9)}"): "A comprehension is not allowed",
    body("x = np.array([0.0 for i in range(9)])"): "A comprehension is not allowed",
    body("x = np.array([*range(9)])"): "* in np.array is not allowed",
    body("x = np.zeros(*[3])"): "np.zeros with * is not allowed",
    body("x = np.zeros(**obs)"): "np.zeros with * is not allowed",
    body(f"while True:\n    x = 1\nx = {G}"): "while is not allowed",
    body(f"for i in range(1000000):\n    x = {G}"): "A loop goes over range(n) with a number n from 1 to 64",
    body(f"for i in range(0):\n    x = {G}"): "A loop goes over range(n)",
    body(f"for i in range(1, 1000000):\n    x = {G}"): "A loop goes over range(n)",
    body(f"for i in {G}:\n    x = i"): "A loop goes over range(n)",
    body(f"for i in range(64):\n    for j in range(64):\n        x = {G}"): "at most 4000 are allowed",
    body("x = (lambda f: f(f))(lambda f: f(f))"): "lambda is not allowed",
    "f = lambda: f()\n" + body("x = f()"): "lambda is not allowed",
    "def f(x):\n    return f(x)\n\n" + body("x = f(1)"): "The function f is not allowed",
    "def f(x):\n    return g(x)\n\ndef g(x):\n    return f(x)\n\n"
    + body("x = f(1)"): "The function g is not",
    body("x = reward(obs, action, previous)"): "The function reward is not allowed",
    "def f(x):\n    return x\n\ndef f(x):\n    return f(x)\n\n" + body("x = f(1)"): "f is a function already",
    body("x = " + "(" * 300 + "1" + ")" * 300): "",
    body("x = " + "-" * 3000 + "1"): "",
    body("x = " + "+".join(["1"] * 3000)): "",
    body("x = " + "np.abs(" * 60 + "1" + ")" * 60): "Nested more than 40 deep",
    body("x = [" + "1, " * 6000 + "]"): "more than 4000 parts",
    "#" * 30000: "at most 20000 are read",
    # writing
    body(f"{G}[0] = 1.0\nx = {G}"): "writes into an array, perhaps one of the inputs",
    body("obs['gripper'] = 1.0\nx = 1.0"): "writes into an array",
    body("obs['gripper'] += 1.0\nx = 1.0"): "writes into an array",
    body(f"x = {G}\nx += 1.0"): "x += ... writes into an array, perhaps one of the inputs. Write x = x + y",
    body(f"x = {G}\nx.shape = (1,)"): "writes into an array",
    body(f"x = {G}\nx.flags.writeable = True"): "writes into an array",
    body(f"x = np.abs({G}, out={G})"): "np.abs does not take out= here",
    body(f"x = np.abs({G}, {G})"): "np.abs has 2 arguments. It takes 1",
    body(f"x = np.clip({G}, 0, 1, {G})"): "np.clip has 4 arguments",
    body(f"x = np.sum({G}, -1, None, {G})"): "np.sum has 4 arguments",
    body(f"x = np.copyto({G}, 1.0)"): "np.copyto is not allowed",
    body(f"x = np.add.at({G}, 0, 1.0)"): "np.add.at is not allowed",
    body(f"x = {G}.fill(0.0)"): "The method fill is not allowed",
    body(f"x = {G}.sort()"): "The method sort is not allowed",
    body(f"x = {G}.setflags(1)"): "The method setflags is not allowed",
    body(f"del obs\nx = {G}"): "del is not allowed",
    body("obs = previous\nx = 1.0"): "obs has a meaning already and keeps it",
    body("np = 1.0\nx = 1.0"): "np has a meaning already",
    body("global np\nx = 1.0"): "global is not allowed",
    body("abs = 1.0\nx = 1.0"): "abs has a meaning already",
    # whole observations
    body("x = obs"): "obs holds named arrays",
    body("x = np.array([obs])"): "obs holds named arrays",
    body("x = np.where(1, obs, previous)"): "obs holds named arrays",
    body("x = obs.popitem()"): "The method popitem is not allowed",
    body("x = obs.get('gripper')"): "The method get is not allowed",
    body("x = len(obs)"): "The function len is not allowed",
    "def f(state):\n    return 1.0\n\n" + body("x = f(obs)"): "obs holds named arrays",
    "def f(obs):\n    return 1.0\n\n" + body("x = f(1.0)"): "f takes a whole observation",
    # statements
    body(f"x = (y := {G})"): ":= is not allowed",
    body(f"if True:\n    x = 1\nx = {G}"): "if is not allowed. Write np.where(condition, a, b)",
    body(f"x = 1.0 if True else {G}"): "Write np.where(condition, a, b)",
    body(f"x = {G} > 0 and {G} < 1"): "and, or is not allowed",
    body(f"x = 0 < {G} < 1"): "A chain of comparisons is not allowed",
    body(f"x = not {G}"): "not is not allowed",
    body(f"try:\n    x = {G}\nexcept Exception:\n    x = 1"): "try is not allowed",
    body(f"with obs:\n    x = {G}"): "with is not allowed",
    body(f"assert True\nx = {G}"): "assert is not allowed",
    body("raise ValueError"): "raise is not allowed",
    body("x = yield"): "yield is not allowed",
    body(f"return {G}\nx = 1"): "return may only stand at the end",
    body("class A:\n    pass\nx = 1"): "class is not allowed",
    body("def f():\n    return 1\nx = f()"): "A function within a function is not allowed",
    body("x, y = 1, 2"): "One name is assigned at a time",
    body(f"match {G}:\n    case _:\n        x = 1"): "This is not allowed",
    body("x = ..."): "... is no number",
    body("x = 1j"): "1j is no number",
    body("x = None"): "None is no number",
    "x = 1\n": "There is no function reward",
    "async " + body("x = 1.0"): "async is not allowed",
    "@np.vectorize\n" + body("x = 1.0"): "may only have plain parameters",
    "def reward(obs, action, previous, f=open):\n    return {'x': 1.0}\n": "may only have plain parameters",
    "def reward(*obs):\n    return {'x': 1.0}\n": "may only have plain parameters",
    "def reward(o, a, p):\n    return {'x': 1.0}\n": "reward has the parameters (o, a, p)",
    body("x = 1.0") + body("x = 1.0"): "There are two functions reward",
    body("x = 1.0", "x"): "reward must return a dict of named terms",
    body("x = 1.0", "{}"): "reward must return a dict",
    body("x = 1.0", "{'x': x, 'x': x}"): "Two terms are called 'x'",
    body("x = 1.0", "{x: x}"): "A term needs a name",
    body("x = 1.0", "{**obs}"): "A term needs a name",
    body("x = 1.0", "{" + ", ".join(f"'x{i}': x" for i in range(25)) + "}"): "25 terms; at most 24",
    "\0": "",
    "def reward(": "This is not Python",
}


@pytest.mark.parametrize(("source", "words"), ATTACKS.items(), ids=range(len(ATTACKS)))
def test_it_is_refused_with_the_line(source: str, words: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        check(source, OBSERVATION, ACTION)
    assert words in str(caught.value)
    assert "line " in str(caught.value)
    assert caught.value.problems


@pytest.mark.parametrize(
    "line", ["obs['gripper'] = 1.0", "y = obs['gripper']\ny += 1.0", "y = obs['cube']\ny[:, 0] = 1.0"]
)
def test_writing_into_an_input_has_a_name_of_its_own(line: str) -> None:
    with pytest.raises(MutatesInput):
        check(body(f"{line}\nx = 1.0"), OBSERVATION, ACTION)


@pytest.mark.parametrize(
    ("source", "nearest"),
    [
        (body('x = obs["griper"]'), "There is no observation 'griper'. Did you mean 'gripper'?"),
        (body('x = action["mov"][:, 0]'), "There is no action 'mov'. Did you mean 'move'?"),
        (body(f"x = np.maximun({G}, 0)"), "Did you mean 'np.maximum'"),
        (body(f"x = np.linalg.nrom({G}, axis=-1)"), "Did you mean 'np.linalg.norm'"),
        (body(f"x = {G}.suqeeze(-1)"), "Did you mean 'squeeze'"),
        (body(f"distance = {G}\nx = distnace"), "Did you mean 'distance'?"),
        (body(f"x = np.sum({G})"), "np.sum without axis mixes all states of the batch. Write axis=-1."),
        (body(f"x = {G}.mean()"), ".mean without axis mixes all states of the batch."),
        (body(f"x = max({G}, 0)"), "Write np.maximum(a, b)"),
        (body(f"x = math.exp({G})"), "Write np.exp"),
        (body(f"x = np.random.normal({G})"), "A reward gives the same for the same state every time."),
        (body(f"x = {G}[{G} > 0]"), "np.where(condition, a, b) instead of x[condition]"),
    ],
)
def test_it_says_what_is_allowed_and_what_is_near(source: str, nearest: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        check(source, OBSERVATION, ACTION)
    assert nearest in str(caught.value)


def test_all_mistakes_are_told_at_once_in_order() -> None:
    source = body("a = open('x')\nb = 9**9**9\nx = nothing")
    with pytest.raises(NotAllowed) as caught:
        check(source, OBSERVATION, ACTION)
    assert [problem.line for problem in caught.value.problems] == [2, 3, 4]


def test_doubling_functions_are_counted_as_often_as_they_run() -> None:
    chain = "def f0(x):\n    return x * 2.0\n\n"
    chain += "".join(f"def f{i}(x):\n    return f{i - 1}(x) + f{i - 1}(x)\n\n" for i in range(1, 20))
    with pytest.raises(NotAllowed, match="at most 4000 are allowed"):
        check(chain + body(f"x = f19({G})"), OBSERVATION, ACTION)


def test_numbers_do_not_grow_without_end() -> None:
    lines = "x = 100000000.0\n" + "x = x ** 8\n" * 30
    code = check(body(lines), OBSERVATION, ACTION)
    with pytest.raises(Exception, match="A number reaches"):
        compiled(code)(*random_batch(OBSERVATION, ACTION))


def test_annotations_are_never_looked_at() -> None:
    code = check(
        "def reward(obs: open('/etc/passwd'), action, previous) -> print('seen'):\n    return {'x': 1.0}\n",
        OBSERVATION,
        ACTION,
    )
    assert compiled(code)(*random_batch(OBSERVATION, ACTION)) == {"x": 1.0}
