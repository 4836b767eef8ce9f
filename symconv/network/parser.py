"""The network text: `input i 3x3 | conv w 2x2 -> o | sse y -> C`, read by hand and never evaluated.

A network is stages between bars: the input, then the layers. A stage is a keyword, what the layer
needs, options by name, and `-> NAME` for its output.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import takewhile
from typing import Any, Literal

from sympy import Rational

from symconv.core.equation import Program
from symconv.core.errors import SymconvError, did_you_mean
from symconv.layers import catalogue
from symconv.layers.base import Layer
from symconv.layers.equation.layer import EquationLayer
from symconv.layers.given import GivenTensor

from .build import Span, build_program, locate_errors, shift_errors
from .letters import write_plainly
from .names import check_name
from .spec import NO_CHANNELS, Input, LayerOption, NetworkSpec, layer_options

# No x or X: that is the sign between sizes, as in 3x3.
SIZE = re.compile(r"[A-WYZa-wyz][A-WYZa-wyz0-9_]{0,15}")
VALUE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,15}([_^][0-9]{1,3})?")
PLACE = re.compile(r"-?[0-9]{1,2}")
LABEL = re.compile(r"-?[0-9]{1,6}")
NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?(e-?[0-9]{1,2})?")
GIVEN: dict[str, Literal["input", "constant"]] = {"input": "input", "constant": "constant"}
"""The stages that give a tensor, and what it is."""

USUAL = {"weight": "w", "bias": "b", "target": "t", "mask": "m"}
"""The letters of tensors that are not named: `dense 10 bias` is `dense w 10 bias b`."""

INPUT = "x"
"""The name of an input that has none."""

INPUT_OPTIONS = {"batch", "channels"}
MOST_DIGITS = 6
"""The largest size has so many digits: products of three of them stay within 64 bits."""

LEAST: dict[str, int] = {"amounts": 0, "offsets": 1 - 10**MOST_DIGITS}
"""The smallest numbers of the kinds of options that may have smaller ones than 1."""


@dataclass(frozen=True)
class NetworkToken:
    """A word of the text and where it stands."""

    word: str
    start: int

    @property
    def span(self) -> Span:
        return self.start, self.start + len(self.word)


@dataclass(frozen=True)
class OptionParser:
    """Reads single words of one text."""

    text: str

    def error(self, message: str, token: NetworkToken, help: str) -> SymconvError:  # noqa: A002
        """An error with the place of the word."""
        return SymconvError(message, text=self.text, position=token.span, help=help)

    def option(self, option: LayerOption, token: NetworkToken) -> object:
        """The value of an option, as its kind says."""
        readers: dict[str, Callable[[NetworkToken], object]] = {
            "name": self.tied_name,
            "given": self.tied_name,
            "value": self.value,
            "number": self.number,
            "place": self.place,
            "label": self.label,
        }
        if option.kind in readers:
            return readers[option.kind](token)
        if option.kind == "choice":
            return self.choice(option, token)
        sizes = self.sizes(token, LEAST.get(option.kind, 1))
        if option.kind == "size" and len(sizes) > 1:
            raise self.error(f"'{option.name}' is a single size", token, f"{option.name} 2")
        return sizes if len(sizes) > 1 else sizes[0]

    def name(self, token: NetworkToken) -> str:
        with locate_errors(self.text, token.span):
            return check_name(token.word)

    def tied_name(self, token: NetworkToken) -> str:
        """`w`, or `w^1` for the tensor of an earlier layer."""
        letter, sign, number = token.word.partition("^")
        if not sign:
            return self.name(token)
        with locate_errors(self.text, token.span):
            check_name(letter)
        if not (number.isascii() and number.isdigit() and 0 < int(number[:4]) < MOST_STAGES):
            raise self.error(f"'{token.word}' names no layer", token, f"{letter}^1")
        return token.word

    def value(self, token: NetworkToken) -> str:
        """`a`, `a^1` or `a_1`."""
        if not VALUE.fullmatch(token.word):
            raise self.error(f"'{token.word}' names no value", token, "a or a^1")
        return token.word

    def number(self, token: NetworkToken) -> Rational | str:
        """`0.01`, `2`, `1e-5`, kept exactly; or a letter."""
        if token.word[:1].isalpha():
            return self.tied_name(token)
        if not NUMBER.fullmatch(token.word):
            raise self.error(f"'{token.word}' is no number", token, "0.01, 2, 1e-5")
        return Rational(Fraction(token.word))

    def place(self, token: NetworkToken) -> int:
        """The number of an axis."""
        if not PLACE.fullmatch(token.word):
            raise self.error(f"'{token.word}' is no axis", token, "1, or -1: the last")
        return int(token.word)

    def label(self, token: NetworkToken) -> int:
        """The number of a class, or one that is no class."""
        if not LABEL.fullmatch(token.word):
            raise self.error(f"'{token.word}' is no label", token, "a whole number: 2, 255, -100")
        return int(token.word)

    def choice(self, option: LayerOption, token: NetworkToken) -> str:
        if token.word not in option.choices:
            help_ = did_you_mean(token.word, option.choices)
            raise self.error(f"'{token.word}' is no {option.name}", token, help_)
        return token.word

    def sizes(self, token: NetworkToken, least: int) -> tuple[int | str, ...]:
        """`3x3`, `HxW`, `2`: numbers of at least `least`, or names of sizes."""
        return tuple(self._size(part, token, least) for part in token.word.split("x"))

    def _size(self, part: str, token: NetworkToken, least: int) -> int | str:
        if SIZE.fullmatch(part):
            return part
        digits = part.removeprefix("-") if least < 0 else part
        if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
            raise self.error(f"'{token.word}' is no size", token, "numbers or names: 3x3, HxW, 2")
        if int(part) < least:
            raise self.error(f"a size of {int(part)} is too small", token, f"at least {least}")
        return int(part)


def _are_sizes(word: str) -> bool:
    """Whether a word can be no name: a number, or several sizes with the sign between them."""
    parts = word.split("x")
    several = len(parts) > 1 and all(SIZE.fullmatch(p) or p.isdigit() for p in parts)
    return several or word[:1].isdigit()


TOKEN = re.compile(r"->|\||[^\s|]+?(?=->|[\s|]|$)")
LONGEST_TEXT = 40_000
"""The longest network text in characters: forty for each of the most stages; LeNet-5 has 291."""

MOST_STAGES = 1_024
"""The most stages of a network: a thousand layers, and its input, its cost and some more.

Everything is linear in their number: a thousand relu layers are derived in about 3 s.
"""


@dataclass(frozen=True)
class ParsedNetwork:
    """A parsed network text: the network, and the place of every stage."""

    spec: NetworkSpec
    text: str
    spans: tuple[Span, ...]

    def program(self) -> Program:
        """The program it means; an error points into the text."""
        with locate_errors(self.text, self.spans[0]):
            return build_program(self.spec, text=self.text, spans=self.spans)


def parse_network(text: str) -> ParsedNetwork:
    """Read a network text; SymconvError shows the place of anything wrong."""
    line = write_plainly(text[: LONGEST_TEXT + 1]).rstrip()
    if max(len(text), len(line)) > LONGEST_TEXT:
        raise SymconvError(f"the network text is longer than {LONGEST_TEXT} characters")
    stages = _split_stages(line)
    if len(stages) > MOST_STAGES:
        raise SymconvError(
            f"the network has {len(stages) - 1:,} layers", help=f"at most {MOST_STAGES - 1:,}"
        )
    reader = _NetworkParser(line)
    given = reader.input(stages[0])
    layers = tuple(reader.layer(stage) for stage in stages[1:])
    spans = tuple((s[0].start, s[-1].span[1]) for s in stages)
    return ParsedNetwork(NetworkSpec(given, layers), line, spans)


def _split_stages(text: str) -> list[list[NetworkToken]]:
    """The tokens of each stage; an empty stage is an error."""
    stages: list[list[NetworkToken]] = [[]]
    bar = 0
    for match in TOKEN.finditer(text):
        if match.group() != "|":
            stages[-1].append(NetworkToken(match.group(), match.start()))
            continue
        if not stages[-1]:
            break
        bar = match.start()
        stages.append([])
    if not stages[-1]:
        raise SymconvError(
            "a stage of the network is empty",
            text=text,
            position=(bar, bar + 1),
            help="input i 3x3 | conv w 2x2 -> o | sse y -> C",
        )
    return stages


class _NetworkParser(OptionParser):
    """Reads the stages of one text."""

    def input(self, tokens: list[NetworkToken]) -> Input:
        """`input NAME SHAPE [channels SIZE] [batch SIZE]`."""
        if tokens[0].word != "input":
            raise self.error(
                f"a network starts with its input, not with '{tokens[0].word}'",
                tokens[0],
                "input i 3x3 | ...",
            )
        return self.given(tokens)

    def given(self, tokens: list[NetworkToken]) -> Input:
        """`NAME SHAPE [channels SIZE] [batch SIZE]`, behind its keyword."""
        head = tokens[0].word
        if head == "input" and len(tokens) % 2 == 0 and _are_sizes(tokens[1].word):
            tokens = [tokens[0], NetworkToken(INPUT, tokens[0].start), *tokens[1:]]
        words = [t.word for t in tokens[3::2]]
        if len(tokens) < 3 or len(tokens) % 2 == 0 or not INPUT_OPTIONS.issuperset(words):
            raise self.error(
                f"'{head}' needs a name and a shape",
                tokens[-1],
                f"{head} i 3x3 [channels C] [batch N]",
            )
        if len(set(words)) < len(words):
            raise self.error(f"'{words[0]}' is given twice", tokens[-2], "give it once")
        shape = self.sizes(tokens[2], 1)
        stated = {
            t.word: self._input_option(t, v)
            for t, v in zip(tokens[3::2], tokens[4::2], strict=True)
        }
        return Input(self.name(tokens[1]), shape, stated.get("batch"), stated.get("channels"))

    def _input_option(self, name: NetworkToken, token: NetworkToken) -> int | str:
        """A number of samples or of channels; `none` where there are no channels."""
        if name.word == "channels" and token.word == NO_CHANNELS:
            return NO_CHANNELS
        sizes = self.sizes(token, 1)
        if len(sizes) > 1:
            raise self.error(f"'{name.word}' is a single size", token, f"{name.word} 2")
        return sizes[0]

    def layer(self, tokens: list[NetworkToken]) -> Layer:
        """`KEYWORD value ... [option value] ... [-> NAME]`, or an equation of the person's own."""
        kinds = catalogue()
        if tokens[0].word in GIVEN:
            given = self.given(tokens)
            role = GIVEN[tokens[0].word]
            return GivenTensor(given.name, given.shape, given.batch, given.channels, role)
        if any("=" in t.word for t in tokens):
            return self.equation(tokens)
        head = tokens[0]
        if head.word not in kinds:
            raise self.error(
                f"no layer is called '{head.word}'", head, did_you_mean(head.word, kinds)
            )
        kind = kinds[head.word]
        rest, out = self._output(tokens[1:])
        rest, of = self._source(rest)
        return kind(**self._values(head, layer_options(kind), rest), out=out, of=of)

    def equation(self, tokens: list[NetworkToken]) -> Layer:
        """`y[i,j] = sum(m<3, n<3) w[m,n] x[i+m, j+n]`."""
        start, stop = tokens[0].start, tokens[-1].span[1]
        layer = EquationLayer(self.text[start:stop])
        with shift_errors(self.text, start):
            name = layer.formula.left.name
        with locate_errors(self.text, (start, start + len(name))):
            check_name(name)
        return layer

    def _output(self, tokens: list[NetworkToken]) -> tuple[list[NetworkToken], str | None]:
        arrow = next((n for n, t in enumerate(tokens) if t.word == "->"), None)
        if arrow is None:
            return tokens, None
        after = tokens[arrow + 1 :]
        if len(after) != 1:
            culprit = after[1] if after else tokens[arrow]
            raise self.error("one name belongs after '->'", culprit, "... -> o")
        return tokens[:arrow], self.name(after[0])

    def _source(self, tokens: list[NetworkToken]) -> tuple[list[NetworkToken], str | None]:
        """What stands before `of NAME`, and the name."""
        if not tokens or "of" not in [t.word for t in tokens[-2:]]:
            return tokens, None
        if tokens[-1].word == "of":
            raise self.error("one name belongs after 'of'", tokens[-1], "... of h")
        return tokens[:-2], self.value(tokens[-1])

    def _values(
        self, head: NetworkToken, options: tuple[LayerOption, ...], tokens: list[NetworkToken]
    ) -> dict[str, Any]:
        """The layer's fields: the required ones by place, the others by name."""
        required = [o for o in options if o.required]
        by_name = {o.name: o for o in options if not o.required}
        usage = " ".join([head.word, *(o.name.upper() for o in required)])
        placed = list(takewhile(lambda t: t.word not in by_name, tokens))
        instead = catalogue()[head.word].instead if not placed else {}
        given = {t.word for t in tokens}
        values: dict[str, Any] = {o.name: None for o in required if instead.get(o.name) in given}
        required = [o for o in required if o.name not in values]
        # What has a usual letter may be left out: w, t. A name alone is a name all the same.
        usual = [o for o in required if o.name in USUAL]
        unnamed = not placed or _are_sizes(placed[0].word)
        for left_out in usual[: len(required) - len(placed)] if unnamed else ():
            values[left_out.name] = USUAL[left_out.name]
            required.remove(left_out)
        if len(placed) < len(required):
            missing = required[len(placed)].name
            raise self.error(f"'{head.word}' needs its {missing}", (tokens or [head])[-1], usage)
        values |= {o.name: self.option(o, t) for o, t in zip(required, tokens, strict=False)}
        queue = tokens[len(required) :]
        while queue:
            word = queue.pop(0)
            option = by_name.get(word.word)
            if option is None:
                known = did_you_mean(word.word, by_name) if by_name else f"usage: {usage}"
                raise self.error(f"'{head.word}' has no option '{word.word}'", word, known)
            if option.name in values:
                raise self.error(f"'{option.name}' is given twice", word, "give it once")
            if option.kind == "flag":
                values[option.name] = True
            elif option.name in USUAL and (not queue or queue[0].word in by_name):
                values[option.name] = USUAL[option.name]
            elif queue:
                values[option.name] = self.option(option, queue.pop(0))
            else:
                raise self.error(f"'{option.name}' needs a value", word, f"{option.name} 2")
        return values
