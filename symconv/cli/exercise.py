"""`symconv exercise`: sheets with numbers of their own, solutions, and what marks them."""

from __future__ import annotations

from typing import Annotated

import typer

from .console import FolderOption, ForceOption, NetworkArgument, NotationOption, say, show_progress


def exercise(  # noqa: PLR0913 - a command has the options it has
    network: NetworkArgument,
    output: FolderOption,
    seed: Annotated[int, typer.Option(help="The same seed makes the same sheets.")] = 0,
    variants: Annotated[int, typer.Option(help="How many sheets, each with other numbers.")] = 1,
    notation: NotationOption = None,
    *,
    force: ForceOption = False,
) -> None:
    """Make exercises of a network: sheets, solutions with every step, and the file for mark.

    Numbers are small and come out well. Wrong answers to choose from are typical mistakes, each
    judged wrong by check with its name.
    """
    from symconv.documents.model.records import NetworkMark
    from symconv.exercises.folder import list_file_names, refuse_other_files, write_variants
    from symconv.exercises.variant import Variant, make_variants
    from symconv.output.files import write_files

    from .network_argument import find_network_text, load_network

    # Standard input can be read once only.
    text, title = find_network_text(network)
    net = load_network(text, notation)
    net = net if text == network else net.titled(title)
    mark = NetworkMark(text, notation or "")

    def tell(variant: Variant) -> None:
        show_progress(f"{variant.name}/{variants}")

    if not force:
        refuse_other_files(output, list_file_names(variants))
    files = write_variants(net, mark, make_variants(net, variants, seed, told=tell))
    write_files(output, files, force=force)
    say(f"written: {len(files)} files")
