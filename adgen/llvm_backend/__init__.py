"""Kernels: loop programs as LLVM text, compiled to objects and called."""
