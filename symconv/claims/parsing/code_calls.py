"""Calls as Python writes them: words of NumPy, as functions and as methods, and other functions."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from symconv.claims.model.array_words import (
    CODE_WORDS,
    IDENTITIES,
    METHODS,
    SAME_KEYWORD,
    SAME_WORD,
    WITHOUT_MEANING,
)
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Cases,
    FunctionCall,
    Identifier,
    KeywordArgument,
    Numeral,
    Span,
    SyntaxNode,
)
from symconv.claims.model.vocabulary import FUNCTIONS
from symconv.core.errors import did_you_mean

from .array_words import make_word
from .cursor import ClaimToken

if TYPE_CHECKING:
    from .code_expressions import CodeTranslator

MODULES = {
    "np", "numpy", "jnp", "scipy", "signal", "torch", "tf", "nn", "F", "functional", "math",
    "linalg", "special",
}  # fmt: skip
"""What functions are taken from in code."""

HOLDERS = {"self", "cache", "ctx", "values", "params", "layer", "model", "net"}
"""What holds tensors in code."""

BUILTINS = {"max": "max", "min": "min", "abs": "absolute"}
FLOATS = {"float", "float32", "float64", "double"}
ZEROS = {"zeros", "ones", "full", "empty", "zeros_like", "ones_like", "full_like", "empty_like"}
WHOLE = re.compile(r"\b(?:int|uint|long|intp)")
LONGEST = 40
"""How many characters of an unknown function are repeated to the person."""

OF_CLASSES = {"softmax", "log_softmax", "logsumexp"}


@dataclass(frozen=True)
class WrittenCall:
    """A call with the modules before its function, and its arguments."""

    node: ast.Call
    modules: list[str]
    word: str
    arguments: list[SyntaxNode]
    span: Span

    @property
    def method(self) -> bool:
        return isinstance(self.node.func, ast.Attribute) and not self.modules

    @property
    def builtin(self) -> bool:
        return isinstance(self.node.func, ast.Name)


def translate_call(at: CodeTranslator, node: ast.Call) -> SyntaxNode:
    """The value of a call; functions of the text's own are not read."""
    span = at.span(node)
    modules, word, base = _find_function(at, node)
    arguments = _read_arguments(at, node, word)
    if base is not None:
        arguments = [at.translate(base), *arguments]
    return _make_call(at, WrittenCall(node, modules, word, arguments, span))


def _find_function(at: CodeTranslator, node: ast.Call) -> tuple[list[str], str, ast.expr | None]:
    """The modules before a function, its name, and what stands before the dot of a method."""
    function = node.func
    if isinstance(function, ast.Name):
        return [], function.id, None
    if not isinstance(function, ast.Attribute):
        at.refuse(node, "this call is not read", "np.sum(x)")
    modules: list[str] = []
    here: ast.expr = function.value
    while isinstance(here, ast.Attribute):
        modules.append(here.attr)
        here = here.value
    if isinstance(here, ast.Name) and here.id in MODULES and here.id not in at.scope.names:
        return [here.id, *modules], function.attr, None
    return [], function.attr, function.value


def _read_arguments(at: CodeTranslator, node: ast.Call, word: str) -> list[SyntaxNode]:
    """The arguments, those that change no number left out."""
    found: list[SyntaxNode] = []
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            at.refuse(argument, "a starred argument is not read", "x.reshape(2, 3)")
        if not (word == "astype" or _is_type(argument)):
            found.append(at.translate(argument))
    for keyword in node.keywords:
        if keyword.arg is None:
            at.refuse(keyword.value, "a starred argument is not read", "np.sum(x, axis=0)")
        if keyword.arg == "dtype" and word in ZEROS and WHOLE.search(ast.unparse(keyword.value)):
            at.refuse(keyword.value, "an array of whole numbers is not read here", "dtype=float")
        if keyword.arg in WITHOUT_MEANING:
            continue
        name = SAME_KEYWORD.get(keyword.arg, keyword.arg)
        found.append(KeywordArgument(name, at.translate(keyword.value), span=at.span(keyword)))
    return found


def _is_type(node: ast.expr) -> bool:
    """Whether an argument is the type of the entries: `np.float64`, `x.dtype`, `float`."""
    if isinstance(node, ast.Attribute):
        return node.attr == "dtype" or re.fullmatch(r"(?:float|double)\d*", node.attr) is not None
    return isinstance(node, ast.Name) and node.id == "float"


def _make_call(at: CodeTranslator, call: WrittenCall) -> SyntaxNode:
    """The node of a call."""
    word, arguments, span = call.word, call.arguments, call.span
    known = SAME_WORD.get(word, word)
    special = _make_special(at, call)
    if special is not None:
        return special
    if known in {"convolve", "correlate"} and {"signal", "scipy"} & {*call.modules}:
        known = f"signal_{known}"
    if call.method and known not in METHODS:
        at.refuse(call.node, f"the method '{word[:LONGEST]}' is not read", "x.sum(axis=0)")
    if call.builtin and word in BUILTINS:
        return FunctionCall(BUILTINS[word], tuple(arguments), span=span)
    if known in CODE_WORDS and arguments:
        return make_word(at, known, ClaimToken("name", word, *span), arguments, span)
    if word in FUNCTIONS and arguments:
        options = (a.value if isinstance(a, KeywordArgument) else a for a in arguments)
        return FunctionCall(FUNCTIONS[word], tuple(options), span=span)
    hint = did_you_mean(word[:LONGEST], CODE_WORDS | set(FUNCTIONS))
    said = f"the function '{word[:LONGEST]}' is not read"
    return at.refuse(call.node, said, hint or "np.sum(x)")


def _make_special(at: CodeTranslator, call: WrittenCall) -> SyntaxNode | None:
    """The node of a function that is no word of NumPy's table; None for the others."""
    word, arguments, span = call.word, call.arguments, call.span
    if word == "float" and arguments in ([Identifier("'-inf'")], [Identifier("'-Infinity'")]):
        return Identifier("-inf", span=span)
    if (word in IDENTITIES | FLOATS or word == "astype") and len(arguments) == 1:
        return _cast(at, call.node, word, arguments[0])
    if word in OF_CLASSES and arguments:
        return FunctionCall(word, tuple(arguments), span=span)
    if word == "logaddexp" and len(arguments) == 2:
        return _add_exponentials(arguments, span)
    if word == "where" and len(arguments) == 3:
        return _choose(arguments, span)
    return None


def _cast(at: CodeTranslator, node: ast.Call, word: str, inner: SyntaxNode) -> SyntaxNode:
    """`.astype(float)`: nothing is changed; to whole numbers only what is 0 or 1 anyway."""
    kind = " ".join(ast.unparse(a) for a in [*node.args, *(k.value for k in node.keywords)])
    whole = word == "astype" and re.search(r"int|bool|long", kind) is not None
    if whole and not isinstance(inner, Cases):
        at.refuse(node, f"'{word}' is not read here", "(z > 0).astype(float)")
    return inner


def _choose(arguments: list[SyntaxNode], span: Span) -> SyntaxNode:
    """`np.where(mask, a, b)`."""
    mask = arguments[0]
    simple = isinstance(mask, Cases) and [v for v, _ in mask.branches] == [
        Numeral(Fraction(1)), Numeral(Fraction(0)),
    ]  # fmt: skip
    if simple and isinstance(mask, Cases):
        return Cases(((arguments[1], mask.branches[0][1]), (arguments[2], None)), span=span)
    taken = BinaryExpression("*", mask, arguments[1])
    rest = BinaryExpression("-", Numeral(Fraction(1)), mask)
    return BinaryExpression("+", taken, BinaryExpression("*", rest, arguments[2]), span=span)


def _add_exponentials(arguments: list[SyntaxNode], span: Span) -> SyntaxNode:
    """`logaddexp(a, b)` is log(exp(a) + exp(b)); with a 0 it is softplus."""
    first, second = arguments
    for zero, other in ((first, second), (second, first)):
        if isinstance(zero, Numeral) and not zero.value:
            return FunctionCall("softplus", (other,), span=span)
    left, right = (FunctionCall("exp", (a,)) for a in arguments)
    return FunctionCall("log", (BinaryExpression("+", left, right),), span=span)
