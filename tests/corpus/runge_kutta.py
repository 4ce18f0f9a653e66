"""Fourth-order Runge-Kutta steps of Lotka-Volterra through a helper that returns a pair."""


def field(x, y, a, b):
    return a * x - b * x * y, b * x * y - 0.7 * y


def simulate(x, y, a, b, h):
    for _ in range(3):
        k1x, k1y = field(x, y, a, b)
        k2x, k2y = field(x + 0.5 * h * k1x, y + 0.5 * h * k1y, a, b)
        k3x, k3y = field(x + 0.5 * h * k2x, y + 0.5 * h * k2y, a, b)
        k4x, k4y = field(x + h * k3x, y + h * k3y, a, b)
        x = x + h / 6.0 * (k1x + 2.0 * k2x + 2.0 * k3x + k4x)
        y = y + h / 6.0 * (k1y + 2.0 * k2y + 2.0 * k3y + k4y)
    return x * y


def example(rng):
    return 1.2, 0.8, 0.9, 0.5, 0.1


CASE = {"fun": "simulate", "args": example, "signature": "f64, f64, f64, f64, f64", "wrt": (0, 1, 2, 3, 4)}
