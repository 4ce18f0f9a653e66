"""The samples are scripts: their folder is importable, as it is when one of them runs."""

from __future__ import annotations

import sys
from pathlib import Path

SAMPLES = str(Path(__file__).resolve().parents[2] / "samples")
if SAMPLES not in sys.path:
    sys.path.insert(0, SAMPLES)
