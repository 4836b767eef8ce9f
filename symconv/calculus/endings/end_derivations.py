"""The further steps of derivations, from their results to the lines that textbooks end in."""

from __future__ import annotations

from symconv.core.equation import Program
from symconv.core.proof import Backward, Ending

from .chain import Passes
from .norm import end_norm
from .softmax import end_softmax
from .standardised import find_means, find_standardised


def end_derivations(forward: Program, backward: Backward) -> dict[str, Ending]:
    """The endings that there are, by the key of the delta or gradient."""
    passes, found = Passes(forward, backward), dict[str, Ending]()
    means, norms = find_means(forward), tuple(find_standardised(forward))
    for derivation in backward.derivations:
        made = [end_softmax(passes, derivation)]
        made += [end_norm(passes, derivation, norm, means) for norm in norms if made == [None]]
        ending = next((e for e in made if e is not None), None)
        if ending is not None:
            found[derivation.equation.key] = ending
    return found
