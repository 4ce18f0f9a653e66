"""Refused programs beside those of the table: the same codes reached in other ways.

Each row is (code, refused program with its place marked, corrected twin).
"""

from __future__ import annotations

from adgen.diagnostics import Example

Row = tuple[str, Example, Example]

VECTOR = "adgen.grad(f)(np.ones(3))"
MATRIX = "adgen.grad(f)(np.ones((3, 4)))"


def scalar(source: str) -> Example:
    return Example(source, signature="f64")


def vector(source: str) -> Example:
    return Example(source, VECTOR, "f64[n]")


def matrix(source: str) -> Example:
    return Example(source, MATRIX, "f64[n,m]")


def counted(source: str) -> Example:
    return Example(source, "adgen.grad(f)(1.5, 2)", "f64, i64")


LANGUAGE: list[Row] = [
    (
        "AG101",
        scalar("""
            def f(x):
                s = 0.0
                for i in range(3):
                    «try»:
                        s += x
                    finally:
                        s += 1.0
                return s
        """),
        scalar("""
            def f(x):
                s = 0.0
                for i in range(3):
                    s += x
                    s += 1.0
                return s
        """),
    ),
    (
        "AG104",
        scalar("""
            def f(x):
                «yield from (x, x)»
        """),
        scalar("""
            def f(x):
                return x + x
        """),
    ),
    (
        "AG107",
        scalar("""
            count = 0

            def f(x):
                «global count»
                count += 1
                return x * count
        """),
        scalar("""
            count = 3

            def f(x):
                global count
                return x * count
        """),
    ),
    (
        "AG108",
        scalar("""
            def f(x):
                «from time import time»
                return x * time()
        """),
        scalar("""
            from math import sin

            def f(x):
                return sin(x)
        """),
    ),
    (
        "AG109",
        scalar("""
            def g(a, b):
                return a * b

            def f(x):
                return g(«**x»)
        """),
        scalar("""
            def g(a, b):
                return a * b

            def f(x):
                return g(**{"a": x, "b": x})
        """),
    ),
    (
        "AG112",
        counted("""
            def f(x, n):
                d = «{k: x * k for k in range(n)}»
                return d[0]
        """),
        counted("""
            def f(x, n):
                d = {k: x * k for k in range(3)}
                return d[0] * n
        """),
    ),
    (
        "AG120",
        scalar("""
            def f(x):
                y = x * x
                z = x if «x is y» else y
                return z
        """),
        scalar("""
            def f(x):
                y = x * x
                z = x if x == y else y
                return z
        """),
    ),
    (
        "AG125",
        vector("""
            def f(x):
                noise = «np.random.normal»(size=3)
                return np.sum(x * noise)
        """),
        vector("""
            def f(x):
                noise = np.array([0.1, 0.2, 0.3])
                return np.sum(x * noise)
        """),
    ),
    (
        "AG404",
        scalar("""
            def f(x):
                for i in «adgen.truncated(range(4), 0)»:
                    x = x * x
                return x
        """),
        scalar("""
            def f(x):
                for i in adgen.truncated(range(4), 2):
                    x = x * x
                return x
        """),
    ),
    (
        "AG124",
        scalar("""
            def g(y):
                return h(y)

            def h(y):
                return «g(y)»

            def f(x):
                return g(x)
        """),
        scalar("""
            def g(y):
                return h(y)

            def h(y):
                return y * y

            def f(x):
                return g(x)
        """),
    ),
]

NAMES: list[Row] = [
    (
        "AG205",
        scalar("""
            def g(y, /, z):
                return y * z

            def f(x):
                return «g(y=x, z=x)»
        """),
        scalar("""
            def g(y, /, z):
                return y * z

            def f(x):
                return g(x, z=x)
        """),
    ),
    (
        "AG205",
        scalar("""
            def f(x):
                for i in «range(0, 3, 0)»:
                    x = x * 2.0
                return x
        """),
        scalar("""
            def f(x):
                for i in range(0, 3, 1):
                    x = x * 2.0
                return x
        """),
    ),
    (
        "AG122",
        scalar("""
            def f(x):
                «x[0]» = 2.0
                return x
        """),
        vector("""
            def f(x):
                x[0] = 2.0
                return x[0] * x[1]
        """),
    ),
    (
        "AG201",
        scalar("""
            def g(y):
                return y * «factor»

            def f(x):
                return g(x)
        """),
        scalar("""
            factor = 2.0

            def g(y):
                return y * factor

            def f(x):
                return g(x)
        """),
    ),
    (
        "AG201",
        scalar("""
            def f(x):
                return «numpy».sin(x)
        """),
        scalar("""
            def f(x):
                return np.sin(x)
        """),
    ),
    (
        "AG202",
        scalar("""
            def f(x):
                y = x + 1.0
                return y * «math.ulp»(x)
        """),
        scalar("""
            def f(x):
                y = x + 1.0
                return y * math.exp(x)
        """),
    ),
    (
        "AG204",
        vector("""
            def f(x):
                y = np.zeros(3, «like»=x)
                return np.sum(x * y)
        """),
        vector("""
            def f(x):
                y = np.zeros(3, dtype=np.float64)
                return np.sum(x * y)
        """),
    ),
    (
        "AG206",
        counted("""
            def f(x, n):
                z = x
                for i in range(n):
                    z = z + «y» * i
                y = z
                return y
        """),
        counted("""
            def f(x, n):
                y = x
                for i in range(n):
                    y = x * i
                return y
        """),
    ),
    (
        "AG206",
        scalar("""
            def f(x):
                z = «y» * 2.0
                y = x
                return z + y
        """),
        scalar("""
            def f(x):
                y = x
                z = y * 2.0
                return z + y
        """),
    ),
]

SHAPES: list[Row] = [
    (
        "AG234",
        scalar("""
            def f(x):
                return x * np.sum(«np.ones((2, -1))»)
        """),
        scalar("""
            def f(x):
                return x * np.sum(np.ones((2, 1)))
        """),
    ),
    (
        "AG230",
        scalar("""
            def f(x):
                return np.sum(«np.array([[x], [x, 1.0]])»)
        """),
        scalar("""
            def f(x):
                return np.sum(np.array([[x, 1.0], [x, 1.0]]))
        """),
    ),
    (
        "AG234",
        scalar("""
            def f(x):
                return np.sum(«np.array([x, [x]])»)
        """),
        scalar("""
            def f(x):
                return np.sum(np.array([[x], [x]]))
        """),
    ),
    (
        "AG230",
        vector("""
            def f(x):
                a = np.ones((2, 3))
                b = np.ones((2, 3))
                return np.sum(«a @ b») * x[0]
        """),
        vector("""
            def f(x):
                a = np.ones((2, 3))
                b = np.ones((2, 3))
                return np.sum(a @ b.T) * x[0]
        """),
    ),
    (
        "AG231",
        vector("""
            def f(x):
                return «np.max(x, axis=-2)»
        """),
        vector("""
            def f(x):
                return np.max(x, axis=-1)
        """),
    ),
    (
        "AG232",
        scalar("""
            def f(x):
                «if» x > 0.0:
                    y = np.ones(3)
                else:
                    y = np.ones((3, 3))
                return x * np.sum(y)
        """),
        scalar("""
            def f(x):
                if x > 0.0:
                    y = np.sum(np.ones(3))
                else:
                    y = np.sum(np.ones((3, 3)))
                return x * y
        """),
    ),
    (
        "AG233",
        scalar("""
            def f(x):
                t = (x,)
                «while» t[0] < 10.0:
                    t = (t[0] * 2.0, x)
                return t[0]
        """),
        scalar("""
            def f(x):
                t = (x, x)
                while t[0] < 10.0:
                    t = (t[0] * 2.0, x)
                return t[0]
        """),
    ),
    (
        "AG235",
        matrix("""
            def f(x):
                s = 0.0
                for i in range(3):
                    s += «x[i, 0, 0]»
                return s
        """),
        matrix("""
            def f(x):
                s = 0.0
                for i in range(3):
                    s += x[i, 0]
                return s
        """),
    ),
    (
        "AG237",
        scalar("""
            def f(x):
                y = np.zeros(3)
                y[«-4»] = x
                return np.sum(y)
        """),
        scalar("""
            def f(x):
                y = np.zeros(3)
                y[-3] = x
                return np.sum(y)
        """),
    ),
    (
        "AG239",
        scalar("""
            def g(y):
                return y, y * y

            def f(x):
                «a, b, c» = g(x)
                return a + b + c
        """),
        scalar("""
            def g(y):
                return y, y * y

            def f(x):
                a, b = g(x)
                return a + b
        """),
    ),
    (
        "AG241",
        vector("""
            def f(x):
                while «x < 10.0»:
                    x = x * 2.0
                return np.sum(x)
        """),
        vector("""
            def f(x):
                while np.sum(x) < 10.0:
                    x = x * 2.0
                return np.sum(x)
        """),
    ),
    (
        "AG232",
        vector("""
            def f(x):
                if x[0] < 0.0:
                    return 2.0
                «for» i in range(3):
                    if x[i] > 5.0:
                        return x
                return 1.0
        """),
        vector("""
            def f(x):
                if x[0] < 0.0:
                    return 2.0 * x[0]
                for i in range(3):
                    if x[i] > 5.0:
                        return x[i]
                return 1.0 * x[0]
        """),
    ),
    (
        "AG205",
        matrix("""
            def f(x):
                return np.sum(np.tensordot(x, x, «3»))
        """),
        matrix("""
            def f(x):
                return np.sum(np.tensordot(x, x, 2))
        """),
    ),
    (
        "AG234",
        vector("""
            def f(x):
                return «np.mean(x * x, dtype=int)»
        """),
        vector("""
            def f(x):
                return np.mean(x * x, dtype=np.float32)
        """),
    ),
    (
        "AG234",
        vector("""
            def f(x):
                return np.sum(np.eye(«(2, 2)») * x[0])
        """),
        vector("""
            def f(x):
                return np.sum(np.eye(2, 2) * x[0])
        """),
    ),
    (
        "AG104",
        vector("""
            def f(x):
                if len(x) < 0:
                    «yield x»
                return np.sum(x)
        """),
        vector("""
            def f(x):
                if len(x) < 0:
                    return 0.0
                return np.sum(x)
        """),
    ),
    (
        "AG205",
        vector("""
            def f(x):
                return np.sum(np.moveaxis(x[:, None], (0, 1), «()»))
        """),
        vector("""
            def f(x):
                return np.sum(np.moveaxis(x[:, None], (0, 1), (1, 0)))
        """),
    ),
    (
        "AG234",
        vector("""
            def f(x):
                return np.sum(«np.arange(x)»)
        """),
        vector("""
            def f(x):
                return np.sum(x * np.arange(len(x)))
        """),
    ),
    (
        "AG236",
        vector("""
            def f(x):
                parts = (x[0], x[1], x[2])
                return sum(parts[«::0»])
        """),
        vector("""
            def f(x):
                parts = (x[0], x[1], x[2])
                return sum(parts[::2])
        """),
    ),
    (
        "AG235",
        vector("""
            def f(x):
                return «x.shape[()]» * x[0]
        """),
        vector("""
            def f(x):
                return x.shape[0] * x[0]
        """),
    ),
]

DERIVATIVES: list[Row] = [
    (
        "AG302",
        Example(
            """
            def f(x, «k»):
                return x * k
        """,
            'adgen.grad(f, wrt="k")(1.0, 2)',
        ),
        Example(
            """
            def f(x, k):
                return x * k
        """,
            'adgen.grad(f, wrt="k")(1.0, 2.0)',
        ),
    ),
    (
        "AG302",
        Example(
            """
            def f(«x»):
                return np.sum(x * 2.0)
        """,
            "adgen.grad(f)(np.arange(3))",
            "i64[n]",
        ),
        Example(
            """
            def f(x):
                return np.sum(x * 2.0)
        """,
            "adgen.grad(f)(np.arange(3.0))",
            "f64[n]",
        ),
    ),
    (
        "AG303",
        matrix("""
            def f(x):
                y = x * x
                return «np.sum(y, axis=0)»
        """),
        matrix("""
            def f(x):
                y = x * x
                return np.sum(y)
        """),
    ),
    (
        "AG303",
        scalar("""
            def f(x):
                return «x, x * x»
        """),
        scalar("""
            def f(x):
                return x + x * x
        """),
    ),
    (
        "AG304",
        scalar("""
            def f(x):
                return «int(x)»
        """),
        scalar("""
            def f(x):
                return float(x)
        """),
    ),
]

INTERFACE: list[Row] = [
    (
        "AG270",
        Example("def «f»(x):\n    return x", 'adgen.check_grad(f, 1.0, wrt="y")'),
        Example("def f(x):\n    return x", 'adgen.check_grad(f, 1.0, wrt="x")'),
    ),
    (
        "AG275",
        Example("def «f»(x):\n    return x * 2", "adgen.check_grad(f, 1)"),
        Example("def f(x):\n    return x * 2", "adgen.check_grad(f, 1.0)"),
    ),
    (
        "AG302",
        Example("def f(«x»):\n    return x * x", "adgen.grad(f)(3)"),
        Example("def f(x):\n    return x * x", "adgen.grad(f)(3.0)"),
    ),
    (
        "AG115",
        Example("def f(x):\n    ys = [x, x]\n    del «ys[0:1]»\n    return ys[0]"),
        Example("def f(x):\n    ys = [x, x]\n    del ys[0]\n    return ys[0]"),
    ),
    (
        "AG261",
        Example("def f(x):\n    return x", 'adgen.grad(f).lower("g64")'),
        Example("def f(x):\n    return x", 'adgen.grad(f).lower("f64")'),
    ),
    (
        "AG263",
        Example("def «f»(x, y):\n    return x * y", 'adgen.grad(f).lower("f64")'),
        Example("def f(x, y):\n    return x * y", 'adgen.grad(f).lower("f64, f64")'),
    ),
    (
        "AG270",
        Example("def «f»(x):\n    return x", 'adgen.value_and_grad(f, wrt=("x", "z"))(1.0)'),
        Example("def f(x):\n    return x", 'adgen.value_and_grad(f, wrt=("x",))(1.0)'),
    ),
    (
        "AG273",
        Example("def «f»(x):\n    return x", "adgen.jit(f, inline=True)(1.0)"),
        Example("def f(x):\n    return x", "adgen.jit(f)(1.0)"),
    ),
    (
        "AG132",
        Example(
            "def f(x, d):\n    «d.pop('a')»\n    return x",
            "adgen.grad(f)(1.5, {'a': 2.0})",
        ),
        Example(
            "def f(x, d):\n    d = d.copy()\n    return x * d.pop('a')",
            "adgen.grad(f)(1.5, {'a': 2.0})",
        ),
    ),
    (
        "AG133",
        scalar("""
            from dataclasses import dataclass

            @dataclass(frozen=True)
            class P:
                a: float

            def f(x):
                p = P(x)
                «p.a» += x
                return p.a
        """),
        scalar("""
            from dataclasses import dataclass

            @dataclass
            class P:
                a: float

            def f(x):
                p = P(x)
                p.a += x
                return p.a
        """),
    ),
    (
        "AG205",
        scalar("""
            from typing import NamedTuple

            class P(NamedTuple):
                a: float
                b: float = 1.0

            def f(x):
                return «P(x, c=2.0)».a
        """),
        scalar("""
            from typing import NamedTuple

            class P(NamedTuple):
                a: float
                b: float = 1.0

            def f(x):
                return P(x, b=2.0).a
        """),
    ),
    (
        "AG203",
        scalar("""
            from dataclasses import dataclass

            @dataclass
            class P:
                a: float

            def f(x):
                return «P(x).b» * x
        """),
        scalar("""
            from dataclasses import dataclass

            @dataclass
            class P:
                a: float

            def f(x):
                return P(x).a * x
        """),
    ),
    (
        "AG236",
        scalar("""
            def f(x):
                d = {"a": x}
                del d[«"b"»]
                return d["a"]
        """),
        scalar("""
            def f(x):
                d = {"a": x, "b": x}
                del d["b"]
                return d["a"]
        """),
    ),
    (
        "AG240",
        scalar("""
            def f(x):
                return «sorted([x, 2.0], key=lambda v: (v, 1))»[0]
        """),
        scalar("""
            def f(x):
                return min(x, 2.0)
        """),
    ),
    (
        "AG271",
        Example("def «f»(x, *rest):\n    return x", "adgen.grad(f, wrt=2)(1.5, 2.0)"),
        Example("def f(x, *rest):\n    return x * rest[1]", "adgen.grad(f, wrt=2)(1.5, 2.0, 3.0)"),
    ),
]

MORE: list[Row] = [*LANGUAGE, *NAMES, *SHAPES, *DERIVATIVES, *INTERFACE]
