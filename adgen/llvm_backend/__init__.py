"""Kernels: loop programs as LLVM text, compiled to objects and called.

llvmlite is imported where something is compiled or loaded, not before.
"""
