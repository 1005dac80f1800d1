"""How a worker keeps its memory small: when it looks for garbage, what it gives back."""

from __future__ import annotations

import ctypes
import gc

_ALLOCATIONS = 200_000


def collect_seldom() -> None:
    """Let what is loaded stay, and look for cycles seldom.

    A portion makes many small objects that live until it is written and hold no cycles: looking at
    them after every 700, as Python does, frees nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, 10, 10)


def give_back() -> None:
    """Return freed memory to the system, where its C library can.

    The arrays of one portion leave holes between what stays; without this a worker that runs a
    model grows for hours.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
