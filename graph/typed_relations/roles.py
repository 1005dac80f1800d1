"""Who does it to whom: how much of a doer each argument of a word is.

Grammatical labels, prepositions and voice tell, never the order of words. Each place in the tree
has a number, and of two arguments the one with the higher number does it: in "inhibition of COX by
aspirin", *by* has more of a doer than *of*.
"""

from __future__ import annotations

from ..relations.clauses import SUBJECTS, is_passive
from ..relations.dependency_tree import NOMINAL
from .spread_tree import SpreadTree

HYPHENS = ("-", "\u2010", "\u2013")

_BY_LABEL = {"nsubj": 3.0, "nsubj:pass": -3.0, "nsubj:outer": 3.0, "csubj": 3.0, "obl:agent": 3.0}
_BY_LABEL |= {"obj": -3.0, "iobj": -2.0, "nmod:poss": 1.0, "compound": -0.5, "amod": -0.5}
_BY_PREPOSITION = {
    "by": 3.0, "through": 2.0, "via": 2.0, "using": 2.0, "from": 1.5, "with": 1.0, "due to": 2.5,
    "because of": 2.5, "after": 2.0, "following": 2.0, "during": 1.5, "upon": 1.5, "under": 1.5,
    "of": -1.0, "on": -2.0, "against": -2.5, "to": -2.0, "into": -2.0, "in": -2.0, "for": -1.5,
    "toward": -2.0, "towards": -2.0, "at": -2.0, "as": -2.0, "within": -2.0, "than": -1.0,
}  # fmt: skip
_OTHER_PREPOSITION = -0.5
_TIMES = ("after", "during", "at", "under")
_THEMES = ("of", "for", "against")

BEARER = 2.0
"""What is said to be it: "aspirin" in "aspirin, an inhibitor of COX" and "aspirin is one"."""

_OF_DOER = 1.5  # "the effect of aspirin"
_PARTICIPLE = 2.5  # "cells dividing" do it, "failure induced by" undergoes it
_NOUN_ABOVE = -1.0

# How surely an argument is one of the word's own, where it does not simply hang on it.
_ADJUNCT, _BORROWED, _ELSEWHERE, _MERELY_ABOVE = 0.6, 0.9, 0.5, 0.4

_DONE_BY_NOUNS = frozenset(
    "effect result consequence complication outcome toxicity sequela manifestation impact "
    "influence action role use efficacy effectiveness potency administration".split()
)
"""Nouns whose *of* names the doer."""

Role = tuple[float, float]
"""How much of a doer an argument is, and how surely it is one of the word's own, in (0, 1]."""


def preposition_doer(preposition: str) -> float:
    """Say how much of a doer the noun after a preposition is.

    Examples
    --------
    >>> preposition_doer("by") > preposition_doer("of") > preposition_doer("on")
    True
    """
    return _BY_PREPOSITION.get(preposition, _OTHER_PREPOSITION)


def role_of(spread: SpreadTree, argument: int, trigger: int) -> Role:
    """Say how much of a doer an argument of a word is, from where it hangs on that word."""
    chain = spread.chain(argument)
    if trigger in chain[1:]:
        return _role_below(spread, chain[chain.index(trigger) - 1], trigger)
    above = spread.chain(trigger)
    if argument in above:
        return _role_above(spread, above[above.index(argument) - 1])
    shared = next((word for word in above if word in chain), None)
    if shared is None:
        return 0.0, _ELSEWHERE
    top = chain[chain.index(shared) - 1]
    doer, _ = _role_below(spread, top, shared)
    if spread.labels[top] in SUBJECTS and spread.tree.upos[shared] == "VERB":
        return doer, _BORROWED  # "X binds A and inhibits B"
    return doer / 2, _ELSEWHERE


def _role_below(spread: SpreadTree, child: int, trigger: int) -> Role:
    """Say it of an argument that hangs on the word, or on what hangs on it."""
    tree, label = spread.tree, spread.labels[child]
    is_done_by = tree.lemmas[trigger] in _DONE_BY_NOUNS
    if child == trigger - 2 and tree.words[trigger - 1] in HYPHENS:
        return 0.0, 1.0  # "X-induced Y"
    if label in SUBJECTS and tree.upos[trigger] != "VERB":
        return (-BEARER if is_done_by else BEARER), 1.0
    if label in _BY_LABEL:
        return _BY_LABEL[label], 1.0
    preposition = spread.preposition(child)
    if preposition == "of" and is_done_by:
        return _OF_DOER, 1.0
    if preposition:
        return _role_by_preposition(spread, preposition, trigger)
    if label in ("appos", "flat", "nmod:desc"):
        return BEARER, 1.0  # "the inhibitor aspirin"
    return 0.0, 1.0 if label == "obl:unmarked" else _BORROWED


def _role_by_preposition(spread: SpreadTree, preposition: str, trigger: int) -> Role:
    tree, doer = spread.tree, preposition_doer(preposition)
    if tree.upos[trigger] != "VERB":
        return doer, 1.0
    is_active = not is_passive(tree, trigger)
    if preposition == "with" and is_active:
        doer = -1.5  # "X binds with Y", unlike "is treated with Y"
    has_theme = not is_active or bool(tree.having(trigger, "obj"))
    is_adjunct = has_theme and doer < 0 and preposition not in _THEMES
    is_other = preposition in _TIMES or preposition not in _BY_PREPOSITION
    return doer, _ADJUNCT if is_adjunct or is_other else 1.0


def _role_above(spread: SpreadTree, child: int) -> Role:
    """Say it of an argument that the word describes: "failure induced by the drug"."""
    tree, label, text = spread.tree, spread.labels[child], spread.tree.words[child]
    if label == "acl:relcl":
        for pronoun in tree.having(child, *SUBJECTS):
            if tree.upos[pronoun] in ("PRON", "DET", "SCONJ"):
                return _BY_LABEL.get(spread.labels[pronoun], 0.0), 1.0
        return -3.0, 1.0
    if label in ("acl", "amod", "advcl") and tree.upos[child] in ("VERB", "ADJ"):
        does_it = text.endswith("ing") and not is_passive(tree, child)
        return (_PARTICIPLE if does_it else -_PARTICIPLE), 1.0
    if label in ("appos", "compound", "flat", "nmod:desc"):
        return (BEARER if tree.upos[child] in NOMINAL else 0.0), 1.0
    return _NOUN_ABOVE, _MERELY_ABOVE
