"""The files of an exercise: for each variant a sheet, its solution, and what marks it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.core.printable import quote_text
from symconv.documents.model.records import NetworkMark
from symconv.marking.exercise import Exercise, ExerciseQuestion, NamedMistake
from symconv.marking.exercise_writer import write_exercise, write_variant_list
from symconv.output.templates import capitalize_first

from .questions import HALF, POINTS, DrawnQuestion
from .sheets import MARKUPS, write_sheet
from .values import list_values
from .variant import Variant, name_variants


def write_variants(
    network: Network, mark: NetworkMark, variants: Sequence[Variant]
) -> dict[str, str]:
    """Every file by its name; `mark` is how a file names the network."""
    found: dict[str, str] = {}
    for variant in variants:
        name = variant.name
        for form in MARKUPS:
            found[f"sheet-{name}.{form}"] = write_sheet(network, variant, form, solved=False)
            found[f"solution-{name}.{form}"] = write_sheet(network, variant, form, solved=True)
        found[f"values-{name}.json"] = json.dumps(list_values(variant.tables), indent=1) + "\n"
        found[f"exercise-{name}.toml"] = write_exercise(
            build_exercise(network, mark, variant), f"values-{name}.json"
        )
        found[f"answers-{name}.md"] = write_answer_form(variant)
    files = {v.name: f"exercise-{v.name}.toml" for v in variants}
    found["exercise.toml"] = write_variant_list(network.title, files)
    return found


def list_file_names(count: int) -> list[str]:
    """The names of the files of so many variants."""
    kinds = [
        *(f"{part}-{{}}.{form}" for form in MARKUPS for part in ("sheet", "solution")),
        "values-{}.json",
        "exercise-{}.toml",
        "answers-{}.md",
    ]
    found = [kind.format(name) for name in name_variants(count) for kind in kinds]
    return [*found, "exercise.toml"]


def build_exercise(network: Network, mark: NetworkMark, variant: Variant) -> Exercise:
    """What marks the answers to a variant."""
    called = "" if network.title == "network" else f"{network.title}, "
    return Exercise(
        mark,
        tuple(_build_question(q, variant.name) for q in variant.questions),
        f"{called}variant {variant.name}",
        values=list_values(variant.tables),
    )


def _build_question(question: DrawnQuestion, variant: str) -> ExerciseQuestion:
    """A wrong choice gets nothing, a blank with one named mistake half of the points."""
    points = 0.0 if question.options else HALF
    return ExerciseQuestion(
        f"{variant}.{question.id}",
        (question.wanted,),
        POINTS,
        "none",
        explicit=question.formula is not None,
        mistakes={
            w.mistake: NamedMistake(points, f"{capitalize_first(w.feedback)}.")
            for w in question.wrong
        },
    )


def write_answer_form(variant: Variant) -> str:
    """A file to fill in and hand in: the marker of every question, and the left side."""
    lines = [f"# Answers to variant {variant.name}", ""]
    for question in variant.questions:
        marker = f"<!-- symconv: question {variant.name}.{question.id} -->"
        lines += [marker, f"{question.wanted} =", ""]
    return "\n".join(lines)


def refuse_other_files(folder: Path, names: Iterable[str]) -> None:
    """SymconvError where a folder is there that holds anything but these files."""
    if not folder.is_dir():
        return
    known = set(names)
    others = sorted(p.name for p in folder.iterdir() if p.name not in known)
    if others:
        raise SymconvError(
            f"{quote_text(str(folder))} holds other files, such as {quote_text(others[0])}",
            help="name a new folder, or use --force",
        )
