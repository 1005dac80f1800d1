"""The words of a predicate: its verb with auxiliaries, negation, particles and short adverbs."""

from __future__ import annotations

from .assertion import no_longer
from .clauses import Clause
from .dependency_tree import DependencyTree
from .words import NEGATORS

_PARTS = frozenset({"aux", "aux:pass", "cop", "compound:prt"})


def predicate_words(tree: DependencyTree, clause: Clause) -> tuple[int, ...]:
    """Give the words of a predicate and its governors, in text order, arguments left out.

    "was not yet fully able to bind": all of it. An adverb belongs to it where it stands right
    before or among these words. A noun or adjective after *be* does not: it is what is said.
    """
    words = {clause.predicate, *clause.governors}
    adverbs = []
    for word in (clause.predicate, *clause.governors):
        for child in tree.children[word]:
            dep = tree.deps[child]
            is_negator = dep == "advmod" and tree.words[child] in NEGATORS
            if dep in _PARTS or is_negator or _is_infinitive_mark(tree, child, clause):
                words.add(child)
            elif dep == "advmod" and child < word and not tree.children[child]:
                adverbs.append(child)
        words.update(no_longer(tree, word))
    first = min(words)
    words.update(adverb for adverb in adverbs if adverb >= first - 1)
    if tree.first(clause.predicate, "cop") is not None:
        words.discard(clause.predicate)
    return tuple(sorted(words))


def _is_infinitive_mark(tree: DependencyTree, word: int, clause: Clause) -> bool:
    """Tell whether a word is the *to* between a governor and what it governs."""
    return (
        tree.deps[word] == "mark"
        and tree.words[word] in ("to", "of")
        and bool(clause.governors)
        and word > clause.governors[0]
    )
