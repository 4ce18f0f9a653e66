"""adgen: derivatives of Python and NumPy functions by source transformation."""

from __future__ import annotations

__version__ = "0.1.0"
