"""Where things lie in the repository, for the tests that read or run them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
TEMPLATES = ROOT / "templates"
BENCHMARKS = ROOT / "benchmarks"
