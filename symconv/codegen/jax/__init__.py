"""The JAX style: the array program of the readable style, with its gradients as a custom rule."""
