"""Exponentials that a person wrote, in forms that neither overflow nor lose digits.

Before code is written, in every style:

- log(sum(exp(f))) is the log-sum-exp of f, and exp(g) / sum(exp(f)) is exp(g - log-sum-exp of f),
  where no entry of f is absent (an absent one is 0 in a sum, and -infinity in a log-sum-exp); with
  brackets before exp(f), f is -infinity where one does not hold;
- of sum(w exp(f)) for any other w, the largest f with a w that is not 0 is taken off;
- all of this, too, where the exponentials, their sum and the quotient are equations of their own;
- log(1 + exp(f)) is softplus(f), 1 / (1 + exp(f)) is sigmoid(-f), and
  exp(f) / (1 + exp(f)) is sigmoid(f);
- log(sigmoid(f)) is -softplus(-f), and log(exp(f)) is f;
- b + relu(a - b) is max(a, b), a - relu(a - b) is min(a, b), and x - relu(x) is -relu(-x): none is
  a difference of infinities.

Source: P. Blanchard, D. J. Higham and N. J. Higham, Accurately computing the log-sum-exp and
softmax functions, IMA Journal of Numerical Analysis 41, 2021. The equations of the derivation stay
as they are, and so do the checks of a module, which compare it with these.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeGuard, cast

from sympy import Add, Expr, KroneckerDelta, Mul, Pow, S, Sum, exp, log
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.numbers import One
from sympy.tensor.indexed import Indexed

from symconv.calculus.affine import always_inside
from symconv.calculus.binders import bare_entries, free_indices, rebuild
from symconv.core.equation import Equation, Program, Ranges, SizeDefinition
from symconv.core.nodes import (
    Box,
    Equals,
    LogSumExp,
    MaxOver,
    only_where,
    relu,
    sigmoid,
    softplus,
    step,
)

from .extremes import find_maxima, write_minima
from .joined_equations import ExponentialValues
from .module_spec import ModuleSpec

BRACKETS = (Box, KroneckerDelta, Equals, step, One)
"""Factors that are 1 or 0; the last one is the product of none."""

FORM = "Computed in a form that does not overflow, where the equation has plain exponentials: "


def use_stable_forms(spec: ModuleSpec) -> ModuleSpec:
    """What a module is made from, with stable forms in its equations and a note of where."""
    forward, first = _rewrite_program(spec.forward)
    whole, second = _rewrite_program(spec.backward.program)
    changed = list(dict.fromkeys((*first, *second)))
    # The delta of a value that was put in where it is read may have no reader left.
    kept = {*(e.key for e in forward.equations), *(t.key for t in spec.backward.results)}
    whole = replace(whole, equations=whole.required(kept)) if changed else whole
    backward = replace(spec.backward, program=whole)
    if not changed:
        return replace(spec, forward=forward, backward=backward)
    named = [f"({spec.numbers[key]})" if key in spec.numbers else key for key in changed]
    notes = (*spec.notes, f"{FORM}{', '.join(named)}.")
    return replace(spec, forward=forward, backward=backward, notes=notes)


def _rewrite_program(program: Program) -> tuple[Program, list[str]]:
    """The program with stable forms, and the keys of the equations that hold a new one."""
    values = ExponentialValues(program, lambda e: _rewrite_equation(e, program.sizes))
    made, changed = list[Equation](), list[str]()
    for old in program.equations:
        new = _rewrite_equation(old, program.sizes)
        joined = _rewrite_joined(old, values, program.sizes)
        if joined is not None or (new is not old and _had_exponentials(old.rhs)):
            changed.append(old.key)
        made.append(joined or new)
    return replace(program, equations=tuple(made)), changed


def _rewrite_equation(equation: Equation, sizes: tuple[SizeDefinition, ...]) -> Equation:
    if not equation.rhs.has(exp, relu):
        return equation
    rhs = write_minima(StableForms(sizes).rewrite(equation.rhs, equation.ranges))
    return equation if rhs == equation.rhs else replace(equation, rhs=rhs)


def _rewrite_joined(
    equation: Equation, values: ExponentialValues, sizes: tuple[SizeDefinition, ...]
) -> Equation | None:
    """The equation with exponentials of other equations put in, where a stable form comes of it."""
    opened = values.put_in(equation)
    if opened is None:
        return None
    made = _rewrite_equation(replace(equation, rhs=opened), sizes)
    bare = {a for a in made.rhs.atoms(exp) if not a.has(LogSumExp, MaxOver)}
    stable = made.rhs.has(LogSumExp, MaxOver, sigmoid, softplus) and not bare - equation.rhs.atoms(
        exp
    )
    return made if stable else None


def _had_exponentials(e: Expr) -> bool:
    """Whether a logarithm or a fraction of exponentials stands in a formula."""
    below = (p.base for p in e.atoms(Pow) if p.exp.could_extract_minus_sign())
    return any(part.has(exp) for part in (*(n.args[0] for n in e.atoms(log)), *below))


@dataclass(frozen=True)
class StableForms:
    """The rewriting; `sizes` say what sizes are made of."""

    sizes: tuple[SizeDefinition, ...]

    def rewrite(self, e: Expr, ranges: Ranges) -> Expr:
        """The formula with stable forms, from the inside out; `ranges` are those of its indices."""
        if not e.has(exp, relu):
            return e
        inside = ranges
        if isinstance(e, ExprWithLimits):
            inside = (*ranges, *((v, high + 1) for v, _, high in e.limits))
        if isinstance(e, Mul):
            # A denominator is read together with what stands above it.
            inner = rebuild(_share_denominators(e), lambda a: self._rewrite_factor(a, inside))
        else:
            inner = rebuild(e, lambda a: self.rewrite(a, inside))
        match inner:
            case log():
                return self._logarithm(inner, ranges)
            case Mul() | Pow():
                return self._fraction(inner, ranges)
            case Add():
                return find_maxima(inner)
        return inner

    def _rewrite_factor(self, e: Expr, ranges: Ranges) -> Expr:
        """A factor; of a denominator only the inside."""
        return (
            rebuild(e, lambda a: self.rewrite(a, ranges))
            if _divides(e)
            else self.rewrite(e, ranges)
        )

    def _logarithm(self, e: Expr, ranges: Ranges) -> Expr:
        inside = cast("Expr", e.args[0])
        found = self._log_of_sum(inside, ranges)
        one = _one_plus_exp(inside)
        if one is not None:
            found = softplus(one)
        elif isinstance(inside, sigmoid):
            found = -softplus(-inside.args[0])
        elif isinstance(inside, exp):
            found = inside.args[0]
        return e if found is None else found

    def _log_of_sum(self, e: Expr, ranges: Ranges) -> Expr | None:
        """log(e) of a sum of exponentials, behind brackets or bare, none of which is absent."""
        parts = self._open_exponentials(e, ranges)
        if parts is None or not all(isinstance(w, BRACKETS) for w in Mul.make_args(parts[1])):
            return None
        return LogSumExp(_show_where(*parts), *cast("Sum", e).limits)

    def _open_exponentials(self, e: Expr, ranges: Ranges) -> tuple[Expr, Expr] | None:
        """The f and the w of a sum of w exp(f), where no entry is absent."""
        if not _adds_exponentials(e):
            return None
        inside = (*ranges, *((v, high + 1) for v, _, high in e.limits))
        for entry, around in bare_entries(e.function, inside):
            places = zip(entry.indices, entry.base.shape, strict=True)
            if not all(always_inside(i, n, around, self.sizes) for i, n in places):
                return None
        (power,) = (f.args[0] for f in Mul.make_args(e.function) if isinstance(f, exp))
        return cast("Expr", power), Mul(
            *(f for f in Mul.make_args(e.function) if not isinstance(f, exp))
        )

    def _fraction(self, e: Expr, ranges: Ranges) -> Expr:
        """A product whose denominators are sums of exponentials."""
        power, rest = S.Zero, list[Expr]()
        below = list[tuple[Expr, int]]()
        for factor in Mul.make_args(e):
            if isinstance(factor, exp):
                power += factor.args[0]
            elif _divides(factor):
                below.append((factor.base, -int(factor.exp)))
            else:
                rest.append(factor)
        changed = False
        for base, times in below:
            total, one = self._log_of_sum(base, ranges), _one_plus_exp(base)
            parts = self._open_exponentials(base, ranges)
            changed |= total is not None or one is not None or parts is not None
            if total is not None:
                power -= times * total
                continue
            if parts is not None:
                (f, w), over = parts, cast("Sum", base).limits
                top = MaxOver(_show_where(f, w), *over)
                power = _show_where(power, _find_weights(rest, w)) - times * top
                rest.append(Pow(Sum(w * exp(_show_where(f, w) - top), *over), -times))
                continue
            if one is None:
                rest.append(Pow(base, -times))
                continue
            for _ in range(times):
                # exp(f) / (1 + exp(f)) as long as there is an exp(f), then 1 / (1 + exp(f)).
                met = _holds_addend(power, one)
                power -= one if met else S.Zero
                rest.append(sigmoid(one if met else -one))
        return Mul(exp(power), *rest) if changed else e


def _adds_exponentials(e: Expr) -> TypeGuard[Sum]:
    """Whether a formula is a sum of exponentials over indices, each times what is none."""
    if not isinstance(e, Sum):
        return False
    factors = Mul.make_args(e.function)
    others = [f for f in factors if not isinstance(f, exp)]
    return len(others) == len(factors) - 1 and not any(f.has(exp) for f in others)


def _show_where(f: Expr, w: Expr) -> Expr:
    """f, and -infinity where w is 0."""
    return f if w == 1 else only_where(f, w)


def _find_weights(factors: list[Expr], w: Expr) -> Expr:
    """Those of the factors that are entries of a tensor that w is made of."""
    names = {a.base for a in w.atoms(Indexed)}
    return Mul(*(f for f in factors if isinstance(f, Indexed) and f.base in names))


def _divides(e: Expr) -> TypeGuard[Pow]:
    """Whether a factor is a denominator."""
    return isinstance(e, Pow) and bool(e.exp.is_Integer and e.exp < 0)


def _share_denominators(e: Mul) -> Expr:
    """exp(g) sum(exp(h) / S^2) with one S under each exponential: exp(g)/S sum(exp(h)/S).

    So with exp(g) sum(exp(h)) / S^2. And exp(g) sum(h / S), where no exponential stands inside, is
    exp(g)/S sum(h).
    """
    factors = list(e.args)
    if not any(isinstance(f, exp) for f in factors):
        return e
    for k, factor in enumerate(factors):
        if not isinstance(factor, Sum):
            continue
        inner = list(Mul.make_args(factor.function))
        kept = int(any(isinstance(i, exp) for i in inner))
        for n, part in enumerate(inner):
            if not _divides(part) or free_indices(part) & set(factor.variables):
                continue
            if _adds_exponentials(part.base) and part.exp < -kept:
                inner[n] = Pow(part.base, -kept)
                factors[k] = Sum(Mul(*inner), *factor.limits)
                factors.append(Pow(part.base, part.exp + kept))
    return _share_with_sums(factors)


def _share_with_sums(factors: list[Expr]) -> Expr:
    """The product with one of two equal denominators under the exponentials inside of a sum."""
    for n, below in enumerate(factors):
        if not (_divides(below) and below.exp < -1 and _adds_exponentials(below.base)):
            continue
        for k, factor in enumerate(factors):
            if _adds_exponentials(factor) and not free_indices(below.base) & set(factor.variables):
                inside = Mul(factor.function, Pow(below.base, -1))
                factors[k] = Sum(inside, *factor.limits)
                factors[n] = Pow(below.base, below.exp + 1)
                break
    return Mul(*factors)


def _one_plus_exp(e: Expr) -> Expr | None:
    """The f of 1 + exp(f)."""
    match e:
        case Add(args=(S.One, exp(args=(f,)))) | Add(args=(exp(args=(f,)), S.One)):
            return cast("Expr", f)
    return None


def _holds_addend(e: Expr, f: Expr) -> bool:
    """Whether f is part of a sum: without it there is less."""
    if any((a / f).is_Integer and (a / f).is_positive for a in Add.make_args(e)):
        return True
    rest = e - f
    return e != 0 and (rest == 0 or len(Add.make_args(rest)) < len(Add.make_args(e)))
