"""A batched network of any number of layers: the generated gradient shows the equations of backpropagation.

With examples as columns, d the derivative of the loss with respect to z of a layer, and * elementwise:

    d(L)   = (derivative of the loss by a(L)) * sigmoid'(z(L))
    d(l)   = (W(l+1).T @ d(l+1)) * sigmoid'(z(l))
    W_bar  = d(l) @ a(l-1).T
    b_bar  = sum of d(l) over the examples
"""

from __future__ import annotations

from itertools import pairwise

import console
import numpy as np

import adgen

LAYERS = "{W: f64[h,n], b: f64[h]}, {W: f64[k,h], b: f64[k]}, {W: f64[m,k], b: f64[m]}"
SIGNATURE = f"({LAYERS}), f64[n,B], f64[m,B]"


def loss(layers, x, y):
    """Half the squared error, averaged over the batch; examples are columns."""
    a = x
    for layer in layers:
        z = layer["W"] @ a + layer["b"][:, np.newaxis]
        a = adgen.sigmoid(z)
    return 0.5 * np.sum((a - y) ** 2) / x.shape[1]


def example(sizes: tuple[int, ...] = (4, 5, 3, 2), batch: int = 6, seed: int = 0) -> tuple:
    """Random layers of these sizes, inputs and targets."""
    rng = np.random.default_rng(seed)
    layers = tuple(
        {"W": rng.normal(size=(rows, columns)) / np.sqrt(columns), "b": 0.1 * rng.normal(size=rows)}
        for columns, rows in pairwise(sizes)
    )
    return layers, rng.normal(size=(sizes[0], batch)), rng.uniform(size=(sizes[-1], batch))


def equations(layers, x, y) -> tuple:
    """The gradient written by hand, as in the module's docstring."""
    activations = [x]
    for layer in layers:
        activations.append(adgen.sigmoid(layer["W"] @ activations[-1] + layer["b"][:, np.newaxis]))
    gradients = []
    upstream = (activations[-1] - y) / x.shape[1]
    for layer, a, before in zip(reversed(layers), activations[:0:-1], activations[-2::-1], strict=True):
        d = upstream * a * (1.0 - a)
        gradients.append({"W": d @ before.T, "b": np.sum(d, axis=1)})
        upstream = layer["W"].T @ d
    return tuple(reversed(gradients))


def difference(backend: str = "auto") -> float:
    """The largest difference between the generated gradient and the equations."""
    layers, x, y = example()
    pairs = zip(adgen.grad(loss, backend=backend)(layers, x, y), equations(layers, x, y), strict=True)
    return max(float(np.max(np.abs(found[k] - wanted[k]))) for found, wanted in pairs for k in ("W", "b"))


def main() -> None:
    """Print the generated module for three layers, and compare its gradient with the equations."""
    arguments = console.options(__doc__.splitlines()[0]).parse_args()
    print(adgen.value_and_grad(loss, backend="numpy").lower(SIGNATURE).source)
    print(f"largest difference from the equations: {difference(arguments.backend):.1e}")


if __name__ == "__main__":
    main()
