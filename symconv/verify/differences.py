"""Central differences of a generated forward function against the true derivative."""

from __future__ import annotations

from math import isclose
from random import Random

from symconv.semantics.places import Place

from .classes import classes
from .module import BROKEN, Arrays, Module, given_arrays, table_of
from .record import Check, describe
from .trial import Trial


def differences(module: Module, trial: Trial, seed: int) -> Check:
    """Central differences of the module's own forward pass at a few entries of each tensor."""
    given, points, error = given_arrays(trial, float), 0, ""
    try:
        for key, place in _sample(given, trial, seed):
            points += 1
            error = error or _difference(module, trial, given, key, place)
    except BROKEN as problem:
        error = f"the module failed: {problem}"
    detail = f"{points} central differences of the forward function"
    where = (describe(trial.sizes),)
    bound = "floating point, to 5 digits"
    return Check("module's forward function", not error, detail, points, where, error, bound)


def _sample(given: Arrays, trial: Trial, seed: int) -> list[tuple[str, Place]]:
    """Up to three entries of every tensor that is given and not of class numbers."""
    random = Random(seed)  # noqa: S311 - a sample, not a secret
    keys = sorted((given.keys() & trial.slopes.keys()) - set(classes(trial.program, trial.sizes)))
    tables = [(key, sorted(trial.slopes[key])) for key in keys]
    return [(key, p) for key, t in tables for p in random.sample(t, min(3, len(t)))]


def _difference(module: Module, trial: Trial, given: Arrays, key: str, place: Place) -> str:
    """Where the slope of the forward function is not the derivative."""
    slope, noise = _central(module, trial, given, key, place)
    true = trial.slopes[key][place]
    if isclose(slope, true, rel_tol=1e-5, abs_tol=1e-5 + noise):
        return ""
    return f"by {key}{list(place)}: {slope:.8g}, the derivative is {true:.8g}"


def _central(
    module: Module, trial: Trial, given: Arrays, key: str, place: Place
) -> tuple[float, float]:
    """(f(x + h) - f(x - h)) / 2h for the scalar that is differentiated, and its rounding error."""
    width, ends = 1e-5, []
    for side in (width, -width):
        moved = given[key].copy()
        moved[place] += side
        found = module.forward({**given, key: moved})
        tables = {k: table_of(found[k]) for k in {k for k, _ in trial.objective}}
        ends.append(sum(tables[k][p] * w for (k, p), w in trial.objective.items()))
    noise = 1e-13 * max(abs(end) for end in ends) / width
    return float((ends[0] - ends[1]) / (2 * width)), float(noise)
