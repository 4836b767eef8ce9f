"""symconv: gradients of convolutional networks, derived step by step from one forward equation."""
