"""Group normalisation."""

from dataclasses import dataclass

from symconv.core.tensor import Tensor
from symconv.layers.support.groups import share_among_groups
from symconv.layers.support.ranges import indices_of, row_major_index
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import Size, per_axis

from .norm import Norm, NormAxes


@dataclass(frozen=True)
class GroupNorm(Norm):
    """Mean and variance of each block of channels of each sample, over the block and over space."""

    keyword = "groupnorm"
    title = "group normalisation"
    takes_channels = True

    groups: Size = 1

    def axes(self, x: Tensor, at: Scope) -> NormAxes:
        ranges = at.like(x)
        axis = at.classes(x)
        batch, channel, space = ranges[:axis], ranges[axis : axis + 1], ranges[axis + 1 :]
        (groups,) = per_axis(self.groups, 1)
        size = share_among_groups(channel[0][1], groups, "channels of the input")
        block, inside = at.ranges("group", (groups,)), at.ranges("filter", (size,))
        place = (row_major_index(block + inside),)
        where = (*indices_of(batch), *place, *indices_of(space))
        return NormAxes(batch + block, inside + space, where, channel, place)
