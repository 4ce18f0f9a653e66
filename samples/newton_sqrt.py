"""Newton's square root, differentiated through the iteration: by `for` and by `while`.

The derivative of the square root of a is 1 / (2 sqrt(a)); the iteration's own derivative converges to it.
"""

from __future__ import annotations

import math

import console

import adgen


def sqrt_for(a, steps):
    """The square root of a after a number of Newton steps that start from a itself."""
    r = a
    for _ in range(steps):
        r = 0.5 * (r + a / r)
    return r


def sqrt_while(a, tolerance):
    """The square root of a: Newton steps until the square is within the tolerance."""
    r = a
    while abs(r * r - a) > tolerance:
        r = 0.5 * (r + a / r)
    return r


def main() -> None:
    """Print roots and derivatives at 2, step by step, then those of the `while` form."""
    arguments = console.options(__doc__).parse_args()
    by_steps = adgen.value_and_grad(sqrt_for, backend=arguments.backend)
    print("steps  root            derivative")
    for steps in range(1, 4 if arguments.small else 7):
        root, slope = by_steps(2.0, steps)
        print(f"{steps:5}  {root:.12f}  {slope:.12f}")
    root, slope = adgen.value_and_grad(sqrt_while, backend=arguments.backend)(2.0, 1e-12)
    print(f"while  {root:.12f}  {slope:.12f}")
    print(f"exact  {math.sqrt(2.0):.12f}  {0.5 / math.sqrt(2.0):.12f}")


if __name__ == "__main__":
    main()
