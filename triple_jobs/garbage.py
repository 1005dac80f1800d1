"""How often a worker looks for garbage."""

from __future__ import annotations

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
