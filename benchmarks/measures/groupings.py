"""How well groups that were found fit groups that are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from math import log


def v_measure(gold: Sequence[Hashable], found: Sequence[Hashable]) -> float:
    """Return the harmonic mean of homogeneity and completeness; 0 for one group of several kinds.

    Homogeneity is the share of the entropy of the known groups that the found ones explain,
    completeness the other way round; of a single group all is explained.

    References
    ----------
    A. Rosenberg and J. Hirschberg, "V-Measure", 2007.

    Examples
    --------
    >>> v_measure("aabb", [1, 1, 2, 2]), v_measure("aabb", [1, 1, 1, 1])
    (1.0, 0.0)
    """
    of_gold, of_found = _entropy(gold), _entropy(found)
    shared = of_gold + of_found - _entropy(list(zip(gold, found, strict=True)))
    homogeneity = shared / of_gold if of_gold else 1.0
    completeness = shared / of_found if of_found else 1.0
    total = homogeneity + completeness
    return 2 * homogeneity * completeness / total if total else 0.0


def _entropy(names: Sequence[Hashable]) -> float:
    """Return the entropy of a naming in nats."""
    counts = Counter(names).values()
    return sum(count * log(len(names) / count) for count in counts) / max(len(names), 1)
