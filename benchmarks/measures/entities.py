"""How well spans and their types were found: exactly, and as the method's author counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forms.sentences import TypedSpan


@dataclass(frozen=True)
class Found:
    """Precision, recall and their harmonic mean, as shares."""

    precision: float
    recall: float
    f1: float

    @classmethod
    def of(cls, n_right: int, n_given: int, n_gold: int) -> Found:
        """Compute them of counts; a share of nothing is 0."""
        precision, recall = n_right / max(n_given, 1), n_right / max(n_gold, 1)
        total = precision + recall
        return cls(precision, recall, 2 * precision * recall / total if total else 0.0)

    def rounded(self) -> dict[str, float]:
        """Return them with four digits, as figures are printed."""
        return {name: round(value, 4) for name, value in vars(self).items()}


def exact_scores(
    gold: Sequence[Collection[TypedSpan]], given: Sequence[Collection[TypedSpan]]
) -> dict[str, Found]:
    """Score spans by type and both ends, the rule of conlleval.

    Returns
    -------
    The micro average over all spans as "all", the plain mean over gold types as "mean", and each
    gold type by its name.
    """
    right, n_given, n_gold = Counter[str](), Counter[str](), Counter[str]()
    for wanted, found in zip(gold, given, strict=True):
        n_gold.update(span.type for span in wanted)
        n_given.update(span.type for span in found)
        right.update(span.type for span in set(wanted) & set(found))
    by_type = {kind: Found.of(right[kind], n_given[kind], n_gold[kind]) for kind in sorted(n_gold)}
    n_types = max(len(by_type), 1)
    mean = Found(
        sum(found.precision for found in by_type.values()) / n_types,
        sum(found.recall for found in by_type.values()) / n_types,
        sum(found.f1 for found in by_type.values()) / n_types,
    )
    return {
        "all": Found.of(right.total(), n_given.total(), n_gold.total()),
        "mean": mean,
        **by_type,
    }


@dataclass(frozen=True)
class TypedPhrase:
    """A phrase, how many words it has, and the main types predicted for it, the best first."""

    n_words: int
    types: tuple[str, ...]


def lenient_f1(
    named: Iterable[tuple[str, TypedPhrase]],
    other: Iterable[TypedPhrase],
    aliases: Mapping[str, Collection[str]],
    *,
    either: bool,
) -> float:
    """Score types as the author of the method did: with gold spans, by words, and with leniencies.

    A gold phrase is right when a predicted type is among the aliases of its gold type. Wrong types
    cost precision only in sentences that name nothing: there each phrase whose first type is an
    alias counts against the first gold type that has it. Precision and recall are rounded to two
    digits, and gold types of which both are 0 are left out of the mean.

    Parameters
    ----------
    named
        Gold types with their phrases.
    other
        Phrases of sentences without a gold phrase.
    aliases
        The main types that stand for each gold type.
    either
        Whether the second predicted type may be the right one too.

    References
    ----------
    The repository ajitrajasekharan/ner_test, eval_results.py.
    """
    right, missed, wrong = Counter[str](), Counter[str](), Counter[str]()
    for gold, phrase in named:
        said = phrase.types[: 2 if either else 1]
        is_right = any(kind in aliases.get(gold, ()) for kind in said)
        (right if is_right else missed)[gold] += phrase.n_words
    for phrase in other:
        for gold, names in aliases.items():
            if phrase.types[:1] and phrase.types[0] in names:
                wrong[gold] += phrase.n_words
                break
    values = []
    for gold in sorted(set(right) | set(missed)):
        precision = round(right[gold] / max(right[gold] + wrong[gold], 1), 2)
        recall = round(right[gold] / max(right[gold] + missed[gold], 1), 2)
        if precision + recall:
            values.append(2 * precision * recall / (precision + recall))
    return sum(values) / max(len(values), 1)
