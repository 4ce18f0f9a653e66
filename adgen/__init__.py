"""adgen: derivatives of Python and NumPy functions by source transformation."""

from __future__ import annotations

from adgen.version import __version__

__all__ = ["__version__"]
