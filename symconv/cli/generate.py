"""`symconv generate` and `symconv run`: the code of a network, and all of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symconv.core.printable import escape_line

from .completion import complete_tensor, complete_tiles, complete_words
from .console import (
    ColourOption,
    FolderOption,
    ForceOption,
    NetworkArgument,
    NotationOption,
    Style,
    say,
    show,
    show_laid_out,
    show_progress,
)
from .progress import show_waiting
from .terminal import Colour, Terminal, find_terminal
from .verify import exit_with, report

if TYPE_CHECKING:
    from symconv.api import Network


STYLES = (
    "loops: the formula, index by index; readable: vectorised; fast: planned; jax, torch: for "
    "these; c: a C file."
)
StyleOption = Annotated[Style, typer.Option("--style", metavar="STYLE", help=STYLES)]
SizeOption = Annotated[
    list[str] | None,
    typer.Option("--size", metavar="NAME=NUMBER", help="Fix a size, as N=32; may be repeated."),
]


WrtOption = Annotated[
    list[str] | None,
    typer.Option(
        "--wrt",
        metavar="NAME",
        help="Compute this gradient alone; may be repeated, and 'parameters' means all of them.",
        autocompletion=complete_tensor,
    ),
]


NameOption = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="NAME",
        help="What the module and its files are called; a network text is 'network' without.",
    ),
]


def generate(  # noqa: PLR0913 - a command has the options it has
    network: NetworkArgument,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The folder to write to.")
    ] = None,
    style: Annotated[
        Style | None,
        typer.Option(
            "--style", metavar="STYLE", help=STYLES, show_default="readable; fast to explain alone"
        ),
    ] = None,
    size: SizeOption = None,
    notation: NotationOption = None,
    *,
    name: NameOption = None,
    wrt: WrtOption = None,
    tiles: Annotated[
        str | None,
        typer.Option(
            "--tiles",
            help="f2 or f4: Winograd's tiles for wide layers (fast, c); they round more.",
            autocompletion=complete_tiles,
        ),
    ] = None,
    form: Annotated[
        list[str] | None,
        typer.Option("--form", metavar="NAME=FORM", help="Overrule the plan for an equation."),
    ] = None,
    isa: Annotated[
        str | None,
        typer.Option(
            "--isa",
            help="What C may use: scalar (the default), avx2, avx512 or neon.",
            autocompletion=complete_words("scalar", "avx2", "avx512", "neon"),
        ),
    ] = None,
    dtype: Annotated[
        str | None,
        typer.Option(
            "--dtype",
            help="The numbers of C: float32 or float64.",
            autocompletion=complete_words("float32", "float64"),
        ),
    ] = None,
    chunk: Annotated[
        int | None,
        typer.Option("--chunk", help="How many samples of an open batch C computes at once."),
    ] = None,
    tune: Annotated[
        bool, typer.Option("--tune", help="Measure the forms on this machine, take the fastest.")
    ] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Print what becomes of each equation, and when `step` splits a batch."
        ),
    ] = False,
    force: ForceOption = False,
) -> None:
    """Write the module of a network (NumPy, JAX, PyTorch or C), its derivation, and its tests."""
    from symconv.core.errors import SymconvError

    from .network_argument import load_network, parse_forms, parse_sizes

    if output is None and not explain:
        raise SymconvError("there is no folder to write to", help="name one with -o FOLDER")
    net = _name_network(load_network(network, notation), name).fixed(**parse_sizes(size or []))
    net = net.only(*wrt) if wrt else net
    named = {"tiles": tiles, "isa": isa, "dtype": dtype, "chunk": chunk}
    overrides: dict[str, Any] = {n: word for n, word in named.items() if word not in {None, ""}}
    if form:
        overrides["forms"] = parse_forms(form)
    if tune:
        overrides["forms"] = _autotune_forms(net, tiles) | overrides.get("forms", {})
    chosen = style or (Style.fast if output is None else Style.readable)
    if explain:
        with show_waiting("planning"):
            plan = net.plan(chosen.value, **overrides)
        show_laid_out(_lay_out_plan(plan, find_terminal()))
    if output is not None:
        _generate(net, output, style=chosen, force=force, **overrides)


def run(  # noqa: PLR0913 - as above
    network: NetworkArgument,
    output: FolderOption,
    style: StyleOption = Style.readable,
    size: SizeOption = None,
    notation: NotationOption = None,
    *,
    name: NameOption = None,
    force: ForceOption = False,
    colour: ColourOption = Colour.auto,
) -> None:
    """Do all of it: show the derivation, write the files, report every check."""
    from .network_argument import load_network, parse_sizes

    net = _name_network(load_network(network, notation), name).fixed(**parse_sizes(size or []))
    terminal = find_terminal(colour)
    with show_waiting("deriving the gradients"):
        text = net.derivation().text(width=terminal.width)
    show(text)
    _generate(net, output, style=style, force=force)
    with show_waiting("checking every step, every gradient and the module"):
        checks = net.verify(style.value)
    report(checks, terminal)
    exit_with(checks)


def _name_network(net: Network, name: str | None) -> Network:
    """The network under the name of its module; SymconvError where no module can have it."""
    from symconv.codegen.python.module_name import check_module_name

    return net if name is None else net.titled(check_module_name(name))


def _lay_out_plan(plan: str, terminal: Terminal) -> Iterator[str]:
    """The lines of a plan, each broken to stand to the right of where it begins."""
    for line in plan.splitlines():
        text = line.lstrip()
        margin = line[: len(line) - len(text)]
        yield terminal.lay_out(text, head=margin, hang=len(margin) + 2)


def _autotune_forms(net: Network, tiles: str | None) -> dict[str, Any]:
    """The fastest forms; what is tried is shown on a terminal."""
    from symconv.tune import autotune

    return dict(autotune(net, show_progress, tiles=tiles))


def _generate(net: Network, folder: Path, *, style: Style, force: bool, **overrides: Any) -> None:
    from symconv.output.files import write_files

    with show_waiting("writing the module, its tests and the derivation"):
        files = net.files(style.value, **overrides)
    for path in write_files(folder, files, force=force):
        say(f"written: {escape_line(str(path))}")
