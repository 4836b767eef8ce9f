"""Channels and filters in groups: the filters of a group see the channels of their group only."""

from __future__ import annotations

from sympy import Expr

from symconv.core.equation import Ranges
from symconv.core.errors import SymconvError

from .ranges import row_major_index
from .scope import Scope
from .sizes import Size, per_axis


def split_groups(
    channels: Ranges, count: Size | None, groups: Size, at: Scope
) -> tuple[Ranges, Ranges, Ranges]:
    """Ranges of the groups, of a group's channels, and of a group's filters.

    With one group there is no range of groups, and none of filters where `count` is None.
    SymconvError where the groups divide the channels or the filters with a rest.
    """
    filters = per_axis(count, 1) if count is not None else ()
    (number,) = per_axis(groups, 1)
    if number == 1:
        return (), channels, at.ranges("filter", filters)
    parts = [n / number for n in (*(n for _, n in channels), *filters)]
    if len(parts) != 2 or not all(n.is_integer for n in parts):
        raise SymconvError(
            f"{number} groups do not divide the channels of the {at.title}",
            help="groups divide both the input's channels and the option channels",
        )
    channel = at.ranges("channel", parts[:1])
    return at.ranges("group", (number,)), channel, at.ranges("filter", parts[1:])


def place_in_group(group: Ranges, inside: Ranges) -> tuple[Expr, ...]:
    """The place of a channel among all; that of its group where the group has only one."""
    single = group and inside[0][1] == 1
    return (row_major_index(group if single else group + inside),) if inside else ()
