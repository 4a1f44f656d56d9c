"""The losses in torch, faster than torch's own, on CPU and GPU. Taught in the chapter fused_kernels.

cross_entropy                : with weights, smoothing, ignored and weighted rows, z-loss and soft cap.
linear_cross_entropy         : the same on a linear layer's output, whose logits never exist at once.
vocab_parallel_cross_entropy : the same with the classes split over the ranks of a process group.
binary_cross_entropy_with_logits, kl_divergence, entropy, log_softmax, perplexity : over the last axis.

All are differentiable, run on any device, and sum in float32 at least. Results are in nats.
"""

from xentcourse.accelerated.linear import linear_cross_entropy
from xentcourse.accelerated.losses import cross_entropy
from xentcourse.accelerated.parallel import vocab_parallel_cross_entropy
from xentcourse.accelerated.simple import (
    binary_cross_entropy_with_logits,
    entropy,
    kl_divergence,
    log_softmax,
    perplexity,
)

__all__ = [
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "entropy",
    "kl_divergence",
    "linear_cross_entropy",
    "log_softmax",
    "perplexity",
    "vocab_parallel_cross_entropy",
]
