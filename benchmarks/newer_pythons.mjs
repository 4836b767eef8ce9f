// node newer_pythons.mjs PYODIDE CHECKOUT PACKAGES TEST...: pytest in a Python of WebAssembly.
// The folders are mounted as they are; the exit code is pytest's.
const [, , pyodide, checkout, packages, ...tests] = process.argv;
const { loadPyodide } = await import(`${pyodide}/pyodide.mjs`);
const python = await loadPyodide({ indexURL: pyodide });
python.mountNodeFS("/checkout", checkout);
python.mountNodeFS("/packages", packages);
python.globals.set("tests", python.toPy(tests));
const code = await python.runPythonAsync(`
import os
import shutil
import sys

shutil.copytree("/packages", "/lib/packages")
shutil.copytree("/checkout", "/home/checkout")
sys.path[:0] = ["/home/checkout", "/lib/packages"]
sys.dont_write_bytecode = True
os.chdir("/home/checkout")

import pytest
import typer


def has_commands():
    """Whether typer runs a command: some versions need pydantic, half of which is compiled."""
    app = typer.Typer()
    app.command()(lambda: None)
    try:
        app(args=[], standalone_mode=False)
    except ModuleNotFoundError:
        return False
    return True


class SkipWhatIsMissing:
    """A test that needs NumPy, PyTorch or a process is skipped: there are none here."""

    def pytest_collection_modifyitems(self, items):
        if has_commands():
            return
        for item in items:
            code = getattr(item, "function", has_commands).__code__
            called = (getattr(item.module, name, None) for name in code.co_names)
            if any(getattr(f, "__module__", "") == "command" for f in called):
                item.add_marker(pytest.mark.skip(reason="typer runs no command here"))

    def is_missing(self, error):
        missing = isinstance(error, ModuleNotFoundError) and error.name in {"numpy", "torch"}
        return missing or (isinstance(error, OSError) and "process" in str(error))

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector):
        report = yield
        if report.failed and "No module named 'numpy'" in str(report.longrepr):
            report.outcome, report.longrepr = "skipped", (str(collector.path), 1, "Skipped: no NumPy")
            report.result = []
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        if call.excinfo is not None and self.is_missing(call.excinfo.value):
            report.outcome = "skipped"
            report.longrepr = (str(item.path), 1, f"Skipped: {call.excinfo.value}")
        return report


options = ["-o", "addopts=", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-q", "--capture=sys"]
pytest.main([*tests, *options, "--import-mode=importlib", "--tb=short"], [SkipWhatIsMissing()])
`);
process.exit(Number(code));
