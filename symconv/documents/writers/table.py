"""The forms of a report by the name that `--format` has for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType

from symconv.documents.model.records import FileReport

from .github import write_github
from .html import write_html
from .json_list import write_json
from .junit import write_junit
from .lines import write_lines
from .sarif import write_sarif
from .text import write_text

Writer = Callable[[Sequence[FileReport]], str]
WRITERS: MappingProxyType[str, Writer] = MappingProxyType(
    {
        "text": write_text,
        "lines": write_lines,
        "json": write_json,
        "sarif": write_sarif,
        "github": write_github,
        "junit": write_junit,
        "html": write_html,
    }
)
