"""A network of two layers with one unit each: every number of the derivative can be checked by hand."""

from __future__ import annotations

import console

import adgen

EXAMPLE = {"x": 2.0, "y": 1.5, "w1": 0.5, "b1": 0.1, "w2": 0.8, "b2": 0.2}


def loss(x, y, w1, b1, w2, b2):
    """Half the squared error of the network."""
    # layer 1
    z1 = w1 * x + b1
    a1 = adgen.relu(z1)
    # layer 2
    z2 = w2 * a1 + b2
    return 0.5 * (z2 - y) ** 2


def gradients(backend: str = "auto") -> tuple[float, dict[str, float]]:
    """The loss of the example, and its derivative with respect to everything."""
    value, found = adgen.value_and_grad(loss, wrt=tuple(EXAMPLE), backend=backend)(**EXAMPLE)
    return value, dict(zip(EXAMPLE, found, strict=True))


def main() -> None:
    """Print the loss and its derivatives."""
    arguments = console.options(__doc__).parse_args()
    value, found = gradients(arguments.backend)
    print(f"loss    {value:.4f}")
    for name, derivative in found.items():
        print(f"d/d{name:<3} {derivative: .3f}")


if __name__ == "__main__":
    main()
