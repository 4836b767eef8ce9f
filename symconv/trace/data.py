"""A trace as data: numbers as text, so that nothing is lost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from symconv.render.formula.arrange import arrange
from symconv.render.formula.names import collect_names
from symconv.render.formula.plain import PlainText
from symconv.schemas import with_format

from .input_tables import Values
from .numbers import Number

if TYPE_CHECKING:
    from .record import Trace


def trace_json(trace: Trace) -> str:
    """Given values, every computed entry with its calculation, and the losses of a descent."""
    names = collect_names(
        trace.network.program, trace.network.backward().items, trace.network.notation
    )
    plain = PlainText().in_notation(trace.network.notation)
    data: dict[str, Any] = {
        "title": trace.network.title,
        "chosen": trace.chosen,
        "given": tables_json(trace.given),
        "computed": [
            {
                "tensor": part.equation.key,
                "formula": plain.write(arrange(part.equation.rhs, names)),
                "entries": [
                    {
                        "place": list(p),
                        "calculation": plain.write(w.form),
                        "value": number_text(w.value),
                    }
                    for p, w in part.entries.items()
                ],
            }
            for part in trace.parts
        ],
        "missing": {key: list(lacks) for key, lacks in trace.missing.items()},
        "exact": trace.exact,
    }
    if trace.descent:
        data["descent"] = {
            "rate": number_text(trace.descent.rate),
            "losses": [number_text(loss) for loss in trace.descent.losses],
            "weights": [tables_json(stage.weights) for stage in trace.descent.stages],
        }
    return json.dumps(with_format("trace", data), indent=1, ensure_ascii=False)


def tables_json(values: Values) -> dict[str, list[dict[str, Any]]]:
    """Tables as lists of places and values."""
    return {
        key: [{"place": list(p), "value": number_text(v)} for p, v in table.items()]
        for key, table in values.items()
    }


def number_text(value: Number) -> str:
    """A fraction as p/q, a float in full."""
    return repr(value) if isinstance(value, float) else str(value)
