"""From a tree to values: arithmetics, assignments of numbers, arrays and functions."""
