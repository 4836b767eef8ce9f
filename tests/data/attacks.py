"""Hostile texts, numbers, values, files and paths, by kind, for the doors of the program."""

import json
import os
import socket
from contextlib import suppress

SECRET = "hunter2-correct-horse"

TEXTS = {
    "nothing": "",
    "space": " \t ",
    "lines": "a\nb\r\nc",
    "nul": "a\0b",
    "escape": "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "clear": "\x1b[2J\x1b[H✓ right",
    "c1": "\x9b31mred\x85\x90",
    "delete": "\x7f\b\b\b\b",
    "bidi": "\u202edlrow\u2066 \u2069\u202c",
    "marks": "w\u200bx\u200d\ufeff\u2060\u00ad",
    "separators": "a\u2028b\u2029c",
    "tags": "\U000e0041\U000e007f",
    "surrogate": "\ud800",
    "byte": "\udcff\udc80",
    "combining": "w" + "\u0301" * 300,
    "astral": "𝐰𝒙",
    "digits": "w٣²",
    "long": "a" * 300,
    "longer": "a" * 100_000,
    "brackets": "(" * 3000,
    "braces": "{" * 500 + "}" * 500,
    "template": "{{ 7 * 7 }}{% for x in y %}<< x >>",
    "format": "{0.__class__}%s%n",
    "import": "__import__('os').system('touch pwned')",
    "dunder": "__class__",
    "shell": "$(touch pwned)`touch pwned`; touch pwned",
    "script": "<script>alert(1)</script>",
    "tex": r"\write18{touch pwned}\input{/etc/passwd}",
    "climb": "../../../../pwned",
    "absolute": "/etc/passwd",
    "tower": "9**9**9**9",
    "large": "1e999999999",
    "dots": "." * 5000,
    "bars": "|" * 50,
    "arrow": "-> ->",
    "at": "@",
    "device": "@/dev/zero",
    "random": "@/dev/urandom",
    "dash": "--",
    "option": "--no-such-option",
    "environment": "$HOME %PATH% ~root",
}

NETWORKS = (
    "input {} 3x3 | conv w 2x2 -> o | sse y -> C",
    "input i {} | conv w 2x2 -> o | sse y -> C",
    "input i 3x3 | {} w 2x2 -> o | sse y -> C",
    "input i 3x3 | conv {} 2x2 -> o | sse y -> C",
    "input i 3x3 | conv w {} -> o | sse y -> C",
    "input i 3x3 | conv w 2x2 stride {} -> o | sse y -> C",
    "input i 3x3 | conv w 2x2 -> {} | sse y -> C",
    "input i 3x3 | y[a,b] = {} | sse t -> C",
    "input i 3x3 | y[a,b] = i[{},b] | sse t -> C",
)
"""Where a text stands in a network."""

CLAIMS = (
    "{}",
    "dC/dw_1^2 = {}",
    "dC/d{} = 1",
    "dC/dw_{{{}}}^2 = 1",
    r"\frac{{\partial C}}{{\partial w_1^2}} = \sum_{{{}}} o_1^1",
)
"""Where a text stands in a claim."""

STATEMENTS = (
    "__import__('os').system('touch MARK') = 1",
    "dC/dw_1^1 = __import__('os').system('touch MARK')",
    "dC/dw_1^1 = eval(\"open('MARK','w')\")",
    "dC/dw_1^1 = exec('import os')",
    "dC/dw_1^1 = open('MARK','w')",
    "dC/dw_1^1 = lambda: open('MARK','w')",
    "dC/dw_1^1 = x.__class__.__mro__[1].__subclasses__()",
    "dC/dw_1^1 = ().__class__.__bases__[0]",
    r"dC/dw_1^1 = \input{/etc/passwd}",
    r"dC/dw_1^1 = \write18{touch MARK}",
    r"dC/dw_1^1 = \def\x{\x\x}\x",
    r"dC/dw_1^1 = \loop\iftrue\repeat",
    r"dC/dw_1^1 = \csname end\endcsname",
    r"dC/dw_1^1 = \href{javascript:alert(1)}{x}",
    "dC/dw_1^1 = <script>alert(1)</script>",
    "dC/dw_1^1 = ${7*7}",
    "dC/dw_1^1 = {{7*7}}",
    "dC/dw_1^1 = {% for x in ().__class__ %}",
    "dC/dw_1^1 = 9**9**9**9",
    "dC/dw_1^1 = ((9^16)^16)^16",
    "dC/dw_1^1 = (((((2^60)^60)^60)^60)^60)",
    "dC/dw_1^1 = w_1^2^9^9",
    "dC/dw_1^1 = 1e99999999",
    "dC/dw_1^1 = 1e-99999999",
    "dC/dw_1^1 = 1e300 * 1e300",
    "dC/dw_1^1 = " + "9" * 5000,
    "dC/dw_1^1 = (i_1+i_2+i_3+i_4+w_1^1+w_2^1)^64",
    "dC/dw_1^1 = (i_1+i_2+i_3+i_4+w_1^1+w_2^1)^200",
    "dC/dw_1^1 = factorial(10^9)",
    "dC/dw_1^1 = 1000000000!",
    "dC/dw_1^1 = " + "(" * 3000 + "1" + ")" * 3000,
    "dC/dw_1^1 = " + "[" * 3000 + "1" + "]" * 3000,
    "dC/dw_1^1 = " + r"\frac{1}{" * 3000 + "1" + "}" * 3000,
    "dC/dw_1^1 = " + "-" * 3000 + "1",
    "dC/dw_1^1 = " + r"\sqrt" * 3000 + "2",
    "dC/dw_1^1 = " + "relu" * 3000 + "(1)",
    "dC/dw_1^1 = " + r"\sum_i" * 400 + " i_i",
    "dC/dw_1^1 = " + "+".join(["i_1"] * 20000),
    "dC/dw_1^1 = " + "*".join(["(i_1+i_2)"] * 400),
    r"dC/dw_1^1 = \sum_{i=0}^{10^9} i_i",
    r"dC/dw_1^1 = \sum_{i=0}^{2^{2^{2^{2^{2^{2}}}}}} i_i",
    r"dC/dw_1^1 = \sum_{a=1}^{4000}\sum_{b=1}^{4000}\sum_{c=1}^{4000} i_1",
    "dC/dw_{a,b,c,d,e,f} = i_{a,b,c,d,e,f,g,h}",
    "dC/dw_a^1 = i_a i_b i_c i_d i_e i_f i_g",
    "dC/dw_1^1 = exp(exp(exp(exp(1000))))",
    "dC/dw_1^1 = 1/(i_1 - i_1)",
    "dC/dw_1^1 = log(0)",
    "dC/dw_1^1 = sqrt(-1)",
    "dC/dw_1^1 = i_{10^{10^{10}}}",
    "dC/dw_1^1 = i_{1/0}",
    "w^{99999999999999999999} = 1",
    "\x00 = \x01",
    "dC/dw_1^1 = \u202e1",
    "a = a = " * 2000 + "a",
    "= = = =",
    "\\" * 10000,
    "{" * 10000,
    "d" * 19000 + " = 1",
    "dC/d" * 4000 + "w = 1",
    r"\begin{pmatrix}" * 500 + " = 1",
    r"\begin{cases}" * 500 + " = 1",
)
"""Claims that would run, read, write or last, were a reader a little less careful."""

OPTIONS = (
    ("derive", "two-convs", "--wrt"),
    ("derive", "two-convs", "--second"),
    ("derive", "two-convs", "--notation"),
    ("derive", "two-convs", "--letter"),
    ("derive", "two-convs", "--deltas"),
    ("derive", "two-convs", "--format"),
    ("derive", "two-convs", "--detail"),
    ("derive", "two-convs", "--format", "latex", "--fragment", "--width"),
    ("generate", "two-convs", "--explain", "--size"),
    ("generate", "two-convs", "--explain", "--form"),
    ("generate", "two-convs", "--explain", "--tiles"),
    ("generate", "two-convs", "--explain", "--style"),
    ("run", "two-convs", "-o", "none", "--size"),
    ("trace", "relu-filter", "--values", "good.json", "--rate", "x", "--steps"),
    ("trace", "relu-filter", "--values", "good.json", "--digits"),
    ("trace", "relu-filter", "--values", "good.json", "--steps", "1", "--rate"),
    ("trace", "relu-filter", "--given"),
    ("trace", "relu-filter", "--values"),
    ("check", "two-convs", "dC/dw_1^2 = 1", "--values"),
    ("verify", "--replay"),
    ("verify", "--notation"),
    ("examples",),
    (),
)
"""Where a text stands as an argument of its own."""

NUMBERS = (
    "0", "-1", "1e99", "-1e-99", "1e999999", "1/0", "0/0", "1/3", "nan", "inf", "-inf", "0x10",
    "1_000", "٣", "9" * 5000, "1." + "0" * 5000 + "1", "true", "",
    " 1 ", "1e", ".", "+", "--1", "1,5",
)  # fmt: skip

GOOD = {
    "x": [[1, -1, 0], [0, 1, 0], [0, -1, 1]],
    "w": [[1, -1], [1, 1]],
    "t": [[1, 0], [0, 1]],
}


def value_files():
    """Files of values by name: JSON and TOML that are none, too deep, too long, or of no shape."""
    found = {
        "nothing.json": "",
        "array.json": "[1, 2]",
        "text.json": '"x"',
        "open.json": "{",
        "twice.json": '{"x": 1, "x": 2}',
        "nan.json": '{"x": NaN}',
        "infinite.json": '{"x": -Infinity}',
        "deep.json": '{"x": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "objects.json": '{"x":' * 50_000,
        "digits.json": '{"x": ' + "9" * 900_000 + "}",
        "exponent.json": '{"x": 1e999999}',
        "name.json": json.dumps({"\x1b[31m\u202e" + "n" * 5000: 1}),
        "secret.json": json.dumps({"w": [[SECRET]], "x": SECRET}),
        "bytes.json": b"\xff\xfe\x00{",
        "mark.json": b'\xef\xbb\xbf{"x": 1}',
        "nul.json": '{"x": "\0"}',
        "surrogate.json": r'{"\ud800": "\udfff"}',
        "objects2.json": '{"x": {"a": [1]}}',
        "ragged.json": '{"x": [[1, 2], [3]], "w": [], "t": [[]]}',
        "many.json": json.dumps({"x": [[0] * 300] * 300}),
        "large.json": b'{"x": 1}' + b" " * 1_000_000,
        "key.toml": ".".join(["a"] * 100_000) + " = 1",
        "quoted.toml": " . ".join(['"\\""'] * 100_000) + " = 1",
        "table.toml": "[" + ".".join(["a"] * 100_000) + "]",
        "inline.toml": "x = {" + ".".join(["a"] * 100_000) + " = 1}",
        "deep.toml": "x = " + "[" * 50_000,
        "tables.toml": "x = " + "{a = " * 50_000,
        "digits.toml": "x = " + "9" * 100_000,
        "hexadecimal.toml": "x = 0x" + "f" * 100_000,
        "date.toml": "x = 1979-05-27T07:32:00Z",
        "infinite.toml": "x = inf",
        "lines.toml": '"""\\"""\n' * 10_000,
        "twice.toml": "x = 1\nx = 2",
    }
    for number, literal in enumerate(NUMBERS):
        table = GOOD | {"w": [[literal, 1], [1, 1]]}
        found[f"number{number}.json"] = json.dumps(table)
    return found


TEXT_FILES = {
    "secret.txt": f"{SECRET}\nroot:x:0:0\n",
    "late.txt": f"# comment\n{SECRET} input i 3x3",
    "bytes.txt": b"input i 3x3 | conv w\xff\xfe 2x2",
    "wide.txt": "input i 3x3 | relu".encode("utf-16"),
    "nothing.txt": "",
    "comments.txt": "# only\n#comments\n",
    "control.txt": "input i 3x3 | \x1b[31mconv\x07 w 2x2\u202e",
    "large.txt": "input i 3x3 |" + " " * 1_000_000,
    "lines.md": "=\n" * 5_000,
    "control.md": "dC/dw_1^2 = \x1b[31m\u202e\x07 2\n",
    "prose.md": "= ".join(TEXTS[k] for k in ("escape", "bidi", "marks", "tex")) + "\n",
    "\x1b[31m\u202e.md": "dC/dw_1^2 = 1\n",
    "id_rsa": SECRET,
    ".netrc": SECRET,
    "no_ending.": SECRET,
}


def lay_out(folder):
    """All files of this page in a folder, and things that are no files."""
    for name, content in {**value_files(), **TEXT_FILES, "good.json": json.dumps(GOOD)}.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(data)
    (folder / "folder").mkdir()
    (folder / "folder.txt").mkdir()
    (folder / "closed.json").write_text(SECRET)
    (folder / "closed.json").chmod(0)
    with suppress(AttributeError, OSError):
        os.mkfifo(folder / "pipe.json")
        bound = socket.socket(socket.AF_UNIX)
        bound.bind("socket.json")
        bound.close()
    with suppress(OSError):
        (folder / "loop.json").symlink_to("loop.json")
        (folder / "broken.json").symlink_to("none.json")
        (folder / "out.json").symlink_to("/dev/zero")
