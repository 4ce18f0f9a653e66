"""Threads that kernels hand parts of their work to.

The threads are Python's, but never run Python: each waits in native code, without the interpreter's lock,
for work. A kernel that finds them busy (with another kernel) does all of its work itself; so does the child
of a fork, where there are none. Without POSIX semaphores there are no threads at all.
"""

from __future__ import annotations

import ctypes
import os
import threading
from functools import cache

from adgen.llvm_backend.compile import emit_object
from adgen.llvm_backend.loading import Loaded, load

#: Threads beside the one that calls; bytes of a semaphore, generously.
MOST, SEMAPHORE = 63, 64

_RUN, _WORK, _START, _FORGET = "adgen_pool_run", "adgen_pool_work", "adgen_pool_start", "adgen_pool_forget"
_SLOTS = ("c.sem_init", "c.sem_post", "c.sem_wait")

#: Part k of n: the points from extent * k / n on. The first is done by the thread that calls.
_TEXT = f"""
@rt = internal global [{len(_SLOTS)} x ptr] zeroinitializer
@busy = internal global i32 0
@there = internal global i64 0
@wake = internal global [{MOST} x [{SEMAPHORE} x i8]] zeroinitializer, align 64
@done = internal global [{SEMAPHORE} x i8] zeroinitializer, align 64
%job = type {{ ptr, ptr, i64, i64 }}
@jobs = internal global [{MOST} x %job] zeroinitializer, align 64

define ptr @adgen_table() {{
  ret ptr @rt
}}

define i32 @{_START}(i64 %k) {{
start:
  %init = load ptr, ptr @rt
  %first = icmp eq i64 %k, 0
  br i1 %first, label %all, label %one
all:
  %bad = call i32 %init(ptr @done, i32 0, i32 0)
  %fine = icmp eq i32 %bad, 0
  br i1 %fine, label %one, label %leave
one:
  %place = getelementptr [{SEMAPHORE} x i8], ptr @wake, i64 %k
  %wrong = call i32 %init(ptr %place, i32 0, i32 0)
  br label %leave
leave:
  %status = phi i32 [ %bad, %all ], [ %wrong, %one ]
  ret i32 %status
}}

define void @{_FORGET}() {{
  store i64 0, ptr @there
  store i32 0, ptr @busy
  ret void
}}

define internal void @wait(ptr %semaphore) {{
start:
  %f = load ptr, ptr getelementptr (ptr, ptr @rt, i64 2)
  br label %again
again:
  %status = call i32 %f(ptr %semaphore)
  %interrupted = icmp ne i32 %status, 0
  br i1 %interrupted, label %again, label %leave
leave:
  ret void
}}

define void @{_WORK}(i64 %k) {{
start:
  %place = getelementptr [{SEMAPHORE} x i8], ptr @wake, i64 %k
  %job = getelementptr %job, ptr @jobs, i64 %k
  %context_at = getelementptr %job, ptr %job, i64 0, i32 1
  %lo_at = getelementptr %job, ptr %job, i64 0, i32 2
  %hi_at = getelementptr %job, ptr %job, i64 0, i32 3
  %post = load ptr, ptr getelementptr (ptr, ptr @rt, i64 1)
  %more = add i64 %k, 1
  store atomic i64 %more, ptr @there seq_cst, align 8
  br label %next
next:
  call void @wait(ptr %place)
  %f = load ptr, ptr %job
  %context = load ptr, ptr %context_at
  %lo = load i64, ptr %lo_at
  %hi = load i64, ptr %hi_at
  call void %f(ptr %context, i64 %lo, i64 %hi)
  call i32 %post(ptr @done)
  br label %next
}}

define void @{_RUN}(ptr %f, ptr %context, i64 %extent, i64 %wanted) {{
start:
  %free = cmpxchg ptr @busy, i32 0, i32 1 seq_cst seq_cst
  %got = extractvalue {{ i32, i1 }} %free, 1
  br i1 %got, label %share, label %alone
alone:
  call void %f(ptr %context, i64 0, i64 %extent)
  ret void
share:
  %there = load atomic i64, ptr @there seq_cst, align 8
  %all = add i64 %there, 1
  %few = call i64 @llvm.smin.i64(i64 %all, i64 %wanted)
  %count = call i64 @llvm.smin.i64(i64 %few, i64 %extent)
  %threads = call i64 @llvm.smax.i64(i64 %count, i64 1)
  %post = load ptr, ptr getelementptr (ptr, ptr @rt, i64 1)
  %end = sdiv i64 %extent, %threads
  %some = icmp sgt i64 %threads, 1
  br i1 %some, label %give, label %own
give:
  %k = phi i64 [ 1, %share ], [ %k1, %give ]
  %k1 = add i64 %k, 1
  %a = mul i64 %extent, %k
  %lo = sdiv i64 %a, %threads
  %b = mul i64 %extent, %k1
  %hi = sdiv i64 %b, %threads
  %worker = sub i64 %k, 1
  %job = getelementptr %job, ptr @jobs, i64 %worker
  %context_at = getelementptr %job, ptr %job, i64 0, i32 1
  %lo_at = getelementptr %job, ptr %job, i64 0, i32 2
  %hi_at = getelementptr %job, ptr %job, i64 0, i32 3
  store ptr %f, ptr %job
  store ptr %context, ptr %context_at
  store i64 %lo, ptr %lo_at
  store i64 %hi, ptr %hi_at
  %place = getelementptr [{SEMAPHORE} x i8], ptr @wake, i64 %worker
  call i32 %post(ptr %place)
  %further = icmp slt i64 %k1, %threads
  br i1 %further, label %give, label %own
own:
  call void %f(ptr %context, i64 0, i64 %end)
  br label %collect
collect:
  %j = phi i64 [ 1, %own ], [ %j1, %one ]
  %j1 = add i64 %j, 1
  %open = icmp slt i64 %j, %threads
  br i1 %open, label %one, label %leave
one:
  call void @wait(ptr @done)
  br label %collect
leave:
  store atomic i32 0, ptr @busy seq_cst, align 4
  ret void
}}

declare i64 @llvm.smin.i64(i64, i64)
declare i64 @llvm.smax.i64(i64, i64)
"""

_LOCK = threading.Lock()
_started = 0


@cache
def _loaded() -> Loaded:
    return load(emit_object(_TEXT), (_RUN, _WORK, _START, _FORGET), _SLOTS)


def address(threads: int) -> int:
    """The address of the function that shares work, with at least so many threads ready (less one).

    Raises LookupError where the system has no semaphores of the kind.
    """
    global _started
    with _LOCK:
        loaded = _loaded()
        if not _started:
            os.register_at_fork(after_in_child=_forget)
        while _started < min(threads - 1, MOST):
            if ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_int64)(loaded.addresses[_START])(_started):
                break
            work = ctypes.CFUNCTYPE(None, ctypes.c_int64)(loaded.addresses[_WORK])
            threading.Thread(target=work, args=(_started,), daemon=True, name="adgen-worker").start()
            _started += 1
        return loaded.addresses[_RUN]


def _forget() -> None:
    """In the child of a fork the threads are gone."""
    ctypes.CFUNCTYPE(None)(_loaded().addresses[_FORGET])()
