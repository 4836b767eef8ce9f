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
    if not channels or count is None:
        raise SymconvError(
            f"{number} groups in the {at.title} have nothing to divide",
            help="they divide the channels of the input and the option channels",
        )
    parts = [
        share_among_groups(channels[0][1], number, "channels of the input"),
        share_among_groups(filters[0], number, f"channels of the {at.title}"),
    ]
    channel = at.ranges("channel", parts[:1])
    return at.ranges("group", (number,)), channel, at.ranges("filter", parts[1:])


def place_in_group(group: Ranges, inside: Ranges) -> tuple[Expr, ...]:
    """The place of a channel among all; that of its group where the group has only one."""
    single = group and inside[0][1] == 1
    return (row_major_index(group if single else group + inside),) if inside else ()


def share_among_groups(count: Expr, groups: Expr, what: str) -> Expr:
    """How many of `count` channels or filters each group has; refused where they leave a rest.

    `what` says in an error whose they are.
    """
    each = count / groups
    if each.is_integer:
        return each
    said, names = f"the {count} {what}", sorted(map(str, each.free_symbols))
    if not names:
        raise SymconvError(
            f"{groups} groups do not divide {said}",
            help="groups divide the channels of the input, and those of the output",
        )
    few = " and ".join(f"'{n}'" for n in names)
    few += " are no numbers" if len(names) > 1 else " is no number"
    raise SymconvError(
        f"whether {groups} groups divide {said} is not known: {few}",
        help="write numbers for the groups and for what they divide",
    )
