"""A written formula as a strip of pieces between which a line may break."""

from __future__ import annotations

from typing import NamedTuple


class TextBox(NamedTuple):
    """Text that stays on one line, with its width and how tall it is.

    `glue` stands between the piece and the one before it on the same line. Where a line breaks
    instead (only if `rank` is a number; low numbers break first), the new line starts with `lead`.
    """

    text: str
    width: float
    height: int = 0
    rank: int | None = None
    glue: str = ""
    glue_width: float = 0
    lead: str = ""
    lead_width: float = 0


Boxes = tuple[TextBox, ...]

DEPTH_COST, EXCESS_COST, SLACK_COST = 0.25, 1000, 0.1
"""What a level of depth costs, a point beyond the margin, and an empty line, where a line costs 1.

So a break four levels deep is as bad as one line more, running into the margin is worse than
anything, and even lines decide between equals.
"""


def join_text(strip: Boxes) -> str:
    """The strip on one line."""
    return "".join(piece.glue + piece.text for piece in strip)


def total_width(strip: Boxes) -> float:
    """The width of the strip on one line."""
    return sum(piece.glue_width + piece.width for piece in strip)


def tallest_height(strip: Boxes) -> int:
    """The height of the tallest piece."""
    return max(piece.height for piece in strip)


def fuse_boxes(strip: Boxes) -> TextBox:
    """All boxes as one box, never broken."""
    return TextBox(join_text(strip), total_width(strip), tallest_height(strip))


def nest_boxes(strip: Boxes, by: int = 2) -> Boxes:
    """The same boxes at a deeper level of a formula, where breaking a line costs `by` more."""
    return tuple(p if p.rank is None else p._replace(rank=p.rank + by) for p in strip)


def add_glue(glue: TextBox, strip: Boxes) -> Boxes:
    """The boxes behind something else: glue before the first, and its rules for breaking there."""
    first = strip[0]._replace(
        glue=glue.text + strip[0].glue,
        glue_width=glue.width + strip[0].glue_width,
        rank=glue.rank,
        lead=glue.lead,
        lead_width=glue.lead_width,
    )
    return (first, *strip[1:])


def delimit(left: TextBox, strip: Boxes, right: TextBox, rank: int | None = None) -> Boxes:
    """A strip between two delimiters that stay on its first and last line.

    With a `rank` a line may break behind the left one, too.
    """
    first = strip[0]._replace(rank=rank)
    opened = ((fuse_boxes((left, first)),) if rank is None else (left, first)) + strip[1:]
    last = opened[-1]
    closed = last._replace(
        text=last.text + right.text,
        width=last.width + right.width,
        height=max(last.height, right.height),
    )
    return (*opened[:-1], closed)


def break_lines(strip: Boxes, first: float, other: float) -> tuple[Boxes, ...]:
    """The strip in lines: none wider than the room if that can be, few, breaking outside first.

    `first` is the room on the first line and `other` on all later lines.
    """
    stops = [0, *(k for k, p in enumerate(strip) if k and p.rank is not None), len(strip)]
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(stops)):
        options = []
        # The best way to break the first `end` pieces, for every `end`: Knuth and Plass, as in TeX.
        for start in range(end - 1, -1, -1):
            room = other if start else first
            width = _line_width(strip[stops[start] : stops[end]])
            options.append(
                (best[start][0] + _line_badness(strip, stops[start], width, room), start)
            )
            # A line from further in front would be wider still.
            if width > room:
                break
        best.append(min(options))
    return tuple(strip[a:b] for a, b in _trace_breaks(best, stops))


def lines_fit(lines: tuple[Boxes, ...], first: float, other: float) -> bool:
    """Whether no line of a broken strip is wider than its room."""
    rooms = (first, *(other for _ in lines[1:]))
    return all(_line_width(line) <= room for line, room in zip(lines, rooms, strict=True))


def _line_width(line: Boxes) -> float:
    return total_width(line) - line[0].glue_width + line[0].lead_width


def _line_badness(strip: Boxes, start: int, width: float, room: float) -> float:
    """A line costs 1, a break as much as it is deep, room too little very much, slack a little."""
    depth = (strip[start].rank or 0) * DEPTH_COST if start else 0
    over = max(0.0, width - room) * EXCESS_COST
    slack = max(0.0, 1 - width / room) ** 2 * SLACK_COST
    return 1 + depth + over + slack


def _trace_breaks(best: list[tuple[float, int]], stops: list[int]) -> list[tuple[int, int]]:
    spans, end = [], len(stops) - 1
    while end:
        start = best[end][1]
        spans.append((stops[start], stops[end]))
        end = start
    return spans[::-1]


def line_text(line: Boxes, *, continued: bool) -> str:
    """One line of a broken strip; a continued line starts with its operator."""
    first = line[0]
    start = first.lead if continued else first.glue
    return (start + first.text + join_text(line[1:])).rstrip(" ")
