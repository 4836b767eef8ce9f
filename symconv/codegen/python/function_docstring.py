"""The docstring of a function: a title, details, and sections such as `Args:`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .layout import TAB


def function_docstring(
    title: str, sections: Mapping[str, Sequence[str]], details: Sequence[str] = ()
) -> str:
    """The lines in their quotes; a section without lines is left out.

    The lines of a section are laid out already, but for a margin of two steps.
    """
    parts = ["\n".join(f"{TAB}{line}" for line in details)] if details else []
    parts += [
        "\n".join([f"{TAB}{name}:", *(TAB * 2 + line for line in lines)])
        for name, lines in sections.items()
        if lines
    ]
    if not parts:
        return f'{TAB}"""{title}"""'
    return "\n\n".join([f'{TAB}"""{title}', *parts]) + f'\n{TAB}"""'
