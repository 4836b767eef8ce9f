"""Many files at once: which are read, which network each has, and what one bad file does."""

import subprocess
import sys
from pathlib import Path

import pytest
from command import symconv

from symconv.core.errors import SymconvError
from symconv.documents import check_file as one
from symconv.documents.check_file import CheckTask, NamedText, check_file
from symconv.documents.check_files import check_files, find_exit_code
from symconv.documents.files import FileSearch, is_glob
from symconv.documents.model.records import FAULT_KIND, NetworkMark
from symconv.documents.networks import NetworkTable
from symconv.documents.options import CheckOptions, find_options
from symconv.documents.processes import count_processes

NET = "input x 4 | relu -> y | half_sse t -> E"
RIGHT, WRONG = "$dE/dy_i = y_i - t_i$", "$dE/dy_i = t_i - y_i$"
MARK = f"<!-- symconv: {NET} -->"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def write(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def judge(text, **task):
    """The verdicts on a text of Markdown, with their places."""
    report = check_file(CheckTask(**task), NamedText("a.md", text))
    return [(p.place.line, p.verdict.verdict) for p in report.found]


def test_each_network_is_valid_until_the_next():
    other = MARK.replace("half_sse", "sse")
    text = f"{MARK}\n{RIGHT}\n{other}\n{RIGHT}\n$dE/dy_i = 2(y_i - t_i)$\n{MARK}\n{RIGHT}"
    assert judge(text) == [
        (2, "right"), (4, "right under a condition"), (5, "right"), (7, "right"),
    ]  # fmt: skip


def test_a_name_of_one_network_is_none_of_the_next():
    other = "<!-- symconv: input u 4 | relu -> v | half_sse r -> E -->"
    named = f"{MARK}\n$q_i = y_i - t_i$\n$dE/dy_i = q_i$"
    assert [v for _, v in judge(f"{named}\n{other}\n$dE/dv_i = q_i$")][1:] == [
        "right", "not checked",
    ]  # fmt: skip


def test_a_mark_inside_of_what_is_ignored_is_ignored():
    other = MARK.replace("half_sse", "sse")
    hidden = f"<!-- symconv: ignore -->\n{other}\n{WRONG}\n<!-- symconv: check -->"
    assert judge(f"{MARK}\n{hidden}\n{RIGHT}") == [(6, "right")]


def test_a_notation_stays_until_it_is_changed():
    text = "input x 2x2 | sigmoid -> a | half_sse t -> E"
    claim = "$dE/da_{2,2} = a_{2,2} - t_{2,2}$"
    found = judge(
        f"<!-- symconv: notation ij1 {text} -->\n{claim}\n<!-- symconv: {text} -->\n{claim}"
    )
    assert found == [(2, "right"), (4, "right")]
    found = judge(f"<!-- symconv: notation ij0 {text} -->\n{claim}")
    assert found[0][1] == "right under a condition"


def test_what_stands_before_the_first_network_is_counted():
    report = check_file(CheckTask(), NamedText("a.md", f"{WRONG} and {WRONG}\n\n{MARK}\n{RIGHT}"))
    assert (report.before, [p.place.line for p in report.found]) == (2, [4])
    assert judge(f"{WRONG}\n{MARK}\n{RIGHT}", network=NetworkMark(NET)) == [
        (1, "wrong"),
        (3, "right"),
    ]


def test_places_are_those_of_the_text_before_its_macros():
    text = "\\newcommand{\\p}[2]{\\frac{\\partial #1}{\\partial #2}}\n" + f"{MARK}\n"
    text += "so $\\p{E}{y_i} = y_i - t_i$ and $\\p{E}{t_i} = y_i - t_i$."
    report = check_file(CheckTask(), NamedText("a.md", text))
    columns = [p.place.column for p in report.found]
    line = text.split("\n")[-1]
    assert columns == [line.index("\\p{E}{y") + 1, line.index("\\p{E}{t") + 1]


@pytest.mark.parametrize(
    ("network", "said"),
    [
        ("two-conv", "did you mean 'two-convs'"), ("../net.txt", "is no network"),
        ("/etc/passwd", "is no network"), ("net.txt", "there is no file 'net.txt'"),
        ("input x 3 | dens W 2 -> y", "dens"), ("notation flat2 two-convs", "flat2"),
        ("b.md", "holds no network"), ("link.txt", "is a link"),
    ],
)  # fmt: skip
def test_a_network_that_is_none_is_told_and_the_rest_goes_on(folder, network, said):
    (folder / "b.md").write_text("hunter2")
    (folder / "link.txt").symlink_to("/etc/hostname")
    text = f"<!-- symconv: {network} -->\n{RIGHT}\n<!-- symconv: notation ij0 {NET} -->\n{WRONG}"
    (folder / "a.md").write_text(text)
    report = check_file(CheckTask(), "a.md")
    first, second = report.found
    assert (first.place.line, second.place.line, second.verdict.verdict) == (1, 4, "wrong")
    assert said in first.verdict.notes[0]
    assert "hunter2" not in first.verdict.notes[0]
    assert find_exit_code(report, allow_unread=True) == 1


def test_a_file_of_a_network_lies_beside_the_text(folder):
    lines = NET.replace("|", "|\n")
    write(folder, deep__nets__a_net=f"# mine\n{lines}")
    (folder / "deep" / "b.md").write_text(f"<!-- symconv: nets/a.net -->\n{RIGHT}")
    assert symconv("check", "deep").returncode == 0


def test_a_file_that_cannot_be_read_is_one_line_and_the_rest_goes_on(folder):
    write(folder, a_md=f"{MARK}\n{RIGHT}", b_ipynb="{", c_md=RIGHT, d_md="x" * 1_000_001)
    done = symconv("check", "a.md", "b.ipynb", "c.md", "d.md", "e.md", "--lines")
    assert (done.returncode, done.stderr) == (2, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "a.md:2:2: right"
    starts = [
        "b.ipynb:1:1: not read: this is no notebook",
        "c.md:1:1: not read: it names no network",
        "d.md:1:1: not read: 'd.md' is larger",
        "e.md:1:1: not read: there is no file 'e.md'",
    ]
    assert [a.startswith(b) for a, b in zip(lines[1:], starts, strict=True)] == [True] * 4
    assert symconv("check", ".", "--allow-unread").returncode == 2


def test_a_fault_in_one_file_leaves_the_others(folder, monkeypatch):
    write(folder, a_md=f"{MARK}\n{RIGHT}", b_md=f"{MARK}\n{WRONG}")
    plain = one.check_document

    def fail(task, source):
        if source.file == "a.md":
            raise KeyError("hunter2")
        return plain(task, source)

    monkeypatch.setattr(one, "check_document", fail)
    broken, fine = check_files(CheckTask(), ["a.md", "b.md"])
    assert broken.verdicts[0].kind == FAULT_KIND
    assert "hunter2" not in broken.verdicts[0].notes[0]
    assert fine.verdicts[0].verdict == "wrong"
    assert find_exit_code(broken, allow_unread=True) == 70


def test_a_budget_is_that_of_a_whole_file():
    claims = "\n\n".join(f"$dE/dy_i + {n} = y_i - t_i + {n}$" for n in range(40))
    text = f"{MARK}\n{claims}\n\n<!-- symconv: notation ij0 {NET} -->\n{claims}"
    found = [v for _, v in judge(text, seconds=0.3)]
    assert len(found) == 80
    assert set(found[:5]) == {"right"}
    assert set(found[-40:]) == {"undetermined"}


def test_processes_give_what_one_gives_in_the_same_order(folder):
    for n in range(6):
        (folder / f"{n}.md").write_text(f"{MARK}\n{RIGHT if n % 2 else WRONG}\n$y_{n % 4} = 3$")
    files = FileSearch().list_files(".")
    heard = []
    apart = check_files(CheckTask(), files, jobs=3, told=lambda r, n: heard.append((r.file, n)))
    assert apart == check_files(CheckTask(), files, jobs=1)
    assert sorted(f for f, _ in heard) == [r.file for r in apart]
    assert [n for _, n in heard] == list(range(1, 7))
    assert [count_processes(n, j) for n, j in ((6, 9), (3, 0), (1, 1))] == [6, 1, 1]


ENDING = """
import os
from symconv.documents import check_file as one, processes
from symconv.documents.check_file import CheckTask
from symconv.documents.check_files import check_files

processes._count_threads = lambda: 1
plain = one.check_document
def check(task, source):
    return os._exit(9) if source.file == "1.md" else plain(task, source)
one.check_document = check
found = check_files(CheckTask(), ["0.md", "1.md", "2.md"], jobs=2)
print(*(r.verdicts[0].verdict for r in found), found[1].verdicts[0].notes[0])
"""
"""For an interpreter without other threads, where a process is forked and has the patch."""


@pytest.mark.skipif(sys.platform != "linux", reason="a forked process has the patch")
def test_a_process_that_ends_is_told_of_its_file(folder):
    for n in range(3):
        (folder / f"{n}.md").write_text(f"{MARK}\n{RIGHT}")
    run = [sys.executable, "-c", ENDING]
    done = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("right unreadable right"), done.stderr
    assert "ended" in done.stdout


def test_folders_leave_out_what_is_hidden_ignored_and_made(folder):
    write(folder, b_md="", a_rst="", z__c_tex="", d_py="")
    for name in (".hidden", "node_modules", "out", "z/drafts", "z/_build"):
        (folder / name).mkdir(parents=True)
        (folder / name / "x.md").write_text("")
    (folder / ".y.md").write_text("")
    (folder / ".gitignore").write_text("*.log\nout/\n!keep/\n")
    (folder / "z" / "link.md").symlink_to(folder / "b.md")
    (folder / "far").symlink_to("/usr/share", target_is_directory=True)
    search = FileSearch(exclude=("z/drafts/*",))
    assert search.list_files(".") == ["./a.rst", "./b.md", "./z/c.tex"]
    assert FileSearch(exclude=("drafts", "*.rst")).list_files(".") == ["./b.md", "./z/c.tex"]
    assert FileSearch().list_files("**/*.md") == ["b.md", "z/drafts/x.md"]
    assert search.list_files(".hidden") == [".hidden/x.md"]
    with pytest.raises(SymconvError, match="finds no text"):
        search.list_files("*.ipynb")


@pytest.mark.parametrize(
    ("given", "pattern"),
    [("book/**/*.md", True), ("*.tex", True), ("ch*.md", True), ("book/**", True),
     ("dC/dw = 2*x", False), ("w * x", False), ("a.md", False), ("*", False)],
)  # fmt: skip
def test_a_claim_is_no_pattern(given, pattern):
    assert is_glob(given) == pattern


def test_the_first_argument_is_a_network_or_a_path(folder):
    write(folder, p_md=f"{RIGHT}", q_md=f"{MARK}\n{RIGHT}")
    (folder / "net.txt").write_text(f"# a network\n{NET}\n")
    (folder / "post.txt").write_text(f"{MARK}\n{WRONG}\n")
    claim = RIGHT.strip("$")
    for first in (NET, "net.txt", "@net.txt"):
        assert symconv("check", first, claim).returncode == 0
        assert symconv("check", first, "p.md").returncode == 0
        assert symconv("check", "--network", first, "p.md", "q.md").returncode == 0
    assert symconv("check", "q.md").returncode == 0
    assert symconv("check", "post.txt", "q.md").returncode == 1
    assert symconv("check", "-", input=f"{MARK}\n{WRONG}").returncode == 1
    assert symconv("check", "-", "p.md", input=NET).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "there is nothing to check"), ((NET,), "there is nothing to check"),
        (("two-conv", "a.md"), "'two-conv' is no example"), (("p.md",), "it names no network"),
        (("dE/dy = 1",), "is no example, no network text and no file"),
        (("q.md", "dE/dy = 1"), "is no file, and a claim is checked by itself"),
        (("--values", "v.json", "q.md"), "values need a network"),
        (("--format", "xml", "q.md"), "xml"),
        (("--json", "--format", "html", "q.md"), "only one of"),
        (("--jobs", "0", "q.md"), "jobs"), (("nothing*.md",), "finds no text"),
    ],
)  # fmt: skip
def test_misuse_is_one_message(folder, arguments, said):
    write(folder, p_md=RIGHT, q_md=f"{MARK}\n{RIGHT}", v_json='{"x": [1, 2, 3, 4]}')
    done = symconv("check", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("error:") == 1


def test_files_without_a_network_may_be_passed_over(folder):
    write(folder, p_md=WRONG, q_md=f"{MARK}\n{RIGHT}")
    done = symconv("check", "p.md", "q.md", "--only-marked")
    assert done.returncode == 0
    assert done.stdout.endswith("1 file without a network passed over\n")
    assert symconv("check", "p.md", "--only-marked").returncode == 0


def test_options_of_a_project_hold_in_its_folders(folder, monkeypatch):
    (folder / "pyproject.toml").write_text(
        f'[tool.symconv]\npaths = ["book"]\nnetwork = "mine"\nexclude = ["old*"]\njobs = 1\n'
        f'[tool.symconv.networks]\nmine = "{NET}"\n'
    )
    write(
        folder, book__a_md=RIGHT, book__b_md=f"<!-- symconv: mine -->\n{RIGHT}", book__old_md=WRONG
    )
    monkeypatch.chdir(folder / "book")
    done = symconv("check", "--lines")
    assert done.returncode == 0
    assert [line.rpartition("/")[2] for line in done.stdout.splitlines()] == [
        "a.md:1:2: right", "b.md:2:2: right",
    ]  # fmt: skip
    assert symconv("check", "old.md").returncode == 1
    (folder / "book" / "symconv.toml").write_text("budget = 3")
    assert find_options(Path.cwd()).budget == 3
    assert find_options(folder.parent) == CheckOptions()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("exclud = []", "'exclud'"), ("jobs = 0", "'jobs' is"), ("jobs = true", "'jobs' is"),
        ("budget = -1", "'budget' is"), ("network = 3", "'network' is"),
        ("paths = 'a'", "'paths' is"), ("code = 'some'", "'code' is one of"),
        ("a =", "not readable"), ("networks = ['a']", "is a table"),
        ("a." * 99 + "b = 1", "not readable"), ("only-marked = 'yes'", "true or false"),
    ],
)  # fmt: skip
def test_options_that_are_none_are_one_message(folder, text, said):
    (folder / "symconv.toml").write_text(text)
    done = symconv("check", NET, "dE/dy = y - t")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") <= 2


def test_a_report_is_written_to_a_file(folder):
    write(folder, q_md=f"{MARK}\n{RIGHT}")
    assert symconv("check", "q.md", "--format", "html", "-o", "r.html").returncode == 0
    assert "Formulas checked" in (folder / "r.html").read_text("utf-8")
    again = symconv("check", "q.md", "--format", "junit", "-o", "r.html")
    assert again.returncode == 2
    assert symconv("check", "q.md", "--format", "junit", "-o", "r.html", "--force").returncode == 0


def test_networks_are_built_once():
    table = NetworkTable()
    assert table.find(NetworkMark(NET), "a.md") is table.find(NetworkMark(NET), "b.md")
