"""Leaf operations: one record each, with all facets side by side."""
