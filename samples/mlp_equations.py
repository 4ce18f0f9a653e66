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

SIGNATURE = "((f64[h,n], f64[h]), (f64[k,h], f64[k]), (f64[m,k], f64[m])), f64[n,B], f64[m,B]"


def loss(layers, x, y):
    """Half the squared error, averaged over the batch; examples are columns."""
    a = x
    for W, b in layers:
        z = W @ a + b[:, np.newaxis]
        a = adgen.sigmoid(z)
    return 0.5 * np.sum((a - y) ** 2) / x.shape[1]


def example(sizes: tuple[int, ...] = (4, 5, 3, 2), batch: int = 6, seed: int = 0) -> tuple:
    """Random layers of these sizes, inputs and targets."""
    rng = np.random.default_rng(seed)
    layers = tuple(
        (rng.normal(size=(rows, columns)) / np.sqrt(columns), 0.1 * rng.normal(size=rows))
        for columns, rows in pairwise(sizes)
    )
    return layers, rng.normal(size=(sizes[0], batch)), rng.uniform(size=(sizes[-1], batch))


def equations(layers, x, y) -> tuple:
    """The gradient written by hand, as in the module's docstring."""
    activations = [x]
    for W, b in layers:
        activations.append(adgen.sigmoid(W @ activations[-1] + b[:, np.newaxis]))
    gradients = []
    upstream = (activations[-1] - y) / x.shape[1]
    for (W, _), a, before in zip(reversed(layers), activations[:0:-1], activations[-2::-1], strict=True):
        d = upstream * a * (1.0 - a)
        gradients.append((d @ before.T, np.sum(d, axis=1)))
        upstream = W.T @ d
    return tuple(reversed(gradients))


def main() -> None:
    """Print the generated module for three layers, and compare its gradient with the equations."""
    arguments = console.options(__doc__.splitlines()[0]).parse_args()
    gradient = adgen.grad(loss, backend=arguments.backend)
    print(gradient.lower(SIGNATURE).source)
    layers, x, y = example()
    found, wanted = gradient(layers, x, y), equations(layers, x, y)
    pairs = zip(sum(found, ()), sum(wanted, ()), strict=True)
    print(f"largest difference from the equations: {max(np.max(np.abs(f - w)) for f, w in pairs):.1e}")


if __name__ == "__main__":
    main()
