"""What mutations put into programs: operators, constants, functions, indices, forms around expressions."""

from __future__ import annotations

import ast

BINARY = (
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult, ast.BitAnd, ast.BitOr,
    ast.BitXor, ast.LShift, ast.RShift,
)  # fmt: skip
COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)
UNARY = (ast.USub, ast.UAdd, ast.Not, ast.Invert)

CONSTANTS = (
    "0", "1", "-1", "2", "3", "7", "100", "0.0", "-0.0", "1.5", "1e300", "1e-300", "True", "False",
    "None", "'a'", "''", "b'a'", "1j", "...", "()", "(1,)", "(2, 2)", "[]", "[1.0, 2.0]", "{}",
    "{'a': 1}", "2**70", "float('inf')", "float('nan')", "-3",
)  # fmt: skip

FUNCTIONS = (
    "np.sin", "np.exp", "np.log", "np.sqrt", "np.abs", "np.sum", "np.mean", "np.max", "np.argmax",
    "np.prod", "np.cumsum", "np.cumprod", "np.dot", "np.outer", "np.where", "np.maximum", "np.minimum",
    "np.clip", "np.sign", "np.floor", "np.round", "np.sort", "np.flip", "np.diff", "np.roll", "np.tile",
    "np.repeat", "np.stack", "np.concatenate", "np.zeros", "np.ones", "np.empty", "np.zeros_like",
    "np.ones_like", "np.full", "np.arange", "np.linspace", "np.eye", "np.diag", "np.trace", "np.triu",
    "np.reshape", "np.ravel", "np.transpose", "np.expand_dims", "np.squeeze", "np.broadcast_to", "np.var",
    "np.std", "np.any", "np.all", "np.isnan", "np.take", "np.einsum", "np.tensordot", "np.matmul",
    "np.linalg.norm", "np.linalg.solve", "np.linalg.inv", "np.fft.fft", "np.random.rand", "np.array",
    "np.asarray", "np.copy", "np.float32", "np.float64", "np.int64", "np.nonexistent", "np.add.at",
    "np.add.reduce", "np.maximum.accumulate", "np.interp", "np.searchsorted", "np.unique", "np.nonzero",
    "np.split", "np.meshgrid", "np.vectorize", "np.gradient", "np.hypot", "np.arctan2", "np.power",
    "np.float_power", "np.divide", "np.mod", "np.logaddexp", "np.kron", "np.cross", "math.sin",
    "math.exp", "math.log", "math.sqrt", "math.floor", "math.pi", "math.gamma", "math.nothing", "len",
    "range", "sum", "min", "max", "abs", "round", "int", "float", "bool", "str", "list", "tuple", "dict",
    "set", "zip", "enumerate", "reversed", "sorted", "map", "filter", "any", "all", "pow", "divmod",
    "print", "isinstance", "type", "id", "iter", "next", "getattr", "eval", "open", "slice", "object",
    "complex", "undefined",
)  # fmt: skip

METHODS = (
    "sum", "mean", "max", "min", "T", "copy", "reshape", "ravel", "flatten", "transpose", "dot", "astype",
    "item", "tolist", "fill", "sort", "argmax", "argsort", "cumsum", "prod", "std", "var", "clip",
    "round", "squeeze", "take", "repeat", "nonzero", "any", "all", "shape", "size", "ndim", "dtype",
    "append", "extend", "pop", "items", "keys", "get", "nothing", "swapaxes", "trace", "diagonal", "conj",
    "real", "put", "setflags", "view",
)  # fmt: skip

KEYWORDS = (
    ("axis", "0"), ("axis", "1"), ("axis", "-1"), ("axis", "5"), ("axis", "None"), ("axis", "(0, 1)"),
    ("axis", "1.5"), ("keepdims", "True"), ("dtype", "np.float32"), ("dtype", "int"), ("dtype", "'f8'"),
    ("out", "x"), ("out", "None"), ("where", "True"), ("initial", "0.0"), ("ddof", "1"), ("order", "'F'"),
    ("copy", "False"), ("nothing", "1"), ("x", "1"), ("key", "abs"), ("default", "0"), ("strict", "True"),
    ("start", "1"),
)  # fmt: skip

INDICES = (
    "0", "-1", "1", "7", "-9", "NAME", "-NAME", "NAME - 1", ":", "::-1", "1:", ":-1", "::2", "::-2",
    "1:0", "5:", "-2:", "NAME:", ":NAME", "None", "...", "..., 0", "0, ...", ":, None", "0, 0", "0, 0, 0",
    "[0, 1]", "[0, 0]", "[]", "[True, False]", "np.array([1, 0])", "NAME > 0", "0.0", "'a'", "(0,)", "()",
    "True", "False", "::0", "1.0:2", "None, :", "[0, 1], [0, 1]", "::NAME", "-1:0:-1", "np.newaxis",
    "slice(1, None)", "NAME, NAME", "~0", "NAME // 2", "NAME % 2", "not NAME", "*NAME",
)  # fmt: skip

WRAPPERS = (
    "(IT)[0]", "-(IT)", "(IT).T", "float(IT)", "int(IT)", "np.array([IT])", "(IT,)", "[IT]",
    "[IT, OTHER]", "{'a': IT}", "{'a': IT}['a']", "{IT: 1}", "{IT}", "(IT) if NAME else (OTHER)",
    "(IT) if (IT) > (OTHER) else (IT)", "(IT) and (OTHER)", "(IT) or (OTHER)", "not (IT)", "str(IT)",
    "len(IT)", "(lambda: IT)()", "(lambda z: z)(IT)", "[IT for _ in range(3)]", "[q for q in IT]",
    "sum(q for q in IT)", "list(IT)", "(IT) + (OTHER)", "(IT) * (OTHER)", "(IT) ** (OTHER)",
    "(IT) @ (OTHER)", "(IT) / (OTHER)", "(IT) // (OTHER)", "(IT) % (OTHER)", "(IT) > (OTHER)",
    "(IT) == (OTHER)", "0.0 < (IT) < (OTHER)", "(IT) is None", "(IT) in (OTHER)", "np.sum(IT)",
    "np.sin(IT)", "np.where((IT) > 0.0, IT, OTHER)", "np.maximum(IT, OTHER)", "np.asarray(IT)",
    "(IT).copy()", "(IT).reshape(-1)", "(IT)[::-1]", "(IT)[None]", "(IT).shape", "(IT).shape[0]",
    "(IT).astype(np.float32)", "np.float32(IT)", "abs(IT)", "(w := IT)", "f'{IT}'", "(IT)(OTHER)",
    "(IT).NAME", "(IT)[OTHER]", "np.stack([IT, OTHER])", "max(IT, OTHER)", "np.zeros(3) + (IT)",
    "np.ones((2, 2)) * (IT)", "(IT)[IT > 0.1]", "tuple(IT)", "round(IT, 2)", "~(IT)", "dict(a=IT)['a']",
    "[IT, OTHER][1]", "(IT, OTHER)[NAME]", "np.float64(IT)", "bool(IT)", "(yield)", "range(IT)",
)  # fmt: skip

STATEMENTS = (
    "try:\n    BODY\nexcept Exception:\n    pass", "try:\n    BODY\nfinally:\n    pass",
    "with NAME:\n    BODY", "with open('f') as f:\n    BODY", "with np.errstate(all='ignore'):\n    BODY",
    "while True:\n    BODY\n    break", "for NAME in range(2):\n    BODY",
    "for unused in NAME:\n    BODY", "if NAME:\n    BODY", "if IT:\n    BODY",
    "if (IT) > (OTHER):\n    BODY\nelse:\n    pass",
    "for q in range(3):\n    if q == 1:\n        continue\n    BODY",
    "for q in range(3):\n    BODY\n    if (IT) > 0.2:\n        break", "for q in range(0):\n    BODY",
    "for q in range(3):\n    pass\nelse:\n    BODY", "k0 = 0\nwhile k0 < 2:\n    k0 += 1\n    BODY",
    "def inner():\n    BODY\ninner()", "def inner(q):\n    return q\nNAME = inner(IT)",
    "class Inner:\n    BODY", "async def inner():\n    BODY",
    "match NAME:\n    case 1:\n        BODY\n    case _:\n        pass", "global NAME", "nonlocal NAME",
    "del NAME", "del NAME[0]", "yield IT", "yield", "import os", "import numpy as np",
    "from math import sin", "from numpy import *", "assert IT", "assert (IT) > (OTHER), 'text'",
    "raise ValueError", "raise ValueError('text')", "raise", "return", "return IT", "return None",
    "return (IT, OTHER)", "break", "continue", "pass", "'text'", "print(IT)", "print(f'{IT}')", "IT",
    "NAME = IT", "NAME = OTHER", "NAME += IT", "NAME -= OTHER", "NAME *= IT", "NAME @= IT", "NAME **= 2",
    "NAME //= 2", "NAME[0] = IT", "NAME[0] += OTHER", "NAME[:] = IT", "NAME[1:] = NAME[:-1]",
    "NAME[::-1] += NAME", "NAME[NAME > 0.1] = IT", "NAME[[0, 0]] += 1.0", "NAME.append(IT)",
    "NAME.fill(0.0)", "NAME.sort()", "NAME: float = IT", "NAME = other = IT", "a, b = IT, OTHER",
    "NAME, other = other, NAME", "a, *b = IT", "(a, b), c = IT", "[a, b] = IT",
    "NAME = [IT]\nNAME.append(OTHER)", "lam = lambda q: q * 2\nNAME = lam(IT)", "exec('x = 1')",
    "NAME = NAME", "NAME = NAME[::-1]", "NAME = NAME.T", "w = NAME\nw[0] = IT", "w = NAME[1:]\nw += IT",
    "w = NAME.reshape(-1)\nw[0] = IT", "np.add.at(NAME, [0, 0], IT)", "np.exp(NAME, out=NAME)",
    "return (IT) if (OTHER) else 0.0", "if (IT) > 0.1:\n    return OTHER", "NAME = None", "NAME = 0",
    "NAME = 1.5", "NAME = 'text'", "NAME = {}", "NAME = {'a': IT}\nNAME['a'] += 1",
    "NAME = (IT for q in range(3))", "await IT", "@staticmethod\ndef inner(q):\n    return q",
    "NAME.attribute = IT",
)  # fmt: skip

TARGETS = ("NAME", "NAME[0]", "NAME[:]", "NAME.T", "(NAME, other)", "(NAME, *rest)", "NAME[NAME]")
