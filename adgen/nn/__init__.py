"""Neural networks: activations and softmax as functions that adgen differentiates by rules of their own."""

from adgen.nn.functions import (
    gelu,
    log_softmax,
    logsumexp,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
    stop_gradient,
)

__all__ = [
    "gelu",
    "log_softmax",
    "logsumexp",
    "relu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "stop_gradient",
]
