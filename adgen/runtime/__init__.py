"""From a call to compiled code: signatures, trees of arguments, specialisation, dispatch, transforms."""
