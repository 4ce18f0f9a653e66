"""A NamedTuple carried from step to step, replaced as a whole and by field, with methods and defaults."""

from typing import NamedTuple

import numpy as np


class State(NamedTuple):
    x: np.ndarray
    v: np.ndarray
    t: float = 0.0

    @property
    def energy(self):
        return 0.5 * np.sum(self.v * self.v) + 0.5 * np.sum(self.x * self.x)

    def moved(self, dt):
        return self._replace(x=self.x + dt * self.v, t=self.t + dt)


def leapfrog(x, v, stiffness):
    state = State(x, v)
    for _ in range(6):
        state = State(state.x, state.v - 0.05 * stiffness * state.x, t=state.t)
        state = state.moved(0.1)
        position, velocity, _ = state
        state = state._replace(v=velocity - 0.05 * stiffness * position)
    return state.energy * (1.0 + state.t)


def example(rng):
    return rng.standard_normal(3), rng.standard_normal(3), 1.3


CASE = {"fun": "leapfrog", "args": example, "signature": "f64[n], f64[n], f64", "wrt": (0, 1, 2)}
