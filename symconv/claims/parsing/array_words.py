"""Words of NumPy with their arguments, as functions and as methods; which statements are code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import takewhile
from typing import TYPE_CHECKING

from symconv.claims.model.array_words import (
    ATTRIBUTES,
    CODE_WORDS,
    CONSTANTS,
    FUNCTION_WORDS,
    IDENTITIES,
    KEYWORDS,
    LITERAL_WORDS,
    METHODS,
    SAME_KEYWORD,
    SAME_WORD,
    SIGN_WORDS,
    WITHOUT_MEANING,
    WORDS,
    describe_signature,
    read_signature,
)
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Cases,
    Condition,
    Exponentiation,
    FunctionCall,
    Identifier,
    KeywordArgument,
    Numeral,
    Span,
    Subscript,
    SyntaxNode,
    UnaryMinus,
)
from symconv.claims.model.vocabulary import FUNCTIONS
from symconv.core.errors import did_you_mean

from .conditionals import parse_conditional
from .conditions import as_indicator
from .cursor import ClaimCursor, ClaimToken

if TYPE_CHECKING:
    from .parser import Parser

PREFIXED = re.compile(
    r"(?<![A-Za-z0-9_])(?:np|numpy|jnp|scipy|signal|torch|tf|functional)\.[A-Za-z]"
)
BEFORE = re.compile(r"(?:np|numpy|jnp|scipy|signal|torch|tf|functional|linalg)\.$")
SIGNAL = re.compile(r"(?:signal|scipy)\.$")
MODES = {"mode"}
"""Options that functions of windows have in formulas, too."""

WITHOUT_MATHEMATICS = CODE_WORDS - set(FUNCTIONS) - IDENTITIES
"""Words that only programs use: with one of them a statement is code."""


def is_code(text: str, tokens: Sequence[ClaimToken]) -> bool:
    """Whether a statement is written as a program: NumPy's names, `@`, methods, slices."""
    if PREFIXED.search(text):
        return True
    # `x^T` is a row vector, which NumPy does not have.
    before = [None, *tokens]
    mathematics = any(
        t.text in TRANSPOSES and (b is None or b.text != ".")
        for b, t in zip(before, tokens, strict=False)
    )
    depth = list[str]()
    for n, token in enumerate(tokens):
        following = tokens[n + 1 : n + 3]
        if token.kind == "name" and _is_word(token, following, inside=depth[-1:] == ["("]):
            return True
        if token.kind != "op":
            continue
        if token.text in OPENING:
            depth.append(token.text)
        elif token.text in CLOSING and depth:
            depth.pop()
        if (token.text == "@" and not mathematics) or _is_sign_of_code(token, following, depth):
            return True
        if token.text == "]" and not depth and _opens_indices(token, tokens[n + 1 :]):
            return True
    return False


def _opens_indices(token: ClaimToken, following: Sequence[ClaimToken]) -> bool:
    """Whether an index follows right behind another one: a[i][j], and not [i = j][m = n]."""
    if not following or following[0].text != "[" or following[0].start != token.stop:
        return False
    inside = takewhile(lambda t: t.text != "]", following[1:])
    return not any(t.text in COMPARISON_SIGNS for t in inside)


COMPARISON_SIGNS = {"=", "<", ">", "<=", ">=", "!="}


TRANSPOSES = {"T", "styleT"}
OPENING, CLOSING = {"(", "[", "{"}, {")", "]", "}"}


def _is_word(token: ClaimToken, following: Sequence[ClaimToken], *, inside: bool) -> bool:
    """Whether a name is a word that only programs use, or the name of an option."""
    after = following[0].text if following else ""
    called = token.text in WITHOUT_MATHEMATICS and after == "("
    return called or (inside and token.text in KEYWORDS - MODES and after == "=")


def _is_sign_of_code(
    token: ClaimToken, following: Sequence[ClaimToken], depth: Sequence[str]
) -> bool:
    """Whether a sign is one that only programs have: `==` in brackets, a slice, a method."""
    if token.text in {"==", "!="}:
        return bool(depth) and token.stop - token.start == len(token.text)
    if token.text == ":":
        return depth[-1:] == ["["]
    if not following or following[0].start != token.stop:
        return False
    return token.text == "." and _is_attribute(following[0], following[1:])


def _is_attribute(token: ClaimToken, following: Sequence[ClaimToken]) -> bool:
    opens = bool(following) and following[0].text == "("
    return token.text in ATTRIBUTES or (opens and token.text in METHODS)


def is_prefixed(at: Parser, token: ClaimToken) -> bool:
    """Whether `np.` or the like stands before a word."""
    return BEFORE.search(at.text, 0, token.start) is not None


def refuse_unknown_word(at: Parser) -> None:
    """One line on a function of NumPy that is not known: `np.foo(x)`."""
    token = at.peek()
    if at.peek(1).text == "(" and is_prefixed(at, token) and token.text not in at.table.letters:
        hint = did_you_mean(token.text[:LONGEST_NAME], CODE_WORDS | set(FUNCTIONS))
        at.fail(f"the function '{token.text[:LONGEST_NAME]}' is not read", hint, token.span)


LONGEST_NAME = 40
"""How many characters of an unknown function are repeated to the person."""


def find_word(at: Parser, token: ClaimToken, *, method: bool = False) -> str:
    """The word of NumPy that a token with a bracket behind it means; empty where it is none.

    Python's own sums and maxima have the names of NumPy's.
    """
    word = SAME_WORD.get(token.text, token.text)
    if not at.is_code or token.text not in CODE_WORDS:
        return ""
    if word in {"max", "min", "sum"} and not method and not is_prefixed(at, token):
        return ""
    if word in {"convolve", "correlate"} and SIGNAL.search(at.text, 0, token.start):
        return f"signal_{word}"
    # Without a mode these are what fits in; SciPy's are all overlaps.
    if word in {"convolve2d", "correlate2d"} and not SIGNAL.search(at.text, 0, token.start):
        return ""
    return word


def parse_word(at: Parser, word: str, token: ClaimToken, base: SyntaxNode | None) -> SyntaxNode:
    """A word with its arguments; `base` stands before its dot."""
    start = token.start if base is None else base.span[0]
    if word == "astype" or word in IDENTITIES:
        return _parse_cast(at, word, token, base)
    arguments = [] if base is None else [base]
    if base is None or at.peek(1).text != ")":
        arguments += parse_arguments(at, token)
    else:
        at.take()
        at.take()
    span = (start, at.last.stop)
    return make_word(at, word, token, arguments, span)


def make_word(
    at: ClaimCursor, word: str, token: ClaimToken, arguments: Sequence[SyntaxNode], span: Span
) -> SyntaxNode:
    """A call of a word; a word that is another way to write a sign becomes the sign."""
    if word in LITERAL_WORDS and len(arguments) == 1:
        return arguments[0]
    if word not in WORDS:
        return _rewrite(at, word, token, arguments, span)
    if (mode := _image_mode(word, arguments)) is not None:
        return FunctionCall(word, (*arguments[:2], mode), span=span)
    _check_keywords(at, word, arguments)
    return FunctionCall(f"np.{word}", tuple(arguments), span=span)


def _image_mode(word: str, arguments: Sequence[SyntaxNode]) -> Identifier | None:
    """The mode of a window over images that formulas have, too; 'full' where none is said."""
    if word not in {"convolve2d", "correlate2d"} or not 2 <= len(arguments) <= 3:
        return None
    said = arguments[2] if len(arguments) == 3 else Identifier("'full'")
    if isinstance(said, KeywordArgument):
        said = said.value if said.name == "mode" else said
    return said if said in {Identifier("'full'"), Identifier("'valid'")} else None


def parse_method(at: Parser, base: SyntaxNode) -> SyntaxNode:
    """A base with one method or attribute."""
    at.expect(".")
    token = at.take()
    opens = at.peek().text == "("
    if token.text == "T":
        return FunctionCall("np.transpose", (base,), span=(base.span[0], token.stop))
    if token.text in {"shape", "size"} and not (opens and token.text == "shape"):
        word = "shape" if opens else token.text
        found = FunctionCall(f"np.{word}", (base,), span=(base.span[0], token.stop))
        axes = parse_arguments(at, token) if opens else []
        return Subscript(found, tuple(axes), span=found.span) if axes else found
    word = SAME_WORD.get(token.text, token.text)
    return parse_word(at, word, token, base)


def parse_arguments(at: Parser, token: ClaimToken) -> list[SyntaxNode]:
    """`(a, b, axis=0)`; what changes no number is left out."""
    found: list[SyntaxNode] = []
    at.expect("(")
    with at.within():
        while at.peek().text != ")":
            argument = parse_argument(at)
            if argument is not None:
                found.append(argument)
            if at.peek().text != ")":
                at.expect(",")
        at.expect(")")
    if not found:
        at.fail(f"nothing stands in the brackets of '{token.text}'", "sum(x)", token.span)
    return found


def parse_argument(at: Parser) -> SyntaxNode | None:
    """One argument: a keyword with its value, an option in quotes, a condition, a formula."""
    name, sign = at.peek(), at.peek(1)
    if name.kind == "name" and sign.kind == "op" and sign.text == "=":
        at.take()
        at.take()
        if name.text in WITHOUT_MEANING:
            _skip_argument(at)
            return None
        value = parse_plain(at)
        keyword = SAME_KEYWORD.get(name.text, name.text)
        return KeywordArgument(keyword, value, span=(name.start, at.last.stop))
    return parse_plain(at)


def parse_plain(at: Parser) -> SyntaxNode:
    """An argument without its keyword."""
    token = at.peek()
    if token.kind == "option":
        at.take()
        return Identifier(f"'{token.text}'", span=token.span)
    if token.text in CONSTANTS and token.text not in at.table.letters:
        at.take()
        return Identifier("None" if token.text == "newaxis" else token.text, span=token.span)
    return as_indicator(parse_conditional(at))


def _skip_argument(at: Parser) -> None:
    """Go behind an argument that is not read."""
    depth = 0
    while at.peek().kind != "end" and (depth or at.peek().text not in {",", ")"}):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(at.take().text, 0)


def _parse_cast(at: Parser, word: str, token: ClaimToken, base: SyntaxNode | None) -> SyntaxNode:
    """`.astype(float)`: nothing is changed; to whole numbers only what is 0 or 1 anyway."""
    opens = at.peek()
    at.expect("(")
    while at.peek().text != ")" and at.peek().kind != "end":
        _skip_argument(at)
        if at.peek().text == ",":
            at.take()
    stop = at.expect(")")
    kind = at.text[opens.stop : stop.start]
    if base is None or (re.search(r"int|bool|long", kind) and not isinstance(base, Cases)):
        at.fail(f"'{word}' is not read here", "(z > 0).astype(float)", token.span)
    return base


def _check_keywords(at: ClaimCursor, word: str, arguments: Sequence[SyntaxNode]) -> None:
    """Refuse an option that the word does not have, at its place."""
    signature = read_signature(word)
    for argument in arguments:
        if isinstance(argument, KeywordArgument) and argument.name not in signature.names:
            said = f"the option '{argument.name}' is not read"
            at.fail(said, describe_signature(word), argument.span)


def _rewrite(
    at: ClaimCursor, word: str, token: ClaimToken, arguments: Sequence[SyntaxNode], span: Span
) -> SyntaxNode:
    """A word that is another way to write a sign or a function."""
    plain = [a for a in arguments if not isinstance(a, KeywordArgument)]
    names = {a.name: a.value for a in arguments if isinstance(a, KeywordArgument)}
    if word in SIGN_WORDS and len(plain) == 2 and not names:
        sign, (left, right) = SIGN_WORDS[word], plain
        if sign in {"*", "+", "-", "/"}:
            return BinaryExpression(sign, left, right, span=span)
        return as_indicator(Condition(sign, left, right, span=span))
    if word in FUNCTION_WORDS and not names:
        return FunctionCall(FUNCTION_WORDS[word], tuple(plain), span=span)
    if word in REWRITES:
        found = REWRITES[word](plain, names, span)
        if found is not None:
            return found
    return at.fail(f"'{word}' is not read with these arguments", "np.sum(x, axis=0)", token.span)


Names = dict[str, SyntaxNode]


def _raise(plain: Sequence[SyntaxNode], names: Names, span: Span) -> SyntaxNode | None:
    good = len(plain) == 2 and not names
    return Exponentiation(plain[0], plain[1], span=span) if good else None


def _square(plain: Sequence[SyntaxNode], names: Names, span: Span) -> SyntaxNode | None:
    two = Numeral(Fraction(2), span=span)
    return Exponentiation(plain[0], two, span=span) if len(plain) == 1 and not names else None


def _negate(plain: Sequence[SyntaxNode], names: Names, span: Span) -> SyntaxNode | None:
    return UnaryMinus(plain[0], span=span) if len(plain) == 1 and not names else None


def _invert(plain: Sequence[SyntaxNode], names: Names, span: Span) -> SyntaxNode | None:
    one = Numeral(Fraction(1), span=span)
    good = len(plain) == 1 and not names
    return BinaryExpression("/", one, plain[0], span=span) if good else None


def _clip(plain: Sequence[SyntaxNode], names: Names, span: Span) -> SyntaxNode | None:
    """min(max(x, low), high), each where it is said."""
    known = dict(zip(("x", "min", "max"), plain, strict=False))
    same = {"a_min": "min", "a_max": "max"}
    for name, value in names.items():
        if (name := same.get(name, name)) not in {"min", "max"} or name in known:
            return None
        known[name] = value
    if len(plain) > 3 or "x" not in known or len(known) == 1:
        return None
    found = known["x"]
    for name, function in (("min", "max"), ("max", "min")):
        bound = known.get(name)
        if bound is not None and bound != Identifier("None"):
            found = FunctionCall(function, (found, bound), span=span)
    return found


REWRITES: Mapping[str, Callable[[Sequence[SyntaxNode], Names, Span], SyntaxNode | None]] = {
    "power": _raise,
    "pow": _raise,
    "square": _square,
    "negative": _negate,
    "reciprocal": _invert,
    "clip": _clip,
    "clamp": _clip,
}
assert not REWRITES.keys() & WORDS.keys()
