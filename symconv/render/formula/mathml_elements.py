"""MathML elements as text; what stands inside them is markup already."""

from __future__ import annotations

import html


def element(name: str, *parts: str, **attributes: str) -> str:
    """<name key="value">parts</name>; the parts are markup already."""
    written = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{written}>{''.join(parts)}</{name}>"


def row(text: str) -> str:
    """Markup as one argument of an element."""
    return element("mrow", text)


def operator(sign: str, **attributes: str) -> str:
    """A sign as an operator."""
    return element("mo", html.escape(sign), **attributes)


def scripted(base: str, below: str, above: str) -> str:
    """A base with what stands below and above it."""
    if below and above:
        return element("msubsup", base, row(below), row(above))
    if below:
        return element("msub", base, row(below))
    return element("msup", base, row(above)) if above else base
