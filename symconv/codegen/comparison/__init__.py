"""How fast one style is beside another, from the cost models of both."""
