"""The examples of pages are run while they are written, and what cannot be run is refused."""

import os
import sys
from pathlib import Path

import pytest

from symconv.core.errors import SymconvError
from symconv.docs.transcripts import run_examples


def page(*blocks):
    return "\n\n".join(f"```{kind}\n{body}\n```" for kind, body in blocks) + "\n"


def test_a_command_stands_above_what_it_prints():
    command = "$ symconv check two-convs 'dC/dC = 1' | head -1"
    said = run_examples(page(("console", f"{command}\nold")))
    assert said == page(("console", f"{command}\n✓ right (claim)"))


def test_files_are_there_for_commands_and_for_python():
    text = page(
        ("text file=a/claim.txt", "dC/dw_1^2 = (o_1^2 - y_1) o_1^1"),
        ("console", "$ symconv check two-convs a \\\n    --lines > lines.txt\n$ echo $?\n$ ls a"),
        ("python", ">>> from pathlib import Path\n>>> Path('lines.txt').read_text()[:11]"),
        ("python", ">>> for n in (1, 2):\n...     n\n>>> n + 1"),
    )
    said = run_examples(text)
    assert "$ echo $?\n1\n$ ls a\nclaim.txt\n```" in said
    assert "read_text()[:11]\n'a/claim.txt'\n\n```" in said
    assert "...     n\n1\n2\n>>> n + 1\n3\n\n```" in said
    assert run_examples(said) == said


def test_other_blocks_stay_as_they_are():
    text = page(("sh", "rm -rf /"), ("python", "import os"), ("", "$ symconv"))
    assert run_examples(text) == text


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("rm -rf x", "cannot run 'rm -rf x'"),
        ("symconv examples | sed -n '/^nowhere/,$p'", "no line that begins with 'nowhere'"),
    ],
)
def test_what_cannot_be_run_is_refused(line, message):
    with pytest.raises(SymconvError, match=message):
        run_examples(page(("console", f"$ {line}")))


def test_what_was_before_comes_back():
    before = Path.cwd(), dict(os.environ), sys.argv, sys.stdin, sys.stdout
    run_examples(page(("console", "$ symconv examples | head -1")))
    assert (Path.cwd(), dict(os.environ), sys.argv, sys.stdin, sys.stdout) == before
    with pytest.raises(ZeroDivisionError):
        run_examples(page(("python", ">>> 1 / 0")))
    assert (Path.cwd(), dict(os.environ), sys.argv, sys.stdin, sys.stdout) == before
