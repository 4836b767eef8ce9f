"""Recursive descent over the tokens of a claim: chains, sums, products, powers.

Each method reads one rule of the grammar and answers a node with its place in the text.
"""

from __future__ import annotations

from fractions import Fraction

from .cursor import Cursor
from .limits import ClaimError
from .naming import Scripts, Table
from .syntax import (
    Apply,
    Binary,
    Cases,
    Compare,
    Differential,
    Entry,
    Limit,
    Matrix,
    Negative,
    Node,
    Number,
    Power,
    Span,
    Statement,
    Symbol,
    Total,
)
from .tokens import Token, tokens
from .words import FUNCTIONS

RELATIONS = {"=", ":=", "~", "<-", "=>"}
COMPARISONS = {"<", ">", "<=", ">=", "!=", "="}
PRODUCTS = {"*", "/", "conv", "corr", "had", "@"}
ACTIVATIONS = {"f", "g", "phi", "sigma", "a"}


def read(text: str, table: Table) -> Statement:
    """The statement that a text makes; ClaimError with a caret where it is not read."""
    parser = Parser(text, tokens(text, table.vocabulary), table)
    return parser.statement()


class Parser(Cursor):
    """One pass over one statement."""

    def __init__(self, text: str, found: list[Token], table: Table) -> None:
        super().__init__(text, found)
        self.table = table
        self.bound: list[str] = []

    def statement(self) -> Statement:
        """`part = part = ...` up to the end, a final comma or full stop left out."""
        parts, marks = [self.side()], []
        while self.peek().text in RELATIONS and self.peek().kind == "op":
            marks.append(self.take().text)
            parts.append(self.side())
        while self.peek().kind == "row" or self.peek().text in {".", ",", ";"}:
            self.take()
        if self.peek().kind != "end":
            self.fail(f"'{self.peek().text}' was not expected here", "an operator, '=' or the end")
        if not marks:
            self.fail("this is no statement: there is no '='", "dC/dw_1 = ...")
        return Statement(self.text, tuple(parts), tuple(marks), tuple(self.table.take_notes()))

    def side(self) -> Node:
        while self.peek().text in {"&", ","} or self.peek().kind == "row":
            self.take()
        if self.peek().kind == "end":
            self.fail("a side of the equation is empty", "dC/dw_1 = ...")
        return self.sum_of_terms()

    def sum_of_terms(self) -> Node:
        """`-a + b - c`."""
        with self.deeper():
            left = self.term()
            while True:
                self.skip_layout()
                if self.peek().text not in {"+", "-"} or self.peek().kind != "op":
                    return left
                sign = self.take().text
                right = self.term()
                left = Binary(sign, left, right, span=join(left, right))

    def skip_layout(self) -> None:
        """An `&` or a line break inside an aligned formula says nothing."""
        while (
            not self.inside
            and (self.peek().text == "&" or self.peek().kind == "row")
            and self.peek(1).kind != "end"
        ):
            self.take()

    def term(self) -> Node:
        """Factors, with or without a sign between them."""
        left = self.factor()
        while True:
            token = self.peek()
            if token.kind == "op" and token.text in PRODUCTS:
                self.take()
                right = self.factor()
                left = Binary(token.text, left, right, span=join(left, right))
            elif self.starts_factor():
                right = self.factor()
                left = Binary("", left, right, span=join(left, right))
            else:
                return left

    def starts_factor(self) -> bool:
        token = self.peek()
        if token.kind == "name" and token.text in {"for", "if", "where", "otherwise", "in", "else"}:
            return False
        if token.kind == "command":
            return not token.text.startswith("end")
        return token.kind in {"number", "name"} or token.text in {"(", "{"}

    def factor(self) -> Node:
        """A sign, a base and what stands after it: powers, transposes."""
        token = self.peek()
        if token.kind == "op" and token.text in {"+", "-"}:
            self.take()
            with self.deeper():
                body = self.factor()
            return Negative(body, span=(token.start, body.span[1])) if token.text == "-" else body
        base = self.base()
        while self.peek().text in {"^", "power", "T", "'"} and self.peek().kind == "op":
            base = self.raised(base)
        return base

    def raised(self, base: Node) -> Node:
        mark = self.take()
        if mark.text == "T":
            return Apply("transpose", (base,), span=join(base, base))
        if mark.text == "'":
            self.fail("a prime belongs to a function or to an index", "f'(x), m'", mark.span)
        if isinstance(base, Power) and mark.text == "^" and not self.closed:
            self.fail("two superscripts in a row", "(o_1^2)^2", mark.span)
        if self.peek().text == "T" or (self.peek().text == "{" and self.peek(1).text == "T"):
            self.group()
            return Apply("transpose", (base,), span=base.span)
        if self.peek().text == "circ" or self.peek().text == "had":
            self.fail("this exponent is not read", "a number")
        exponent = self.group() if mark.text == "^" else self.factor()
        return Power(base, exponent, span=join(base, exponent))

    def group(self) -> Node:
        """What follows `^`: one token, or braces."""
        token = self.peek()
        if token.text == "{":
            return self.enclosed("{", "}")
        if token.text == "(":
            return self.enclosed("(", ")")
        if token.text == "-":
            self.take()
            body = self.group()
            return Negative(body, span=(token.start, body.span[1]))
        if token.kind == "number":
            return self.number()
        if token.kind == "name":
            self.take()
            return Symbol(token.text + self.primes(), span=token.span)
        return self.fail("a superscript is missing", "x^2, w^{(1)}")

    def base(self) -> Node:
        """A number, a name, brackets, or a command."""
        token = self.peek()
        self.closed = True
        if token.kind == "number":
            return self.number()
        if token.kind == "name":
            self.closed = False
            return self.named()
        if token.kind == "command":
            return self.command()
        if token.text in {"(", "{"}:
            return self.enclosed(token.text, ")" if token.text == "(" else "}")
        if token.text == "[":
            return self.list_of_numbers()
        if token.text == "|":
            self.take()
            body = self.sum_of_terms()
            self.expect("|")
            return Apply("absolute", (body,), span=(token.start, body.span[1]))
        if token.kind == "end":
            return self.fail("the formula stops here", "a number, a name or a bracket")
        return self.fail(f"'{token.text}' was not expected here", "a number, a name or a bracket")

    def number(self) -> Number:
        """A decimal as an exact rational, with the weight of its last digit."""
        token = self.take()
        digits, _, exponent = token.text.lower().partition("e")
        power = int(exponent or 0)
        if abs(power) > self.table.most_exponent:
            self.fail(
                f"the exponent {exponent} is too large",
                f"at most {self.table.most_exponent}",
                token.span,
            )
        places = len(digits.partition(".")[2])
        unit = Fraction(10) ** (power - places)
        value = Fraction(digits if digits[0] != "." else "0" + digits) * Fraction(10) ** power
        return Number(value, unit, span=token.span)

    def enclosed(self, opening: str, closing: str) -> Node:
        """A formula in brackets; a list in brackets is a row of numbers."""
        start = self.expect(opening)
        self.inside += 1
        with self.deeper():
            body = self.sum_of_terms()
            if self.peek().text == "," and opening == "(":
                items = [body]
                while self.peek().text == ",":
                    self.take()
                    if self.peek().text == closing:
                        break
                    items.append(self.sum_of_terms())
                stop = self.expect(closing)
                self.inside -= 1
                return as_matrix(items, (start.start, stop.stop))
        stop = self.expect(closing)
        self.inside -= 1
        self.closed = True
        if isinstance(body, Number):
            return Number(body.value, body.unit, span=(start.start, stop.stop))
        return body

    def list_of_numbers(self) -> Node:
        """`[[1, 0], [0, 1]]`, `[1, 2; 3, 4]`, or a bracket around a formula."""
        start = self.expect("[")
        self.inside += 1
        rows: list[list[Node]] = [[]]
        with self.deeper():
            while self.peek().text != "]":
                rows[-1].append(self.sum_of_terms())
                if self.peek().text == ";" or self.peek().kind == "row":
                    self.take()
                    rows.append([])
                elif self.peek().text == ",":
                    self.take()
                elif self.peek().text != "]" and not self.starts_factor():
                    self.expect("]")
        stop = self.expect("]")
        self.inside -= 1
        span = (start.start, stop.stop)
        if len(rows) == 1 and len(rows[0]) == 1 and not self.comma_before(stop):
            only = rows[0][0]
            return only if not isinstance(only, Matrix) else Matrix(only.rows, span=span)
        if len(rows) == 1:
            return as_matrix(rows[0], span)
        return Matrix(tuple(tuple(row) for row in rows if row), span=span)

    def comma_before(self, stop: Token) -> bool:
        return self.text[: stop.start].rstrip().endswith(",")

    def named(self) -> Node:
        """A name with its scripts; a function with its arguments; a differential quotient."""
        if self.peek().text == "d" and (found := self.differential("d")) is not None:
            return found
        if self.is_call():
            return self.call()
        token = self.take()
        scripts = self.scripts(token)
        return self.table.bind(token.text, scripts, self)

    def is_call(self) -> bool:
        ahead = 1
        while self.peek(ahead).text in {"'", "''"}:
            ahead += 1
        word, opens = self.peek().text, self.peek(ahead).text == "("
        if word in FUNCTIONS and word not in self.table.letters:
            return opens or word in {"relu", "exp", "log", "tanh", "sigmoid", "max", "sqrt"}
        generic = word in ACTIVATIONS and word not in self.table.letters
        return opens and generic

    def call(self) -> Node:
        token = self.take()
        function = FUNCTIONS.get(token.text, "activation")
        primes = len(self.primes())
        if self.peek().text != "(":
            argument = self.factor()
            return Apply(function, (argument,), primes, span=(token.start, argument.span[1]))
        self.take()
        self.inside += 1
        if function == "sum":
            return self.generator(token)
        arguments = [self.argument()]
        while self.peek().text == ",":
            self.take()
            arguments.append(self.argument())
        stop = self.expect(")")
        self.inside -= 1
        span = (token.start, stop.stop)
        if function == "array":
            return arguments[0]
        return Apply(function, tuple(arguments), primes, span=span)

    def argument(self) -> Node:
        """An argument; words in quotes, as in `'valid'`, are options."""
        if self.peek().text == "'":
            self.take()
            word = self.take()
            text = word.text
            while self.peek().text != "'" and self.peek().kind != "end":
                text += self.take().text
            self.expect("'")
            return Symbol(f"'{text}'", span=word.span)
        return self.sum_of_terms()

    def generator(self, token: Token) -> Node:
        """`sum(a[i]*b[i] for i in range(4))`, or `sum(array)`."""
        body = self.sum_of_terms()
        limits = []
        while self.peek().text == "for":
            self.take()
            name = self.take().text + self.primes()
            self.expect("in")
            word = self.take()
            if word.text != "range":
                self.fail("'range' is expected here", "for i in range(4)", word.span)
            self.expect("(")
            first = self.sum_of_terms()
            low: Node = Number(Fraction(0))
            if self.peek().text == ",":
                self.take()
                low, first = first, self.sum_of_terms()
            self.expect(")")
            high = Binary("-", first, Number(Fraction(1)), span=first.span)
            limits.append(Limit(name, low, high, span=word.span))
        stop = self.expect(")")
        self.inside -= 1
        span = (token.start, stop.stop)
        return Total(tuple(limits), body, span=span) if limits else Apply("sum", (body,), span=span)

    def scripts(self, token: Token) -> Scripts:
        """Subscripts, superscripts, primes, brackets after a name, in any order."""
        found = Scripts(token.span)
        follows = self.peek()
        if follows.kind == "number" and follows.start == token.stop and follows.text.isdigit():
            found.tail = self.number()
            found.stop = follows.stop
        while True:
            text, kind = self.peek().text, self.peek().kind
            if kind != "op":
                break
            if text == "_" and found.sub is None:
                self.take()
                found.sub = self.subscript()
            elif text == "^" and found.sup is None and self.is_name_superscript(found):
                self.take()
                self.superscript(found)
            elif text in {"'", "''"} and not found.sub and not found.sup:
                found.primes += self.primes()
            elif text == "[" and found.sub is None and self.peek().start == self.last.stop:
                self.take()
                found.sub = self.index_list("]")
                found.bracket = True
            else:
                break
            found.stop = self.last.stop
        return found

    def is_name_superscript(self, found: Scripts) -> bool:
        """A `^` after a complete name is a layer or a power, which the table decides."""
        return self.peek(1).text != "T" and not found.bracket

    def subscript(self) -> tuple[Node, ...]:
        if self.peek().text == "{":
            self.take()
            return self.index_list("}")
        if self.peek().text == "(":
            self.take()
            return self.index_list(")")
        if self.peek().kind == "number":
            return (self.number(),)
        if self.peek().kind == "name":
            token = self.take()
            return (Symbol(token.text + self.primes(), span=token.span),)
        return (self.fail("a subscript is missing", "w_1, w_{m,n}"),)

    def index_list(self, closing: str) -> tuple[Node, ...]:
        self.inside += 1
        items = [self.index_item()]
        while self.peek().text in {",", ";"}:
            self.take()
            items.append(self.index_item())
        self.expect(closing)
        self.inside -= 1
        return tuple(items)

    def index_item(self) -> Node:
        return self.table.as_index(self.sum_of_terms())

    def superscript(self, found: Scripts) -> None:
        """`^2`, `^{(2)}`, `^{[2]}`, `^{l-1}`, `^{l(t+1)}`."""
        if self.peek().text == "(":
            found.layer_bracket = True
            found.sup = self.inner_superscript("(", ")", found)
            return
        if self.peek().text != "{":
            found.sup = self.table.as_index(self.group())
            return
        self.take()
        if self.peek().text in {"(", "["}:
            found.layer_bracket = True
            opening = self.peek().text
            found.sup = self.inner_superscript(opening, ")" if opening == "(" else "]", found)
        else:
            self.inside += 1
            found.sup = self.table.as_index(self.sum_of_terms())
            self.inside -= 1
            self.time_mark(found)
        if self.peek().text == ",":
            self.take()
            found.second = self.table.as_index(self.sum_of_terms())
        self.expect("}")

    def inner_superscript(self, opening: str, closing: str, found: Scripts) -> Node:
        body = self.table.as_index(self.enclosed(opening, closing))
        names = {n.name for n in body.walk() if isinstance(n, Symbol)}
        if "t" in names:
            found.time, found.layer_bracket = body, False
        return body

    def time_mark(self, found: Scripts) -> None:
        """The product in `w^{l(t+1)}` is a layer and a moment."""
        sup = found.sup
        if isinstance(sup, Binary) and sup.operator == "":
            names = {n.name for n in sup.right.walk() if isinstance(n, Symbol)}
            if "t" in names:
                found.sup, found.time = sup.left, sup.right
        elif isinstance(sup, Binary) and sup.operator in {"+", "-"}:
            names = {n.name for n in sup.walk() if isinstance(n, Symbol)}
            if "t" in names and "t" not in self.table.letters:
                found.time = sup
        elif isinstance(sup, Symbol) and sup.name in {"t", "new", "old"}:
            found.time = sup

    def command(self) -> Node:
        token = self.peek()
        if token.text == "frac":
            return self.fraction()
        if token.text == "sum":
            return self.call() if self.peek(1).text == "(" else self.total()
        if token.text == "partial":
            found = self.differential("partial")
            return found or self.fail(
                "the derivative is not read", "\\frac{\\partial C}{\\partial w_1}"
            )
        if token.text == "sqrt":
            self.take()
            body = self.factor()
            return Apply("sqrt", (body,), span=(token.start, body.span[1]))
        if token.text == "begin cases":
            return self.cases()
        if token.text.startswith("begin"):
            return self.matrix()
        if token.text in {"style", "hat"}:
            return self.styled()
        return self.fail(f"'{token.text}' was not expected here", "a number, a name or a bracket")

    def styled(self) -> Node:
        """`\\mathbf{w}`, `\\hat{y}`: the letter inside."""
        mark = self.take()
        braced = self.peek().text == "{"
        if braced:
            self.take()
        token = self.take()
        if token.kind != "name":
            self.fail("a letter is expected here", "\\mathbf{w}", token.span)
        if braced:
            self.expect("}")
        name = token.text
        if mark.text == "hat":
            name = self.table.hatted(name)
        if self.peek().text == "(" and name in FUNCTIONS:
            self.back(token)
            return self.call()
        return self.table.bind(name, self.scripts(token), self)

    def fraction(self) -> Node:
        r"""`\frac{a}{b}`, `\frac{\partial C}{\partial w}`, `\frac{d}{dw}(...)`."""
        start = self.take()
        quotient = self.braced_differential()
        if quotient is not None:
            return self.finish(quotient, start)
        above = self.enclosed("{", "}") if self.peek().text == "{" else self.group()
        below = self.enclosed("{", "}") if self.peek().text == "{" else self.group()
        self.closed = True
        return Binary("/", above, below, span=(start.start, self.last.stop))

    def braced_differential(self) -> tuple[Node | None, Entry] | None:
        place = self.place
        if self.peek().text == "{" and self.peek(1).text in {"d", "partial"}:
            self.take()
            found = self.above()
            if found is not False and self.peek().text == "}" and self.peek(1).text == "{":
                self.take()
                self.take()
                by = self.below()
                if by is not None and self.peek().text == "}":
                    self.take()
                    return (None if found is True else found), by
        self.place = place
        return None

    def above(self) -> Node | bool:
        """`d` alone (True), `d NAME` (the node), or False where it is something else."""
        self.take()
        if self.peek().text in {"}", "/"}:
            return True
        if self.peek().text == "^":
            self.fail("second derivatives are not read", "first derivatives: ∂C/∂w_1")
        if self.peek().text == "(":
            return self.enclosed("(", ")")
        if self.peek().kind not in {"name", "command"}:
            return False
        return self.named() if self.peek().kind == "name" else self.factor()

    def below(self) -> Entry | None:
        if self.peek().text not in {"d", "partial"}:
            return None
        self.take()
        if self.peek().text == "style":
            by = self.styled()
        elif self.peek().kind == "name":
            by = self.named()
        else:
            return None
        return by if isinstance(by, Entry) else None

    def differential(self, mark: str) -> Node | None:
        """`dC/dw_1`, `∂C/∂w_1`, `dC_dw[0]`, `d/dw_1 (...)`; None where `d` is something else."""
        place, start = self.place, self.peek()
        found = self.try_above()
        if found is not False and self.peek().text in {"/", "_"}:
            self.take()
            if self.peek().text in {"d", "partial"}:
                by = self.below()
                if by is not None:
                    return self.finish((None if found is True else found, by), start)
        self.place = place
        if mark == "partial":
            self.fail("a derivative is ∂(something)/∂(something)", "∂C/∂w_1")
        return None

    def try_above(self) -> Node | bool:
        place = self.place
        following = self.peek(1)
        if following.kind != "name" and following.text not in {"/", "(", "style", "hat"}:
            return False
        try:
            return self.above()
        except ClaimError:
            if self.tokens[place].text == "partial":
                raise
            self.place = place
            return False

    def finish(self, quotient: tuple[Node | None, Entry], start: Token) -> Node:
        """The quotient, or the operator together with the term that it is applied to."""
        of, by = quotient
        span = (start.start, self.last.stop)
        self.closed = True
        if of is not None:
            return Differential(of, by, span=span)
        body = self.factor()
        return Differential(body, by, span=(start.start, body.span[1]))

    def total(self) -> Node:
        r"""`\sum_{i=0}^{n} term`, limits optional."""
        start = self.take()
        limits: list[Limit] = []
        high: Node | None = None
        while self.peek().text in {"_", "^"} and self.peek().kind == "op":
            if self.take().text == "_":
                limits = self.lower_limits()
            else:
                high = self.table.as_index(self.group())
        if not limits:
            self.fail("a sum needs its index", "\\sum_i, \\sum_{i=0}^{3}", start.span)
        if high is not None:
            first = limits[-1]
            limits[-1] = Limit(first.name, first.low, high, first.unequal, span=first.span)
        with self.deeper():
            body = self.term()
        return Total(tuple(limits), body, span=(start.start, body.span[1]))

    def lower_limits(self) -> list[Limit]:
        if self.peek().text != "{":
            token = self.take()
            return [Limit(token.text + self.primes(), span=token.span)]
        self.take()
        self.inside += 1
        limits = [self.limit()]
        while self.peek().text != "}":
            if self.peek().text == ",":
                self.take()
            limits.append(self.limit())
        self.expect("}")
        self.inside -= 1
        if (
            len(limits) > 1
            and limits[-1].low is not None
            and all(x.low is None for x in limits[:-1])
        ):
            low = limits[-1].low
            limits = [Limit(x.name, low, x.high, x.unequal, span=x.span) for x in limits]
        return limits

    def limit(self) -> Limit:
        """`i`, `i=0`, `i \\neq j`."""
        token = self.take()
        if token.kind != "name":
            self.fail("an index is expected here", "\\sum_{i=0}^{3}", token.span)
        name = token.text + self.primes()
        if self.peek().text == "=":
            self.take()
            return Limit(name, self.table.as_index(self.sum_of_terms()), span=token.span)
        if self.peek().text == "!=":
            self.take()
            return Limit(
                name, None, None, self.table.as_index(self.sum_of_terms()), span=token.span
            )
        return Limit(name, span=token.span)

    def matrix(self) -> Node:
        """`\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}`."""
        start = self.take()
        name = start.text.split()[1]
        if name == "array" and self.peek().text == "{":
            while self.take().text != "}":
                pass
        self.inside += 1
        rows: list[list[Node]] = [[]]
        with self.deeper():
            while not self.peek().text.startswith("end ") or self.peek().kind != "command":
                if self.peek().kind == "row":
                    self.take()
                    rows.append([])
                elif self.peek().text == "&":
                    self.take()
                elif self.peek().kind == "end":
                    self.fail(f"'\\end{{{name}}}' is missing", f"\\end{{{name}}}")
                else:
                    rows[-1].append(self.sum_of_terms())
        stop = self.take()
        self.inside -= 1
        full = tuple(tuple(row) for row in rows if row)
        if not full:
            self.fail("an empty matrix", "\\begin{pmatrix} 1 & 2 \\end{pmatrix}", start.span)
        return Matrix(full, span=(start.start, stop.stop))

    def cases(self) -> Node:
        start = self.take()
        self.inside += 1
        branches: list[tuple[Node, Node | None]] = []
        while not self.peek().text.startswith("end "):
            if self.peek().kind == "row" or self.peek().text in {",", "."}:
                self.take()
                continue
            value = self.sum_of_terms()
            while self.peek().text in {"&", ",", "if", "for", "where", "style", "{", "}"}:
                self.take()
            branches.append((value, self.condition()))
        stop = self.take()
        self.inside -= 1
        return Cases(tuple(branches), span=(start.start, stop.stop))

    def condition(self) -> Node | None:
        if self.peek().text in {"otherwise", "else"}:
            self.take()
            while self.peek().text == "}":
                self.take()
            return None
        left = self.sum_of_terms()
        token = self.take()
        if token.text not in COMPARISONS:
            self.fail("a condition is expected here", "x > 0", token.span)
        right = self.sum_of_terms()
        return Compare(token.text, left, right, span=join(left, right))


def join(left: Node, right: Node) -> Span:
    """From the start of one node to the end of another."""
    return left.span[0], right.span[1]


def as_matrix(items: list[Node], span: Span) -> Node:
    """A list of lists as rows, a list as one row."""
    if all(isinstance(item, Matrix) and len(item.rows) == 1 for item in items):
        return Matrix(tuple(i.rows[0] for i in items if isinstance(i, Matrix)), span=span)
    return Matrix((tuple(items),), span=span)
