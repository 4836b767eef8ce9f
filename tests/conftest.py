"""What the test run shares: the long tests on request, and the table of worst errors."""

import pytest

WORST = pytest.StashKey()


def pytest_configure(config):
    config.stash[WORST] = {}


def pytest_collection_modifyitems(config, items):
    """Tests marked `long` run with `-m long` only."""
    if config.option.markexpr:
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in set(long)]


@pytest.fixture
def worst(request):
    """Record the error of one comparison with PyTorch, relative to the largest entry."""
    table = request.config.stash[WORST]

    def record(layer, quantity, error):
        row = table.setdefault(layer, {"cases": 0, "forward": 0.0, "gradients": 0.0})
        row["cases"] += quantity == "forward"
        row[quantity] = max(row[quantity], error)

    return record


def pytest_terminal_summary(terminalreporter, config):
    table = config.stash[WORST]
    if not table:
        return
    terminalreporter.section("worst error against PyTorch, relative to the largest entry")
    terminalreporter.write_line(f"{'layer':<18}{'cases':>6}{'forward':>12}{'gradients':>12}")
    for layer, row in sorted(table.items()):
        terminalreporter.write_line(
            f"{layer:<18}{row['cases']:>6}{row['forward']:>12.1e}{row['gradients']:>12.1e}"
        )
