"""What generated C may hold: words that the file itself brings, and nothing that reaches outside.

The finished text is split into its tokens. Comments may say anything that does not end them.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from symconv.core.errors import SymconvError

TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/)
    |(?P<directive>^[ ]*\#[^\n]*)
    |(?P<vector>\b([uv]|LOAD|GATHER)\d+\b|\b(in|sum)\d+(_\d+)?\b|\b(even|odd|x)\d+\b)
    |(?P<type>__attribute__\(\(vector_size\(\d+\ \*\ sizeof\(real\)\)
        (,\ aligned\(sizeof\(real\)\),\ may_alias)?\)\))
    |(?P<linkage>extern\ "C"\ {)
    |(?P<word>[A-Za-z_]\w*)
    |(?P<number>\d+(\.\d+)?([eE][-+]?\d+)?[uf]?)
    |(?P<sign>[-+*/%=<>!&|?:;,.(){}\[\]]|\s)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)

WORDS = frozenset({
    "char", "const", "float", "double", "else", "for", "if", "int", "long", "return", "restrict",
    "signed", "sizeof", "static", "struct", "typedef", "unsigned", "void", "inline", "int64_t",
    "size_t", "real", "arrays", "workspace", "INFINITY", "NAN", "GUARDED", "HOLD", "EACH", "room",
    "in", "sum", "union", "reals_in", "reals_out", "uint32_t", "uint64_t", "enum",
    "ASLEEP", "READY", "POSTED", "TAKEN", "DONE", "STATES",
    "HANDS_OVER", "__ATOMIC_ACQUIRE", "__ATOMIC_RELEASE", "__ATOMIC_ACQ_REL",
})  # fmt: skip
CALLS = frozenset({
    "exp", "expf", "log", "logf", "log1p", "log1pf", "tanh", "tanhf", "sqrt", "sqrtf", "sin",
    "sinf", "cos", "cosf", "erf", "erff", "fabs", "fabsf", "pow", "powf",
    "__builtin_shufflevector", "__atomic_load_n", "__atomic_store_n",
    "__atomic_compare_exchange_n", "PAUSE", "YIELD",
})  # fmt: skip
"""The functions of the standard library; none of them allocates, reads or writes a file."""

OWN = (
    "real_", "compute_", "add_", "clear_", "turn_", "LOW_", "HIGH_", "read_", "write_", "change_",
    "wait_", "claim_",
)  # fmt: skip
"""How the functions begin that the file brings itself."""

DIRECTIVES = re.compile(
    r"#(include <(math|stddef|stdint)\.h>|include \"\w+\.h\""
    r"|(ifndef|ifdef|define) \w+|define \w+ (float|double)|endif|else"
    r"|if !defined\(\w+_REAL\) && defined\((__AVX512F__|__AVX2__|__ARM_NEON)\)"
    r" && !defined\(__clang__\)"
    r"|define HOLD\(x\) (__asm__\(\"\" : \"\+[vw]\"\(x\)\)|\(\(void\)0\))"
    r"|define LOAD(?P<n>\d+)\(name, place\) "
    r"do { name = \*\(const u(?P=n) \*\)&\(place\); HOLD\(name\); } while \(0\)"
    r"|define EACH\(k, n\) _Pragma\(\"(clang loop unroll\(full\)|GCC unroll 128)\"\) "
    r"for \(int k = 0; k < n; k\+\+\)"
    r"|if defined\(__clang__\)"
    r"|define GATHER(?P<m>\d+)\(place, apart\) \(v(?P=m)\)"
    r"{(\(&\(place\)\)\[\d+ \* \(apart\)\](, )?)+}"
    r"|if defined\(__clang__\) \|\| \(defined\(__GNUC__\) && __GNUC__ >= 12\)"
    r"|define (LOW|HIGH)_\d+\(x, y\) __builtin_shufflevector\(x, y(, \d+)+\)"
    r"|if defined\(__GNUC__\) && !defined\(__clang__\)"
    r"|if defined\(__GCC_ATOMIC_POINTER_LOCK_FREE\) && __GCC_ATOMIC_POINTER_LOCK_FREE == 2"
    r"|define HANDS_OVER [01]|if HANDS_OVER"
    r"|if HANDS_OVER && \(defined\(__unix__\) \|\| defined\(__APPLE__\)\)"
    r"|include <sched\.h>|define YIELD\(\) (sched_yield\(\)|0)"
    r"|if HANDS_OVER && \(defined\(__x86_64__\) \|\| defined\(__i386__\)\)"
    r"|elif HANDS_OVER && defined\(__aarch64__\)"
    r"|define PAUSE\(\) (__builtin_ia32_pause\(\)|__asm__ volatile\(\"yield\"\)|\(\(void\)0\))"
    r"|define GUARDED __attribute__\(\(optimize\(\"no-tree-loop-if-convert\"\)\)\))"
)


def audit_c(text: str, names: Collection[str]) -> str:
    """The text itself, if every token of it is on the list; SymconvError names what is not.

    `names` are the identifiers of arrays, indices and functions that the file binds.
    """
    end, known = 0, {*WORDS, *CALLS, *names}
    for found in TOKEN.finditer(text):
        if found.start() != end or not _holds(found, known, names):
            break
        end = found.end()
    if end != len(text):
        line = text.count("\n", 0, end) + 1
        what = text[end : end + 40].split("\n", maxsplit=1)[0]
        raise SymconvError(f"generated C is not allowed: `{what}` (line {line})")
    return text


def _holds(token: re.Match[str], known: set[str], names: Collection[str]) -> bool:
    match token.lastgroup:
        case "directive":
            return DIRECTIVES.fullmatch(token[0].strip()) is not None
        case "word":
            word = token[0]
            return word in known or word.startswith(OWN) or _is_public(word, names)
    return True


def _is_public(word: str, names: Collection[str]) -> bool:
    """Whether a name is one that others see: the prefix of the file and a word behind it."""
    parts = [word[:n] for n in range(1, len(word)) if word[n] == "_"]
    return any(p in names or p.lower() in names for p in parts)
