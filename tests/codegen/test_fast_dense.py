"""What lies with the batch last is a flattening of a whole array, or a plain product: no less."""

import pytest

from symconv.api import Network
from symconv.codegen.fast.plan.batch_last_dense import _match_product, match_flatten


def first(text):
    program = Network.parse(text).program
    return program, program.equations[0]


@pytest.mark.parametrize(
    ("equation", "matches"),
    [
        ("y[b, 4*c + 2*i + j] = x[b,c,i,j] for b<2, c<3, i<2, j<2", True),
        ("y[b, 4*c + 2*i + j] = x[b,c,i,j] for b<2, c<2, i<2, j<2", False),
        ("y[b, 2*i + j] = x[b,0,i,j] for b<2, i<2, j<2", False),
        ("y[c, 4*b + 2*i + j] = x[b,c,i,j] for b<2, c<3, i<2, j<2", False),
        ("y[b, 4*c + 2*j + i] = x[b,c,i,j] for b<2, c<3, i<2, j<2", False),
        ("y[b, 4*c + 2*i + j + 1] = x[b,c,i,j] for b<2, c<3, i<2, j<2", False),
        ("y[b, 4*c + 2*i + j] = 2 x[b,c,i,j] for b<2, c<3, i<2, j<2", False),
        ("y[b, c, 2*i + j] = x[b,c,i,j] for b<2, c<3, i<2, j<2", False),
    ],
)
def test_only_a_whole_array_row_by_row_is_flattened(equation, matches):
    program, e = first(f"input x 2x3x2x2 | {equation}")
    assert (match_flatten(program, e) is not None) == matches


@pytest.mark.parametrize(
    ("equation", "matches"),
    [
        ("y[b,k] = sum(q) x[b,q] w[q,k] for b<4, k<2", True),
        ("y[b,k] = sum(q) x[b,q] w[k,q] for b<4, k<2", True),
        ("y[b,k] = 2 sum(q) x[b,q] w[q,k] for b<4, k<2", False),
        ("y[b,k] = sum(q) x[b,q] w[q,k] v[q] for b<4, k<2", False),
        ("y[b,k] = sum(q) x[b,q] w[q,k] exp(x[b,q]) for b<4, k<2", False),
        ("y[b,k] = sum(q<2) x[b,q] w[q,k] for b<4, k<2", False),
        ("y[b,k] = sum(q, r<2) x[b,q] w[q,r,k] for b<4, k<2", False),
        ("y[b] = sum(q) x[b,q] w[q] for b<4", False),
        ("y[b,k] = sum(q) x[b,q] w[q,k] + c[k] for b<4, k<2", False),
    ],
)
def test_only_a_plain_product_of_two_whole_matrices_is_taken(equation, matches):
    program, e = first(f"input x 4x3 | {equation}")
    assert (_match_product(program, e) is not None) == matches
