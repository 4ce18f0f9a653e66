"""A generator of random numbers for the oracles: its draws also take parameters that carry derivatives."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

#: methods by location and scale, and the standard draw behind each
_LOCATED = {
    "normal": "standard_normal",
    "laplace": "laplace",
    "gumbel": "gumbel",
    "logistic": "logistic",
    "uniform": "random",
}
_SCALED = {"exponential": "standard_exponential", "rayleigh": "rayleigh"}


def _size(size: Any, *parameters: Any) -> Any:
    """The size of a draw: the parameters' own where none is given."""
    if size is not None:
        return size
    shapes = [np.shape(p) for p in parameters]
    return np.broadcast_shapes(*shapes) if any(shapes) else None


def _constant(x: Any) -> Any:
    """A parameter without derivatives, as NumPy takes it."""
    while hasattr(x, "p"):
        x = x.p
    return np.real(x) if np.iscomplexobj(x) else x


class Drawn:
    """A copy of a generator; ``lift`` makes an array one that the oracle can store into."""

    def __init__(self, generator: np.random.Generator, lift: Callable[[Any], Any]) -> None:
        self._generator = copy.deepcopy(generator)
        self._lift = lift

    def __getattr__(self, name: str) -> Any:
        if name in _LOCATED:
            return lambda *args, **kwargs: self._located(name, *args, **kwargs)
        if name in _SCALED:
            return lambda scale=1.0, size=None: scale * self._draw(_SCALED[name], _size(size, scale))
        return lambda *args, **kwargs: self._plain(name, args, kwargs)

    def _draw(self, name: str, size: Any) -> Any:
        return self._lift(getattr(self._generator, name)(size=size))

    def _located(self, name: str, low: Any = 0.0, high: Any = 1.0, size: Any = None, **named: Any) -> Any:
        low, high = named.get("loc", named.get("low", low)), named.get("scale", named.get("high", high))
        drawn = self._draw(_LOCATED[name], _size(size, low, high))
        return low + (high - low if name == "uniform" else high) * drawn

    def _plain(self, name: str, args: Any, kwargs: Any) -> Any:
        if kwargs.get("out") is not None:
            out = kwargs["out"]
            out[...] = getattr(self._generator, name)(size=np.shape(out))
            return out
        given = {key: _constant(value) for key, value in kwargs.items()}
        return self._lift(getattr(self._generator, name)(*map(_constant, args), **given))

    def gamma(self, shape: Any, scale: Any = 1.0, size: Any = None) -> Any:
        """Gamma numbers; only the scale carries derivatives."""
        return scale * self._lift(self._generator.standard_gamma(_constant(shape), _size(size, shape, scale)))

    def lognormal(self, mean: Any = 0.0, sigma: Any = 1.0, size: Any = None) -> Any:
        """The exponential of a normal draw."""
        return np.exp(self._located("normal", mean, sigma, size))

    def permutation(self, x: Any, axis: int = 0) -> Any:
        """A range or the rows of an array in another order."""
        if not np.ndim(x):
            return self._generator.permutation(x)
        order = self._generator.permutation(np.shape(x)[axis])
        return x[(slice(None),) * axis + (order,)]

    def shuffle(self, x: Any, axis: int = 0) -> None:
        """Another order in place."""
        x[...] = self.permutation(x, axis)

    def choice(self, a: Any, size: Any = None, axis: int = 0, **named: Any) -> Any:
        """Some elements of an array or a range."""
        named = {key: _constant(value) for key, value in named.items()}
        if not np.ndim(a):
            return self._generator.choice(a, size, **named)
        chosen = self._generator.choice(np.shape(a)[axis], size, **named)
        return a[(slice(None),) * axis + (chosen,)]
