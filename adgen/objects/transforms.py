"""What a transform carries of the function it is of."""

from __future__ import annotations

from typing import Any


def subject_behind(value: Any) -> Any:
    """The subject of a transform, None of anything else; an object that makes attributes up has none."""
    return getattr(value, "__dict__", _NOTHING).get("__adgen_subject__")


_NOTHING: dict[str, Any] = {}
