"""The written grammar of claims holds what the code reads: its rules, its functions, its words."""

import os
import re

from paths import ROOT

from symconv.claims.model import vocabulary

PARSING = ROOT / "symconv" / "claims" / "parsing"
GRAMMAR = PARSING / "grammar.ebnf"
MARK = "test_grammar.py. *)\n"
RULE = re.compile(r"^([a-z]+)\s*=", re.MULTILINE)
QUOTED = re.compile(r'"[^"\n]*"')
COMMENT = re.compile(r"\(\*.*?\*\)", re.DOTALL)
LEXICAL = {"digits", "word", "letter", "function", "quoted", "style", "cost"}
"""What the lexer gives, and the tables of words at the end of the grammar."""

TABLES = {
    "functions": vocabulary.FUNCTIONS, "letters": vocabulary.LETTERS,
    "commands": vocabulary.COMMANDS, "signs": vocabulary.OPERATORS,
    "comparisons": vocabulary.RELATIONS, "styles": vocabulary.STYLES,
    "hats": vocabulary.HATS | vocabulary.BARS, "environments": vocabulary.ENVIRONMENTS,
    "layouts": vocabulary.LAYOUTS, "silent": vocabulary.SILENT, "rates": vocabulary.RATES,
    "costs": vocabulary.COSTS, "outputs": vocabulary.OUTPUTS,
    "indicators": vocabulary.INDICATORS, "steps": vocabulary.STEPS,
}  # fmt: skip
WIDTH = 96
"""How long a line of words may get."""


def write_words():
    """Every table of words as a rule."""
    lines = []
    for name, words in TABLES.items():
        line = f"{name} ="
        for n, word in enumerate(sorted(words)):
            piece = f' {"| " if n else ""}"{word}"'
            if len(line) + len(piece) > WIDTH:
                lines.append(line)
                line = "   "
            line += piece
        lines.append(f"{line} ;")
    return "\n" + "\n".join(lines) + "\n"


def split_grammar():
    head, mark, words = GRAMMAR.read_text("utf-8").partition(MARK)
    return head + mark, words


def test_every_word_of_the_vocabulary_stands_in_the_grammar():
    rules, words = split_grammar()
    if os.environ.get("SYMCONV_WRITE"):
        GRAMMAR.write_text(rules + write_words(), "utf-8")
    else:
        assert words == write_words(), "SYMCONV_WRITE=1 writes them anew"


def test_every_rule_that_is_used_is_given_once():
    rules = COMMENT.sub("", split_grammar()[0])
    given = RULE.findall(rules)
    used = set(re.findall(r"\b[a-z]{2,}\b", QUOTED.sub("", rules)))
    assert len(given) == len(set(given))
    assert used <= set(given) | LEXICAL, used - set(given) - LEXICAL


def test_every_function_that_reads_a_rule_is_named():
    rules = split_grammar()[0]
    named = set(re.findall(r"\b(?:parse_\w+)", rules))
    written = {
        name
        for path in PARSING.glob("*.py")
        for name in re.findall(r"^def (parse_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    assert named <= written, f"no such function: {named - written}"
    assert written <= named, f"not in the grammar: {written - named}"
