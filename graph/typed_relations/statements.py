"""How firmly a sentence states what a word in it names: denied, hedged, past or present."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ..relations.clauses import Clause, find_clauses
from ..relations.dependency_tree import DependencyTree
from ..relations.triples import Tense
from ..relations.words import ABSENCE

_DENYING = frozenset({"no", "neither", "without", "nor"})


@dataclass(frozen=True, slots=True)
class Statement:
    """What a sentence says of a relation besides that it holds; fields as in `TypedTriple`."""

    negated: bool = False
    modality: str = ""
    tense: Tense = ""


class Statements:
    """Tells how the words of one sentence are stated.

    Parameters
    ----------
    tree
        The sentence.
    """

    def __init__(self, tree: DependencyTree) -> None:
        self._tree = tree

    def of(self, trigger: int, *arguments: int) -> Statement:
        """Tell how the relation that a word names is stated between some arguments.

        "No inhibition of COX was seen" and "aspirin does not inhibit COX" deny it, "aspirin may
        inhibit COX" hedges it.
        """
        clause = self._clause_of(trigger)
        denied = any(map(self._is_denied, {trigger, *arguments}))
        if clause is None:
            return Statement(denied)
        return Statement(clause.negated != denied, clause.modality, clause.tense)

    @cached_property
    def _clauses(self) -> dict[int, Clause]:
        return {clause.predicate: clause for clause in find_clauses(self._tree)}

    def _clause_of(self, word: int) -> Clause | None:
        """Find the clause that says what a word is part of: its own, or the next above."""
        tree = self._tree
        for _ in range(len(tree)):
            if word in self._clauses:
                return self._clauses[word]
            if tree.heads[word] == word:
                return None
            word = tree.heads[word]
        return None

    def _is_denied(self, word: int) -> bool:
        tree = self._tree
        if any(tree.words[child] in _DENYING for child in tree.having(word, "det", "case", "cc")):
            return True
        return tree.deps[word] == "nmod" and tree.lemmas[tree.heads[word]] in ABSENCE
