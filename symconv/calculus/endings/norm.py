"""Endings of normalisations: 1/(N sigma) (N delta - sum delta - xhat sum delta xhat)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sympy import Add, Expr, Symbol, sqrt
from sympy.tensor.indexed import Indexed

from symconv.calculus.binders import free_indices, substitute_indices
from symconv.core.equation import Equation
from symconv.core.proof import Derivation, Ending
from symconv.core.tensor import HAT, Name, Tensor, key_of

from .chain import EndingChain, Passes, reads_any
from .instances import Pattern, replace_instances, replace_roots
from .standardised import Mean, Standardised, cancel_deviations
from .terms import move_out, multiply_out, take_common_factor


@dataclass(frozen=True)
class NamedDeviation:
    """sigma = root(nu + epsilon), and xhat = (x - mu)/sigma, with their equations."""

    norm: Standardised
    root: Tensor
    sigma: Equation
    hat: Tensor
    value: Equation

    def rename(self, expr: Expr) -> Expr:
        """(x - mu)/root(nu + epsilon) = xhat, and root(nu + epsilon) = sigma."""
        under = Pattern(self.norm.under, frozenset(v for v, _ in self.sigma.ranges))
        rooted = replace_roots(expr, under, self.sigma.lhs)
        terms = Add.make_args(rooted)
        # What is not divided by sigma, as the path around a layer, has nothing to do with it.
        divided = frozenset({self.root.key})
        parts = [self._rename_term(a) if reads_any(a, divided) else a for a in terms]
        return move_out(Add(*parts))

    def _rename_term(self, term: Expr) -> Expr:
        deviation = Pattern(self.norm.deviation, self.norm.indices)
        return replace_instances(term, deviation, self.sigma.lhs * self.value.lhs)


def end_norm(
    passes: Passes, derivation: Derivation, norm: Standardised, means: Mapping[str, Mean]
) -> Ending | None:
    """The ending of the derivative by what is normalised, or by a weight of it; else None."""
    named = name_deviation(passes, norm)
    if named is None:
        return None
    way = EndingChain(derivation, derivation.equation.rhs)
    way.names.extend([(named.root, named.sigma), (named.hat, named.value)])
    inside = frozenset(key_of(a) for a in norm.deviation.atoms(Indexed))
    statistics = frozenset({norm.power.equation.key, *(inside & means.keys())})
    if derivation.of.role == "parameter" and norm.by in derivation.via:
        way.apply("standardise", named.rename)
        return None if way.reads(statistics) else way.ending
    if derivation.of.key not in inside - statistics:
        return None
    way.apply(
        "insert a statistic", lambda e: multiply_out(move_out(_insert(passes, e, statistics)))
    )
    way.apply("deviations cancel", lambda e: cancel_deviations(e, means))
    way.apply("standardise", named.rename)
    way.apply("common factor", take_common_factor)
    # Where the mean is taken over other entries than the variance, they do not fall together.
    left = statistics | {f"delta {key}" for key in statistics}
    taken = {s.rule for s in way.steps}
    cancelled = "deviations cancel" in taken or not inside & means.keys()
    ended = not way.reads(left) and cancelled and "common factor" in taken
    return way.ending if ended and way.reads(frozenset({named.root.key})) else None


def _insert(passes: Passes, expr: Expr, statistics: frozenset[str]) -> Expr:
    """The formula with the error signals of the statistics as they were derived."""
    for access in sorted(expr.atoms(Indexed), key=str):
        kind, _, key = key_of(access).rpartition(" ")
        found = passes.backward.derivation(key) if kind == "delta" and key in statistics else None
        if found is not None:
            pairs = zip(found.equation.lhs.indices, access.indices, strict=True)
            places = {v: e for v, e in pairs if isinstance(v, Symbol)}
            right = substitute_indices(found.equation.rhs, places)
            return _insert(passes, expr.xreplace({access: right}), statistics)
    return expr


def name_deviation(passes: Passes, norm: Standardised) -> NamedDeviation | None:
    """The names of a deviation and of its root; None where no entry says where it stands."""
    accesses = sorted(norm.deviation.atoms(Indexed), key=str)
    whole = next((a for a in accesses if norm.indices <= free_indices(a)), None)
    nu = next(a for a in norm.under.atoms(Indexed) if key_of(a) == norm.power.equation.key)
    if whole is None:
        return None
    power, x = passes.forward.tensor(nu), passes.forward.tensor(whole)
    name = Name(passes.free_letter("sigma", "s", "tau"), power.name.layer)
    root = replace(power, name=name, role="value")
    inside = free_indices(norm.under)
    ranges = tuple(r for r in norm.by.ranges if r[0] in inside)
    sigma = Equation(root[nu.indices], sqrt(norm.under), ranges, "root of the mean square")
    letter = x.name.letter if len(x.name.letter) == 1 else "x"
    hat = replace(x, name=Name(letter + HAT, x.name.layer), role="value")
    value = Equation(
        hat[whole.indices], norm.deviation / sigma.lhs, norm.by.ranges, "standardised values"
    )
    return NamedDeviation(norm, root, sigma, hat, value)
