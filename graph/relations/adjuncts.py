"""What else a clause says besides its subject and object: when, where, how, why.

Roles are told by the preposition or conjunction and by the kind of word that it governs, from the
closed lists below; "other" where they do not tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .argument_spans import LOOSE, Bounds, full_words
from .clauses import Clause
from .dependency_tree import DependencyTree
from .triples import Role
from .words import (
    CAUSE_WORDS,
    CONDITIONAL,
    DISCOURSE_ADVERBS,
    HEDGING_ADVERBS,
    MANNER_PREPOSITIONS,
    NEGATORS,
    PLACE_ADVERBS,
    PLACE_PREPOSITIONS,
    RELATIVE_PRONOUNS,
    TIME_ADVERBS,
    TIME_CONJUNCTIONS,
    TIME_NOUNS,
    TIME_PREPOSITIONS,
)

_RELATIVE = RELATIVE_PRONOUNS | {"where", "when", "why", "whose"}
_OBLIQUES = frozenset({"obl", "obl:unmarked", "obl:tmod", "obl:npmod", "obl:agent", "iobj"})


class Place(NamedTuple):
    """Where an argument stands in a tree: its head, its words, what it does in its clause."""

    head: int
    role: Role
    words: Bounds


def find_adjuncts(tree: DependencyTree, clause: Clause) -> Iterator[Place]:
    """Yield the adjuncts of a clause in text order; prepositions are part of their words."""
    own = {clause.predicate, *clause.governors}
    is_noun = bool(tree.having(clause.predicate, "cop")) and tree.upos[clause.predicate] != "ADJ"
    for word in sorted(child for head in own for child in tree.children[head]):
        dep = tree.deps[word]
        if word in own or dep in ("nsubj", "nsubj:pass") or tree.words[word] in _RELATIVE:
            continue
        role: Role | None = None
        if dep in _OBLIQUES:
            role = _role_of_nominal(tree, word)
        elif dep == "advcl":
            role = _role_of_clause(tree, word)
        elif dep == "advmod" and not is_noun:
            role = _role_of_adverb(tree, word)
        if role is not None:
            yield Place(word, role, full_words(tree, word, without=LOOSE, outside=own))


def _role_of_nominal(tree: DependencyTree, word: int) -> Role:
    """Name the role of a nominal by its preposition and its own kind."""
    if tree.deps[word] == "obl:agent":
        return "agent"
    if tree.deps[word] == "iobj":
        return "recipient"
    preposition = tree.preposition(word)
    if preposition in CAUSE_WORDS:
        return "cause"
    if _names_time(tree, word) and (not preposition or preposition in TIME_PREPOSITIONS):
        return "time"
    if preposition in MANNER_PREPOSITIONS:
        return "manner"
    if preposition in PLACE_PREPOSITIONS:
        return "place"
    return "other"


def _names_time(tree: DependencyTree, word: int) -> bool:
    text = tree.words[word].rstrip("s'")
    is_year = len(text) == 4 and text.isdecimal()
    return is_year or tree.lemmas[word] in TIME_NOUNS or tree.words[word] in TIME_NOUNS


def _role_of_clause(tree: DependencyTree, word: int) -> Role:
    """Name the role of an adverbial clause by its conjunction."""
    marks = {tree.words[mark] for mark in tree.having(word, "mark", "advmod", "case")}
    if marks & CONDITIONAL:
        return "condition"
    if marks & TIME_CONJUNCTIONS:
        return "time"
    if marks & CAUSE_WORDS:
        return "cause"
    if "to" in marks:
        return "purpose"
    return "manner" if marks & MANNER_PREPOSITIONS else "other"


def _role_of_adverb(tree: DependencyTree, word: int) -> Role | None:
    """Name the role of an adverb that answers a question; None for one that only comments."""
    text = tree.words[word]
    if text in TIME_ADVERBS:
        return "time"
    if text in PLACE_ADVERBS:
        return "place"
    if text in NEGATORS or text in HEDGING_ADVERBS or text in DISCOURSE_ADVERBS:
        return None
    is_manner = text.endswith("ly") and len(text) > 4
    return "manner" if is_manner else None
