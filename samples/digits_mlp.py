"""Train a network on scikit-learn's handwritten digits through a generated gradient, and write that gradient.

With `--output DIR` the folder gets `digits_grad.py` (the gradient as a NumPy module that needs no adgen) and
`digits.png` (loss and test accuracy by epoch).
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import console
import numpy as np

import adgen

SIGNATURE = "f64[n,h], f64[h], f64[h,k], f64[k], f64[B,n], i64[B]"
PARAMETERS = ("W1", "b1", "W2", "b2")


def logits(W1, b1, W2, b2, x):
    """What the network says of each image, one row each."""
    hidden = np.tanh(x @ W1 + b1)
    return hidden @ W2 + b2


def loss(W1, b1, W2, b2, x, labels):
    """Cross-entropy of the labels, averaged over the batch."""
    z = logits(W1, b1, W2, b2, x)
    chosen = z[np.arange(len(labels)), labels]
    return np.mean(adgen.logsumexp(z, axis=1) - chosen)


class Digits(NamedTuple):
    """Images as rows of numbers from 0 to 1, and their labels, for training and for the test."""

    x: np.ndarray
    labels: np.ndarray
    x_test: np.ndarray
    labels_test: np.ndarray


class Epoch(NamedTuple):
    """What one pass over the training images came to."""

    loss: float
    accuracy: float


def digits() -> Digits:
    """The 1797 images that come with scikit-learn; a quarter is kept for the test."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, labels = load_digits(return_X_y=True)
    x, x_test, y, y_test = train_test_split(images / 16.0, labels, random_state=0, stratify=labels)
    return Digits(x, y.astype(np.int64), x_test, y_test.astype(np.int64))


def start(rng: np.random.Generator, hidden: int) -> list[np.ndarray]:
    """Random weights, zero biases."""
    W1 = rng.normal(size=(64, hidden)) / np.sqrt(64)
    W2 = rng.normal(size=(hidden, 10)) / np.sqrt(hidden)
    return [W1, np.zeros(hidden), W2, np.zeros(10)]


def accuracy(parameters: list[np.ndarray], x: np.ndarray, labels: np.ndarray) -> float:
    """The share of images that are read correctly."""
    return float(np.mean(np.argmax(logits(*parameters, x), axis=1) == labels))


def train(
    data: Digits,
    backend: str = "auto",
    epochs: int = 40,
    hidden: int = 64,
    batch: int = 32,
    rate: float = 0.05,
) -> tuple[list[np.ndarray], list[Epoch]]:
    """Gradient descent with momentum; the trained parameters, and what each epoch came to."""
    gradient = adgen.value_and_grad(loss, wrt=PARAMETERS, backend=backend)
    rng = np.random.default_rng(0)
    parameters = start(rng, hidden)
    velocities = [np.zeros_like(p) for p in parameters]
    history = []
    for _ in console.progress(range(epochs), "training"):
        losses = []
        order = rng.permutation(len(data.x))
        for first in range(0, len(order), batch):
            rows = order[first : first + batch]
            value, gradients = gradient(*parameters, data.x[rows], data.labels[rows])
            losses.append(value)
            velocities = [0.9 * v - rate * g for v, g in zip(velocities, gradients, strict=True)]
            parameters = [p + v for p, v in zip(parameters, velocities, strict=True)]
        history.append(Epoch(float(np.mean(losses)), accuracy(parameters, data.x_test, data.labels_test)))
    return parameters, history


def plot(history: list[Epoch], path: Path) -> None:
    """Loss and test accuracy by epoch."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.semilogy([epoch.loss for epoch in history])
    left.set(xlabel="epoch", ylabel="training loss")
    right.plot([100 * epoch.accuracy for epoch in history])
    right.set(xlabel="epoch", ylabel="test accuracy [%]")
    figure.savefig(path)


def write(folder: Path, history: list[Epoch]) -> None:
    """The gradient module and the plot."""
    folder.mkdir(parents=True, exist_ok=True)
    lowered = adgen.value_and_grad(loss, wrt=PARAMETERS, backend="numpy").lower(SIGNATURE)
    print(f"wrote {lowered.write(folder / 'digits_grad.py')}")
    plot(history, folder / "digits.png")
    print(f"wrote {folder / 'digits.png'}")


def main() -> None:
    """Train, say how well, and write."""
    arguments = console.with_output(console.options(__doc__.splitlines()[0])).parse_args()
    _, history = train(digits(), arguments.backend, epochs=3 if arguments.small else 40)
    print(f"training loss {history[-1].loss:.4f}, test accuracy {100 * history[-1].accuracy:.1f}%")
    if arguments.output:
        write(arguments.output, history)


if __name__ == "__main__":
    main()
