"""exp, log and tanh of the C files: the numbers of their formulas, for both types.

The method is the usual one (Cody and Waite, Software Manual for the Elementary Functions, 1980; the
form of the logarithm is that of fdlibm): the argument is reduced by powers of 2, whose logarithm is
split into a part of few digits and the rest, so that k log(2) loses nothing; what is left is a
polynomial. Its coefficients are the best ones for the largest error (Remez' exchange, 60 digits,
relative to the function), rounded to the type. No branch and no table, so that a compiler computes
as many of them side by side as a vector has lanes. Errors are told in units in the last place
(ulp), and held by tests over the whole range, NaN, infinities and denormal numbers among it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SPLIT = frozenset({"exp", "sigmoid", "softplus", "tanh", "log"})
"""The functions of a file that are made of these."""


@dataclass(frozen=True)
class NumberForm:
    """A type of numbers: `digits` of its fraction in bits, `bias` of its exponent.

    A number plus `shift` is rounded to a whole one, which stands in the last bits. `high` and `low`
    are log(2) in two parts; from `least` to `most` exp is neither 0 nor infinite. Below `normal` a
    number is denormal, and multiplied by `lift`, 2 to the `lifted`, before its logarithm is taken.
    Nearer to 0 than half of `tiny` tanh(x) is x. `root_bits` are those of sqrt(1/2). `ulps` are
    the largest errors.
    """

    name: str
    bits: str
    end: str
    digits: int
    bias: int
    shift_bits: int
    root_bits: int
    log2e: str
    high: str
    low: str
    least: str
    most: str
    normal: str
    lifted: int
    tiny: str
    exp: tuple[str, ...]
    log: tuple[str, ...]
    ulps: dict[str, float]

    def horner(self, terms: Sequence[str], x: str) -> str:
        """`a + x * (b + x * c)`, three to a line."""
        lines = (terms[k : k + 3] for k in range(0, len(terms), 3))
        text = f" + {x} * (\n    ".join(f" + {x} * (".join(line) for line in lines)
        return text + ")" * (len(terms) - 1)

    @property
    def shift(self) -> str:
        """1.5 times 2 to the digits."""
        return f"{3 * 2 ** (self.digits - 1)}.0{self.end}"

    @property
    def lift(self) -> str:
        return f"{2**self.lifted}.0{self.end}"

    @property
    def middle_bits(self) -> int:
        """What makes exponents positive: half of the bits."""
        return (self.bias + 1) << self.digits

    @property
    def count_bits(self) -> int:
        """The bits of 2 to the digits: a small whole number in its last bits is added to it."""
        return (self.bias + self.digits) << self.digits

    @property
    def count(self) -> str:
        return f"{2**self.digits + self.bias + 1}.0{self.end}"

    @property
    def fraction_bits(self) -> int:
        return 2**self.digits - 1


FLOAT = NumberForm(
    name="float",
    bits="uint32_t",
    end="f",
    digits=23,
    bias=127,
    shift_bits=0x4B400000,
    root_bits=0x3F3504F3,
    log2e="1.44269504f",
    high="0.693115234375f",
    low="3.19461849e-05f",
    least="-104.0f",
    most="89.0f",
    normal="1.17549435e-38f",
    lifted=25,
    tiny="-2e-4f",
    exp=("0.500000009f", "0.166665197f", "0.0416662095f", "0.00836880845f", "0.00139503047f"),
    log=("0.666667651f", "0.399786434f", "0.2984662f"),
    ulps={"exp": 1.5, "log": 1.0, "tanh": 3.0, "sigmoid": 3.0, "softplus": 2.5},
)
DOUBLE = NumberForm(
    name="double",
    bits="uint64_t",
    end="",
    digits=52,
    bias=1023,
    shift_bits=0x4338000000000000,
    root_bits=0x3FE6A09E667F3BCD,
    log2e="1.4426950408889634",
    high="0.6931471803691238",
    low="1.9082149292705877e-10",
    least="-746.0",
    most="710.0",
    normal="2.2250738585072014e-308",
    lifted=54,
    tiny="-2e-8",
    exp=(
        "0.5000000000000011", "0.16666666666666696", "0.04166666666652313", "0.008333333333308117",
        "0.00138888889452858", "0.00019841269915669166", "2.4801491524505442e-05",
        "2.7557217660248135e-06", "2.763077115494248e-07", "2.5117472754830728e-08",
    ),
    log=(
        "0.6666666666666698", "0.3999999999961417", "0.2857142870322504", "0.22222202216896808",
        "0.18183389607807948", "0.15318225756372467", "0.14756573721451008",
    ),
    ulps={"exp": 1.5, "log": 1.0, "tanh": 3.0, "sigmoid": 3.0, "softplus": 2.5},
)  # fmt: skip
FORMS = {"float32": FLOAT, "float64": DOUBLE}
