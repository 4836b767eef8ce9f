r"""Signs of tensors: what is read, what is refused, and where: `\mathbf{W}`, never `\input{x}`."""

import random

import pytest

from symconv.core.errors import SymconvError
from symconv.core.tensor import Name
from symconv.notation.hand import HAND_CHOICES, Hand, parse_symbols
from symconv.notation.signs import ACCENTS, FONTS, GREEK_NAMES, TensorSign, parse_sign


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("W", TensorSign("W")),
        (r"\theta", TensorSign("theta")),
        (r"\mathbf{W}", TensorSign("W", "bold")),
        (r"\mathbf W", TensorSign("W", "bold")),
        (r"\bm{w}", TensorSign("w", "bold italic")),
        (r"\hat{\boldsymbol{\mu}}", TensorSign("mu", "bold italic", ("hat",))),
        (r"\hat x", TensorSign("x", "", ("hat",))),
        (r"\bar{\hat{x}}", TensorSign("x", "", ("bar", "hat"))),
        (r"\mathcal{L}", TensorSign("L", "calligraphic")),
        (r"\mathrm{out}", TensorSign("out", "upright")),
        (r"\mathbf{x}_{\mathrm{in}}", TensorSign("x", "bold", (), "in")),
        ("x_a", TensorSign("x", "", (), "a")),
        ("loss", TensorSign("loss")),
    ],
)
def test_a_sign_is_read(text, sign):
    assert parse_sign(text) == sign


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        (r"\input{x}", "no part of a sign", 0),
        (r"\mathbf{\write18{x}}", "no part of a sign", 8),
        (r"\mathbf{W", "brace should be closed", 9),
        (r"\mathbf{W}}", "ends here", 10),
        (r"\mathbf{W}^2", "ends here", 10),
        ("", "a letter is missing", 0),
        ("{W}", "a letter is missing", 0),
        ("$W$", "a letter is missing", 0),
        ("W%", "ends here", 1),
        (r"W\\", "ends here", 1),
        ("W\n\\par", "ends here", 2),
        (r"\mathcal{a}", "capital letters alone", 0),
        (r"\mathbf{\hat{x}}", "inside of accents", 0),
        (r"\hat{\hat{\hat{\hat{x}}}}", "at most 3 accents", 0),
        (r"\theta x", "ends here", 7),
        (r"x_{\mathrm{in", "is missing", 13),
        ("ω", "a letter is missing", 0),
        (r"\csname", "no part of a sign", 0),
        ("^^5cinput", "a letter is missing", 0),
    ],
)
def test_anything_else_is_one_message_with_its_place(text, message, place):
    with pytest.raises(SymconvError, match=message) as caught:
        parse_sign(text, before="w=")
    assert caught.value.position[0] == place + 2
    assert "\n" not in caught.value.message
    with pytest.raises(SymconvError, match="at most 80 characters"):
        parse_sign(text + "x" * 81)


def test_what_is_written_is_read_as_the_same_sign():
    random.seed(7)
    for _ in range(400):
        font = random.choice(["", *FONTS])
        letter = random.choice(["A", "Q", rf"\{random.choice(GREEK_NAMES)}"])
        if font in {"mathcal", "mathbb"}:
            letter = "Q"
        text = rf"\{font}{{{letter}}}" if font else letter
        for accent in random.sample(ACCENTS, random.randrange(3)):
            text = rf"\{accent}{{{text}}}"
        text += random.choice(["", "_a", r"_{\mathrm{in}}"])
        sign = parse_sign(text)
        again = parse_sign(sign.latex() + (f"_{{{sign.below_latex()}}}" if sign.below else ""))
        assert again.latex() == sign.latex()


def test_no_text_becomes_another_command():
    random.seed(8)
    pieces = [*"\\{}_^$%#&~\n xW1", "mathbf", "hat", "input", "def", "theta", "\\mathbf{", "}"]
    known = {*FONTS, *ACCENTS, *GREEK_NAMES, "mathrm"}
    for _ in range(3_000):
        text = "".join(random.choices(pieces, k=random.randrange(1, 7)))
        try:
            shown = parse_sign(text).latex()
        except SymconvError:
            continue
        parts = shown.replace("{", " ").replace("}", " ").split()
        commands = [w[1:] for part in parts for w in [part] if w.startswith("\\")]
        assert set(commands) <= known
        assert not set(shown) & set("$%#&~^\n")


def test_a_hand_is_plain_data():
    one, other = Hand({"w": r"\mathbf{W}"}), Hand((("w", TensorSign("W", "bold")),))
    assert one == other
    assert hash(one) == hash(other)
    assert (
        one.sign(Name("w", 3)) == one.sign(Name("w", None, "gradient")) == TensorSign("W", "bold")
    )
    assert one.sign(Name("x")) is None


def test_unknown_choices_and_signs_that_are_equal_are_refused():
    for choice in HAND_CHOICES:
        with pytest.raises(SymconvError, match=choice):
            Hand(**{choice: "odd"})
    with pytest.raises(SymconvError, match="same sign"):
        Hand({"w": r"\bm W", "x": r"\boldsymbol{W}"})


def test_symbols_of_a_command_line_name_what_there_is():
    known = frozenset({"w", "w^1", "C"})
    assert parse_symbols(["w=V"], known) == {"w": TensorSign("V")}
    for given, message in (
        (["w"], "gives no sign"),
        (["v=W"], "nothing in the network"),
        (["w=V", "w=U"], "two signs"),
        (["w="], "a letter is missing"),
    ):
        with pytest.raises(SymconvError, match=message):
            parse_symbols(given, known)
