"""Calls of the helper functions of an algorithm, and the copies that they read, made once each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from symconv.codegen.fast.algorithms.base import Algorithm, Argument, HelperCall
from symconv.codegen.fast.algorithms.contraction import Contraction
from symconv.codegen.fast.algorithms.sizes import Pair

from .constants import ModuleConstants
from .function_writer import FunctionWriter
from .role_axes import to_role_axes
from .saved_arrays import SavedArrays


@dataclass(frozen=True)
class CallSite:
    """What a call is written for.

    `image` and `delta` are the texts of arrays that are not simply the tensors in their roles;
    `name` is the name of what the call answers.
    """

    contraction: Contraction
    algorithm: Algorithm
    phases: Pair
    image: str = ""
    delta: str = ""
    name: str = ""


@dataclass
class CallWriter:
    """Spells what calls are given; `results` are the tensors that no workspace may hold."""

    results: frozenset[str] = frozenset()
    constants: ModuleConstants = field(default_factory=ModuleConstants)
    saved: SavedArrays = field(default_factory=SavedArrays)

    def spell(self, scribe: FunctionWriter, site: CallSite, call: HelperCall) -> list[str]:
        """The arguments of a call; copies that they need are written before."""
        scribe.helpers |= {"common", site.algorithm.template, *site.algorithm.needs}
        return [SPELLINGS[argument](self, scribe, site) for argument in call.arguments]

    def copy_image(self, scribe: FunctionWriter, site: CallSite) -> str:
        """The image as the algorithm reads it; a copy is kept from the forward pass."""
        call = site.algorithm.calls.copy_image
        if call is None:
            return read_image(scribe, site)
        if known := self.saved.read(scribe, _image_key(site)):
            return known
        name = _claim_patches(scribe, site, call)
        arguments = self.spell(scribe, replace(site, name=name), call)
        scribe.call(f"{name} = {call.function}", arguments)
        return self.saved.keep(_image_key(site), name)

    def copy_kernel(self, scribe: FunctionWriter, site: CallSite) -> str:
        """The kernel as the algorithm reads it; a copy is kept from the forward pass."""
        call, kernel = site.algorithm.calls.copy_kernel, site.contraction.kernel
        plain = to_role_axes(scribe, kernel)
        if call is None:
            return plain
        # An axis of length 1 makes the same copy with an index and without one.
        shape = scribe.tensors[kernel.key].shape
        order = tuple(None if a is None or shape[a] == 1 else a for a in kernel.order)
        made_for = (site.algorithm.name, site.contraction.axes, site.phases)
        key = ("kernel", kernel.key, order, kernel.flipped, *made_for)
        if key not in self.saved.names:
            name = scribe.names.namer.claim(f"{scribe.names.tensors[kernel.key]}_{call.suffix}")
            arguments = self.spell(scribe, replace(site, name=name), call)
            scribe.call(f"{name} = {call.function}", arguments)
            self.saved.keep(key, name)
        return self.saved.read(scribe, key) or ""

    def copy_delta(self, scribe: FunctionWriter, site: CallSite) -> str:
        """The delta of the places as the algorithm reads it: two gradients share one copy."""
        call, places = site.algorithm.calls.copy_delta, site.contraction.places
        plain = to_role_axes(scribe, places)
        if call is None:
            return plain
        key = (call.function, places.key, places.order)
        if key not in self.saved.names:
            name = scribe.names.namer.claim(f"{scribe.names.tensors[places.key]}_{call.suffix}")
            arguments = self.spell(scribe, replace(site, delta=plain, name=name), call)
            scribe.call(f"{name} = {call.function}", arguments)
            self.saved.names[key] = name
        return self.saved.names[key]

    def receive_patches(self, scribe: FunctionWriter, site: CallSite) -> str:
        """A name for the copy of an image that a call answers beside its result."""
        call = site.algorithm.calls.copy_image
        if call is None or not self.saved.forward:
            return "_"
        return self.saved.keep(_image_key(site), _claim_patches(scribe, site, call))

    def call_table(self, scribe: FunctionWriter, site: CallSite, which: int) -> str:
        """The call that gives the lookup table (0), or its inverse (1)."""
        made, algorithm = site.contraction, site.algorithm
        names = self.constants.name_table(scribe, made, algorithm, site.phases)
        return scribe.spell_call(names[which])

    def may_hold(self, site: CallSite) -> bool:
        """Whether a workspace may hold the result of a contraction.

        Not what the caller receives: the next call would write over it.
        """
        return site.contraction.result.key not in self.results


def read_image(scribe: FunctionWriter, site: CallSite) -> str:
    """The image with the axes of its role."""
    return site.image or to_role_axes(scribe, site.contraction.image)


def _image_key(site: CallSite) -> object:
    """What tells copies of images apart: another order of axes makes another copy.

    Also another window, as its margin is part of the copy, and other phases.
    """
    image, axes = site.contraction.image, site.contraction.axes
    return ("image", image.key, image.order, image.flipped, axes, site.algorithm.name, site.phases)


def _claim_patches(scribe: FunctionWriter, site: CallSite, call: HelperCall) -> str:
    """A free name for the copy of an image that a call makes."""
    image = scribe.names.tensors[site.contraction.image.key]
    return scribe.names.namer.claim(f"{image}_{call.suffix}")


def _write_image_shape(site: CallSite) -> str:
    first, second = site.contraction.axes
    return str((first.extent, second.extent))


def _write_kernel_shape(site: CallSite) -> str:
    made = site.contraction
    return str((made.filters, made.channels, made.axes[0].taps, made.axes[1].taps))


SPELLINGS: Mapping[Argument, Callable[[CallWriter, FunctionWriter, CallSite], str]] = {
    "image": lambda _, scribe, site: read_image(scribe, site),
    "patches": CallWriter.copy_image,
    "kernel": lambda _, scribe, site: to_role_axes(scribe, site.contraction.kernel),
    "spread_kernel": CallWriter.copy_kernel,
    "delta": lambda _, __, site: site.delta,
    "window": lambda calls, scribe, site: calls.constants.name_window(
        scribe, site.contraction, site.phases
    ),
    "table": lambda calls, scribe, site: calls.call_table(scribe, site, 0),
    "inverse": lambda calls, scribe, site: calls.call_table(scribe, site, 1),
    "constant": lambda calls, scribe, site: calls.constants.name_constant(
        scribe, site.contraction, site.algorithm
    ),
    "channels": lambda _, __, site: str(site.contraction.channels),
    "image_shape": lambda _, __, site: _write_image_shape(site),
    "kernel_shape": lambda _, __, site: _write_kernel_shape(site),
    "workspace": lambda _, __, ___: "workspace",
    "result_workspace": lambda calls, _, site: "workspace" if calls.may_hold(site) else "None",
    "name": lambda _, __, site: f'"{site.name}"',
    "in_workspace": lambda calls, _, site: f"in_workspace={calls.may_hold(site)}",
}
"""How every argument is written."""
