"""`symconv check` on the command line: values, posts, the forms of its report, its exit codes."""

import json

import pytest
from command import symconv

from symconv.core.exit_codes import MEANINGS

FILTER = "input x 3x3 | conv w 2x2 -> z | relu -> y | half_sse t -> C"
VALUES = {"x": [[1, -1, 0], [0, 1, 0], [0, -1, 1]], "w": [[1, -1], [1, 1]], "t": [[1, 0], [0, 1]]}
POST = """# A worked example

The sum of squares gives, with all other entries at 1,

x = [[1, -1, 0], [0, 1, 0], [0, -1, 1]]
t = [[1, 0], [0, 1]]
w_{0,0} = 1
w_{0,1} = -1
dC/dt_{0,0} = -(y_{0,0} - t_{0,0})
w_{1,0} = 1
w_{1,1} = 1
z_{0,0} = 3
dC/dt_{0,0} = -2
dC/dt_{0,0} = 2
"""


@pytest.fixture
def values(tmp_path):
    path = tmp_path / "values.json"
    path.write_text(json.dumps(VALUES))
    return str(path)


@pytest.mark.parametrize(
    ("claim", "code", "said"),
    [
        ("dC/dw = [[2, -2], [0, 2]]", 0, "✓ right"),
        ("dC/dw = [[-2, 2], [0, -2]]", 1, "cause: sign"),
        ("dC/dw_{0,0} = 2 (y_{0,0} - t_{0,0}", 2, "')' is missing"),
        ("dC/dw_{0,0} = q", 3, "the network has no 'q'"),
    ],
)
def test_numbers_are_judged_with_the_given_values(values, claim, code, said):
    done = symconv("check", FILTER, claim, "--values", values)
    assert said in done.stdout
    assert done.returncode == code
    assert done.stderr == ""


def test_without_values_a_number_is_not_checked():
    done = symconv("check", FILTER, "dC/dw = [[-2, 2], [0, -2]]")
    assert "not checked" in done.stdout
    assert "there are no values for" in done.stdout
    assert done.returncode == 3


WRONG, UNREAD = "dC/dt_{0,0} = y_{0,0} + t_{0,0}", "dC/dw_{9,9} = 1"
RIGHT = "dC/dt = -(y - t)"
OPEN, NO_TENSOR = "dC/dw_{0,0} = 1/(x_{0,0} - x_{0,0})", "dC/dw_{0,0} = q"
GIVEN = "t = [[1, 0], [0, 1]]"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([RIGHT], 0),
        ([RIGHT, NO_TENSOR], 3),
        ([RIGHT, OPEN], 3),
        ([NO_TENSOR], 3),
        ([RIGHT, NO_TENSOR, UNREAD], 2),
        ([RIGHT, NO_TENSOR, UNREAD, WRONG], 1),
        ([UNREAD], 2),
        (["\\frac{\\partial C}{\\partial w_{9,9}} = 1"], 2),
        ([GIVEN], 3),
        ([GIVEN, NO_TENSOR], 3),
        ([GIVEN, RIGHT], 0),
        (["g = y - t", RIGHT], 0),
        (["g = y - t"], 3),
        (["Nothing here is a formula, and = stands for nothing that anybody claims."], 2),
        (["Nothing here is a formula."], 5),
    ],
)
def test_a_text_ends_in_0_only_where_every_claim_was_judged(lines, code):
    done = symconv("check", FILTER, "-", input="\n\n".join(lines))
    assert (done.returncode, done.stderr) == (code, ""), done.stdout


def test_a_claim_about_what_the_network_has_not_is_not_checked():
    done = symconv("check", "two-convs", "dC/dq_1 = 3")
    assert done.stdout.startswith("- not checked")
    assert done.returncode == 3


@pytest.mark.parametrize("name", ["claims.txt", "no folder/my claims.md", "x/../post.tex"])
def test_a_file_that_is_missing_is_no_claim(tmp_path, name):
    done = symconv("check", "two-convs", str(tmp_path / name))
    last = name.rpartition("/")[2]
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: there is no file '{last}'\n"


def test_a_claim_that_ends_like_a_file_name_is_a_claim():
    done = symconv("check", FILTER, "dC/dt = -(y - t).txt")
    assert done.stdout.startswith("! unreadable")


def test_the_help_says_what_each_exit_code_is():
    said = " ".join(symconv("check", "--help").stdout.split())
    assert all(f"{code.value} {meaning}" in said for code, meaning in MEANINGS.items())


def test_what_cannot_be_decided_has_an_exit_code_of_its_own():
    done = symconv("check", FILTER, "dC/dw_{0,0} = 1/(x_{0,0} - x_{0,0})")
    assert done.stdout.startswith("? undetermined")
    assert done.returncode == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"x": [[1, 2], [3, 4]]}', "the values of 'x' are 2 x 2, and the tensor is 3 x 3"),
        ('{"x": [[1, 2], [3]]}', "no regular array"),
        ('{"x": "open(\'MARK\')"}', "a number that is not read"),
        ('{"x": 1e999999999}', "a number that is not read"),
        ("[1, 2]", "holds no names"),
        ("{", "is not readable"),
    ],
)
def test_values_that_do_not_fit_are_refused_in_one_line(tmp_path, content, message):
    path = tmp_path / "values.json"
    path.write_text(content)
    done = symconv("check", FILTER, "dC/dw = [[2, -2], [0, 2]]", "--values", str(path))
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_values_need_a_network_with_numbers(values):
    text = "input x NxQxHxW | conv w 3x3 channels F -> z | sse t -> C"
    done = symconv("check", text, "dC/dz = 1", "--values", values)
    assert done.returncode == 2
    assert "the sizes F, H, N, Q, W are open" in done.stderr


@pytest.fixture
def post(tmp_path):
    path = tmp_path / "post.md"
    path.write_text(POST)
    return str(path)


def test_the_values_of_a_post_entry_by_entry_feed_what_follows(post):
    done = symconv("check", FILTER, post, "--json")
    found = {(v["line"], v["verdict"]) for v in json.loads(done.stdout)["verdicts"]}
    given = {(n, "not checked") for n in (5, 6, 7, 8, 10, 11)}
    assert found == given | {(9, "right"), (12, "right"), (13, "right"), (14, "wrong")}
    assert done.returncode == 1


def test_a_report_for_editors_names_file_and_line(post):
    done = symconv("check", FILTER, post, "--lines")
    assert f"{post}:14:1: wrong: sign: " in done.stdout
    assert "; correct: 2" in done.stdout or "; correct: -2" in done.stdout
    assert all(line.startswith(f"{post}:") for line in done.stdout.splitlines())


def test_a_report_in_sarif(post):
    report = json.loads(symconv("check", FILTER, post, "--sarif").stdout)
    assert report["version"] == "2.1.0"
    assert report["$schema"].endswith("sarif-2.1.0.json")
    (run,) = report["runs"]
    (result,) = run["results"]
    assert result["level"] == "error"
    assert result["ruleId"] == "sign"
    assert result["ruleId"] in {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == post
    assert place["region"]["startLine"] == 14


def test_a_post_from_standard_input():
    done = symconv("check", FILTER, "-", input=POST)
    assert "10 statements: 6 not checked, 3 right, 1 wrong" in done.stdout.splitlines()


def test_several_files_and_folders_end_in_the_gravest_code(tmp_path):
    folder = tmp_path / "posts"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.md").write_text(RIGHT)
    (folder / "deep" / "b.tex").write_text(f"${WRONG}$")
    (folder / "code.py").write_text(UNREAD)
    plain, given = tmp_path / "plain.md", tmp_path / "given.md"
    plain.write_text("Nothing is stated here.")
    given.write_text(GIVEN)
    codes = {
        (folder / "a.md",): 0,
        (folder / "a.md", plain): 5,
        (folder / "a.md", given, plain): 3,
        (given, folder): 1,
    }
    for paths, code in codes.items():
        done = symconv("check", FILTER, *map(str, paths), "--lines")
        assert (done.returncode, done.stderr) == (code, ""), done.stdout
    assert f"{folder / 'deep' / 'b.tex'}:1:2: wrong" in done.stdout
    assert "code.py" not in done.stdout


def test_a_claim_beside_files_is_refused(post):
    done = symconv("check", FILTER, post, RIGHT)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is no file, and a claim is checked by itself" in done.stderr


def test_what_is_not_read_does_not_count_where_it_is_allowed():
    text = f"{RIGHT}\n\nThe gist = nothing."
    assert symconv("check", FILTER, "-", input=text).returncode == 2
    assert symconv("check", FILTER, "-", "--allow-unread", input=text).returncode == 0
    assert symconv("check", FILTER, "-", "--allow-unread", input="So gist = fun.").returncode == 3


def test_only_one_form_at_a_time(post):
    done = symconv("check", FILTER, post, "--sarif", "--json")
    assert done.returncode == 2
    assert "only one of" in done.stderr
