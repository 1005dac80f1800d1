"""How firmly a sentence states what a word in it names: denied, hedged, past or present."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ..relations.clauses import Clause, find_clauses
from ..relations.dependency_tree import DependencyTree
from ..relations.triples import Tense
from ..relations.words import ABSENCE

_DENYING = frozenset({"no", "neither", "without", "nor"})
_FUTURE = frozenset({"will", "shall", "'ll", "wo"})
_PAST_AUXILIARIES = frozenset({"was", "were", "did", "had"})
_NO_PAST = ("ing", "s")


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
        tree = self._tree
        clause = self._clause_of(trigger)
        denied = any(map(self._is_denied, {trigger, *arguments}))
        if clause is None:
            return Statement(denied)
        return Statement(
            clause.negated != denied, clause.modality, tense_of(tree, clause.predicate)
        )

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


def tense_of(tree: DependencyTree, predicate: int) -> Tense:
    """Tell when a clause says that something holds, from its auxiliaries or its verb's form.

    "" where there is no finite verb.
    """
    auxiliaries = [tree.words[child] for child in tree.having(predicate, "aux", "aux:pass", "cop")]
    if _FUTURE & {*auxiliaries}:
        return "future"
    if auxiliaries:
        return "past" if _PAST_AUXILIARIES & {*auxiliaries} else "present"
    text = tree.words[predicate]
    if tree.upos[predicate] != "VERB" or text.endswith("ing"):
        return ""
    is_past = text != tree.verb_lemma(predicate) and not text.endswith(_NO_PAST)
    return "past" if is_past else "present"
