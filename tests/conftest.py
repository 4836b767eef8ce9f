"""What the test run shares: long tests on request, what tools keep, the table of worst errors."""

import gc
import os
import shutil
import tempfile

import pytest

WORST = "worst error against PyTorch"


def pytest_configure(config):
    """What tools and processes keep from one start to the next lies in a folder of this run.

    The type checker reads NumPy's types once. Where Python is told to leave no bytecode beside the
    sources, each process that a test starts would compile the whole package again.
    """
    # There is a worker for each core already: threads of their own would wait for one another.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if not hasattr(config, "workerinput") and config.getoption("dist", "no") != "no":
        return  # the workers start the processes, and each has a folder
    kept = tempfile.mkdtemp(prefix="symconv-tests-")
    config.add_cleanup(lambda: shutil.rmtree(kept, ignore_errors=True))
    os.environ["MYPY_CACHE_DIR"] = f"{kept}/mypy"
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ["PYTHONPYCACHEPREFIX"] = f"{kept}/bytecode"


def pytest_collection_modifyitems(config, items):
    """Tests marked `long` or `rest` run with `-m long` or `-m rest` only."""
    if config.option.markexpr:
        return
    marked = {i for i in items if any(map(i.get_closest_marker, ("long", "rest")))}
    if marked:
        config.hook.pytest_deselected(items=list(marked))
        items[:] = [item for item in items if item not in marked]


YOUNG = 50_000
"""New objects between two collections; SymPy makes thousands a millisecond, and few are garbage."""


def pytest_collection_finish():
    """What is imported by now stays until the end: no collection need walk through it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 100)


@pytest.fixture
def worst(request):
    """Record the error of one comparison with PyTorch, relative to the largest entry."""

    def record(layer, quantity, error):
        request.node.user_properties.append((WORST, (layer, quantity, float(error))))

    return record


def pytest_terminal_summary(terminalreporter):
    """The worst error of every layer; reports carry it, so that workers may run the tests."""
    reports = terminalreporter.stats.get("passed", [])
    found = [value for r in reports for name, value in r.user_properties if name == WORST]
    if not found:
        return
    terminalreporter.section(f"{WORST}, relative to the largest entry")
    terminalreporter.write_line(f"{'layer':<18}{'cases':>6}{'forward':>12}{'gradients':>12}")
    for layer in sorted({row[0] for row in found}):
        errors = {
            q: [e for name, quantity, e in found if (name, quantity) == (layer, q)]
            for q in ("forward", "gradients")
        }
        terminalreporter.write_line(
            f"{layer:<18}{len(errors['forward']):>6}"
            f"{max(errors['forward'], default=0.0):>12.1e}"
            f"{max(errors['gradients'], default=0.0):>12.1e}"
        )


@pytest.fixture(scope="module")
def browser():
    """Chromium, where it and playwright are installed."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()
