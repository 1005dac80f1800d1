"""Clauses: what each predicate of a sentence says about whom, and how firmly.

A clause is a predicate (a verb, or a noun, adjective or prepositional phrase after *be*) with its
grammatical subjects and objects made explicit: coordination is spread out, relative pronouns are
replaced by what they stand for, and a predicate without a subject borrows one from the clause that
governs it. Negation and modality are read off the predicate and off what governs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .assertion import (
    is_negated,
    read_attribution,
    read_condition,
    read_modality,
    read_tense,
)
from .dependency_tree import DependencyTree
from .triples import Tense
from .words import CIRCUMSTANCE_NOUNS, RELATIVE_PRONOUNS

SUBJECTS = ("nsubj", "nsubj:pass", "nsubj:outer")
_NOT_PREDICATES = frozenset(
    "aux aux:pass cop amod compound case mark fixed flat compound:prt punct nmod:desc".split()
)
_MAX_DEPTH = 5

# How far a borrowed argument can be trusted, by where it was borrowed.
_CONJOINED, _PARTICIPLE, _INFINITIVE, _CONTROLLED, _ADVERBIAL, _GAP = 0.9, 0.95, 0.7, 0.8, 0.7, 0.7


class Argument(NamedTuple):
    """A nominal in its role; `trust` is below 1 where the role is inferred."""

    word: int
    trust: float = 1.0


class Clause(NamedTuple):
    """A predicate with its arguments.

    Attributes
    ----------
    predicate : int
        Its word.
    governors : tuple of int
        Verbs and adjectives whose complement it is, outermost first: *helps* in "helps to reduce".
    is_passive : bool
        Whether the subjects undergo what the predicate says.
    subjects, objects : tuple of Argument
        Grammatical subjects and direct objects.
    negated : bool
        Whether the clause denies what it says.
    modality : str
        The modal or hedge that qualifies it, "" for a plain statement.
    tense, condition, attribution
        As in `Triple`.
    """

    predicate: int
    governors: tuple[int, ...]
    is_passive: bool
    subjects: tuple[Argument, ...]
    objects: tuple[Argument, ...]
    negated: bool
    modality: str
    tense: Tense
    condition: str
    attribution: str


def find_clauses(tree: DependencyTree) -> Iterator[Clause]:
    """Yield the clauses of a sentence that have a subject, in text order of their predicates."""
    for word in _predicates(tree):
        subjects = _subjects(tree, word, _MAX_DEPTH)
        if subjects:
            governors = governors_of(tree, word)
            yield Clause(
                predicate=word,
                governors=governors,
                is_passive=is_passive(tree, word),
                subjects=tuple(subjects),
                objects=tuple(_objects(tree, word)),
                negated=is_negated(tree, word, governors),
                modality=read_modality(tree, word, governors),
                tense=read_tense(tree, word, governors),
                condition=read_condition(tree, word, governors),
                attribution=read_attribution(tree, word, governors),
            )


def _predicates(tree: DependencyTree) -> list[int]:
    """Give the words that say something: verbs, and what has a subject or a form of *be*."""
    found = {word for word, tag in enumerate(tree.upos) if tag in ("VERB", "AUX")}
    found |= tree.heads_of("cop", *SUBJECTS)
    return sorted(word for word in found if tree.deps[word] not in _NOT_PREDICATES)


def is_passive(tree: DependencyTree, word: int) -> bool:
    """Say whether a verb's subject undergoes it, as in "is bound" and "cells treated with"."""
    if tree.having(word, "aux:pass", "nsubj:pass", "obl:agent"):
        return True
    if tree.upos[word] != "VERB" or tree.having(word, "aux", "cop", "mark", *SUBJECTS):
        return False
    text, dep = tree.words[word], tree.deps[word]
    if text.endswith("ing") or text == tree.verb_lemma(word):
        return False
    if dep == "conj":
        return is_passive(tree, tree.heads[word])
    return dep == "acl" or (dep == "advcl" and text.endswith("ed"))


def _subjects(tree: DependencyTree, word: int, depth: int) -> list[Argument]:
    """Find the subjects of a predicate: its own, or those of the clause that governs it."""
    own = [
        Argument(resolved)
        for child in tree.having(word, *SUBJECTS)
        for conjunct in tree.conjuncts(child)
        if (resolved := resolve_relative(tree, conjunct, word)) is not None
    ]
    head, dep = tree.heads[word], tree.deps[word]
    if own or tree.having(word, *SUBJECTS, "csubj", "csubj:pass", "expl"):
        return own
    if depth == 0 or head == word:
        return []
    if dep == "conj":
        return _borrowed(_subjects(tree, head, depth - 1), _CONJOINED)
    if dep == "acl":
        return _noun_it_describes(tree, word)
    if dep == "acl:relcl":
        return [Argument(head, _GAP)]
    if dep == "xcomp":
        controllers = list(_objects(tree, head)) or _subjects(tree, head, depth - 1)
        return _borrowed(controllers, _CONTROLLED if tree.having(head, "obj") else 1.0)
    if dep == "advcl" and _completes(tree, word):
        return _borrowed(_subjects(tree, head, depth - 1), _CONJOINED)
    if dep == "advcl" and not _has_doer_of_its_own(tree, word):
        return _borrowed(_subjects(tree, head, depth - 1), _ADVERBIAL)
    return []


def _noun_it_describes(tree: DependencyTree, word: int) -> list[Argument]:
    """Take the noun before a participle or infinitive as its subject: "cells dividing"."""
    head, marks = tree.heads[word], _marks(tree, word)
    if tree.lemmas[head] in CIRCUMSTANCE_NOUNS or not set(marks) <= {"to"}:
        return []  # "in order to bind", "the risk of dividing"
    if marks and tree.having(head, "cop"):  # "Ann was the first to leave"
        return _borrowed(_subjects(tree, head, 1), _INFINITIVE)
    return [Argument(head, _INFINITIVE if marks else _PARTICIPLE)]


def _borrowed(arguments: list[Argument], trust: float) -> list[Argument]:
    return [Argument(argument.word, argument.trust * trust) for argument in arguments]


def _has_doer_of_its_own(tree: DependencyTree, word: int) -> bool:
    """Say whether an adverbial's doer is not its governor's subject: "was made by heating"."""
    marks = _marks(tree, word)
    if tree.words[word].endswith("ing"):
        return "than" in marks or is_passive(tree, tree.heads[word])
    return "to" not in marks and not tree.words[word].endswith("ed")


def _marks(tree: DependencyTree, word: int) -> list[str]:
    return [tree.words[mark] for mark in tree.having(word, "mark")]


def resolve_relative(tree: DependencyTree, pronoun: int, predicate: int) -> int | None:
    """Give the noun that a relative pronoun stands for, or the word itself if it is none.

    Returns
    -------
    int or None
        None for a relative or interrogative pronoun that hangs on no noun.
    """
    if tree.upos[pronoun] not in ("PRON", "DET", "SCONJ"):
        return pronoun
    if tree.words[pronoun] not in RELATIVE_PRONOUNS:
        return pronoun
    while tree.deps[predicate] in ("conj", "xcomp", "ccomp"):
        predicate = tree.heads[predicate]
    if tree.deps[predicate] == "acl:relcl":
        return tree.heads[predicate]
    return pronoun if tree.words[pronoun] == "that" else None


def _objects(tree: DependencyTree, word: int) -> Iterator[Argument]:
    """Find the direct objects of a verb, also one that coordinated verbs share or one left open."""
    own = tree.having(word, "obj")
    for child in own:
        for conjunct in tree.conjuncts(child):
            resolved = resolve_relative(tree, conjunct, word)
            if resolved is not None:
                yield Argument(resolved)
    if own or tree.having(word, "obl", "obl:agent", "ccomp", "xcomp", "cop", "nsubj:pass"):
        return
    shared = _verb_that_shares(tree, word)
    if shared is not None:
        yield from _borrowed(list(_objects(tree, shared)), _CONJOINED)
    elif tree.deps[word] == "acl:relcl" and _leaves_object_open(tree, word):
        yield Argument(tree.heads[word], _GAP)


def _verb_that_shares(tree: DependencyTree, word: int) -> int | None:
    """Find the verb after *and* whose object is this verb's too: "binds and activates cells"."""
    for other in tree.having(word, "conj"):
        between = range(word + 1, other)
        if tree.upos[other] == "VERB" and all(
            tree.deps[i] in ("cc", "punct", "advmod", "conj", "aux") for i in between
        ):
            return other if tree.having(other, "obj") and not is_passive(tree, word) else None
    return None


def _leaves_object_open(tree: DependencyTree, word: int) -> bool:
    """Say whether a relative clause with its own subject lacks its object: "cells drugs kill"."""
    subjects = tree.having(word, "nsubj")
    return (
        bool(subjects)
        and tree.upos[word] == "VERB"
        and tree.words[subjects[0]] not in RELATIVE_PRONOUNS
        and not tree.having(word, "advmod", "mark", "advcl")
    )


def governors_of(tree: DependencyTree, word: int) -> tuple[int, ...]:
    """Verbs and adjectives that a predicate completes, outermost first."""
    line: list[int] = []
    while len(line) < _MAX_DEPTH and _completes(tree, word):
        word = tree.heads[word]
        line.insert(0, word)
    return tuple(line)


def _completes(tree: DependencyTree, word: int) -> bool:
    head = tree.heads[word]
    if head == word or tree.having(word, *SUBJECTS) or tree.having(head, "obj"):
        return False
    if tree.deps[word] == "xcomp":
        return True
    if tree.deps[word] != "advcl" or head > word:
        return False
    marks = _marks(tree, word)  # "is used to treat", "are capable of forming"
    return ("to" in marks and is_passive(tree, head)) or (
        tree.upos[head] == "ADJ" and bool({"of", "to"} & set(marks))
    )
