"""The doors of the program under attack: no traceback, no raw control character, nothing outside.

Every input goes through the program's own entry. Most of them in this process, where an exit code
of 70 is an exception that nobody expected; some in processes of their own, with little memory and
time.
"""

import copy
import io
import json
import os
import random
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from attacks import (
    CLAIMS,
    NETWORKS,
    NUMBERS,
    OPTIONS,
    SECRET,
    TEXT_FILES,
    TEXTS,
    lay_out,
    value_files,
)
from command import symconv
from grids import slice_of

from symconv.cli import main

DOCUMENTED = {0, 1, 2, 3, 5}
ENTRY = "from symconv.cli import main; main()"
NETWORK = "input i 3x3 | conv w 2x2 -> o | sse y -> C"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder in a folder, with hostile files; the outer one has nothing else in it."""
    inner = tmp_path_factory.mktemp("attacks") / "inner"
    inner.mkdir()
    before = Path.cwd()
    os.chdir(inner)
    lay_out(inner)
    yield inner
    os.chdir(before)
    (inner / "closed.json").chmod(0o600)


@pytest.fixture(autouse=True)
def untouched(place):
    """Nothing is written, here or above."""
    before = set(place.iterdir())
    yield
    assert set(place.iterdir()) == before
    assert list(place.parent.iterdir()) == [place]


def is_hidden(character):
    """Whether a terminal would take it for a command, or would not show it."""
    if character in "\n\t\u2061":
        return False
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


class Terminal(io.TextIOWrapper):
    """A stream of a Windows code page, as Python hands it over; it keeps what was written."""

    def __init__(self, given=b""):
        super().__init__(io.BytesIO(given), encoding="cp1252", errors="strict")

    def written(self):
        self.flush()
        return self.buffer.getvalue().decode("utf-8")


def attack(monkeypatch, *arguments, given=b"", codes=DOCUMENTED):
    """Run a command in this process; what it wrote, after it was looked at."""
    out, err = Terminal(), Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(given))
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    with pytest.raises(SystemExit) as end:
        main(list(arguments))
    monkeypatch.undo()
    said = out.written(), err.written()
    assert end.value.code in codes, said
    look_at(*said, end.value.code)
    return said


def look_at(out, err, code):
    """What holds of everything that is written."""
    assert "Traceback" not in out + err
    assert "this is a fault of symconv" not in err
    assert [c for c in out + err if is_hidden(c)] == []
    assert SECRET not in out + err
    if err:
        assert code == 2
        assert err.startswith("error: ")
        # A message, the place with its caret, and what would be right.
        assert err.count("\n") <= 4
        assert len(err) < 20_000


@pytest.mark.parametrize(
    "command", ["derive", "check", "trace", "verify", "generate", "page", "run"]
)
@pytest.mark.parametrize("kind", TEXTS)
def test_a_text_as_a_network(monkeypatch, command, kind):
    options = ["-o", "none"] if command in {"generate", "run"} else []
    claim = ["dC/dw = 1"] if command == "check" else []
    attack(monkeypatch, command, *options, "--", TEXTS[kind], *claim)


def every_fifth(shapes):
    """A fifth of all texts in a shape, another fifth in the next one."""
    return [(s, kind) for n, s in enumerate(shapes) for kind in list(TEXTS)[n % 5 :: 5]]


@pytest.mark.parametrize(("shape", "kind"), slice_of(every_fifth(NETWORKS), 2))
def test_a_text_inside_a_network(monkeypatch, shape, kind):
    attack(monkeypatch, "check", shape.format(TEXTS[kind]), "C = 1")


@pytest.mark.parametrize(("shape", "kind"), slice_of(every_fifth(CLAIMS), 2))
def test_a_text_inside_a_claim(monkeypatch, shape, kind):
    form = ("--json", "--lines", "--sarif", "--notation=ij0")[len(kind) % 4]
    out, _ = attack(monkeypatch, "check", form, "--", "two-convs", shape.format(TEXTS[kind]))
    if out and form in {"--json", "--sarif"}:
        json.loads(out)


@pytest.mark.parametrize(("option", "kind"), slice_of(every_fifth(OPTIONS), 2))
def test_a_text_as_an_option(monkeypatch, option, kind):
    attack(monkeypatch, *option, TEXTS[kind])


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_as_an_option(monkeypatch, number):
    trace = ("trace", "relu-filter", "--values", "good.json", "--steps")
    attack(monkeypatch, *trace, "2", f"--rate={number}")
    attack(monkeypatch, *trace, number)
    attack(monkeypatch, "generate", "lenet5", "--explain", f"--size=N={number}")
    attack(monkeypatch, "check", f"input i {number}x3 | sse y -> C", "C = 1")
    attack(monkeypatch, "check", "two-convs", f"dC/dw_1^2 = {number}")


@pytest.mark.parametrize("name", value_files())
def test_a_file_of_values(monkeypatch, name):
    attack(monkeypatch, "trace", "relu-filter", "--values", name, "--format", "json")
    if not name.startswith("number") or name.endswith("0.json"):
        attack(monkeypatch, "check", "relu-filter", "dC/dw = [[1, 2], [3, 4]]", "--values", name)
        attack(monkeypatch, "verify", "--replay", name)


@pytest.mark.parametrize("name", TEXT_FILES)
def test_a_file_of_text(monkeypatch, name):
    for command in ("derive", "verify"):
        attack(monkeypatch, command, name, codes={2})
        attack(monkeypatch, command, f"@{name}", codes={2})
    if SECRET in str(TEXT_FILES[name]):
        return
    for form in ("--lines", "--json", "--sarif"):
        attack(monkeypatch, "check", "two-convs", name, form)
        attack(monkeypatch, "check", "two-convs", f"@{name}", form)


@pytest.mark.parametrize("name", ["id_rsa", ".netrc", "no_ending."])
def test_a_file_without_an_ending_is_read_only_where_that_is_said(monkeypatch, name):
    for arguments in (("derive", name), ("check", "two-convs", name)):
        _, err = attack(monkeypatch, *arguments, codes={2})
        assert f"'{name}' is a file whose name has no ending, and is not read" in err
        assert f"write '@{name}'" in err


def test_a_file_that_is_said_to_be_one_is_read(monkeypatch, place):
    (place / "folder" / "plain").write_text("input i 3x3 | conv w 2x2 -> o | sse y -> C")
    (place / "folder" / "claim").write_text("dC/dy_{0,0} = -2 (o_{0,0} - y_{0,0})\n")
    out, _ = attack(monkeypatch, "check", "@folder/plain", "@folder/claim", codes={0})
    assert "1 right" in out


THINGS = [
    "folder", "folder.txt", "pipe.json", "socket.json", "loop.json", "broken.json", "out.json",
    "/dev/zero", "/dev/stdin", "/proc/self/mem", "/", ".", "..", "good.json/x", "none.json",
]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="pipes, sockets and devices")
@pytest.mark.parametrize("thing", THINGS)
def test_what_is_no_file_is_refused_and_not_waited_for(monkeypatch, thing):
    for arguments in (
        ("derive", thing),
        ("derive", f"@{thing}"),
        ("check", "two-convs", f"@{thing}"),
        ("trace", "relu-filter", "--values", thing),
        ("trace", "relu-filter", "--values", "good.json", "--given", thing),
        ("verify", "--replay", thing),
    ):
        attack(monkeypatch, *arguments, codes={2})


@pytest.mark.skipif(sys.platform == "win32", reason="pipes, sockets and devices")
@pytest.mark.parametrize("thing", [*(t for t in THINGS if t != "none.json"), "closed.json/x", "\0"])
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_what_is_no_file_is_not_written_to(monkeypatch, thing, force):
    attack(monkeypatch, "derive", NETWORK, "--wrt", "w", "-o", thing, *force, codes={2})


@pytest.mark.skipif(sys.platform == "win32", reason="pipes, sockets and devices")
def test_a_name_from_outside_is_no_command_for_a_terminal(monkeypatch, place):
    name = "\x1b[2J\u202e.tex"
    _, err = attack_writing(monkeypatch, "derive", NETWORK, "--wrt", "w", "-o", f"folder/{name}")
    assert err == "written: folder/\\u001b[2J\\u202e.tex\n"
    (place / "folder" / name).unlink()


def attack_writing(monkeypatch, *arguments):
    """A command that says what it wrote."""
    out, err = Terminal(), Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    with pytest.raises(SystemExit) as end:
        main(list(arguments))
    monkeypatch.undo()
    assert not end.value.code
    assert [c for c in out.written() + err.written() if is_hidden(c)] == []
    return out.written(), err.written()


INPUTS = [
    b"", b"\0", b"\xff\xfe", b"\x1b[31m = \x07", b"=" * 10_000, b"\n" * 3_000, b"[" * 100_000,
    b'{"tensors": ' * 5_000, b"x" * 2_000_000, "dC/d\u202ew = 1\r\u2028".encode(), b"input i 3x3 |",
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(INPUTS)))
def test_standard_input(monkeypatch, number):
    given = INPUTS[number]
    attack(monkeypatch, "check", "two-convs", "-", given=given)
    attack(monkeypatch, "derive", "-", given=given, codes={2})
    attack(monkeypatch, "verify", "--replay", "-", given=given, codes={2})
    attack(monkeypatch, "check", "-", "-", given=given, codes={2})


SAVED = "input x HxW | conv w 2x2 stride s -> z | sse t -> C"


@pytest.fixture(scope="module")
def saved():
    done = symconv("derive", SAVED, "--format", "json")
    assert done.returncode == 0
    return json.loads(done.stdout)


LEAVES = [
    0, -1, 10**13, 1.5, None, True, "", [], {}, "\x1b[31m\u202e", {"op": "integer", "value": 0},
    {"op": "symbol", "name": "q"}, {"op": "rational", "value": [1, 0]}, {"op": "Mul", "args": []},
    {"op": "Pow", "args": [{"op": "integer", "value": 0}, {"op": "integer", "value": -1}]},
]  # fmt: skip


def paths(data, path=()):
    """Every place in nested data."""
    parts = data.items() if isinstance(data, dict) else enumerate(data)
    for key, part in parts if isinstance(data, dict | list) else ():
        yield (*path, key)
        if isinstance(part, dict | list):
            yield from paths(part, (*path, key))


def change(data, path, value):
    """The same data with something else at one place."""
    changed = copy.deepcopy(data)
    at = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return changed


@pytest.mark.parametrize("seed", range(40))
def test_a_derivation_with_something_else_in_one_place(monkeypatch, saved, seed):
    choose = random.Random(seed)
    path = choose.choice([p for p in paths(saved) if p[0] != "backward" or seed % 4 == 0])
    text = json.dumps(change(saved, path, choose.choice(LEAVES)))
    attack(monkeypatch, "verify", "--replay", "-", given=text.encode())


def test_a_derivation_that_has_no_end(monkeypatch, saved):
    forward = saved["forward"][0]
    itself = change(saved, ("forward", 0, "right"), forward["left"])
    stopped = change(saved, ("sizes", 0, "stride"), {"op": "integer", "value": 0})
    for data, said in (
        (itself, "equations that read themselves"),
        (stopped, "the stride of 'H_z' is 0"),
    ):
        text = json.dumps(data).encode()
        _, err = attack(monkeypatch, "verify", "--replay", "-", given=text, codes={2})
        assert said in err


LIMITED = """
import json, os, resource, sys
import symconv.api, symconv.claims
from symconv.cli import app, main

for number, arguments in enumerate(json.load(sys.stdin)):
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
        for stream, name in (1, "out"), (2, "err"):
            os.dup2(os.open(f"{sys.argv[1]}/{number}.{name}", os.O_WRONLY | os.O_CREAT), stream)
        main(arguments)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
"""Each command in a process of its own, with its limits, started by one that has loaded SymPy."""

HEAVY = [
    ("trace", "relu-filter", "--values", "key.toml"),
    ("check", "relu-filter", "C = 1", "--values", "quoted.toml"),
    ("trace", "relu-filter", "--values", "deep.json"),
    ("trace", "relu-filter", "--values", "number2.json", "--steps", "30", "--rate", "1e99"),
    ("trace", "input i 999999x999999 | conv w 2x2 -> o | sse y -> C", "--values", "number2.json"),
    ("derive", "@/dev/zero"),
    ("verify", "--replay", "/dev/zero"),
    ("check", "two-convs", "C = " + "x" * 100_000),
    ("check", "two-convs", "lines.md"),
    ("check", "two-convs", r"\sum_{i=0}^{10^9} i = 1"),
]


@pytest.fixture(scope="module")
def answers(place, tmp_path_factory):  # noqa: ARG001 - the files lie there
    """What each heavy command wrote and how it ended."""
    folder = tmp_path_factory.mktemp("answers")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LIMITED, str(folder)],
        input=json.dumps(HEAVY), capture_output=True, text=True, check=True, timeout=240,
    )  # fmt: skip
    codes = map(int, done.stdout.split())
    return [
        (*((folder / f"{k}.{name}").read_text("utf-8") for name in ("out", "err")), code)
        for k, code in enumerate(codes)
    ]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits of a process")
@pytest.mark.parametrize("number", range(len(HEAVY)), ids=lambda n: " ".join(HEAVY[n])[:40])
def test_with_little_memory_and_time(answers, number):
    *_, code = answers[number]
    assert code in DOCUMENTED, answers[number]
    look_at(*answers[number])


RIGHT = ("check", NETWORK, "dC/dy_{0,0} = -2 (o_{0,0} - y_{0,0})")


def run_with(arguments, **options):
    command = [sys.executable, "-c", ENTRY, *arguments]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run(command, check=False, timeout=120, **options)


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "cp1252"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    ],
    ids=lambda e: " ".join(e.values()),
)
def test_a_right_claim_is_right_on_every_code_page(environment):
    done = run_with((*RIGHT, "--json"), env={**os.environ, **environment})
    assert (done.returncode, done.stderr) == (0, b"")
    (found,) = json.loads(done.stdout)["verdicts"]
    assert found["reading"].startswith("∂C/∂y_{0,0} = ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")
def test_a_full_or_closed_output_is_one_message():
    with Path("/dev/full").open("wb") as full:
        done = run_with(RIGHT, stdout=full)
    assert done.returncode == 2
    assert done.stderr == b"error: standard output cannot be written: No space left on device\n"
    closed = ["sh", "-c", f'"{sys.executable}" -c "{ENTRY}" examples >&-']
    done = subprocess.run(closed, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: standard output is closed\n")


def test_a_pipe_that_nobody_reads_is_no_verdict():
    reading, writing = os.pipe()
    os.close(reading)
    done = run_with(RIGHT, stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


INTERRUPTED = """
import io, os, signal, sys
from symconv.cli import main

class Interrupting(io.StringIO):
    def read(self, *_):
        os.kill(os.getpid(), signal.SIGINT)

    def find_spec(self, name, *_):
        if name == "symconv.cli.door":
            self.read()

if sys.argv.pop() == "import":
    sys.meta_path.insert(0, Interrupting())
sys.stdin = Interrupting()
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("when", ["import", "work"])
def test_an_interrupt_is_130_and_no_traceback(when):
    command = [sys.executable, "-c", INTERRUPTED, "check", NETWORK, "-", when]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


LOG_SOFTMAX = "input x 4 | log_softmax -> y | half_sse t -> C"
LARGEST = "input x 1x1x2x2 | flatten | global_maxpool | half_sse t -> C"
LARGE = {"x": [[1e99] * 3] * 3, "w": [[1e99] * 2] * 2, "t": [[1, 0], [0, 1]]}


@pytest.mark.parametrize(
    ("arguments", "numbers", "code", "words"),
    [
        (("check", LOG_SOFTMAX, "dy_0/dx_0 = 1 - exp(y_0)"), None, 0, "✓ right"),
        (("check", LOG_SOFTMAX, "dy_0/dx_1 = exp(y_1)"), None, 1, "✗ wrong"),
        (
            ("check", LARGEST, "dC/dv = [[4, 4, 4, 4]]"),
            {"x": [[[[1, 4], [3, 2]]]], "t": [0]},
            1,
            "cause: pool_spread",
        ),
        (
            ("check", LARGEST, "dC/dv = [[1, 1, 1, 1]]"),
            {"x": [[[[1, 4], [3, 2]]]], "t": [0]},
            1,
            "cause: pool_averaged",
        ),
        (("trace", "relu-filter"), LARGE, 0, "1.6e+298"),
        (("trace", "relu-filter", "--format", "html"), LARGE, 0, "1.6e+298"),
        (
            ("trace", "two-convs", "--steps", "20", "--rate", "1"),
            {"i": [[9] * 3] * 3, "w^1": [[9] * 2] * 2, "w^2": [[9] * 2] * 2, "y": [[1]]},
            2,
            "beyond all numbers",
        ),
        (
            ("trace", "input x 2 | y[a] = log(x[a]) | sse t -> C"),
            {"x": [1, 0], "t": [0, 0]},
            2,
            "'y' has no value here: a root or a logarithm",
        ),
        (
            ("trace", "input x 2 | y[a] = 1/x[a] | sse t -> C"),
            {"x": [1, 0], "t": [0, 0]},
            2,
            "'y' has no value here: a division by 0",
        ),
    ],
)
def test_what_once_ended_in_a_traceback(  # noqa: PLR0917 - a case and what comes of it
    monkeypatch, place, arguments, numbers, code, words
):
    if numbers is not None:
        (place / "folder" / "numbers.json").write_text(json.dumps(numbers))
        arguments = (*arguments, "--values", "folder/numbers.json")
    assert words in "".join(attack(monkeypatch, *arguments, codes={code}))


def test_a_fault_says_that_it_is_one_and_how_to_report_it(monkeypatch):
    def break_down(*_, **__):
        raise LookupError(SECRET)

    monkeypatch.setattr("symconv.network.parser.parse_network", break_down)
    monkeypatch.setattr("symconv.api.parse_network", break_down)
    out, err = Terminal(), Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    for shown in ("", "1"):
        monkeypatch.setenv("SYMCONV_TRACEBACK", shown)
        with pytest.raises(SystemExit) as end:
            main(["derive", NETWORK])
        assert end.value.code == 70
        said = err.written()
        assert "error: this is a fault of symconv: LookupError in symconv/" in said
        assert "please report it" in said
        assert ("Traceback" in said) == (SECRET in said) == bool(shown)


def test_enough_is_tried(request):
    """As many different inputs as are promised, however the tests are shared among processes."""
    own = {item.name for item in request.session.items if item.path.name == "test_attacks.py"}
    if len(own) > 50:
        assert len(own) >= 400
