"""Small networks whose numbers and derivations tell a change of symconv from no change.

Together they use every layer, windows with every option, groups, norms, labels, branches, pools with
ties, equations of one's own, sizes with names, and every way to write a module.
"""

from __future__ import annotations

SIZES = {"N": 2, "H": 5, "W": 4, "K": 2, "F": 3, "C": 2, "s": 2, "p": 1, "d": 2, "M": 3}
"""What sizes with a name are in every network: small, and no two of one network alike."""

NETWORKS = (
    "input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C",
    "input x HxW | conv w KxK -> z | half_sse t",
    "input x NxCxHxW | conv w 2x2 channels F stride s padding p bias b -> z",
    "input x Nx2x7x6 | conv w 3x2 channels 4 groups 2 stride 2 padding 1 dilation 2 bias b -> z | mse t",
    "input x 1x2x6x6 | conv w 3x3 channels 2 flip padding same -> z | relu -> a | maxpool 2 -> p | sse t",
    "input x Nx2x5x5 | conv w 3x3 channels 3 padding 0x1 padding_after 2x1 -> z | leaky_relu slope 0.1 | mse t",
    "input x 2x7 batch N | conv w 3 channels 2 stride 2 bias b untied -> z | tanh -> a | half_sse t",
    "input x 2x2x3x3x3 | conv w 2x2x2 channels 2 -> z | sigmoid -> a | sse t",
    "input x Nx2x4x4 | transposed_conv w 3x3 channels 2 stride 2 padding 1 output_padding 1 bias b -> z | sse t",
    "input x NxCxHxW | transposed_conv w 2x3 channels F stride s -> z",
    "input x 3x4 | maxpool 2 stride 1 padding 1 -> p | transposed_conv w 3x2 dilation 2 bias b -> z",
    "input x 1x2x4x4 | local w 2x2 channels 2 stride 2 padding 1 -> z | softplus -> a | sse t",
    "input x Nx1x6x6 | maxpool 3 stride 2 padding 1 -> p | half_sse t",
    "input x H | maxpool 3 padding p stride 1 -> y",
    "input x Nx2x5x5 | maxpool 2x3 stride 1x2 dilation 2x1 -> p | avgpool 2 ceil -> q | sse t",
    "input x Nx1x8x8 | maxpool 2 -> p | avgpool 2 -> q | sse t",
    "input x Nx2x5x5 | avgpool 3 stride 2 padding 1 exclude_padding -> p | sse t",
    "input x Nx1x4x5 | avgpool 2 stride 1 padding 1 divisor 3 -> p | silu -> a | sse t",
    "input x Nx2x3x4 | global_avgpool -> g | dense w 3 bias b -> h | softmax -> s | mse t",
    "input x Nx2x3x4 | global_maxpool -> g | dense w 3 -> h | log_softmax -> s | sse t",
    "input x Nx2x2x3 | flatten -> v | dense w 3 bias b -> h | cross_entropy t labels -> C",
    "input x 4 batch N | dense w M bias b -> h | gelu -> a | dense w F -> h | cross_entropy t reduction sum",
    "input x 5 batch N | dense w 4 -> h | elu alpha 0.5 -> a | bce_logits t -> C",
    "input x 5 batch N | dense w 1 -> h | sigmoid -> a | bce t reduction sum -> C",
    "input x 5 batch N | smooth_l1 t beta 0.5 -> C",
    "input x 5 batch N | l1 t reduction sum -> C",
    "input x Nx4x2x2 | batchnorm weight g bias b -> y | sse t",
    "input x Nx4x2x3 | groupnorm groups 2 weight g bias b -> y | mse t",
    "input x Nx2x3x2 | instancenorm epsilon 0.01 -> y | layernorm weight g -> y | half_sse t",
    "input x 6 batch N | rmsnorm weight g -> y | relu -> a | sse t",
    "input x Nx2x2x2 | scale g bias b -> y | upsample 2x3 -> u | sse t",
    "input x Nx2x3x3 | pad 1 after 2 -> y | conv w 2x2 channels 1 -> z | sse t",
    "input x 4x3 | tanh -> a | add x -> y | upsample 2 -> u | half_sse t",
    "input x Nx2x3x3 | conv w 1x1 channels 3 -> z | concat x -> y | conv v 2x2 channels 2 -> q | sse t",
    "input x 3x4 | relu -> a | matmul x transposed -> y | sse t",
    "input x 3x3 | sigmoid -> a | matmul x -> y | softmax -> s | sse t",
    "input x 5 | y[i] = sum(m<3) w[i]*x[m] + sum(k<3) x[i]*x[i+1] for i<2 | sse t -> C",
    "input x 6 | y[q] = sum(r, v) x[r] A[q,r,v] x[v] for q<3 | half_sse t",
    "input x 6x6 | y[i,j] = max(m<2, n<2) x[2*i+m, 2*j+n] + b[i] for i<3, j<3 | sse t",
    "input x 8 | y[i] = exp(sum(m<3) w[m]*x[i+m]) / (1 + x[i]^2) for i<4 | half_sse t",
    "input x H | y[i] = sum(m<2) w[m] relu(x[i] - 1/2) - abs(x[i]) for i<4",
    "input x 7 | y[2*i+m] = x[i] w[m] for i<3, m<2 | tanh | half_sse t",
    "input x 2x2 | conv w 1x2 -> z | tanh -> a | maxpool 1x1 -> p | sse t",
    "input x 4x4 | conv w 1x2 -> z | silu -> q | avgpool 2x1 -> p | sse t -> C",
)

WIDE = (
    "input x Nx3x10x10 | conv w 3x3 channels 4 padding 1 -> z | relu -> a | maxpool 2 -> p | flatten | dense W 3 | cross_entropy t labels",
    "input x Nx4x9x9 | conv w 3x3 channels 4 stride 2 -> z | conv v 3x3 channels 2 dilation 2 padding 2 -> y | sse t",
    "input x 2x8x12x12 | conv w 5x5 channels 8 padding 2 -> z | maxpool 2 -> p | half_sse t",
    "input x 8x2x14x14 | conv w 3x3 channels 16 padding 1 -> z | relu -> a | conv v 3x3 channels 4 -> y | half_sse t",
    "input x Nx1x12x12 | conv w 5x5 channels 6 -> z | sigmoid -> a | avgpool 2 -> p | conv v 3x3 channels 4 -> y | tanh | sse t",
    "input x Nx4x6x6 | conv w 3x3 channels 4 groups 4 padding 1 bias b -> z | relu -> a | conv v 1x1 channels 3 -> y | sse t",
    "input x 64x3x12x12 | conv w 3x3 channels 8 padding 1 -> z | maxpool 2 -> p | sse t",
)
"""Networks that the fast style plans; what their derivations say, smaller ones say, too."""

FORMS = {
    WIDE[0]: ("im2col", "toeplitz", "shifted_gemm", "winograd_f2", "winograd_f4"),
    WIDE[1]: ("batch_last", "im2col"),
    WIDE[4]: ("shifted_gemm", "batch_last"),
}
"""Algorithms that the plan of a network is overruled with, for z and the gradients by w and x."""
