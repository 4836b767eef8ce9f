r"""What binds an index or stands in brackets: sums, maxima, bounds, Iverson brackets."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field

from sympy import Expr, KroneckerDelta, Sum

from symconv.core.nodes import Box, MaxOver, OneHot

from .known_names import Bounds, KnownNames
from .latex_tokens import TokenCursor


@dataclass
class Binders(TokenCursor):
    """Reads what stands around a product; the product itself is another one's."""

    known: KnownNames = field(kw_only=True)

    @abstractmethod
    def total(self) -> Expr: ...

    @abstractmethod
    def product(self) -> Expr: ...

    @abstractmethod
    def group(self) -> Expr: ...

    def summation(self) -> Expr:
        """Sums side by side, each with its limits or with the names of its indices alone."""
        bounds: list[Bounds] = []
        while self.has("\\sum"):
            self.take("_")
            self.take("{")
            variable = self.total()
            bounds += self._limits(variable) if self.has("=") else self._brief(variable)
        return Sum(self.product(), *reversed(bounds))

    def _limits(self, variable: Expr) -> list[Bounds]:
        first = self.total()
        self.take("}")
        self.take("^")
        return [(variable, first, self.group())]

    def _brief(self, variable: Expr) -> list[Bounds]:
        """b,f,i: the ranges stand elsewhere on the page."""
        variables = [variable]
        while self.has(","):
            variables.append(self.total())
        self.take("}")
        return [self.known.ranges[v] for v in variables]

    def maximum(self, operator: str) -> MaxOver:
        self.take(operator)
        self.take("_")
        self.take("{")
        stacked = self.has("\\substack")
        if stacked:
            self.take("{")
        bounds = [self.bound()]
        while self.has("\\\\"):
            bounds.append(self.bound())
        self.take("}")
        if stacked:
            self.take("}")
        return MaxOver(self.product(), *bounds)

    def bound(self) -> Bounds:
        """0 <= m < n, or 1 <= m <= n."""
        first = self.total()
        self.take("\\le")
        variable = self.total()
        relation = self.take("<", "\\le")
        last = self.total()
        return variable, first, last - 1 if relation == "<" else last

    def bracket(self) -> Expr:
        """[a = b], [0 <= e < n], [(m, n) = argmax]."""
        start = self.at
        places = self.places()
        if places and self.has("="):
            if self.peek().startswith("\\operatorname*"):
                made: Expr = OneHot(self.maximum(self.peek()), *places)
            else:
                made = KroneckerDelta(places[0], self.total())
        else:
            self.at = start
            place, first, last = self.bound()
            made = Box(place, last + 1 - first)
        self.take("]")
        return made

    def places(self) -> list[Expr]:
        """(m, n), or a single place."""
        start = self.at
        if self.has("("):
            found = [self.total()]
            while self.has(","):
                found.append(self.total())
            closed = self.has(")")
            self.skip()
            if closed and self.peek() == "=" and len(found) > 1:
                return found
            self.at = start
        return [self.total()]
