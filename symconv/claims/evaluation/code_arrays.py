"""Statements that are code: the words of NumPy have their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symconv.claims.arrays.arguments import ArgumentReader
from symconv.claims.arrays.dense_array import NumberSystem
from symconv.claims.arrays.table import evaluate_word
from symconv.claims.model.syntax_tree import FunctionCall

from .arrays import Value
from .dense_values import as_dense, as_value
from .index_expressions import Environment
from .plain_values import read_plain

if TYPE_CHECKING:
    from .evaluator import Evaluator


def number_system(at: Evaluator) -> NumberSystem:
    """The numbers of an evaluation."""
    return NumberSystem(at.algebra, at.zero)


def evaluate_word_of_code(at: Evaluator, node: FunctionCall, env: Environment) -> Value:
    """The value of a word of NumPy."""
    return as_value(evaluate_word(node, make_reader(at, env)))


def make_reader(at: Evaluator, env: Environment) -> ArgumentReader:
    """What reads the arguments of a word."""
    return ArgumentReader(
        number_system(at),
        lambda n: as_dense(at.value(n, env)),
        lambda n: read_plain(at, n, env),
    )
