"""The pointer table: every function that kernels call outside themselves, by name.

Objects have no undefined symbols. A module holds one internal table `@rt` with a slot for each external it
uses; the loader fills the slots with addresses found here. Names: `libm.tan`, `blas.dgemm`, `lapack.dgetrf`,
`c.malloc`, `random.random_standard_normal`, `pool.2` (threads), `ufunc.scipy.special.j0:d->d` and
`data.ufunc.scipy.special.j0:d->d`.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.machinery
import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

from adgen.llvm_backend import generators, ufuncs

C_FUNCTIONS = ("malloc", "free", "realloc", "memcpy", "memset")


def address(name: str) -> int:
    """The address of an external function. Raises LookupError where this machine does not have it."""
    library, _, function = name.partition(".")
    match library:
        case "libm":
            return _symbol(_libm(), function)
        case "c":
            return _symbol(_libc(), function)
        case "blas" | "lapack" if function == "threads":
            return _thread_setter(library)
        case "blas":
            return _numpys(function) or _capsule(library, function)
        case "lapack":
            return _capsule(library, function)
        case "random":
            return _symbol(_random(), function)
        case "pool":
            return _pool(int(function))
        case "host":
            return ctypes.cast(generators.callback(function), ctypes.c_void_p).value or 0
        case "ufunc":
            return ufuncs.loop_address(function)
        case "data":
            return ufuncs.data_address(function.removeprefix("ufunc."))
    raise LookupError(f"no external library is called {library!r}")


def _pool(threads: int) -> int:
    from adgen.llvm_backend import pool

    return pool.address(threads)


def available(name: str) -> bool:
    """Whether this machine has an external function."""
    try:
        return address(name) != 0
    except LookupError:
        return False


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL("msvcrt" if sys.platform == "win32" else None)


@cache
def _libm() -> ctypes.CDLL:
    if sys.platform in ("win32", "darwin"):
        return _libc()
    try:
        return ctypes.CDLL("libm.so.6")
    except OSError:
        from ctypes.util import find_library  # it takes a while to import

        return ctypes.CDLL(find_library("m") or "libm.so")


@cache
def _random() -> ctypes.CDLL:
    """The functions of `numpy/random/distributions.h`, which NumPy's own extension module has."""
    module = importlib.import_module("numpy.random._generator")
    try:
        return ctypes.CDLL(str(module.__file__))
    except OSError as error:
        raise LookupError("numpy.random") from error


@cache
def _numpy_core() -> ctypes.CDLL | None:
    """The extension module of NumPy that is linked with a BLAS, which so is loaded already."""
    try:
        return ctypes.CDLL(str(importlib.import_module("numpy._core._multiarray_umath").__file__))
    except (ImportError, OSError):
        return None


def _numpys(function: str) -> int:
    """A function of the BLAS that NumPy uses, or 0: with SciPy comes another one, which takes long to load.

    Kernels give integers in eight bytes, so the names with 32-bit integers are as good as those with 64.
    """
    core = _numpy_core()
    for name in (f"scipy_{function}_64_", f"{function}_64_", f"{function}_"):
        found = 0 if core is None else _optional(core, name)
        if found:
            return found
    return 0


def _thread_setter(library: str) -> int:
    """A function that sets the number of threads of a BLAS and returns the number before.

    OpenBLAS has one; with another BLAS a function without effect takes its place.
    """
    name, core = "openblas_set_num_threads_local", _numpy_core()
    if library == "blas" and core is not None and _numpys("dgemm"):
        return _optional(core, name) or _symbol(_libc(), "abs")
    try:
        module = _extension("cython_blas")
        return _symbol(ctypes.CDLL(str(module.__file__)), name)
    except (ImportError, OSError, LookupError):
        return _symbol(_libc(), "abs")


def _optional(library: ctypes.CDLL, function: str) -> int:
    """The address of a function, 0 where there is none."""
    try:
        return _symbol(library, function)
    except LookupError:
        return 0


def _symbol(library: ctypes.CDLL, function: str) -> int:
    try:
        found = ctypes.cast(getattr(library, function), ctypes.c_void_p).value
    except AttributeError as error:
        raise LookupError(function) from error
    return found or 0


@cache
def _extension(name: str) -> ModuleType:
    """An extension module of `scipy.linalg`, without the package around it, which takes ten times as long.

    It is the module that `import scipy.linalg` finds later: an extension has one module in a process. Raises
    ImportError where there is none.
    """
    full = f"scipy.linalg.{name}"
    found = None if "scipy.linalg" in sys.modules else importlib.util.find_spec("scipy")
    if found is None or found.origin is None:
        return importlib.import_module(full)
    folder = Path(found.origin).parent / "linalg"
    for suffix in importlib.machinery.EXTENSION_SUFFIXES:
        path = folder / f"{name}{suffix}"
        if path.is_file():
            importlib.import_module("scipy")  # it prepares the search for libraries
            loader = importlib.machinery.ExtensionFileLoader(full, str(path))
            spec = importlib.util.spec_from_file_location(full, path, loader=loader)
            assert spec is not None
            module = importlib.util.module_from_spec(spec)
            loader.exec_module(module)
            return module
    return importlib.import_module(full)


@cache
def _capsules(library: str) -> dict[str, object]:
    try:
        module = _extension(f"cython_{library}")
    except ImportError:
        return {}
    return dict(module.__pyx_capi__)


def _capsule(library: str, function: str) -> int:
    capsule = _capsules(library).get(function)
    if capsule is None:
        raise LookupError(f"scipy.linalg.cython_{library} has no {function}")
    get_name = ctypes.pythonapi.PyCapsule_GetName
    get_name.restype, get_name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
    get_pointer.restype, get_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return int(get_pointer(capsule, get_name(capsule)) or 0)
