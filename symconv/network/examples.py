"""The example networks: those that people ask about, and one that they build next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExampleNetwork:
    """A named network text with the notation of the people who ask about it, and their question."""

    name: str
    text: str
    notation: str
    question: str


EXAMPLES = (
    ExampleNetwork(
        "two-convs",
        "input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C",
        "flat1",
        "Two convolutions in a row end in one number: how does the first kernel see the cost?",
    ),
    ExampleNetwork(
        "conv-pool-sigmoid-dense",
        "input o 5x5 | conv w 2x2 bias b -> x | maxpool 2 -> p | sigmoid -> a | flatten -> v "
        "| dense W 2 -> h | half_sse t -> E",
        "ij0",
        "How does the error of a dense layer get through sigmoid and max-pooling to a kernel?",
    ),
    ExampleNetwork(
        "relu-filter",
        "input x 3x3 | conv w 2x2 -> z | relu -> y | half_sse t -> C",
        "ij0",
        "One filter, one ReLU: why does subtracting my gradient make the output worse?",
    ),
    ExampleNetwork(
        "general-conv",
        "input x HxW | conv w k1xk2 -> z",
        "ij0",
        "The gradients of a convolution for any image and any kernel (cross-correlation).",
    ),
    ExampleNetwork(
        "general-conv-flipped",
        "input x HxW | conv w k1xk2 flip -> z",
        "ij0",
        "The same for convolution in the sense of mathematics, with the kernel flipped.",
    ),
    ExampleNetwork(
        "general-conv-strided",
        "input x NxCxHxW | conv w k1xk2 channels F stride s padding p dilation d bias beta -> z",
        "ij0",
        "And with batch, channels, bias, stride, padding and dilation.",
    ),
    ExampleNetwork(
        "general-conv-strided-flipped",
        "input x NxCxHxW "
        "| conv w k1xk2 channels F stride s padding p dilation d bias beta flip -> z",
        "ij0",
        "And with the kernel flipped.",
    ),
    ExampleNetwork(
        "lenet5",
        "input x Nx1x28x28 | conv w 5x5 channels 6 padding 2 bias b -> z | relu -> a "
        "| maxpool 2 -> p | conv w 5x5 channels 16 bias b -> z | relu -> a | maxpool 2 -> p "
        "| flatten -> v | dense W 120 bias c -> h | relu -> r | dense W 84 bias c -> h | relu -> r "
        "| dense W 10 bias c -> h | cross_entropy t labels -> C",
        "ij0",
        "LeNet-5 with ReLU, max-pooling and softmax cross entropy, for a batch of any size.",
    ),
)

BY_NAME = {example.name: example for example in EXAMPLES}
