"""From a user's function to a typed program: source, accepted language, names, places, lowering."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    # libcst uses what its own dependencies deprecate; with warnings as errors it could not be imported.
    warnings.simplefilter("ignore", DeprecationWarning)
    import libcst  # noqa: F401
