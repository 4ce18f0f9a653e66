"""A 2-2-1 network of sigmoids with binary cross-entropy: one step of gradient descent, all numbers shown."""

from __future__ import annotations

import console
import numpy as np

import adgen

PARAMETERS = ("W1", "b1", "W2", "b2")


def loss(x, y, W1, b1, W2, b2):
    """Binary cross-entropy of the network's output with the label y."""
    a1 = adgen.sigmoid(W1 @ x + b1)
    p = adgen.sigmoid(W2 @ a1 + b2)
    return -(y * np.log(p) + (1.0 - y) * np.log(1.0 - p))


def example() -> dict[str, object]:
    """The input, its label and the parameters at the start."""
    return {
        "x": np.array([0.5, 0.3]),
        "y": 1.0,
        "W1": np.array([[0.1, 0.3], [0.2, 0.4]]),
        "b1": np.array([0.1, 0.2]),
        "W2": np.array([0.5, 0.6]),
        "b2": 0.1,
    }


def step(values: dict, backend: str = "auto", rate: float = 0.1) -> tuple[float, dict, dict]:
    """The loss, its gradients, and the values after one step of gradient descent on the parameters."""
    wrt = ("x", *PARAMETERS)
    value, found = adgen.value_and_grad(loss, wrt=wrt, backend=backend)(**values)
    gradients = dict(zip(wrt, found, strict=True))
    after = {name: values[name] - rate * gradients[name] for name in PARAMETERS}
    return value, gradients, {**values, **after}


def main() -> None:
    """Print the loss, its gradients, and the loss after one step."""
    arguments = console.options(__doc__).parse_args()
    values = example()
    value, gradients, after = step(values, arguments.backend)
    np.set_printoptions(precision=12)
    print(f"loss {value:.12f}")
    for name, gradient in gradients.items():
        print(f"d/d{name}\n{gradient}")
    print(f"loss after one step {loss(**after):.12f}")


if __name__ == "__main__":
    main()
