"""An exercise: its network, its questions, and what a mistake costs; read from a TOML file.

network = "two-convs"            # an example, a network text or a file beside this one
notation = "flat1"

[[question]]
id = "a"
wanted = "dC/dw_1^1"             # the quantity on the left, or a list of ways to write it
points = 4
partial = "entries"              # or "steps", "none"
conditions = ["missing_two"]     # conditions under which an answer counts as right
explicit = true                  # an answer in terms of derivatives is none

[question.mistakes]              # points and a hint for a mistake by its name
sign = { points = 3, hint = "Which way round is the difference?" }
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from symconv.claims.model.context import DifferentiableNetwork
from symconv.core.errors import SymconvError, did_you_mean
from symconv.core.printable import quote_text
from symconv.core.toml_files import read_toml_table
from symconv.documents.model.records import NetworkMark
from symconv.documents.networks import NetworkTable
from symconv.trace.input_values import read_values

LARGEST_EXERCISE = 200_000
"""The largest file of an exercise in bytes; one with ten questions has 2,000."""

MOST_POINTS, MOST_QUESTIONS = 1_000_000, 500
"""The most points of a question, and the most questions of an exercise."""

PARTIAL = ("entries", "steps", "none")


@dataclass(frozen=True)
class NamedMistake:
    """What an answer with a mistake of that name gets, and what its author is told."""

    points: float = 0.0
    hint: str = ""


@dataclass(frozen=True)
class ExerciseQuestion:
    """A question of an exercise; `wanted` are the ways to write the quantity on the left."""

    id: str
    wanted: tuple[str, ...]
    points: float = 1.0
    partial: str = "entries"
    conditions: tuple[str, ...] = ()
    explicit: bool = False
    mistakes: Mapping[str, NamedMistake] = field(default_factory=dict)


@dataclass(frozen=True)
class Exercise:
    """An exercise as plain data, so that other processes can be given it.

    `file` is where it was read from; `values` are the numbers that answers in numbers are about.
    One with `variants` marks each submission by the variant whose questions it names.
    """

    network: NetworkMark
    questions: tuple[ExerciseQuestion, ...]
    title: str = "exercise"
    file: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    budget: float = 10.0
    variants: Mapping[str, Exercise] = field(default_factory=dict)

    def choose_variant(self, names: Iterable[str]) -> Exercise | None:
        """The variant that has one of these questions; itself without variants, None for none."""
        if not self.variants:
            return self
        known = {q.id: variant for variant in self.variants.values() for q in variant.questions}
        return next((known[name] for name in names if name in known), None)

    @property
    def points(self) -> float:
        """What all questions give together."""
        return sum(q.points for q in self.questions)

    def find_network(self) -> DifferentiableNetwork:
        """The network of the exercise, built once for all submissions."""
        return NetworkTable().find(self.network, self.file)


def read_exercise(path: Path) -> Exercise:
    """The exercise of a file; SymconvError, with the key, for what is none."""
    return parse_exercise(read_toml_table(path, LARGEST_EXERCISE), path)


def parse_exercise(table: Mapping[str, Any], path: Path) -> Exercise:
    """The exercise of a table; `path` is where its networks and values lie."""
    if "variants" in table:
        return _parse_variants(table, path)
    _refuse_unknown(table, ("network", "notation", "title", "values", "budget", "question"), "")
    given = table.get("question")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_QUESTIONS:
        raise SymconvError("an exercise has questions", help="[[question]] with id and wanted")
    questions = tuple(_parse_question(q, n) for n, q in enumerate(given, 1))
    ids = [q.id for q in questions]
    if twice := [i for n, i in enumerate(ids) if i in ids[:n]]:
        raise SymconvError(f"two questions have the id {quote_text(twice[0])}")
    mark = NetworkMark(_take(table, "network", str, ""), _take(table, "notation", str, "", ""))
    values_file = _take(table, "values", str, "", "")
    exercise = Exercise(
        mark,
        questions,
        _take(table, "title", str, "", path.stem),
        str(path),
        read_values(path.parent / values_file) if values_file else {},
        float(_take(table, "budget", (int, float), "", 10.0)),
    )
    exercise.find_network()
    return exercise


def _parse_variants(table: Mapping[str, Any], path: Path) -> Exercise:
    """An exercise of several, each in a file beside it, with the same questions and points."""
    _refuse_unknown(table, ("title", "variants"), "")
    given = _take(table, "variants", dict, "")
    if not 1 <= len(given) <= MOST_QUESTIONS:
        raise SymconvError("'variants' is a table of files", help='01 = "exercise-01.toml"')
    found: dict[str, Exercise] = {}
    for name, file in given.items():
        where = f"variant {quote_text(name)}: "
        if not isinstance(file, str) or Path(file).name != file or file == path.name:
            raise SymconvError(f"{where}it is no file beside this one", help="exercise-01.toml")
        found[name] = read_exercise(path.parent / file)
    asked = {
        name: tuple(replace(q, id=q.id.removeprefix(f"{name}.")) for q in one.questions)
        for name, one in found.items()
    }
    first = next(iter(found))
    for name in found:
        if [(q.id, q.points) for q in asked[name]] != [(q.id, q.points) for q in asked[first]]:
            raise SymconvError(
                f"variant {quote_text(name)} has other questions than variant {quote_text(first)}"
            )
    if len({q.id for one in found.values() for q in one.questions}) < len(asked[first]) * len(
        found
    ):
        raise SymconvError("two variants have a question of the same id", help='id = "01.a"')
    title = _take(table, "title", str, "", path.stem)
    return replace(
        found[first], questions=asked[first], title=title, file=str(path), variants=found
    )


def _parse_question(table: Any, number: int) -> ExerciseQuestion:
    where = f"question {number}: "
    if not isinstance(table, dict):
        raise SymconvError(f"{where}it is no table", help="[[question]]")
    known = ("id", "wanted", "points", "partial", "conditions", "explicit", "mistakes")
    _refuse_unknown(table, known, where)
    wanted = table.get("wanted")
    ways = [wanted] if isinstance(wanted, str) else wanted
    partial = _take(table, "partial", str, where, "entries")
    if partial not in PARTIAL:
        raise SymconvError(f"{where}'partial' is one of {', '.join(PARTIAL)}")
    return ExerciseQuestion(
        _take(table, "id", str, where, str(number)),
        _take_texts(ways, "wanted", where),
        _take_points(table.get("points", 1), where),
        partial,
        _take_texts(table.get("conditions", []), "conditions", where, least=0),
        _take(table, "explicit", bool, where, False),  # noqa: FBT003 - what it is by itself
        _parse_mistakes(table.get("mistakes", {}), where),
    )


def _parse_mistakes(given: Any, where: str) -> dict[str, NamedMistake]:
    if not isinstance(given, dict) or not all(isinstance(m, dict) for m in given.values()):
        raise SymconvError(f"{where}'mistakes' is a table", help='sign = { points = 3, hint = "" }')
    found: dict[str, NamedMistake] = {}
    for name, table in given.items():
        inside = f"{where}mistake {quote_text(name)}: "
        _refuse_unknown(table, ("points", "hint"), inside)
        points = _take_points(table.get("points", 0), inside)
        found[name] = NamedMistake(points, _take(table, "hint", str, inside, ""))
    return found


def _refuse_unknown(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            raise SymconvError(
                f"{where}{quote_text(key)} is no option of it", help=did_you_mean(key, known)
            )


def _take(table: Mapping[str, Any], key: str, kind: Any, where: str, default: Any = None) -> Any:
    """A value of a kind; SymconvError where it is another, or is missing without a default."""
    value = table.get(key, default)
    if value is None:
        raise SymconvError(f"{where}'{key}' is missing")
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise SymconvError(f"{where}'{key}' has the wrong kind")
    return value


def _take_texts(given: Any, key: str, where: str, *, least: int = 1) -> tuple[str, ...]:
    right = isinstance(given, list) and all(isinstance(t, str) for t in given)
    if not right or len(given) < least:
        raise SymconvError(f"{where}'{key}' is a text, or a list of texts")
    return tuple(given)


def _take_points(value: Any, where: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value <= MOST_POINTS:
        raise SymconvError(f"{where}'points' is a number, from 0 to {MOST_POINTS:,}")
    return float(value)
