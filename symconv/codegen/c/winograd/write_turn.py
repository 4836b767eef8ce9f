"""A square of numbers turned in registers: rows become columns by shuffling pairs of vectors."""

from __future__ import annotations

SHUFFLES = "#if defined(__clang__) || (defined(__GNUC__) && __GNUC__ >= 12)"
"""The compilers that shuffle vectors by one name; others move number by number."""


def write_turn(lanes: int) -> str:
    """`turn_16(from, step, rows, to, pitch, count)`: to[pitch * j + k] = from[step * k + j].

    Rows behind the last are that one again, and columns from `count` on are not written. A round
    deals every row and the one half the rows behind it out to two, entry by entry; after as many
    rounds as 2 has powers in the number of rows they have become columns.
    """
    half, rounds = lanes // 2, lanes.bit_length() - 1
    vector, loose = f"v{lanes}", f"u{lanes}"
    dealt = [n for k in range(lanes) for n in (k, lanes + k)]
    head = (
        f"static inline void turn_{lanes}(const real *from, int step, int rows, real *to, "
        "int pitch, int count)"
    )
    lines = [
        "/* A square turned: its columns become rows. */",
        SHUFFLES,
        *(
            f"#define {word}_{lanes}(x, y) __builtin_shufflevector(x, y, "
            f"{', '.join(map(str, dealt[first : first + lanes]))})"
            for word, first in (("LOW", 0), ("HIGH", lanes))
        ),
        head,
        "{",
    ]
    for k in range(lanes):
        row = f"({k} < rows ? {k} : rows - 1)" if k else "0"
        lines.append(f"  const {vector} in0_{k} = *(const {loose} *)&from[step * {row}];")
    for n in range(rounds):
        for k in range(half):
            pair = f"(in{n}_{k}, in{n}_{k + half})"
            lines.append(f"  const {vector} in{n + 1}_{2 * k} = LOW_{lanes}{pair};")
            lines.append(f"  const {vector} in{n + 1}_{2 * k + 1} = HIGH_{lanes}{pair};")
    for k in range(lanes):
        store = f"*({loose} *)&to[pitch * {k}] = in{rounds}_{k};"
        lines.append(f"  if ({k} < count) {store}" if k else f"  {store}")
    return "\n".join(
        [
            *lines,
            "}",
            "#else",
            head,
            "{",
            f"  for (int j = 0; j < {lanes} && j < count; j++)",
            f"    for (int k = 0; k < {lanes}; k++)",
            "      to[pitch * j + k] = from[step * (k < rows ? k : rows - 1) + j];",
            "}",
            "#endif",
        ]
    )
