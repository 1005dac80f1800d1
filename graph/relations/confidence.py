"""How often what was read is right: the confidence of triples and propositions.

The weights of propositions were fitted to human judgement by ``benchmarks/fit_confidence.py``, and
the priors of the clause rules follow what that script prints of them; those of the noun rules,
which no such judgement covers, are estimates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp

from .adjuncts import Place
from .argument_spans import Bounds
from .clauses import Clause
from .dependency_tree import DependencyTree
from .facts import Fact

PRIORS: Mapping[str, float] = {
    "verb-object": 0.9,
    "verb-oblique": 0.9,
    "verb-complement": 0.9,
    "is-a": 0.85,
    "copula-oblique": 0.85,
    "light-verb": 0.85,
    "symmetric-noun": 0.85,
    "agent-noun": 0.8,
    "apposition-complement": 0.8,
    "compound-pair": 0.8,
    "copula-complement": 0.8,
    "hyphenated-participle": 0.8,
    "noun-doer": 0.8,
    "passive-agent": 0.8,
    "reciprocal-verb": 0.8,
    "such-as": 0.8,
    "verb-recipient": 0.8,
    "verb-frame": 0.75,
    "apposition": 0.7,
    "noun-means": 0.7,
    "noun-target": 0.7,
    "object-complement": 0.7,
    "oblique-complement": 0.7,
    "parenthesis": 0.7,
    "possessive": 0.65,
    "verb-object-oblique": 0.65,
}
"""How often a rule is right, roughly; the product with the penalties below is the confidence."""

_NO_NOUN, _LONG_ARGUMENT, _FAR_APART = 0.6, 0.8, 0.8
_LONG, _FAR = 8, 15  # words

WEIGHTS: Mapping[str, float] = {
    "always": 1.681,
    "subject inferred": -0.607,
    "participle": -0.299,
    "adverbial clause": -0.354,
    "relative clause": -0.426,
    "complement clause": -0.407,
    "conjoined": 0.267,
    "words of the sentence": -0.018,
    "words of the subject": -0.044,
    "linked by be": -0.604,
    "first argument after a preposition": 0.082,
    "first argument an adverbial": -0.449,
    "first argument one word": -0.368,
    "subject a name": 0.233,
}
"""What each sign adds to the log odds that a proposition is right."""

_LONGEST_SENTENCE, _LONGEST_SUBJECT = 60, 20  # words; longer ones count as these


def triple_confidence(tree: DependencyTree, fact: Fact, subject: Bounds, target: Bounds) -> float:
    """Multiply the prior of a fact's rule with the trust in its arguments.

    The factors are 0.6 for each argument whose head is no noun (most are pronouns), 0.8 for each
    argument of more than 8 words, and 0.8 when the heads are more than 15 words apart.
    """
    confidence = PRIORS[fact.rule] * fact.trust
    for head, (first, stop) in ((fact.subject, subject), (fact.object, target)):
        confidence *= _NO_NOUN if tree.upos[head] not in ("NOUN", "PROPN") else 1.0
        confidence *= _LONG_ARGUMENT if stop - first > _LONG else 1.0
    return confidence * (_FAR_APART if abs(fact.subject - fact.object) > _FAR else 1.0)


def proposition_confidence(
    tree: DependencyTree, clause: Clause, subject: Bounds, places: Sequence[Place]
) -> float:
    """Weigh the signs for and against a proposition by a logistic model."""
    signs = proposition_signs(tree, clause, subject, places)
    return 1 / (1 + exp(-sum(WEIGHTS[name] * value for name, value in signs.items())))


def proposition_signs(
    tree: DependencyTree, clause: Clause, subject: Bounds, places: Sequence[Place]
) -> dict[str, float]:
    """Give the value of each sign of `WEIGHTS` for a proposition."""
    label = tree.deps[clause.predicate]
    first = places[0]
    first_label = tree.deps[first.head]
    return {
        "always": 1.0,
        "subject inferred": clause.subjects[0].trust < 1,
        "participle": label == "acl",
        "adverbial clause": label == "advcl",
        "relative clause": label == "acl:relcl",
        "complement clause": label in ("ccomp", "xcomp"),
        "conjoined": label == "conj",
        "words of the sentence": min(len(tree), _LONGEST_SENTENCE),
        "words of the subject": min(subject[1] - subject[0], _LONGEST_SUBJECT),
        "linked by be": bool(tree.having(clause.predicate, "cop")),
        "first argument after a preposition": first_label in ("obl", "obl:agent"),
        "first argument an adverbial": first_label in ("advmod", "advcl"),
        "first argument one word": first.words[1] - first.words[0] == 1,
        "subject a name": tree.upos[clause.subjects[0].word] == "PROPN",
    }
