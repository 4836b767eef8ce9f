"""A generated module, loaded: `forward` and `backward` as functions of arrays by name."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

from symconv.codegen.python.allowlist import READABLE, AllowList
from symconv.core.errors import MissingToolError, SymconvError


@dataclass(frozen=True)
class Compiled:
    """The functions of a generated module.

        values = net.compile().forward(i=image, w1=kernel, ...)
        gradients = net.compile().backward(i=image, ..., values=values)

    Both take arrays by the names of the module and answer with named tuples of arrays; those of the
    fast style also take its `workspace`, and `step` is both at once where a module has it. `arrays`
    maps the key of a tensor (`w^1`, `gradient w^1`) to its name in the module (`w1`, `dw1`).
    """

    source: str
    arrays: Mapping[str, str]
    allowed: AllowList = READABLE
    path: str = ""
    """Where the text lies, for a module that looks beside itself."""

    @cached_property
    def module(self) -> ModuleType:
        """The module; its text passes an allow-list before it is run."""
        module = ModuleType("symconv_generated")
        if self.path:
            module.__file__ = self.path
        code = compile(self.allowed.audit(self.source), "<symconv>", "exec")
        try:
            exec(code, module.__dict__)  # noqa: S102 - generated and audited, never a user's text
        except ImportError as error:
            missing = error.name or "a library"
            raise MissingToolError(
                f"the module needs {missing}, which is not installed",
                help=f"install it, as with pip install {missing}",
            ) from error
        return module

    def forward(self, /, **arrays: Any) -> Any:
        """Every value of the network."""
        return self._call("forward", arrays)

    def backward(self, /, **arrays: Any) -> Any:
        """The gradients; what the backward pass does not need may be passed, too."""
        return self._call("backward", arrays)

    def step(self, /, **arrays: Any) -> Any:
        """The cost and the gradients, with the batch split over `threads=`, where it can be."""
        if not hasattr(self.module, "step"):
            raise SymconvError(
                "the module has no `step`",
                help="one of the fast style has, if its batch is a name, as in Nx1x28x28",
            )
        return self._call("step", arrays)

    def _call(self, name: str, arrays: Mapping[str, Any]) -> Any:
        function = getattr(self.module, name)
        wanted = inspect.signature(function).parameters
        # Both passes take the same call: what only the other one reads is left out in silence.
        known = {*wanted, *inspect.signature(self.module.forward).parameters}
        known |= {"values", "workspace"} if name == "backward" else {"workspace"}
        unknown = sorted(set(arrays) - known)
        missing = [n for n, p in wanted.items() if n not in arrays and p.default is p.empty]
        if unknown or missing:
            problem = f"does not know '{unknown[0]}'" if unknown else f"needs '{missing[0]}'"
            raise SymconvError(f"`{name}` {problem}", help=f"it takes {', '.join(wanted)}")
        return function(**{n: arrays[n] for n in wanted if n in arrays})
