"""Identifiers: tensors, sizes, loop indices and local arrays under names that never clash."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from sympy import Symbol

from symconv.core.tensor import Name, Tensor

MODULE = {"np", "sliding_window_view", "Any", "NDArray", "NamedTuple", "TypeAlias"}
TYPES = {"Array", "Mask", "Labels", "Number", "Forward", "Gradients"}
HELPERS = {
    *("as_floats", "check_axes", "check_shape", "check_size", "check_classes"),
    *("forward", "backward"),
    *("sigmoid", "sign", "erf", "log_sum_exp", "softmax", "log_softmax", "add_by_label"),
}
STYLES = {
    *("step", "hide", "kept", "Kept", "as_strided", "tanh"),
    *("bind", "load_library", "collect_arrays", "make_arrays", "bind_pass", "run_pass"),
    *("Workspace", "Window", "Shape", "Shape4", "Step", "Transforms", "BLOCK"),
}
"""What the modules of other styles define: a tensor has the same name in all of them."""

TRAINING = {
    *("Parameter", "Parameters", "PARAMETERS", "initial", "parameters", "unpack_parameters"),
    *("predict", "cost_and_gradients", "found", "save", "load", "Path"),
    *("file", "args", "allow_pickle"),
}
"""What one trains with, and the parameters of `np.savez`, which writes arrays by their names."""

JAX = {
    *("jax", "jnp", "lax", "nn", "special", "product", "partial"),
    *("network", "primal", "keep", "pull_back", "constant", "refuse", "saved", "cotangent"),
    *("sizes",),
}
"""What modules for JAX define and import."""

TORCH = {
    *("torch", "functional", "nn", "product", "signature", "disable", "is_compiling", "like"),
    *("Function", "Derived", "DerivedInC", "Network", "network"),
    *("network_in_c", "select_arrays", "refuse_gradient", "zero_like"),
    *("arrays", "ctx", "face", "learns", "parameter", "self", "slopes"),
}
"""What modules for PyTorch define, import and bind beside tensors."""

MODULE_OF_TORCH = {
    *("add_module", "apply", "bfloat16", "buffers", "call_super_init", "children", "compile"),
    *("cpu", "cuda", "double", "dump_patches", "eval", "extra_repr", "float"),
    *("get_buffer", "get_extra_state", "get_parameter", "get_submodule", "half", "ipu"),
    *("load_state_dict", "modules", "mtia", "named_buffers", "named_children", "named_modules"),
    *("named_parameters", "parameters", "predict", "register_backward_hook", "register_buffer"),
    *("register_forward_hook", "register_forward_pre_hook", "register_full_backward_hook"),
    *("register_full_backward_pre_hook", "register_load_state_dict_post_hook"),
    *("register_load_state_dict_pre_hook", "register_module", "register_parameter"),
    *("register_state_dict_post_hook", "register_state_dict_pre_hook", "requires_grad_"),
    *("set_extra_state", "set_submodule", "share_memory", "state_dict", "to", "to_empty", "train"),
    *("training", "type", "xpu", "zero_grad", "T_destination"),
}
"""What a module of PyTorch is asked for by name, as for parameters. A local may be called so."""

LOCALS = {"values", "name", "array", "shape", "workspace"}
TUPLE = {"count", "index"}
"""Methods of tuples, which a field of a result of that name would hide."""

FIELDS = {"dtype", "gradients"}
"""Fields of results beside those that are named after a tensor. A local may be called so."""

# A tensor with one of these names gets a number behind it, the same one in every style. Whatever
# else a function binds (indices, parts, buffers) asks its namer, and gives way to the tensors.
RESERVED = frozenset(
    {
        *keyword.kwlist,
        *keyword.softkwlist,
        *dir(builtins),
        *MODULE,
        *TYPES,
        *HELPERS,
        *STYLES,
        *TRAINING,
        *JAX,
        *TORCH,
        *LOCALS,
        *TUPLE,
    }
)


@dataclass
class Namer:
    """Hands out identifiers, each one once."""

    taken: set[str] = field(default_factory=lambda: set(RESERVED))

    def claim(self, wanted: str) -> str:
        """`wanted`, or `wanted_2`, `wanted_3`, ... where that is taken."""
        # No digit in front, as Python wants it, and no underscore, which means private.
        plain = re.sub(r"\W", "", wanted.replace("^", "_")).lstrip("_0123456789") or "part"
        name, number = plain, 2
        while name in self.taken:
            name, number = f"{plain}_{number}", number + 1
        self.taken.add(name)
        return name

    def branch(self) -> Namer:
        """A namer for one function that knows the names of the module."""
        return Namer(set(self.taken))


def identifier_of(name: Name) -> str:
    """`w1`, `delta_o1`, `dw1`: letter, layer and kind run together."""
    plain = name.letter + ("" if name.layer is None else str(name.layer))
    return {"": plain, "delta": f"delta_{plain}", "gradient": f"d{plain}"}[name.kind]


@dataclass(frozen=True)
class Identifiers:
    """The identifiers of a module: tensors by key, sizes by symbol."""

    tensors: dict[str, str]
    sizes: dict[Symbol, str]
    namer: Namer


def allocate_identifiers(tensors: Iterable[Tensor], sizes: Iterable[Symbol]) -> Identifiers:
    """Tensors come first, in their order; a size with a tensor's name gets a number."""
    others = (FIELDS | MODULE_OF_TORCH) - RESERVED
    namer = Namer(set(RESERVED | others))
    arrays = {t.key: namer.claim(identifier_of(t.name)) for t in tensors}
    numbers = {s: namer.claim(s.name) for s in sorted(sizes, key=str)}
    namer.taken -= others
    return Identifiers(arrays, numbers, namer)
