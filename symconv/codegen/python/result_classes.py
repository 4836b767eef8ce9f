"""The named tuples that the functions of fast modules answer."""

from __future__ import annotations

from collections.abc import Iterable

from .layout import TAB
from .module import Class, TupleField

KEPT = "kept"
"""The field of `Forward` behind the values, whose arrays are of no use to a caller."""


def gradients_class(words: str, names: Iterable[str]) -> Class:
    """What `backward` answers: an array a gradient."""
    fields = tuple(TupleField(name, "Array") for name in names)
    return Class("Gradients", f'{TAB}"""{words}"""', fields)


def kept_class(names: Iterable[str]) -> Class:
    """What a forward pass hands to the backward pass beside its values."""
    fields = tuple(TupleField(name, "Array") for name in names)
    return Class(
        "Kept",
        f'{TAB}"""What the backward pass would compute again: copies, and where maxima stand."""',
        fields,
    )


def step_class(cost: str) -> Class:
    """What `step` answers where the network has a cost."""
    fields = (TupleField(cost, "Number"), TupleField("gradients", "Gradients"))
    return Class("Step", f'{TAB}"""The cost and the gradients."""', fields)
