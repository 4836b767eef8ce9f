"""The import statements of a module: groups of lines, merged as a linter sorts them."""

from __future__ import annotations

from itertools import zip_longest

ImportGroups = tuple[tuple[str, ...], ...]


def merge_imports(*modules: ImportGroups) -> ImportGroups:
    """Every import of several modules; what comes from one place stands on one line.

    A group is from the standard library, then from NumPy; each keeps its place.
    """
    groups = zip_longest(*modules, fillvalue=())
    return tuple(_merge_group([line for part in group for line in part]) for group in groups)


def _merge_group(lines: list[str]) -> tuple[str, ...]:
    plain, named = set[str](), dict[str, set[str]]()
    for line in lines:
        start, _, names = line.partition(" import ")
        if names:
            named.setdefault(start, set()).update(names.split(", "))
        else:
            plain.add(line)
    found = [f"{start} import {', '.join(sorted(some))}" for start, some in sorted(named.items())]
    return (*sorted(plain), *found)
