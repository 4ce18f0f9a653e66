"""A recurrent network that learns a text character by character, by backpropagation through time.

The same network is written twice: its loop over time rolled, and unrolled by `adgen.unroll`.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import console
import numpy as np

import adgen

TEXT = """
the loop runs on, the loop runs back,
each step has left a mark, a track;
what went ahead by sum and square
returns by slope, and finds it there.
a little error, sent upstream,
will bend the numbers in the seam,
till what is read and what is said
agree about the road ahead.
"""


class Network(NamedTuple):
    """Weights: from a character, from state to state, to scores of the next character."""

    inward: np.ndarray
    across: np.ndarray
    outward: np.ndarray
    state_bias: np.ndarray
    score_bias: np.ndarray


def step(network, state, characters):
    """The state after one character of every row of the batch."""
    return np.tanh(network.inward[characters] + state @ network.across + network.state_bias)


def surprise(network, state, following):
    """How unexpected the following characters are: the sum of minus the logs of their probabilities."""
    scores = state @ network.outward + network.score_bias
    return np.sum(adgen.logsumexp(scores, axis=1) - scores[np.arange(len(following)), following])


def rolled(network, text, steps):
    """Average surprise over `steps` characters; `text` is [time, batch]."""
    state = np.zeros((text.shape[1], network.across.shape[0]))
    total = 0.0
    for t in range(steps):
        state = step(network, state, text[t])
        total += surprise(network, state, text[t + 1])
    return total / (steps * text.shape[1])


def unrolled(network, text, steps):
    """The same, with the loop written out by adgen."""
    state = np.zeros((text.shape[1], network.across.shape[0]))
    total = 0.0
    for t in adgen.unroll(range(steps)):
        state = step(network, state, text[t])
        total += surprise(network, state, text[t + 1])
    return total / (steps * text.shape[1])


ALPHABET = "".join(sorted(set(TEXT)))


def encode(text: str) -> np.ndarray:
    """A text as positions in the alphabet."""
    return np.array([ALPHABET.index(c) for c in text], dtype=np.int64)


def start(rng: np.random.Generator, characters: int, units: int) -> Network:
    """Random weights, zero biases."""
    scale = 1.0 / np.sqrt(units)
    return Network(
        inward=0.5 * rng.normal(size=(characters, units)),
        across=scale * rng.normal(size=(units, units)),
        outward=scale * rng.normal(size=(units, characters)),
        state_bias=np.zeros(units),
        score_bias=np.zeros(characters),
    )


def windows(codes: np.ndarray, rng: np.random.Generator, steps: int, batch: int) -> np.ndarray:
    """Random stretches of the text, one per column."""
    first = rng.integers(0, len(codes) - steps, size=batch)
    return codes[np.arange(steps + 1)[:, np.newaxis] + first]


class Adam:
    """Adam with bias correction."""

    def __init__(self, network: Network, rate: float) -> None:
        self.rate, self.count = rate, 0
        self.mean = [np.zeros_like(w) for w in network]
        self.square = [np.zeros_like(w) for w in network]

    def update(self, network: Network, gradient: Network) -> Network:
        """The network one step further."""
        self.count += 1
        self.mean = [0.9 * m + 0.1 * g for m, g in zip(self.mean, gradient, strict=True)]
        self.square = [0.999 * s + 0.001 * g * g for s, g in zip(self.square, gradient, strict=True)]
        mean_scale, square_scale = 1.0 - 0.9**self.count, 1.0 - 0.999**self.count
        moments = zip(network, self.mean, self.square, strict=True)
        return Network(
            *(w - self.rate * (m / mean_scale) / (np.sqrt(s / square_scale) + 1e-8) for w, m, s in moments)
        )


def train(
    backend: str = "auto", rounds: int = 600, units: int = 48, steps: int = 24, batch: int = 16
) -> tuple[Network, list[float]]:
    """The trained network and the loss of every round."""
    codes = encode(TEXT)
    rng = np.random.default_rng(0)
    network = start(rng, len(ALPHABET), units)
    gradient = adgen.value_and_grad(rolled, backend=backend)
    adam = Adam(network, rate=0.005)
    losses = []
    for _ in console.progress(range(rounds), "training"):
        value, slopes = gradient(network, windows(codes, rng, steps, batch), steps)
        losses.append(float(value))
        network = adam.update(network, slopes)
    return network, losses


def write_on(network: Network, beginning: str, length: int) -> str:
    """The text that the network finds most likely after a beginning."""
    state = np.zeros((1, network.across.shape[0]))
    text = list(beginning)
    for c in beginning[:-1]:
        state = step(network, state, encode(c))
    for _ in range(length):
        state = step(network, state, encode(text[-1]))
        text.append(ALPHABET[int(np.argmax(state @ network.outward + network.score_bias))])
    return "".join(text)


def difference(backend: str = "auto", steps: int = 8) -> float:
    """The largest difference between the gradients of the rolled and the unrolled form."""
    codes = encode(TEXT)
    rng = np.random.default_rng(1)
    network = start(rng, len(ALPHABET), 12)
    text = windows(codes, rng, steps, batch=5)
    forms = [adgen.grad(form, backend=backend)(network, text, steps) for form in (rolled, unrolled)]
    return max(float(np.max(np.abs(a - b))) for a, b in zip(*forms, strict=True))


def plot(losses: list[float], path: Path) -> None:
    """The loss by round."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 3), layout="constrained")
    axes = figure.subplots()
    axes.semilogy(losses)
    axes.set(xlabel="round", ylabel="loss per character")
    figure.savefig(path)


def main() -> None:
    """Train, let the network write, and compare the two forms."""
    arguments = console.with_output(console.options(__doc__.splitlines()[0])).parse_args()
    network, losses = train(arguments.backend, rounds=20 if arguments.small else 600)
    print(f"loss per character {losses[0]:.3f} at the start, {losses[-1]:.3f} at the end")
    print(write_on(network, "the loop", 60))
    print(f"rolled and unrolled gradients differ by at most {difference(arguments.backend):.1e}")
    if arguments.output:
        arguments.output.mkdir(parents=True, exist_ok=True)
        plot(losses, arguments.output / "char_rnn.png")
        print(f"wrote {arguments.output / 'char_rnn.png'}")


if __name__ == "__main__":
    main()
