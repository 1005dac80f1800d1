"""Propositions: what each clause of a sentence says, whole, with all of its arguments.

A triple is made for a graph: two short arguments, lists spread out on both sides. A proposition is
made for a reader: its arguments are as long as they stand, time, place and manner follow them, and
what is said is in the order of the sentence. It is the form in which open information extraction
is measured with more than two arguments.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..parsing import ParsedSentence
from .adjuncts import Place, find_adjuncts
from .argument_spans import LOOSE, Bounds, full_words, joined, span_of
from .assertion import no_longer
from .clauses import SUBJECTS, Clause, find_clauses, governors_of, resolve_relative
from .confidence import proposition_confidence
from .dependency_tree import DependencyTree
from .predicates import predicate_words
from .triples import Adjunct, Span, Tense
from .words import NEGATORS, REPORTING

_COMPLEMENTS = ("obj", "xcomp", "ccomp")
_OBLIQUES = ("obl", "obl:agent")
_NOT_LINKED = LOOSE | {
    *SUBJECTS, "cop", "aux", "advcl", "punct", "cc", "mark", "csubj", "expl", "conj",
}  # fmt: skip
"""Dependents of what is linked by *be* that belong to the clause, not to it."""


@dataclass(frozen=True, slots=True)
class Proposition:
    """What one clause says.

    Attributes
    ----------
    subject : Span
        The grammatical subject, with all that belongs to it; the noun that a relative clause or a
        participle describes.
    relation : str
        The predicate in the sentence's own words: "was sold to", "is", "did not affect".
    arguments : tuple of Adjunct
        What it is said of, then where, when and how, in the order of the sentence; a preposition
        that ends the relation is no part of the first.
    negated, modality, tense, condition, attribution
        As in `Triple`.
    confidence : float
        In (0, 1).
    """

    subject: Span
    relation: str
    arguments: tuple[Adjunct, ...]
    negated: bool
    modality: str
    tense: Tense
    condition: str
    attribution: str
    confidence: float


def extract_propositions(sentence: ParsedSentence) -> list[Proposition]:
    """Extract what the clauses of a parsed sentence say, in text order of their predicates.

    Parameters
    ----------
    sentence : ParsedSentence
        As `Parser.parse` gives it.

    Returns
    -------
    list of Proposition
        One for each predicate with a subject and an argument; of a list of objects, one for each.

    Examples
    --------
    >>> from tailgraph.graph.parsing import Parser
    >>> [[sentence]] = Parser.default().parse([["In 1947 the old drug was sold to two firms."]])
    >>> [found] = extract_propositions(sentence)
    >>> found.subject.text, found.relation, [part.span.text for part in found.arguments]
    ('the old drug', 'was sold to', ['two firms', 'In 1947'])
    """
    if sentence.is_question:
        return []
    tree = DependencyTree(sentence)
    return [_proposition(tree, reading) for reading in read_clauses(tree)]


@dataclass(frozen=True, slots=True)
class Reading:
    """A proposition in words of its tree: what subject, relation and arguments are made of."""

    clause: Clause
    subject: Bounds
    relation: frozenset[int]
    arguments: tuple[Place, ...]


def read_clauses(tree: DependencyTree) -> Iterator[Reading]:
    """Read what the clauses of a tree say, in text order of their predicates."""
    clauses = list(find_clauses(tree))
    read = {clause.predicate for clause in clauses}
    for clause in clauses:
        if not _is_governor(tree, clause) and not _completes_a_noun(tree, clause):
            yield from _read(tree, clause, read)


def _proposition(tree: DependencyTree, reading: Reading) -> Proposition:
    """Write a reading down."""
    clause = reading.clause
    return Proposition(
        subject=span_of(tree, *reading.subject),
        relation=joined(tree, reading.relation),
        arguments=tuple(Adjunct(p.role, span_of(tree, *p.words)) for p in reading.arguments),
        negated=clause.negated,
        modality=clause.modality,
        tense=clause.tense,
        condition=clause.condition,
        attribution=clause.attribution,
        confidence=proposition_confidence(tree, clause, reading.subject, reading.arguments),
    )


def _read(tree: DependencyTree, clause: Clause, read: Collection[int]) -> Iterator[Reading]:
    """Read a clause: once, or once for each of several objects.

    What is in `read`, the predicates of other clauses, is said there, and no adjunct here.
    """
    predicate = {*predicate_words(tree, clause)}
    subject = _subject_words(tree, clause)
    adjuncts = [
        place
        for place in find_adjuncts(tree, clause)
        if predicate.isdisjoint(range(*place.words)) and place.head not in range(*subject)
    ]
    lists = _objects(tree, clause)
    if lists:
        adjuncts = [place for place in adjuncts if place.head not in read]
    if tree.having(clause.predicate, "cop"):
        linked, cases = _linked(tree, clause)
        predicate = (predicate - {*range(*linked.words)}) | cases
        lists = [[linked]]
        adjuncts = [place for place in adjuncts if place.head not in range(*linked.words)]
    elif not lists and adjuncts:
        first, cases = _promoted(tree, clause, adjuncts)
        predicate |= cases
        lists = [[first]]
        adjuncts = [place for place in adjuncts if place.head != first.head]
    for places in lists:
        yield Reading(clause, subject, frozenset(predicate), (*places, *adjuncts))


def _is_governor(tree: DependencyTree, clause: Clause) -> bool:
    """Tell whether another clause says it all: "expects" in "expects to sell the firm"."""
    return any(
        clause.predicate in governors_of(tree, word) and tree.children[word]
        for word in tree.having(clause.predicate, "xcomp", "advcl")
        if tree.upos[word] in ("VERB", "AUX")
    )


def _completes_a_noun(tree: DependencyTree, clause: Clause) -> bool:
    """Tell whether a clause only says what for: "the plan to sell the firm"."""
    noun = tree.heads[clause.predicate]
    is_infinitive = any(tree.words[mark] == "to" for mark in tree.having(clause.predicate, "mark"))
    is_of_noun = tree.deps[clause.predicate] == "acl" and not tree.having(noun, "cop")
    return is_infinitive and is_of_noun


def _subject_words(tree: DependencyTree, clause: Clause) -> Bounds:
    """Give all words of the subject; a preposition before the noun it was found in is none."""
    subject, own = clause.subjects[0].word, {clause.predicate, *clause.governors}
    if tree.having(subject, "cop"):  # "it is the firm that sells figs"
        return full_words(tree, subject, without=_NOT_LINKED | {"acl"}, outside=own)
    words = full_words(tree, subject, without=LOOSE | {"case", "mark"}, outside=own)
    if own.isdisjoint(range(*words)) and subject in tree.having(clause.predicate, *SUBJECTS):
        return words
    return full_words(tree, subject, without=LOOSE | {"case", "mark", "acl"}, outside=own)


def _objects(tree: DependencyTree, clause: Clause) -> list[list[Place]]:
    """Give the objects and clausal complements of a verb, once for each member of a list."""
    own = {clause.predicate, *clause.governors}
    heads = sorted(
        child
        for verb in own
        for child in tree.having(verb, *_COMPLEMENTS)
        if child not in own and (child > verb or tree.deps[child] in ("obj", "ccomp"))
    )
    if not heads:
        return [[reported] for reported in _reported(tree, clause)]
    before = [Place(word, "object", full_words(tree, word, outside=own)) for word in heads[:-1]]
    last = heads[-1]
    meant = resolve_relative(tree, last, clause.predicate)
    if meant is None:
        return []
    if meant != last:
        noun = full_words(tree, meant, without=LOOSE | {"case"}, outside=own)
        return [[*before, Place(meant, "object", noun)]]
    members = tree.conjuncts(last) if tree.upos[last] in ("NOUN", "PROPN", "NUM") else [last]
    without = LOOSE | {"conj", "cc", "cc:preconj"} if len(members) > 1 else LOOSE
    return [
        [*before, Place(word, "object", full_words(tree, word, without=without, outside=own))]
        for word in members
    ]


def _reported(tree: DependencyTree, clause: Clause) -> list[Place]:
    """Give what an inserted verb of saying reports: "The drug, they say, works"."""
    verb = clause.predicate
    if tree.deps[verb] != "parataxis" or tree.lemmas[verb] not in REPORTING:
        return []
    said = tree.heads[verb]
    return [Place(said, "object", full_words(tree, said, without=(), outside=(verb,)))]


def _linked(tree: DependencyTree, clause: Clause) -> tuple[Place, set[int]]:
    """Give what follows *be*, and the words of a preposition that come between."""
    word, cases = clause.predicate, tree.case_words(clause.predicate)
    first, stop = full_words(tree, word, without=_NOT_LINKED)
    negators = [part for part in tree.having(word, "advmod") if tree.words[part] in NEGATORS]
    before = [*cases, *tree.having(word, "cop"), *negators, *no_longer(tree, word)]
    first = max([first, *(part + 1 for part in before if part < word)])
    return Place(word, "object", (first, stop)), set(cases)


def _promoted(
    tree: DependencyTree, clause: Clause, adjuncts: list[Place]
) -> tuple[Place, set[int]]:
    """Give the adjunct that stands for the object of a verb without one, and its preposition."""
    after = [place for place in adjuncts if place.head > clause.predicate]
    obliques = [place for place in after if tree.deps[place.head] in _OBLIQUES]
    if not obliques:
        return (after or adjuncts)[0], set()
    place = obliques[0]
    cases = tree.case_words(place.head)
    first = max([place.words[0], *(case + 1 for case in cases if case < place.head)])
    return Place(place.head, place.role, (first, place.words[1])), set(cases)
