"""All pairs in one list, then elements stored into it by computed positions."""


def pair_energy(x):
    products = []
    for i in range(len(x)):
        for j in range(i):
            products.append(x[i] * x[j])  # noqa: PERF401
    for k in range(1, len(products)):
        products[k] = products[k] + 0.5 * products[k - 1]
        products[-1] += products[k] * products[k]
    return sum(products) + sum(products[1:3])


def example(rng):
    return rng.uniform(-1.0, 1.0, 5)


def two(rng):
    return rng.uniform(-1.0, 1.0, 2)


CASE = {
    "fun": "pair_energy",
    "args": lambda rng: (example(rng),),
    "signature": "f64[n]",
    "wrt": (0,),
    "more": (lambda rng: (two(rng),),),
}
