"""The run on the oldest versions reads its bounds from pyproject.toml and sees what fails."""

import importlib.util
import sys

import pytest
from paths import BENCHMARKS, ROOT

SPEC = importlib.util.spec_from_file_location("oldest", BENCHMARKS / "oldest_versions.py")
oldest = importlib.util.module_from_spec(SPEC)
sys.modules["oldest"] = oldest  # where dataclasses look
SPEC.loader.exec_module(oldest)

TEXT = (ROOT / "pyproject.toml").read_text("utf-8")


def test_every_dependency_has_a_lower_bound():
    bounds = dict(b.split("==") for b in oldest.read_lower_bounds(TEXT))
    assert set(bounds) == {"sympy", "numpy", "jinja2", "typer"}
    assert tuple(map(int, bounds["typer"].split("."))) >= (0, 15, 4)
    assert oldest.read_oldest_python(TEXT) == (3, 11)
    with pytest.raises(ValueError, match="no lower bound: numpy"):
        oldest.read_lower_bounds('[project]\ndependencies = ["numpy"]')


def test_every_command_is_tried_with_its_help(tmp_path):
    from symconv.cli import app

    names = {c.name or c.callback.__name__ for c in app.registered_commands}
    trials = list(oldest.list_trials(tmp_path))
    assert set(oldest.COMMANDS) == names
    assert names == {t.arguments[0] for t in trials if len(t.arguments) > 1}


@pytest.mark.parametrize(
    ("script", "code", "word", "failure"),
    [
        ("print('fine')", 0, "fine", ""),
        ("print('fine')", 0, "good", "no 'good' in what it prints"),
        ("print('no'); raise SystemExit(2)", 0, "", "exit code 2, not 0: no"),
        ("print('no'); raise SystemExit(2)", 2, "", ""),
        ("raise TypeError('make_metavar')", 1, "", "TypeError: make_metavar"),
    ],
)
def test_a_failure_is_seen(script, code, word, failure):
    trial = oldest.Trial(("-c", script), code, word)
    assert oldest.find_failure(sys.executable, trial) == failure


@pytest.mark.parametrize(
    ("said", "unreachable"),
    [
        ("ERROR: Could not find a version that satisfies numpy==2.0 (from versions: none)", True),
        ("ERROR: Could not find a version that satisfies numpy==2.0 (from versions: 2.1)", False),
        ("ERROR: ResolutionImpossible: for help visit", False),
        ("WARNING: Retrying after connection broken by 'NameResolutionError'", False),
    ],
)
def test_only_a_registry_out_of_reach_is_a_reason_to_skip(said, unreachable):
    assert bool(oldest.UNREACHABLE.search(said)) == unreachable
