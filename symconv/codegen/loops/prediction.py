"""`predict` in loops."""

from __future__ import annotations

from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.python.prediction import find_prediction
from symconv.codegen.readable.prediction import (
    WrittenPrediction,
    predict_function,
    prediction_context,
    write_prediction,
)
from symconv.codegen.readable.target import standard_imports

from .function import ProgramPair, write_loops_function
from .module import loops_helpers


def write_loops_prediction(spec: ModuleSpec) -> WrittenPrediction | None:
    """The function index by index; None where the network predicts nothing."""
    program, twin = find_prediction(spec.forward), write_prediction(spec)
    if program is None or twin is None:
        return None
    setting = prediction_context(spec, program)
    names = setting.names.tensors
    # What its twin takes, parameters by name among them.
    wanted = {names[t.key] for t in program.given} | {p.name for p in twin.function.parameters}
    pair = ProgramPair(program, program)
    made = write_loops_function(setting, pair, program.equations, frozenset(wanted))
    helpers = loops_helpers(made.calls, labels=bool(setting.labels))
    imports = (standard_imports(made.calls), ("import numpy as np",))
    return WrittenPrediction(predict_function(spec, program, setting, made), helpers, imports)
