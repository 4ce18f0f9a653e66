"""What the library refuses: one diagnostic with its code, at the call or at the argument."""

from __future__ import annotations

import pytest

from adgen.diagnostics import UserError
from adgen.frontend.arguments import Leaf
from adgen.frontend.lowering import lower
from adgen.frontend.static_scope import ModuleFile, StaticEnvironment
from adgen.ir.parse import parse_type
from adgen.ir.types import Type
from tests.primitives.expressions import TYPES, names_in

#: expression, code, text under the caret
REFUSED = [
    ("np.sum(x, axis=2)", "AG231", "np.sum(x, axis=2)"),
    ("np.max(v, axis=(0, 1))", "AG231", "np.max(v, axis=(0, 1))"),
    ("np.sum(x, axis=i)", "AG240", "i"),
    ("np.sum(x, out=y)", "AG230", "y"),
    ("np.sum(x, 0, None, 3)", "AG234", "3"),
    ("np.sum()", "AG205", "np.sum()"),
    ("np.nextafter(x, 1.0)", "AG202", "np.nextafter"),
    ("np.fft.fft(x, norm='sideways')", "AG205", "'sideways'"),
    ("np.maximum(g, x)", "AG255", "np.maximum(g, x)"),
    ("g > 0", "AG255", "g > 0"),
    ("float(e)", "AG256", "float(e)"),
    ("np.sign(d)", "AG255", "np.sign(d)"),
    ("np.fft.rfft(g)", "AG255", "np.fft.rfft(g)"),
    ("np.fft.fft2(x, axes=(0, 0))", "AG249", "(0, 0)"),
    ("np.fft.dct(x)", "AG202", "np.fft.dct"),
    ("x.tobytes()", "AG203", "x.tobytes"),
    ("np.zeros((2, 3)) @ np.zeros((4, 2))", "AG230", "np.zeros((2, 3)) @ np.zeros((4, 2))"),
    ("np.zeros(3) + np.zeros(4)", "AG230", "np.zeros(3) + np.zeros(4)"),
    (
        "np.concatenate([np.zeros((2, 3)), np.zeros((2, 4))])",
        "AG230",
        "np.concatenate([np.zeros((2, 3)), np.zeros((2, 4))])",
    ),
    (
        "np.concatenate([np.zeros(3), np.zeros((2, 4))])",
        "AG234",
        "np.concatenate([np.zeros(3), np.zeros((2, 4))])",
    ),
    ("np.concatenate([s, r])", "AG234", "np.concatenate([s, r])"),
    ("np.zeros(6).reshape(4, 2)", "AG242", "np.zeros(6).reshape(4, 2)"),
    ("np.zeros(6).reshape(4, -1)", "AG242", "np.zeros(6).reshape(4, -1)"),
    ("x.reshape(-1, -1)", "AG205", "x.reshape(-1, -1)"),
    ("np.einsum('ij,jk', x)", "AG205", "np.einsum('ij,jk', x)"),
    ("np.einsum('ijk->i', x)", "AG205", "np.einsum('ijk->i', x)"),
    ("np.einsum('ij->k', x)", "AG205", "np.einsum('ij->k', x)"),
    ("np.linalg.norm(x, 3)", "AG205", "3"),
    ("np.linalg.norm(v, 'fro')", "AG205", "'fro'"),
    ("np.linalg.norm(T, 1)", "AG234", "np.linalg.norm(T, 1)"),
    ("np.linalg.matrix_power(v, -1)", "AG234", "np.linalg.matrix_power(v, -1)"),
    ("np.reciprocal(o)", "AG234", "np.reciprocal(o)"),
    ("np.zeros(3, dtype=np.longdouble)", "AG238", "np.longdouble"),
    ("np.zeros(3, dtype='object')", "AG238", "'object'"),
    ("o ** -1", "AG234", "o ** -1"),
    ("math.sin(x)", "AG234", "math.sin(x)"),
    ("float(x)", "AG234", "x"),
    ("float('abc')", "AG205", "'abc'"),
    ("np.transpose(x, (0, 0))", "AG205", "(0, 0)"),
    ("np.split(np.zeros(5), 2)[0]", "AG205", "np.split(np.zeros(5), 2)"),
    ("np.take(x, p)", "AG234", "p"),
    ("adgen.softmax(s)", "AG234", "adgen.softmax(s)"),
    ("np.cross(np.zeros(4), v)", "AG234", "np.cross(np.zeros(4), v)"),
    ("s @ v", "AG234", "s @ v"),
    ("np.sin('a')", "AG234", "'a'"),
    ("np.sum(x, axis='0')", "AG240", "'0'"),
    ("np.broadcast_to(np.zeros((2, 3)), (3,))", "AG230", "np.broadcast_to(np.zeros((2, 3)), (3,))"),
    ("np.random.rand(3)", "AG125", "np.random.rand"),
]


@pytest.mark.parametrize(("text", "code", "marked"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused(text: str, code: str, marked: str) -> None:
    names = names_in(text)
    source = (
        f"import math\nimport numpy as np\nimport adgen\n\ndef f({', '.join(names)}):\n    return {text}\n"
    )
    helper = StaticEnvironment(ModuleFile.of_text("refused.py", source)).helper("f")
    assert helper is not None
    leaves = {}
    for name in names:
        type_ = parse_type(TYPES[name])
        assert isinstance(type_, Type)
        leaves[name] = Leaf(type_)
    with pytest.raises(UserError) as caught:
        lower(helper, leaves)
    (diagnostic,) = caught.value.diagnostics
    span = diagnostic.primary
    assert diagnostic.code == code
    assert span is not None
    assert source.splitlines()[span.line - 1][span.col - 1 : span.end_col - 1] == marked
