"""Every sample of every primitive: the kernel agrees with the interpreter."""

from __future__ import annotations

import numpy as np
import pytest

from adgen.llvm_backend.covered import coverage
from adgen.primitives.define import Absent, Primitive, Sample
from adgen.primitives.registry import REGISTRY
from adgen.transform.parts import NoParts
from tests.llvm_backend.programs import agree, of_sample, sample_arguments

CASES = [
    pytest.param(prim, sample, id=f"{prim.name}-{k}")
    for prim in REGISTRY.table.values()
    if not isinstance(prim.samples, Absent)
    for k, sample in enumerate(prim.samples)
]


@pytest.mark.parametrize(("prim", "sample"), CASES)
def test_sample(prim: Primitive, sample: Sample) -> None:
    try:
        func = of_sample(prim, sample)
    except NoParts as gap:
        pytest.skip(f"no parts: {gap}")
    missing = coverage(func)
    if missing:
        pytest.skip(missing[0].reason)
    with np.errstate(all="ignore"):
        agree(func, sample_arguments(sample), fast=True)
