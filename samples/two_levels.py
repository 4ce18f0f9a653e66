"""A schedule of two levels: states on disk every so many steps, and few states in memory between them.

A wave on a string is steered: the gradient of its shape at the end by the force on it at every time.
"""

from __future__ import annotations

import console
import numpy as np

import adgen

EVERY, SLOTS = 1000, 8


def missed(force, target, steps):
    """The distance to a shape after so many steps; a force of a few numbers is on one point of the string."""
    now = np.zeros(len(target))
    before = now.copy()
    for t in adgen.checkpointed(range(steps), every=EVERY, slots=SLOTS):
        after = now.copy()
        bend = now[2:] - 2.0 * now[1:-1] + now[:-2]
        after[1:-1] = 2.0 * now[1:-1] - before[1:-1] + 0.25 * bend - 1e-4 * now[1:-1] ** 3
        after[len(target) // 3] += 1e-3 * force[t * len(force) // steps]
        before, now = now, after
    return np.sum((now - target) ** 2)


def missed_on_disk(force, target, steps):
    """The same, with the states between segments in a file that nobody sees."""
    now = np.zeros(len(target))
    before = now.copy()
    for t in adgen.checkpointed(range(steps), every=EVERY, slots=SLOTS, disk=True):
        after = now.copy()
        bend = now[2:] - 2.0 * now[1:-1] + now[:-2]
        after[1:-1] = 2.0 * now[1:-1] - before[1:-1] + 0.25 * bend - 1e-4 * now[1:-1] ** 3
        after[len(target) // 3] += 1e-3 * force[t * len(force) // steps]
        before, now = now, after
    return np.sum((now - target) ** 2)


def steered(backend: str, steps: int, points: int, rounds: int) -> tuple[list[float], np.ndarray]:
    """The distances while the force is improved, and the force."""
    target = np.sin(np.linspace(0.0, np.pi, points))
    force = np.zeros(20)
    gradient = adgen.value_and_grad(missed, backend=backend)
    distances, rate = [], 1.0
    slope = gradient(force, target, steps)[1]
    for _ in console.progress(range(rounds), "steering"):
        value, slope = gradient(force, target, steps)
        distances.append(float(value))
        rate = 0.5 * value / max(float(np.sum(slope * slope)), 1e-300)
        force = force - rate * slope
    return distances, force


def main() -> None:
    """Steer, and compare with states on disk."""
    arguments = console.options(__doc__.splitlines()[0]).parse_args()
    steps, points, rounds = (60, 12, 2) if arguments.small else (20_000, 100, 12)
    distances, force = steered(arguments.backend, steps, points, rounds)
    print(f"distance {distances[0]:.4f} at the start, {distances[-1]:.4f} after {rounds} rounds")
    target = np.sin(np.linspace(0.0, np.pi, points))
    count = min(steps, 3000)
    first, second = (
        adgen.grad(form, backend="numpy")(force, target, count) for form in (missed, missed_on_disk)
    )
    print(f"the same gradient with states on disk: {np.array_equal(first, second)}")


if __name__ == "__main__":
    main()
