"""Threads that carry the caller's context with them, so that what they log names the run that they work for."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Threads(ThreadPoolExecutor):
    """A pool like any other; each call sees the context variables of whoever submitted it."""

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        return super().submit(partial(copy_context().run, fn, *args, **kwargs))
