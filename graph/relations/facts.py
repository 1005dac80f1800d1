"""Fact: what a rule found, in words of a tree, before it becomes a triple of character spans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .clauses import Argument, Clause

MAX_PAIRS = 24
"""Of subjects with objects by one rule; beyond them only the first subject is spread."""


class Fact(NamedTuple):
    """A relation between two nominals, found by a rule.

    Attributes
    ----------
    rule : str
        Name of the rule.
    subject, object : int
        Head words of the arguments, in their roles.
    trigger : tuple of int
        Words that carry the relation, the main one first; none for an apposition.
    lemma : str
        The normalized relation.
    around : tuple of int
        Words of the predicate: auxiliaries, negations, adverbs.
    inner : tuple of int
        Words of the nouns that the relation goes through.
    implied : str
        The verb that a sign stands for: *is* of an apposition, *has* of an owner; "" for none.
    negated, modality
        As in `Triple`.
    trust : float
        Below 1 where an argument's role was inferred.
    clause : Clause, optional
        Where it was read; None for what stands in a noun phrase.
    """

    rule: str
    subject: int
    object: int
    trigger: tuple[int, ...]
    lemma: str
    around: tuple[int, ...] = ()
    inner: tuple[int, ...] = ()
    implied: str = ""
    negated: bool = False
    modality: str = ""
    trust: float = 1.0
    clause: Clause | None = None


def pair_up(
    subjects: Sequence[Argument], objects: Sequence[Argument]
) -> Iterator[tuple[int, int, float]]:
    """Yield each subject with each object and their trust, without exploding on long lists.

    When there would be more than 24 pairs, only the first subject is spread.
    """
    if len(subjects) * len(objects) > MAX_PAIRS:
        subjects = subjects[:1]
    for subject in subjects:
        for target in objects[:MAX_PAIRS]:
            if subject.word != target.word:
                yield subject.word, target.word, subject.trust * target.trust
