"""Loops share a line where they hold one statement alone; others keep their braces."""

import pytest

from symconv.codegen.c.joined_lines import WIDTH, join_lines


def nest(depth, *inner, name="i"):
    """So many loops around some lines."""
    heads = [
        f"{'  ' * n}for (int {name}{n} = 0; {name}{n} < 9; {name}{n}++) {{" for n in range(depth)
    ]
    body = [f"{'  ' * depth}{line}" for line in inner]
    return [*heads, *body, *(f"{'  ' * n}}}" for n in reversed(range(depth)))]


def test_loops_and_their_statement_share_a_line():
    (line,) = join_lines(nest(2, "y[i0] += x[i1];"))
    assert line == "for (int i0 = 0; i0 < 9; i0++) for (int i1 = 0; i1 < 9; i1++) y[i0] += x[i1];"


@pytest.mark.parametrize(
    "inner",
    [
        ("const real x = 1;",),
        ("a = 1; b = 2;",),
        ("v8 in; LOAD8(in, x[0]);",),
        ("a = 1;", "b = 2;"),
        ("EACH (k, 4) {", "  a = 1;", "  b = 2;", "}"),
        (),
    ],
)
def test_what_is_no_single_statement_keeps_its_braces(inner):
    assert join_lines(nest(1, *inner)) == nest(1, *inner)


def test_loops_around_several_statements_share_a_line():
    found = join_lines(nest(2, "a = 1;", "b = 2;"))
    head = "for (int i0 = 0; i0 < 9; i0++) for (int i1 = 0; i1 < 9; i1++) {"
    assert found == [head, "  a = 1;", "  b = 2;", "}"]


def test_no_line_gets_too_wide():
    found = join_lines(nest(5, "a = 1;", name="a_long_index"))
    assert max(map(len, found)) <= WIDTH
    assert len(found) > 1
    assert sum(line.count("for (") for line in found) == 5


def test_a_condition_shares_the_line_of_its_statement():
    lines = nest(1, "if (t[e] == q) {", "  sum += x[q];", "}")
    assert join_lines(lines) == ["for (int i0 = 0; i0 < 9; i0++) if (t[e] == q) sum += x[q];"]
