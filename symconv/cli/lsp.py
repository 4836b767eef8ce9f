"""`symconv lsp`: formulas checked in an editor, while they are written."""

from __future__ import annotations

from symconv.core.errors import MissingToolError

NEEDS = "pip install 'symconv[lsp]'"


def lsp() -> None:
    """Serve an editor by the language server protocol, over standard input and output.

    Wrong formulas of Markdown, LaTeX, reStructuredText, Quarto and notebooks are underlined, with
    the mistake and the correct formula on hover, and as a correction.
    """
    try:
        from symconv.editors.server import serve
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in {"pygls", "lsprotocol", "attrs", "cattrs"}:
            raise
        raise MissingToolError("symconv lsp needs pygls", help=NEEDS) from None
    serve()
