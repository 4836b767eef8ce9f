"""What generated Python may hold, style by style: what is not known to be harmless is refused.

This is the one place that parses a generated module: its text, when it is finished.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from symconv.core.errors import SymconvError


@dataclass(frozen=True)
class AllowList:
    """All that the modules of one style may hold, beside the names that they bind themselves.

    `imports` are whole lines; `libraries` says what may follow `np.`, and any other name of a
    library; `values.` is followed by the fields of the module's own classes, any other dot by
    `methods`, and that of an owner by either, as an array may have an owner's name, too;
    `decorators` are of functions, several with a comma between; `dunders` are names with two
    underscores; `assigned` are the names whose attributes may be set. A function whose name is in
    `inside` is held against the list there instead.
    """

    nodes: tuple[type[ast.AST], ...]
    imports: frozenset[str]
    libraries: Mapping[str, frozenset[str]]
    methods: frozenset[str]
    builtins: frozenset[str]
    owners: frozenset[str] = frozenset()
    decorators: frozenset[str] = frozenset()
    dunders: frozenset[str] = frozenset()
    assigned: frozenset[str] = frozenset()
    inside: Mapping[str, AllowList] = field(default_factory=dict)

    def audit(self, text: str) -> str:
        """The text itself, if every part of it is on the list; SymconvError names what is not.

        SyntaxError where it is no Python at all.
        """
        tree = ast.parse(text)
        names, fields = _bound(tree), _fields(tree)
        for statement in tree.body:
            name = statement.name if isinstance(statement, ast.FunctionDef) else ""
            self.inside.get(name, self).audit_statement(statement, names, fields)
        return text

    def audit_statement(
        self, statement: ast.stmt, names: frozenset[str], fields: frozenset[str]
    ) -> None:
        """SymconvError unless a statement is on the list; `names` and `fields` are the module's."""
        known = names | self.builtins
        for node in ast.walk(statement):
            if not self._holds(node, known, fields):
                what = f"{type(node).__name__} `{ast.unparse(node)}`"
                line = getattr(node, "lineno", 0)
                raise SymconvError(f"generated code is not allowed: {what} (line {line})")

    def _holds(self, node: ast.AST, names: frozenset[str], fields: frozenset[str]) -> bool:  # noqa: PLR0911 - one case a kind
        """Whether one node is harmless, its children aside."""
        if not isinstance(node, self.nodes):
            return False
        match node:
            case ast.Import() | ast.ImportFrom():
                return ast.unparse(node) in self.imports
            case ast.Name(id=name):
                return name in self.dunders or (name in names and "__" not in name)
            case ast.Attribute(value=owner, attr=name, ctx=ast.Load()):
                return name in self._attributes(owner, fields)
            # What is assigned to an attribute changes an object that others hold.
            case ast.Attribute(value=owner, attr=name):
                return ast.unparse(owner) in self.assigned and "__" not in name
            # What is called has a name, which the lists are about; f()() and f[0]() have none.
            case ast.Call(func=function):
                return isinstance(function, ast.Name | ast.Attribute)
            # No bytes and no complex numbers: no generated module has a use for them.
            case ast.Constant(value=value):
                return value is ... or isinstance(value, str | int | float | None)
            case ast.FunctionDef(decorator_list=used):
                return not used or ", ".join(map(ast.unparse, used)) in self.decorators
            case ast.ClassDef():
                return not node.decorator_list
        return True

    def _attributes(self, owner: ast.expr, fields: frozenset[str]) -> frozenset[str]:
        """What may follow the dot."""
        name = owner.id if isinstance(owner, ast.Name) else ""
        if isinstance(owner, ast.Attribute) and ast.unparse(owner) == "values.kept":
            return fields
        if "super" in self.builtins and ast.unparse(owner) == "super()":
            return frozenset({"__init__"})
        if name in self.libraries:
            return self.libraries[name]
        if name == "values":
            return fields
        return fields | self.methods if name in self.owners else self.methods


def _bound(tree: ast.Module) -> frozenset[str]:
    """Every name that the module itself brings in or binds."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.alias(name=name, asname=other):
                found.add(other or name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                found.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
    return frozenset(found)


def _fields(tree: ast.Module) -> frozenset[str]:
    """What the bodies of the classes annotate, and what they compute as a property."""
    found: set[str] = set()
    for statement in (s for c in tree.body if isinstance(c, ast.ClassDef) for s in c.body):
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case ast.FunctionDef(name=name, decorator_list=[_]):
                found.add(name)
    return frozenset(name for name in found if "__" not in name)


NODES: tuple[type[ast.AST], ...] = (
    ast.Module, ast.Expr, ast.Import, ast.ImportFrom, ast.alias, ast.ClassDef, ast.FunctionDef,
    ast.arguments, ast.arg, ast.AnnAssign, ast.Assign, ast.AugAssign, ast.For, ast.If,
    ast.Raise, ast.Return, ast.Call, ast.keyword, ast.Attribute, ast.Subscript, ast.Slice,
    ast.Tuple, ast.Name, ast.Constant, ast.BinOp, ast.UnaryOp, ast.Compare, ast.JoinedStr,
    ast.FormattedValue, ast.operator, ast.unaryop, ast.cmpop, ast.expr_context,
)  # fmt: skip
"""What every module is made of."""

TRAINING = AllowList(
    nodes=(
        *NODES, ast.BoolOp, ast.boolop, ast.Dict, ast.DictComp, ast.GeneratorExp,
        ast.ListComp, ast.Starred, ast.With, ast.comprehension, ast.withitem,
    ),
    imports=frozenset(),
    libraries={"np": frozenset({
        "asarray", "float64", "fromfile", "full", "integer", "load", "random", "savez", "sqrt",
    })},
    methods=frozenset({
        "Generator", "PCG64", "astype", "dtype", "is_dir", "join", "kind", "name", "ndim", "parent",
        "random", "replace", "shape",
    }),
    builtins=frozenset({
        "FileNotFoundError", "TypeError", "ValueError", "dict", "float", "int", "isinstance", "len",
        "list", "map", "set", "str", "tuple", "zip",
    }),
    owners=frozenset({"found"}),
)  # fmt: skip
"""What draws first values, and reads and writes files of arrays."""

COMPILE = "jax.jit"
COMPILED = replace(
    TRAINING,
    libraries={**TRAINING.libraries, "jax": frozenset({"jit"})},
    decorators=frozenset({COMPILE}),
)
"""The same, where functions are compiled."""

TRAINERS = ("initial", "unpack_parameters", "save", "load", "cost_and_gradients")
"""The functions that are held against that list, in the modules of every style."""


def allow_training(allowed: AllowList) -> AllowList:
    """A list that leaves to the functions that one trains with what they need, and nothing else."""
    return replace(
        allowed,
        imports=allowed.imports | {"from pathlib import Path"},
        builtins=allowed.builtins | {"dict"},
        inside=dict.fromkeys(TRAINERS, COMPILED if COMPILE in allowed.decorators else TRAINING),
    )


READABLE = allow_training(AllowList(
    nodes=NODES,
    imports=frozenset({
        "from typing import Any, NamedTuple, TypeAlias",
        "from math import erf as erf_of_number",
        "import numpy as np",
        "from numpy.lib.stride_tricks import sliding_window_view",
        "from numpy.typing import NDArray",
    }),
    libraries={"np": frozenset({
        "abs", "add", "arange", "asarray", "bool_", "broadcast_to", "copy", "cos", "dtype",
        "einsum", "exp", "float64", "floating",
        "full", "inf", "integer", "isin", "log", "logaddexp", "maximum", "minimum", "ndindex",
        "ones",
        "pad", "reshape", "result_type", "sin", "sqrt", "take_along_axis", "tanh",
        "vectorize", "where", "zeros",
    })},
    methods=frozenset({
        "T", "argmax", "astype", "at", "count", "dtype", "items", "kind", "mT", "max", "mean",
        "min", "ndim", "reshape", "shape", "squeeze", "sum", "transpose", "values",
    }),
    builtins=frozenset({
        "TypeError", "ValueError", "int", "max", "min", "range", "str", "tuple",
    }),
))  # fmt: skip
"""What readable modules may hold."""

LOOPS = allow_training(AllowList(
    nodes=(*READABLE.nodes, ast.BoolOp, ast.boolop, ast.IfExp),
    imports=frozenset({
        "from typing import Any, NamedTuple, TypeAlias",
        "import numpy as np",
        "from math import erf as erf_of_number",
    }),
    libraries={"np": frozenset({
        "asarray", "bool_", "cos", "dtype", "exp", "float64", "inf", "log", "logaddexp", "maximum",
        "minimum", "ndindex", "result_type", "sin", "sqrt", "tanh", "zeros",
    })},
    methods=frozenset({
        "astype", "count", "dtype", "items", "kind", "ndim", "shape", "type", "values",
    }),
    builtins=frozenset({
        "TypeError", "ValueError", "abs", "divmod", "int", "max", "range", "str", "tuple",
    }),
))  # fmt: skip
"""Loops hold less of NumPy, and no method that computes."""

FAST = allow_training(AllowList(
    nodes=(
        *READABLE.nodes,
        *(ast.BoolOp, ast.boolop, ast.Dict, ast.GeneratorExp, ast.IfExp),
        *(ast.Lambda, ast.List, ast.ListComp, ast.Starred, ast.comprehension),
    ),
    imports=READABLE.imports | {
        "from concurrent.futures import ThreadPoolExecutor",
        "from math import tanh",
        "from numpy.lib.stride_tricks import as_strided",
        "from numpy.lib.stride_tricks import as_strided, sliding_window_view",
    },
    libraries={"np": READABLE.libraries["np"] | {
        "argsort", "array", "ascontiguousarray", "bitwise_and", "concatenate", "copyto", "empty",
        "empty_like", "greater", "matmul", "multiply", "ndarray",
        "searchsorted", "subtract",
    }},
    methods=READABLE.methods | {
        "get", "itemsize", "ravel", "result", "setdefault", "size",
        "start", "stop", "strides", "submit", "swapaxes", "take", "tolist", "type", "view",
    },
    builtins=READABLE.builtins | {
        "bool", "dict", "float", "len", "list", "property", "slice", "sum", "zip",
    },
    owners=frozenset({"self", "window"}),
    decorators=frozenset({"property"}),
))  # fmt: skip
"""Fast modules hold what readable ones do, and what workspaces and speed need."""

C_FACE = allow_training(AllowList(
    nodes=(
        *READABLE.nodes,
        *(ast.BoolOp, ast.boolop, ast.Dict, ast.DictComp, ast.GeneratorExp),
        *(ast.IfExp, ast.List, ast.ListComp, ast.Set, ast.Starred, ast.comprehension),
        *(ast.Try, ast.ExceptHandler, ast.While),
    ),
    imports=frozenset({
        "import ctypes",
        "import os",
        "from threading import Lock, Thread",
        "from collections.abc import Callable",
        "from concurrent.futures import ThreadPoolExecutor",
        "from pathlib import Path",
        "from typing import Any, NamedTuple, TypeAlias",
        "import numpy as np",
        "from numpy.typing import NDArray",
    }),
    libraries={"np": frozenset({
        "array", "asarray", "ascontiguousarray", "dtype", "empty", "float32", "float64", "floating",
        "int64", "integer", "isin", "uint8", "uintp",
    }), "os": frozenset({"cpu_count", "sched_getaffinity"})},
    methods=frozenset({
        "CDLL", "CFUNCTYPE", "acquire", "any", "append", "c_int", "c_size_t", "c_uint", "c_void_p",
        "ctypes", "data", "dtype", "exists", "extend", "get", "is_alive", "items", "kind", "max",
        "min", "name", "ndim", "release", "reshape", "result", "setdefault", "shape", "start",
        "submit", "values", "itemsize", "with_name",
    }),
    builtins=frozenset({
        "OSError", "RuntimeError", "TypeError", "ValueError", "dict", "enumerate", "frozenset",
        "hasattr", "int", "len", "list", "max", "min", "next", "range", "str", "tuple", "zip",
    }),
    dunders=frozenset({"__file__"}),
))  # fmt: skip
"""The face of a C file loads the library that lies beside it, and no other."""

JAX = allow_training(AllowList(
    nodes=(*READABLE.nodes, *(ast.IfExp, ast.List, ast.ListComp, ast.Starred, ast.comprehension)),
    imports=frozenset({
        "from functools import partial",
        "from itertools import product",
        "from typing import Any, NamedTuple, TypeAlias",
        "import jax",
        "import numpy as np",
        "import jax.numpy as jnp",
        "from jax import lax",
        "from jax import lax, nn",
        "from jax import nn",
        "from jax.scipy import special",
    }),
    libraries={
        "jax": frozenset({"Array", "custom_vjp", "jit"}),
        "nn": frozenset({"log_softmax", "sigmoid", "softmax"}),
        "special": frozenset({"erf", "logsumexp"}),
        "lax": frozenset({"conv_general_dilated", "rev", "slice_in_dim"}),
        "jnp": READABLE.libraries["np"] - {"add", "copy", "dtype", "isin", "ndindex", "vectorize"}
        | {"complexfloating", "issubdtype", "stack"},
    },
    methods=READABLE.methods - {"kind", "min"} | {"add", "defvjp", "set"},
    builtins=READABLE.builtins | {"float", "isinstance", "zip"},
    owners=frozenset({"gradients"}),
    decorators=frozenset(
        {"jax.custom_vjp", COMPILE, "partial(jax.custom_vjp, nondiff_argnames=('sizes',))"}
    ),
))  # fmt: skip
"""JAX modules hold what readable ones do, and the rule by which they are differentiated."""

TORCH = allow_training(AllowList(
    nodes=(
        *NODES,
        *(ast.BoolOp, ast.boolop, ast.Dict, ast.DictComp, ast.IfExp, ast.Starred),
        *(ast.Try, ast.ExceptHandler, ast.With, ast.withitem, ast.comprehension),
    ),
    imports=frozenset({
        "from inspect import signature",
        "from itertools import product",
        "from typing import Any, NamedTuple, TypeAlias",
        "import numpy as np",
        "import torch",
        "from torch import nn",
        "from torch.autograd import Function",
        "from torch.compiler import disable",
        "from torch.compiler import disable, is_compiling",
        "from torch.nn import functional",
    }),
    libraries={
        "torch": frozenset({
            "Tensor", "abs", "arange", "as_tensor", "asarray", "bool", "broadcast_to", "clamp",
            "clone", "cos", "einsum", "erf", "exp", "float64", "from_numpy", "get_default_dtype",
            "inf", "is_grad_enabled", "log", "log_softmax", "logsumexp", "maximum",
            "minimum", "no_grad", "promote_types", "relu", "sigmoid", "sign", "sin", "softmax",
            "sqrt", "take_along_dim", "tanh", "tensor", "where",
        }),
        "functional": frozenset({"pad", "softplus"}),
        "nn": frozenset({"Module", "Parameter"}),
    },
    methods=frozenset({
        "T", "amax", "apply", "argmax", "backward", "count", "detach", "device", "double", "dtype",
        "face", "flatten", "flip", "forward", "gradients", "index_put", "is_complex",
        "is_floating_point", "items", "kept", "logsumexp", "long", "mT", "mark_non_differentiable",
        "max", "mean", "min", "named_parameters", "ndim", "needs_input_grad", "new_full",
        "new_ones", "new_tensor", "new_zeros", "numel", "numpy", "parameters", "permute", "predict",
        "register_parameter", "requires_grad", "reshape", "save_for_backward", "saved_tensors",
        "shape", "sizes", "step", "sum", "to", "type", "unfold", "values",
    }),
    builtins=READABLE.builtins | {
        "RuntimeError", "any", "dict", "map", "staticmethod", "super", "zip",
    },
    owners=frozenset({"found", "gradients", "parameter", "self"}),
    decorators=frozenset({"disable", "staticmethod"}),
    assigned=frozenset({"ctx", "self"}),
))  # fmt: skip
"""Modules for PyTorch hold operations on tensors, and what a Function and a module of it need."""

ALLOW_LISTS: Mapping[str, AllowList] = {
    "loops": LOOPS,
    "readable": READABLE,
    "fast": FAST,
    "torch": TORCH,
    "jax": JAX,
    "c": C_FACE,
}
"""The list of each style."""
