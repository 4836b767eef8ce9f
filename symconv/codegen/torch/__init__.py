"""The torch style: the readable module on tensors, as one differentiable operation and a module."""
