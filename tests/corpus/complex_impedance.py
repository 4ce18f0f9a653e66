"""A resonant circuit at one frequency: Python's complex numbers, and cmath."""

import cmath


def response(r, inductance, capacitance, omega):
    z_l = 1j * omega * inductance
    z_c = 1 / (1j * omega * capacitance)
    parallel = 1 / (1 / complex(r, 0.1 * r) + 1 / z_l + 1 / z_c)
    gain = parallel / (parallel + 50.0)
    decay = cmath.exp(-gain * gain.conjugate()) * cmath.sqrt(parallel)
    return abs(gain) ** 2 + cmath.phase(parallel) + decay.real - 2.0 * decay.imag


def example(rng):
    return (float(rng.uniform(20.0, 40.0)), 0.3, 0.02, float(rng.uniform(8.0, 11.0)))


CASE = {
    "fun": "response",
    "args": example,
    "signature": "f64, f64, f64, f64",
    "wrt": (0, 1, 2, 3),
    "tags": ("complex",),
}
