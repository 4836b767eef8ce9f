"""From a tree to values: arithmetics, worlds of numbers, arrays and functions."""
