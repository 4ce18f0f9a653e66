"""Facts about programs, as side tables."""
