"""Walking and rewriting frozen trees."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sympy import Symbol

from symconv.core.tree import children, rewrite, substitute, walk


@dataclass(frozen=True)
class Node:
    pass


@dataclass(frozen=True)
class Leaf(Node):
    name: str


@dataclass(frozen=True)
class Pair(Node):
    left: Node
    rows: tuple[tuple[Node, ...], ...] = ()
    size: Symbol = Symbol("n")  # noqa: RUF009 - a symbol is immutable


A, B, C = Leaf("a"), Leaf("b"), Leaf("c")
TREE = Pair(A, ((B, Pair(C)), (A,)))


def test_a_walk_takes_each_node_before_its_parts_in_order():
    assert list(walk(TREE, Node)) == [TREE, A, B, Pair(C), C, A]
    assert [n.name for n in walk(TREE, Leaf)] == ["a", "b", "c", "a"]


def test_a_walk_without_a_kind_takes_tuples_and_leaves():
    assert list(walk(Pair(A))) == [Pair(A), A, "a", (), Symbol("n")]


@dataclass(frozen=True)
class Figure(Node):
    value: Fraction
    below: Node
    unit: Fraction | None = None


def test_a_walk_for_nodes_finds_them_beside_numbers_and_a_walk_for_numbers_finds_those():
    tree = Pair(Figure(Fraction(1, 2), A, Fraction(1)), ((Figure(Fraction(3), B),),))
    assert [n for n in walk(tree) if isinstance(n, Node)] == list(walk(tree, Node))
    assert list(walk(tree, Leaf)) == [A, B]
    assert list(walk(tree, Fraction)) == [Fraction(1, 2), 1, 3]


def test_children_are_directly_below_with_tuples_opened():
    assert list(children(TREE, Node)) == [A, B, Pair(C), A]
    assert list(children(A, Node)) == []


def test_of_two_parts_the_outer_one_is_replaced():
    table = {Pair(C): B, C: A}
    assert rewrite(TREE, lambda n: table.get(n) if isinstance(n, Node) else None) == Pair(
        A, ((B, B), (A,))
    )
    assert rewrite(Pair(A), lambda n: Pair(n) if n == A else None) == Pair(Pair(A))


def test_what_does_not_change_is_not_copied():
    assert substitute(TREE, Leaf("z"), A) is TREE
    changed = substitute(TREE, A, C)
    assert changed == Pair(C, ((B, Pair(C)), (C,)))
    assert changed.rows[0] is TREE.rows[0]


def test_a_deep_tree_is_walked():
    deep = A
    for _ in range(5_000):
        deep = Pair(deep)
    assert sum(1 for _ in walk(deep, Node)) == 5_001


def test_a_symbol_is_a_leaf_and_may_be_replaced():
    assert substitute(Pair(A), Symbol("n"), Symbol("k")).size == Symbol("k")


def test_what_is_equal_and_of_another_kind_stays():
    half = Figure(Fraction(1), A)
    assert substitute(half, 1, 2) is half
    assert substitute(half, Fraction(1), Fraction(2)) == Figure(Fraction(2), A)
