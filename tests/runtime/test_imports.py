"""What a first call imports: libraries take longer to import than programs take to make."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
import numpy as np
import adgen

def loss(x):
    return np.sum(np.tanh(x @ x.T) ** 2)

adgen.grad(loss, backend={backend!r})(np.ones((40, 30)))
print([n for n in ("linalg", "signal", "special", "stats", "ndimage") if "scipy." + n in sys.modules])
"""


def test_a_program_without_scipy_imports_none_of_its_packages(tmp_path: Path) -> None:
    for backend in ("llvm", "numpy"):
        script = tmp_path / f"on_{backend}.py"
        script.write_text(SCRIPT.format(backend=backend))
        run = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
        assert run.stdout.strip() == "[]", run.stdout + run.stderr
