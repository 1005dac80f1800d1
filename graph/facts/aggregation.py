"""From statements to facts: the same relation of the same arguments, however often it is stated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from math import prod

DOCUMENT_TRUST = 0.9
"""How far one document is believed at most: no single one makes a fact certain."""

Triad = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument under its canonical name, with the id of its phrase, None where it is none."""

    name: str
    phrase: int | None


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence's word on a relation: a typed triple, reduced to what facts are made of."""

    id: int
    sentence: int
    document: int
    subject: Argument
    relation: str
    object: Argument
    negated: bool
    confidence: float


@dataclass(frozen=True, slots=True)
class Fact:
    """A relation between two named things, with all that the sentences say for and against it.

    Attributes
    ----------
    id
        0, 1, 2, ... from the surest on.
    subject, relation, object
        The arguments under their canonical names; of a symmetric relation in alphabetical order.
    symmetric
        Whether the relation has no direction.
    support, n_documents
        Sentences that state it without denying it, and the documents that these stand in.
    n_negated
        Sentences that deny it.
    best_confidence
        The highest confidence of one statement, denied or not.
    confidence
        1 - product of (1 - .9 c) over the documents that state it, c being the highest confidence
        in the document and .9 `DOCUMENT_TRUST`; 0 where every sentence denies it.
    """

    id: int
    subject: str
    relation: str
    object: str
    symmetric: bool
    support: int
    n_documents: int
    n_negated: int
    best_confidence: float
    confidence: float


@dataclass(frozen=True, slots=True)
class GatheredFact:
    """A fact, the ids of its statements, and how often each phrase is an argument of it."""

    fact: Fact
    statements: tuple[int, ...]
    subject_phrases: Counter[int]
    object_phrases: Counter[int]


@dataclass
class _Evidence:
    """What was seen of one fact so far."""

    statements: list[int] = field(default_factory=list)
    affirming: set[int] = field(default_factory=set)
    denying: set[int] = field(default_factory=set)
    by_document: dict[int, float] = field(default_factory=dict)
    best: float = 0.0
    subjects: Counter[int] = field(default_factory=Counter)
    objects: Counter[int] = field(default_factory=Counter)

    def add(self, statement: Statement, subject: Argument, object: Argument) -> None:
        """Count one statement of the fact."""
        confidence = statement.confidence
        self.statements.append(statement.id)
        self.best = max(self.best, confidence)
        if statement.negated:
            self.denying.add(statement.sentence)
        else:
            self.affirming.add(statement.sentence)
            before = self.by_document.get(statement.document, 0.0)
            self.by_document[statement.document] = max(before, confidence)
        self.subjects.update(() if subject.phrase is None else (subject.phrase,))
        self.objects.update(() if object.phrase is None else (object.phrase,))


def gather_facts(
    statements: Iterable[Statement], *, symmetric: Collection[str] = ()
) -> list[GatheredFact]:
    """Gather statements to facts, the surest first.

    Facts are ordered by confidence, then support, then the best single confidence, all falling,
    then by their words. A statement whose arguments have one name is left out.

    Parameters
    ----------
    symmetric
        Relations without a direction.

    Examples
    --------
    >>> def said(i, document, confidence):
    ...     drug, effect = Argument("aspirin", 4), Argument("pain", 9)
    ...     return Statement(i, i, document, drug, "reduces", effect, False, confidence)
    >>> [found] = gather_facts([said(0, 0, 0.5), said(1, 0, 0.2), said(2, 1, 0.5)])
    >>> found.fact.support, found.fact.n_documents, round(found.fact.confidence, 4)
    (3, 2, 0.6975)
    """
    found: dict[Triad, _Evidence] = {}
    for statement in statements:
        first, second = statement.subject, statement.object
        if first.name == second.name:
            continue
        if statement.relation in symmetric and second.name < first.name:
            first, second = second, first
        key = (first.name, statement.relation, second.name)
        found.setdefault(key, _Evidence()).add(statement, first, second)
    confidences = {
        key: 1.0 - prod(1.0 - DOCUMENT_TRUST * c for c in evidence.by_document.values())
        for key, evidence in found.items()
    }
    order = sorted(
        found, key=lambda k: (-confidences[k], -len(found[k].affirming), -found[k].best, k)
    )
    return [
        _gathered(i, key, key[1] in symmetric, found[key], confidences[key])
        for i, key in enumerate(order)
    ]


def _gathered(
    number: int, key: Triad, symmetric: bool, evidence: _Evidence, confidence: float
) -> GatheredFact:
    fact = Fact(
        id=number,
        subject=key[0],
        relation=key[1],
        object=key[2],
        symmetric=symmetric,
        support=len(evidence.affirming),
        n_documents=len(evidence.by_document),
        n_negated=len(evidence.denying),
        best_confidence=evidence.best,
        confidence=confidence,
    )
    return GatheredFact(fact, tuple(evidence.statements), evidence.subjects, evidence.objects)
