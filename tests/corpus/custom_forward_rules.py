"""Functions with forward rules of their own, at the top of a module and inside a function."""

import numpy as np

import adgen


@adgen.custom_jvp
def product(x, y):
    return x * x * y


@product.defjvp
def product_rule(primals, tangents):
    (x, y), (dx, dy) = primals, tangents
    return product(x, y), 2.0 * x * y * dx + x * x * dy


def energy(x, k):
    @adgen.custom_jvp
    def bond(d, stiffness):
        return 0.5 * stiffness * d * d

    def bond_rule(primals, tangents):
        d, stiffness = primals
        return bond(d, stiffness), stiffness * d * tangents[0] + 0.5 * d * d * tangents[1]

    bond.defjvp(bond_rule)
    total = product(k, x[0])
    for i in range(1, len(x)):
        total += bond(x[i] - x[i - 1], k) * product(x[i], 2.0)
    return total + np.sum(product(x, np.sin(x)))


def example(rng):
    return rng.standard_normal(5), 1.3


CASE = {"fun": "energy", "args": example, "signature": "f64[n], f64", "wrt": (0, 1)}
