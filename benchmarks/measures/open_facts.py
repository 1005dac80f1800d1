"""How well extractions of any number of arguments agree with gold ones, by two rules.

`lenient_curve` gives part of a point to each extraction for the words that it shares with a gold
one, slot by slot, and draws the curve over confidence: the rules of CaRB (Bhardwaj, Aggarwal and
Mausam, 2019). `exact_facts` asks for a gold fact word by word, in any of the phrasings that were
written down for it: the rules of BenchIE (Gashteovski et al., 2022).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

_FORMS_OF_BE = frozenset("be is am are was were been being".split())
_SAYING = ("said", "told", "added", "adds", "says")
"""Relations that may stand either way round: "he said it", "it, he said"."""


class Extraction(Protocol):
    """What was extracted from a sentence: a relation and its arguments in order."""

    @property
    def relation(self) -> str:
        """The relation's words."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """The words of each argument."""

    @property
    def confidence(self) -> float:
        """The higher, the surer."""


@dataclass(frozen=True)
class Curve:
    """Precision and recall at each confidence, the lowest first."""

    confidences: npt.NDArray[np.float64]
    precision: npt.NDArray[np.float64]
    recall: npt.NDArray[np.float64]

    @property
    def f1(self) -> npt.NDArray[np.float64]:
        """The harmonic mean of both at each confidence."""
        total = self.precision + self.recall
        return np.divide(
            2 * self.precision * self.recall, total, out=np.zeros_like(total), where=total > 0
        )

    @property
    def area(self) -> float:
        """The area under precision over recall, a point of precision 1 and recall 0 put first."""
        precision, recall = np.append(self.precision, 1.0), np.append(self.recall, 0.0)
        return float(abs(np.trapezoid(precision, recall)))


def lenient_curve(
    gold: Mapping[str, Sequence[Extraction]], found: Mapping[str, Sequence[Extraction]]
) -> Curve:
    """Draw the curve of extractions against gold ones; sentences are known by their letters.

    Precision pairs each extraction with one gold one, the best pairs first; recall takes the best
    extraction for each gold one.
    """
    ours: dict[str, list[Extraction]] = {}
    for sentence, rows in found.items():
        ours.setdefault(_letters(sentence), []).extend(rows)
    levels = np.unique([row.confidence for rows in ours.values() for row in rows])
    sums = np.zeros((4, len(levels)))  # precision and recall: points, and of how many
    for sentence, wanted in gold.items():
        rows = ours.get(_letters(sentence), [])
        _add_sentence(sums, levels, wanted, rows)
    precision, n_found, recall, n_wanted = sums
    return Curve(levels, precision / np.maximum(n_found, 1), recall / np.maximum(n_wanted, 1))


def _add_sentence(
    sums: npt.NDArray[np.float64],
    levels: npt.NDArray[np.float64],
    wanted: Sequence[Extraction],
    rows: Sequence[Extraction],
) -> None:
    """Add what one sentence scores to each level of confidence."""
    sums[3] += len(wanted)
    if not rows:
        return
    scores = np.array([[lenient_scores(want, row) for row in rows] for want in wanted])
    confidences = np.array([row.confidence for row in rows])
    begin = 0
    for confidence in np.unique(confidences):
        stop = int(np.searchsorted(levels, confidence)) + 1
        kept = scores[:, confidences >= confidence]
        sums[0, begin:stop] += _paired(kept[:, :, 0])
        sums[1, begin:stop] += kept.shape[1]
        sums[2, begin:stop] += kept[:, :, 1].max(axis=1).sum()
        begin = stop


def _paired(scores: npt.NDArray[np.float64]) -> float:
    """Pair rows with columns, the best first, and sum the scores of the pairs."""
    left, total = scores.copy(), 0.0
    for _ in range(min(left.shape)):
        row, column = divmod(int(left.argmax()), left.shape[1])
        total += left[row, column]
        left[row, :] = left[:, column] = -1
    return total


def lenient_scores(gold: Extraction, found: Extraction) -> tuple[float, float]:
    """Return the share of found words that are gold, and of gold words that were found.

    Both are 0 unless the relations share a word. All arguments after the first are one.
    """
    scores = _slot_scores(_slots(gold), _slots(found))
    if any(word in gold.relation.lower() for word in _SAYING):
        relation, first, rest = _slots(found)
        scores = max(scores, _slot_scores(_slots(gold), (relation, rest, first)))
    return scores


def _slots(extraction: Extraction) -> tuple[list[str], ...]:
    first, *rest = extraction.arguments or ("",)
    parts = (extraction.relation, first, " ".join(rest))
    return tuple(part.lower().split() for part in parts)


def _slot_scores(gold: tuple[list[str], ...], found: tuple[list[str], ...]) -> tuple[float, float]:
    shared = [_shared(want, have) for want, have in zip(gold, found, strict=True)]
    shared[0] += _is_lemma_of_be(gold[0], found[0])
    if not shared[0]:
        return 0.0, 0.0
    n_found, n_gold = sum(map(len, found)), sum(map(len, gold))
    return sum(shared) / n_found, sum(shared) / n_gold


def _shared(gold: Sequence[str], found: Sequence[str]) -> int:
    """Count the words of two bags that are the same, each used once."""
    return sum(min(found.count(word), gold.count(word)) for word in set(gold))


def _is_lemma_of_be(gold: Sequence[str], found: Sequence[str]) -> bool:
    """Tell whether a *be* of our own making stands for a form of it in the sentence."""
    return "be" in found and "be" not in gold and not _FORMS_OF_BE.isdisjoint(gold)


def _letters(sentence: str) -> str:
    return "".join(sentence.split())


def exact_facts(
    gold: Mapping[str, Sequence[Sequence[tuple[str, str, str]]]],
    found: Mapping[str, Iterable[Extraction]],
) -> tuple[int, int, int]:
    """Count the facts that were found, the extractions that are none, and all facts.

    A fact is a list of phrasings, each of subject, relation and object; what stands in square
    brackets may be left out. Only the first two arguments of an extraction count. Several right
    phrasings of one fact count once, so precision is ``found / (found + none)`` and recall
    ``found / all``.
    """
    n_hit = n_wrong = n_facts = 0
    for sentence, facts in gold.items():
        patterns = [[tuple(map(_pattern, phrasing)) for phrasing in fact] for fact in facts]
        hit: set[int] = set()
        for row in found.get(sentence, ()):
            slots = (row.arguments[0], row.relation, row.arguments[1])
            texts = ["".join(f"{word} " for word in slot.split()) for slot in slots]
            right = {
                number
                for number, fact in enumerate(patterns)
                if any(all(map(re.Pattern.fullmatch, each, texts)) for each in fact)
            }
            hit |= right
            n_wrong += not right
        n_hit += len(hit)
        n_facts += len(facts)
    return n_hit, n_wrong, n_facts


def _pattern(slot: str) -> re.Pattern[str]:
    """Compile a slot: each word with a space after it, groups in brackets optional."""
    parts = []
    for token in re.findall(r"\[|\]|[^\[\]\s]+", slot):
        parts.append({"[": "(?:", "]": ")?"}.get(token, f"{re.escape(token)} "))
    missing = parts.count("(?:") - parts.count(")?")
    return re.compile("".join(parts) + ")?" * missing)
