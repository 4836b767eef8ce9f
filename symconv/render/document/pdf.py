"""A LaTeX document as PDF, compiled in a temporary folder that sees nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from symconv.core.errors import SymconvError

GUARDED = {"openin_any": "p", "openout_any": "p", "TEXMFOUTPUT": ".", "SOURCE_DATE_EPOCH": "0"}
ENVIRONMENT = ("PATH", "HOME", "LANG", "SYSTEMROOT", "TEXMFHOME", "TEXMFVAR")


def compile_pdf(document: str, *, timeout: float = 60) -> bytes:
    """The PDF of a LaTeX document, by pdflatex without shell access and with guarded files."""
    program = shutil.which("pdflatex")
    if program is None:
        raise SymconvError(
            "pdflatex was not found, so no PDF can be made",
            help="install TeX Live (latex-base, latex-recommended, lmodern), or ask for LaTeX",
        )
    with tempfile.TemporaryDirectory(prefix="symconv-") as folder:
        return _run_pdflatex(program, document, Path(folder), timeout)


def _run_pdflatex(program: str, document: str, folder: Path, timeout: float) -> bytes:
    (folder / "derivation.tex").write_text(document, encoding="utf-8")
    options = ("-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error")
    kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command; the document is data
            [program, *options, "derivation.tex"],
            cwd=folder,
            env=kept | GUARDED,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SymconvError(f"pdflatex took longer than {timeout:g} seconds") from None
    if done.returncode != 0:
        log = done.stdout.decode("utf-8", "replace")
        raise SymconvError(f"pdflatex could not compile the document: {first_error(log)}")
    return (folder / "derivation.pdf").read_bytes()


def first_error(log: str) -> str:
    """The first error message in the log of TeX."""
    lines = (line for line in log.splitlines() if line.startswith("!"))
    return next(lines, "! no message").removeprefix("! ")
