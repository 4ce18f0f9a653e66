"""Fields of a dataclass assigned in loops, branches and methods, seen through every name of the object."""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Particle:
    position: np.ndarray
    velocity: np.ndarray
    work: float = 0.0
    marks: list = field(default_factory=list)

    def kick(self, force, dt):
        self.velocity = self.velocity + dt * force
        self.work += np.sum(force * self.velocity) * dt


def orbit(x, v, k):
    particle = Particle(x, v)
    same = particle
    for _ in range(5):
        particle.kick(-k * particle.position, 0.1)
        same.position = same.position + 0.1 * particle.velocity
        if particle.position[0] > 0.0:
            particle.work = particle.work * 0.9
        else:
            same.velocity = same.velocity * 0.95
    return np.sum(particle.position**2) + particle.work + len(particle.marks)


def example(rng):
    return np.array([0.3, -0.8, 0.5]), np.array([-0.7, 0.4, 0.9]), 2.0


CASE = {"fun": "orbit", "args": example, "signature": "f64[n], f64[n], f64", "wrt": (0, 1, 2)}
