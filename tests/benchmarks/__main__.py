"""`python -m tests.benchmarks [NAME ...]`: measure this machine, with one thread and no cached kernels."""

import os
import tempfile

for _library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

from tests.benchmarks.report import main  # noqa: E402 - libraries read their settings when they are loaded

with tempfile.TemporaryDirectory() as _cache:
    os.environ["XDG_CACHE_HOME"] = _cache
    main()
