"""The network text: `input i 3x3 | conv w 2x2 -> o | sse y -> C`, read by hand and never evaluated.

A network is stages between bars: the input, then the layers. A stage is a keyword, what the layer
needs, options by name, and `-> NAME` for its output.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from symconv.core.equation import Program
from symconv.core.errors import SymconvError, did_you_mean
from symconv.layers import catalogue
from symconv.layers.base import Layer
from symconv.layers.equation.layer import EquationLayer

from .build import Span, build, placed, shifted
from .fields import Option, options_of
from .names import check_name
from .spec import Input, Spec
from .words import Token, Words

TOKEN = re.compile(r"->|\||[^\s|]+?(?=->|[\s|]|$)")
LONGEST_TEXT = 4000


@dataclass(frozen=True)
class Source:
    """A parsed network text: the network, and the place of every stage."""

    spec: Spec
    text: str
    spans: tuple[Span, ...]

    def program(self) -> Program:
        """The program it means; an error points into the text."""
        with placed(self.text, self.spans[0]):
            return build(self.spec, text=self.text, spans=self.spans)


def parse(text: str) -> Source:
    """Read a network text; SymconvError shows the place of anything wrong."""
    line = " ".join(text.split("\n")).rstrip()
    if len(line) > LONGEST_TEXT:
        raise SymconvError(f"the network text is longer than {LONGEST_TEXT} characters")
    stages = _stages(line)
    reader = _Reader(line)
    given = reader.input(stages[0])
    layers = tuple(reader.layer(stage) for stage in stages[1:])
    spans = tuple((s[0].start, s[-1].span[1]) for s in stages)
    return Source(Spec(given, layers), line, spans)


def _stages(text: str) -> list[list[Token]]:
    """The tokens of each stage; an empty stage is an error."""
    stages: list[list[Token]] = [[]]
    bar = 0
    for match in TOKEN.finditer(text):
        if match.group() != "|":
            stages[-1].append(Token(match.group(), match.start()))
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


class _Reader(Words):
    """Reads the stages of one text."""

    def input(self, tokens: list[Token]) -> Input:
        """`input NAME SHAPE [batch SIZE]`."""
        if tokens[0].word != "input":
            raise self.error(
                f"a network starts with its input, not with '{tokens[0].word}'",
                tokens[0],
                "input i 3x3 | ...",
            )
        if len(tokens) not in {3, 5} or (len(tokens) == 5 and tokens[3].word != "batch"):
            raise self.error(
                "the input needs a name and a shape", tokens[-1], "input i 3x3 [batch N]"
            )
        shape = self.sizes(tokens[2], 1)
        batch = self.sizes(tokens[4], 1)[0] if len(tokens) == 5 else None
        return Input(self.name(tokens[1]), shape, batch)

    def layer(self, tokens: list[Token]) -> Layer:
        """`KEYWORD value ... [option value] ... [-> NAME]`, or an equation of the person's own."""
        kinds = catalogue()
        if any("=" in t.word for t in tokens):
            return self.equation(tokens)
        head = tokens[0]
        if head.word not in kinds:
            raise self.error(
                f"no layer is called '{head.word}'", head, did_you_mean(head.word, kinds)
            )
        kind = kinds[head.word]
        rest, out = self._output(tokens[1:])
        return kind(**self._values(head, options_of(kind), rest), out=out)

    def equation(self, tokens: list[Token]) -> Layer:
        """`y[i,j] = sum(m<3, n<3) w[m,n] x[i+m, j+n]`."""
        start, stop = tokens[0].start, tokens[-1].span[1]
        layer = EquationLayer(self.text[start:stop])
        with shifted(self.text, start):
            name = layer.formula.left.name
        with placed(self.text, (start, start + len(name))):
            check_name(name)
        return layer

    def _output(self, tokens: list[Token]) -> tuple[list[Token], str | None]:
        arrow = next((n for n, t in enumerate(tokens) if t.word == "->"), None)
        if arrow is None:
            return tokens, None
        after = tokens[arrow + 1 :]
        if len(after) != 1:
            culprit = after[1] if after else tokens[arrow]
            raise self.error("one name belongs after '->'", culprit, "... -> o")
        return tokens[:arrow], self.name(after[0])

    def _values(
        self, head: Token, options: tuple[Option, ...], tokens: list[Token]
    ) -> dict[str, Any]:
        """The layer's fields: the required ones by place, the others by name."""
        required = [o for o in options if o.required]
        by_name = {o.name: o for o in options if not o.required}
        usage = " ".join([head.word, *(o.name.upper() for o in required)])
        if len(tokens) < len(required):
            missing = required[len(tokens)].name
            raise self.error(f"'{head.word}' needs its {missing}", (tokens or [head])[-1], usage)
        values = {o.name: self.option(o, t) for o, t in zip(required, tokens, strict=False)}
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
            elif queue:
                values[option.name] = self.option(option, queue.pop(0))
            else:
                raise self.error(f"'{option.name}' needs a value", word, f"{option.name} 2")
        return values
