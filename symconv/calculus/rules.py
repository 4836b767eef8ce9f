"""The rules in the words of a derivation: name and reason, one row a rule."""

from __future__ import annotations

REASONS = {
    "chain rule": "the cost depends on this entry through every output that reads it",
    "definition": "insert what the layer computes",
    "linearity": "the derivative passes through sums and constant factors",
    "product rule": "one factor is differentiated at a time",
    "selection": "a maximum passes its derivative to the first maximiser only",
    "log-sum-exp": "a smooth maximum passes its derivative to every entry, by its softmax weight",
    "name": "the first maximiser of a window gets a name of its own; it is constant",
    "pointwise derivative": "the derivative of the function times the derivative of its argument",
    "derivative of an entry": "an entry depends on itself only: 1 where the indices agree, else 0",
    "split": "every entry lies in exactly one block: compare the blocks and the places in them",
    "exchange of sums": "finite sums may be taken in any order",
    "renaming": "a bracket [v = q] leaves one term of the sum over v, the one at v = q",
    "sifting": "a bracket leaves one term of a sum; solve it for the index that it fixes",
    "absorb": "a tensor is 0 outside its range and between integers: the bracket can be dropped",
    "sum over one value": "a sum over a single value is that term",
    "recognise a forward value": "the forward pass has already computed this",
    "one class": "a label names exactly one of the classes, so its brackets add up to 1",
    "pull out": "a constant factor moves out of the sum",
    "no dependence": "the cost does not depend on this tensor",
}
