"""Programs that take derivatives inside: meta-learning, physics, Newton's method, penalties, influence."""

import numpy as np

import adgen


def mlp(p, x):
    for w, b in p:
        x = np.tanh(x @ w + b)
    return np.sum(x, axis=1)


def task(p, x, y):
    return np.mean((mlp(p, x) - y) ** 2)


def maml(p, x, y, rate):
    q = p
    for _ in range(3):
        g = adgen.grad(task)(q, x, y)
        q = tuple((w - rate * gw, b - rate * gb) for (w, b), (gw, gb) in zip(q, g, strict=True))
    return task(q, 0.5 * x, np.cos(y))


def adapted_list(p, x, y, rate):
    """The parameters are a tuple at first and a list after every step."""
    q = p[0]
    for _ in range(2):
        g = adgen.grad(lambda q: np.mean((np.tanh(x @ q[0] + q[1]) - y) ** 2))(q)
        q = [w - rate * gw for w, gw in zip(q, g, strict=True)]
    return np.mean((np.tanh(x @ q[0] + q[1]) - y) ** 2)


def net(w, x):
    return np.sum(np.tanh(w[0] * x + w[1]) * w[2])


slope = adgen.grad(net, wrt=1)
bend = adgen.jacobian(slope, wrt=1)


def pinn(w, xs):
    total = 0.0
    for x in xs:
        u_x = adgen.grad(net, wrt=1)(w, x)
        u_xx = adgen.grad(slope, wrt=1)(w, x)
        total += (u_xx + net(w, x) - np.sin(x)) ** 2 + 0.1 * u_x**2 + 0.0 * bend(w, x)
    return total / len(xs)


def newton(x, a):
    def objective(z, a):
        return np.sum(np.cosh(z - a)) + 0.1 * np.sum(z) ** 2

    for _ in range(3):
        g = adgen.grad(objective)(x, a)
        h = adgen.hessian(objective)(x, a)
        x = x - np.linalg.solve(h, g)
    return np.sum(x * x)


def critic(w, x):
    return np.sum(np.tanh(x @ w))


def penalty(w, x):
    g = adgen.grad(critic, wrt=1)(w, x)
    norms = np.sqrt(np.sum(g * g, axis=1) + 1e-12)
    return critic(w, x) + 10.0 * np.mean((norms - 1.0) ** 2)


def influence(w, x, v):
    def loss(w):
        return np.sum(np.log1p(np.exp(x @ w))) + 0.5 * np.sum(w * w)

    r, p, s = v, v, np.zeros(len(v))
    for _ in range(len(v)):
        hp = adgen.hvp(loss, (w,), (p,))
        a = np.sum(r * r) / np.sum(p * hp)
        s = s + a * p
        rest = r - a * hp
        p = rest + p * np.sum(rest * rest) / np.sum(r * r)
        r = rest
    return np.sum(s * v)


def pulled_twice(x):
    """A pullback through a loop whose length is not known before, used for two cotangents."""

    def settle(y):
        while np.sum(y * y) > 0.1:
            y = y * 0.7 + 0.01 * x
        return np.sin(y) * np.sum(y)

    out, pull = adgen.vjp(settle, x)
    (first,) = pull(np.ones(len(x)))
    (second,) = pull(out)
    return np.sum(first * second) + np.sum(adgen.jacfwd(settle)(x)) + np.sum(adgen.jacrev(settle)(x) ** 2)


def structures(p):
    def f(q):
        return {"a": q["w"] * np.sum(q["w"]) * q["b"], "c": q["b"] ** 2}

    out, pull = adgen.vjp(f, p)
    (g,) = pull(out)
    j = adgen.jacobian(f)(p)
    _, dot = adgen.jvp(f, (p,), ({"w": p["w"], "b": None},))
    blocks = np.sum(j["a"]["w"]) + np.sum(j["a"]["b"]) + j["c"]["b"]
    return np.sum(g["w"]) + g["b"] + blocks + np.sum(dot["a"]) + dot["c"]


def local_stores(x):
    def f(y):
        z = np.zeros(len(y) + 1)
        z[1:] = y * y
        z[0] = z[-1]
        return z

    return np.sum(adgen.jacobian(f)(x) ** 2)


def starred(x, y):
    def f(*xs, scale=1.0):
        return scale * np.sum(xs[0] * xs[1])

    both = adgen.grad(f, wrt=(0, 1))(x, y)
    return np.sum(adgen.grad(f, wrt=1)(x, y, scale=2.0) * y) + np.sum(both[0])


def aux_arrays(x):
    (value, (y, n)), g = adgen.value_and_grad(lambda z: (np.sum(z**3), (z * 2.0, len(z))), has_aux=True)(x)
    return value + np.sum(y * g) * n


def power(x, n):
    return 1.0 if n == 0 else x * power(x, n - 1) + np.sin(x)


def of_recursion(x, n):
    return adgen.grad(power)(x, n) * x


@adgen.custom_vjp
def soft(x):
    return np.log1p(np.exp(x))


soft.defvjp(lambda x: (soft(x), x), lambda x, g: g / (1.0 + np.exp(-x)))


def of_rules(x):
    for _ in range(2):
        x = x - 0.1 * adgen.grad(lambda y: np.sum(soft(y) * y))(x)
    return np.sum(soft(x)) + np.sum(adgen.hessian(lambda y: np.sum(soft(y)))(x))
