"""Install the oldest versions that pyproject.toml allows, and try every command on them.

`python benchmarks/oldest_versions.py` makes an environment, puts each dependency in it at its
lower bound, installs symconv and tries what `list_trials` lists. Only direct dependencies are old:
what they bring along is what a person gets who installs them today. `--wheel FILE` tries a wheel
instead of this checkout. Exit code 1 where a bound cannot be installed or a command fails. Where no
package can be had at all, or Python is newer than the oldest allowed, for which such old packages
were never built, it says so and ends in 0.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NETWORK = (
    "input x Nx2x6x6 | conv w 3x3 channels 4 -> z | relu -> a | maxpool 2 -> p | half_sse t -> C"
)
TINY = "input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C"
COMMANDS = (
    "examples",
    "derive",
    "generate",
    "check",
    "mark",
    "exercise",
    "explain",
    "verify",
    "trace",
    "page",
    "run",
    "lsp",
    "mcp",
    "import",
)
EXERCISE = f"network = {TINY!r}\n[[question]]\nwanted = 'dC/do^2'\n"
LAYERS = (
    ("InputLayer", {"name": "x", "batch_shape": [2, 4]}),
    ("Dense", {"name": "d", "units": 3}),
)
MODEL = {
    "class_name": "Sequential",
    "config": {"layers": [{"class_name": name, "config": options} for name, options in LAYERS]},
}
"""An architecture as Keras writes it, the smallest that has weights."""

UNREACHABLE = re.compile(
    r"from versions: none|connection error|name resolution|timed out|proxy", re.IGNORECASE
)
"""What an installer says where there is no network: nothing was seen then, good or bad."""

SECONDS = 300
"""How long a command may take: some minutes more than any needs, so that a hang ends."""


@dataclass(frozen=True)
class Trial:
    """A command line and what has to come of it: an exit code, and a word in what it prints."""

    arguments: tuple[str, ...]
    code: int = 0
    word: str = ""


def list_trials(folder: Path) -> Iterator[Trial]:
    """Every command with its help, and a use of each."""
    yield Trial(("--help",), word="derive")
    yield Trial(("--version",), word="symconv")
    for command in COMMANDS:
        yield Trial((command, "--help"), word="Usage")
    yield Trial(("examples",), word="two-convs")
    for target in ("text", "latex", "markdown", "html", "json"):
        yield Trial(("derive", TINY, "--format", target), word="w")
    yield Trial(("derive", "general-conv-strided"), word="sifting")
    yield Trial(("check", TINY, "dC/do^2 = 2(o^2 - y)"))
    yield Trial(("check", TINY, "dC/do^2 = o^2 - y"), code=1)
    yield Trial(("check", TINY, "dC/do^2 = ("), code=2)
    course = folder / "course"
    course.mkdir()
    (course / "one.md").write_text("dC/do^2 = 2(o^2 - y)", encoding="utf-8")
    exercise = folder / "exercise.toml"
    exercise.write_text(EXERCISE, encoding="utf-8")
    marked = str(folder / "marked")
    yield Trial(("mark", str(exercise), str(course), "-o", marked), word="1 of 1 points")
    yield Trial(("exercise", TINY, "-o", str(folder / "sheets")), word="written: 10 files")
    yield Trial(("explain", "product_of_sums"), word="product_of_sums")
    yield Trial(("trace", "relu-filter", "--values", "random:7"), word="seed 7")
    yield Trial(("trace", "no network"), code=2)
    yield Trial(("page", TINY), word='id="scripts"')
    for style in ("loops", "readable", "fast"):
        out = str(folder / style)
        yield Trial(("generate", NETWORK, "--style", style, "-o", out), word="written")
        yield Trial(("verify", NETWORK, "--style", style), word=", 0 failed")
    yield Trial(("verify", "input x Nx2x3x3 | batchnorm | softmax | sse t"), word=", 0 failed")
    model = folder / "model.json"
    model.write_text(json.dumps(MODEL), encoding="utf-8")
    for command in ("lsp", "mcp"):
        yield Trial((command,), code=2)  # what they need is optional, and not there
    yield Trial(("import", str(model)), word="dense w 3")
    yield Trial(("import", str(folder / "none.onnx")), code=2)
    yield Trial(("run", "two-convs", "-o", str(folder / "run")), word=", 0 failed")


def read_lower_bounds(text: str) -> list[str]:
    """`name==version` for the lower bound of each dependency; ValueError where one has none."""
    found = []
    for line in tomllib.loads(text)["project"]["dependencies"]:
        match = re.match(r"([\w.-]+)(?:\[[^]]*])?>=([\w.]+)", line)
        if match is None:
            raise ValueError(f"no lower bound: {line}")
        found.append(f"{match[1]}=={match[2]}")
    return found


def read_oldest_python(text: str) -> tuple[int, int]:
    """The version that `requires-python` begins with."""
    major, minor = re.findall(r"\d+", tomllib.loads(text)["project"]["requires-python"])[:2]
    return int(major), int(minor)


def find_failure(program: Path, trial: Trial) -> str:
    """What is wrong with what the program answers, or nothing."""
    done = subprocess.run(
        [program, *trial.arguments], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    said = done.stdout + done.stderr
    last = said.strip().splitlines()[-1] if said.strip() else "nothing is printed"
    if "Traceback" in said:
        return last
    if done.returncode != trial.code:
        return f"exit code {done.returncode}, not {trial.code}: {last}"
    return "" if trial.word in said else f"no {trial.word!r} in what it prints"


def install(folder: Path, packages: list[str]) -> tuple[Path, str]:
    """A fresh environment with the packages: where its programs are, and what went wrong."""
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    command = [programs / "python", "-m", "pip", "install", "-q", *packages]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    return programs, "" if done.returncode == 0 else "; ".join(errors) or done.stderr[-200:]


def main() -> int:
    """Print what was tried and what failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--wheel", help="a wheel to try instead of this checkout")
    given = parser.parse_args()
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    bounds, python = read_lower_bounds(text), read_oldest_python(text)
    if sys.version_info[:2] != python:
        print(f"skipped: the oldest versions belong to Python {'.'.join(map(str, python))}")
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        programs, problem = install(folder / "venv", [*bounds, given.wheel or str(ROOT)])
        if problem:
            skipped = UNREACHABLE.search(problem) is not None
            print(f"{'skipped' if skipped else 'FAILED'}: {' '.join(bounds)}: {problem}")
            return int(not skipped)
        print(f"Python {sys.version.split()[0]}, {' '.join(bounds)}")
        trials = list(list_trials(folder))
        failures = [(t, find_failure(programs / "symconv", t)) for t in trials]
    for trial, failure in failures:
        if failure:
            print(f"FAILED  symconv {' '.join(trial.arguments)}\n        {failure}")
    failed = sum(bool(failure) for _, failure in failures)
    print(f"oldest versions: {len(trials) - failed} of {len(trials)} commands do what they should")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
