"""Rules that read relations off clauses: verbs with their objects, and what follows *be*.

Each rule takes a clause and yields links from its subjects to a noun; its docstring shows a
sentence and what it reads there. Roles come from voice and preposition, never from word order.
A link goes on from noun to noun as long as prepositions lead on: "inhibits the activity of COX"
links with the activity, and with COX.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from ..noun_phrases import HEADS
from .argument_spans import phrase_words
from .clauses import Argument, Clause, resolve_relative
from .dependency_tree import DependencyTree
from .facts import MAX_PAIRS, Fact, pair_up
from .predicates import predicate_words
from .words import (
    CIRCUMSTANCE_NOUNS,
    COMPARISONS,
    LIGHT_VERBS,
    NOT_ARGUMENT_PREPOSITIONS,
    RAISING,
    RECIPROCAL_VERBS,
)

_MOST_COMPLEMENTS = 2
"""Prepositional phrases that a link goes on through: "a judge of the court of the town"."""


class Link(NamedTuple):
    """A relation from the subjects of a clause to one noun.

    Attributes
    ----------
    rule : str
        Name of the rule.
    subjects : sequence of Argument
        Who or what is related.
    target : Argument
        With whom or what.
    trigger : tuple of int
        Words that carry the relation, the main one first.
    lemma : str
        Its normal form.
    inner : tuple of int
        Words of the nouns that it goes through: *the activity* in "inhibits the activity of".
    goes_on : str
        Name of the rule that goes on from the target; "" where the link ends.
    """

    rule: str
    subjects: Sequence[Argument]
    target: Argument
    trigger: tuple[int, ...]
    lemma: str
    inner: tuple[int, ...] = ()
    goes_on: str = ""


ClauseRule = Callable[[DependencyTree, Clause], Iterator[Link]]


def read_clause(tree: DependencyTree, clause: Clause) -> Iterator[Fact]:
    """Read all facts off a clause."""
    around = predicate_words(tree, clause)
    is_linked = bool(tree.having(clause.predicate, "cop"))
    for rule in COPULA_RULES if is_linked else VERB_RULES:
        links = list(rule(tree, clause))
        if len(links) * len(clause.subjects) > MAX_PAIRS:
            links = [link._replace(subjects=link.subjects[:1]) for link in links[:MAX_PAIRS]]
        for link in links:
            for longer in (link, *_continued(tree, link, _MOST_COMPLEMENTS)):
                yield from _facts(tree, clause, longer, around)


def verb_object(tree: DependencyTree, clause: Clause) -> Iterator[Link]:
    """Read an active verb with its object.

    "Aspirin inhibits COX-1" gives (Aspirin, inhibits, COX-1).
    """
    if clause.is_passive:
        return
    goes_on = "light-verb" if tree.lemmas[clause.predicate] in LIGHT_VERBS else "object-complement"
    for target in clause.objects:
        yield _verb_link(tree, clause, "verb-object", target, goes_on=goes_on)


def passive_agent(tree: DependencyTree, clause: Clause) -> Iterator[Link]:
    """Read a passive verb with its doer.

    "The kinase is activated by p53" gives (p53, is activated by, The kinase), as "activate".
    """
    if not clause.is_passive:
        return
    for preposition, cases, doer in tree.complements(clause.predicate, "obl:agent", "obl"):
        if preposition == "by" and _is_argument(tree, doer):
            for undergoer in clause.subjects:
                link = _verb_link(tree, clause, "passive-agent", undergoer, cases=cases)
                yield link._replace(subjects=(Argument(doer),))


def verb_oblique(tree: DependencyTree, clause: Clause) -> Iterator[Link]:
    """Read a verb with a prepositional argument; the preposition is part of the relation.

    "The drug binds to cells" gives (The drug, binds to, cells).
    "Cells treated with insulin grow" gives (Cells, treated with, insulin), as "be treated with".
    "It reduces pain in adults" gives (It, reduces pain in, adults), as "reduce pain in".
    "In adults, it reduces pain" gives the same, with less confidence.
    """
    verb = clause.predicate
    direct = None if clause.is_passive else tree.first(verb, "obj")
    end = [] if direct is None else [tree.lemmas[direct]]
    inner = () if direct is None else tuple(range(*phrase_words(tree, direct)))
    for preposition, cases, noun in _obliques(tree, clause):
        target = resolve_relative(tree, noun, verb)
        is_doer = clause.is_passive and preposition == "by"
        if target is None or is_doer or not _is_argument(tree, target):
            continue
        rule = "verb-oblique" if direct is None else "verb-object-oblique"
        if noun < verb and target == noun:
            rule = "verb-frame"
        yield _verb_link(
            tree,
            clause,
            rule,
            Argument(target),
            cases=cases,
            inner=inner,
            end=[*end, preposition],
            keeps_voice=True,
            goes_on="" if rule == "verb-frame" else "oblique-complement",
        )


def verb_recipient(tree: DependencyTree, clause: Clause) -> Iterator[Link]:
    """Read who is given something; the preposition that the sentence spares is in the lemma.

    "The firm gave its workers a bonus" gives (The firm, gave a bonus, its workers), as "give bonus
    to".
    """
    direct = tree.first(clause.predicate, "obj")
    if clause.is_passive or direct is None:
        return
    inner = tuple(range(*phrase_words(tree, direct)))
    end = [tree.lemmas[direct], "to"]
    for recipient in tree.having(clause.predicate, "iobj"):
        for noun in tree.conjuncts(recipient):
            target = Argument(noun)
            yield _verb_link(tree, clause, "verb-recipient", target, inner=inner, end=end)


def verb_complement(tree: DependencyTree, clause: Clause) -> Iterator[Link]:
    """Read a verb that links its subject with a noun without a preposition.

    "The cells become neurons" gives (The cells, become, neurons).
    "The test is called a screen" gives (The test, is called, a screen), as "be called".
    """
    verb = clause.predicate
    if tree.upos[verb] != "VERB" or tree.having(verb, "obj"):
        return
    for child in tree.having(verb, "xcomp"):
        if tree.upos[child] in ("NOUN", "PROPN") and not tree.having(child, "cop", "case", "mark"):
            for noun in tree.conjuncts(child):
                yield _verb_link(
                    tree,
                    clause,
                    "verb-complement",
                    Argument(noun),
                    keeps_voice=True,
                    goes_on="object-complement",
                )


def reciprocal_verb(tree: DependencyTree, clause: Clause) -> Iterator[Link]:
    """Read a verb whose coordinated subjects are partners.

    "BRCA1 and BARD1 interact" gives (BRCA1, interact, BARD1).
    """
    verb = clause.predicate
    if tree.verb_lemma(verb) not in RECIPROCAL_VERBS or clause.objects:
        return
    if tree.having(verb, "obl", "obl:agent", "ccomp"):
        return
    for one, other in combinations(clause.subjects[:4], 2):
        link = _verb_link(tree, clause, "reciprocal-verb", other)
        yield link._replace(subjects=(one,))


def is_a(tree: DependencyTree, clause: Clause) -> Iterator[Link]:
    """Read what the subject is said to be.

    "Aspirin is an old drug" gives (Aspirin, is, an old drug), as "be".
    "Aspirin is an inhibitor of COX" also gives (Aspirin, is an inhibitor of, COX), as "be
    inhibitor of", by the rule copula-complement.
    """
    word = clause.predicate
    cops = tuple(tree.having(word, "cop"))
    if tree.upos[word] not in ("NOUN", "PROPN") or tree.having(word, "case"):
        return
    for noun in tree.conjuncts(word):
        if _is_argument(tree, noun):
            goes_on = "copula-complement"
            yield Link("is-a", clause.subjects, Argument(noun), cops, "be", goes_on=goes_on)


def copula_adjective(tree: DependencyTree, clause: Clause) -> Iterator[Link]:
    """Read an adjective after *be* with its prepositional argument.

    "Cells are resistant to insulin" gives (Cells, are resistant to, insulin).
    """
    word = clause.predicate
    cops = tree.having(word, "cop")
    if tree.upos[word] != "ADJ" or tree.having(word, "case"):
        return
    for preposition, cases, target in tree.complements(word, "nmod", "obl"):
        if target > word and _is_argument(tree, target):
            yield Link(
                "copula-complement",
                clause.subjects,
                Argument(target),
                (word, *cops, *cases),
                f"be {tree.lemmas[word]} {preposition}",
                goes_on="oblique-complement",
            )


def copula_oblique(tree: DependencyTree, clause: Clause) -> Iterator[Link]:
    """Read a prepositional phrase after *be*.

    "The receptor is on the membrane" gives (The receptor, is on, the membrane), as "be on".
    """
    word = clause.predicate
    cops, cases = tree.having(word, "cop"), tree.case_words(word)
    if cases and _is_argument(tree, word):
        lemma = f"be {tree.preposition(word)}"
        yield Link(
            "copula-oblique",
            clause.subjects,
            Argument(word),
            (*cops, *cases),
            lemma,
            goes_on="oblique-complement",
        )


VERB_RULES: tuple[ClauseRule, ...] = (
    verb_object,
    passive_agent,
    verb_oblique,
    verb_recipient,
    verb_complement,
    reciprocal_verb,
)
COPULA_RULES: tuple[ClauseRule, ...] = (is_a, copula_adjective, copula_oblique)
"""Rules that read a predicate with a form of *be*; those above read all others."""


def _continued(tree: DependencyTree, link: Link, depth: int) -> Iterator[Link]:
    """Follow a link from its noun through prepositions that come after it.

    "Aspirin inhibits the activity of COX" gives (Aspirin, inhibits the activity of, COX).
    "Aspirin has an effect on platelets" gives (Aspirin, has an effect on, platelets).
    """
    noun = link.target.word
    if not link.goes_on or not depth:
        return
    inner = (*link.inner, *range(*phrase_words(tree, noun)))
    for preposition, cases, target in tree.complements(noun, "nmod"):
        if target < noun or not _is_argument(tree, target) or preposition in COMPARISONS:
            continue
        is_light = link.goes_on == "light-verb" and preposition != "of"
        rule = "object-complement" if link.goes_on == "light-verb" else link.goes_on
        longer = Link(
            "light-verb" if is_light else rule,
            link.subjects,
            Argument(target, link.target.trust),
            (*link.trigger, noun, *cases),
            f"{link.lemma} {tree.lemmas[noun]} {preposition}",
            inner=inner,
            goes_on=rule,
        )
        yield longer
        yield from _continued(tree, longer, depth - 1)


def _obliques(tree: DependencyTree, clause: Clause) -> Iterator[tuple[str, list[int], int]]:
    """Prepositional arguments of a verb that are no comparison and no phrase like "in addition"."""
    for preposition, cases, noun in tree.complements(clause.predicate, "obl"):
        if preposition not in COMPARISONS and preposition not in NOT_ARGUMENT_PREPOSITIONS:
            yield preposition, cases, noun


def _verb_link(
    tree: DependencyTree,
    clause: Clause,
    rule: str,
    target: Argument,
    *,
    cases: Sequence[int] = (),
    inner: tuple[int, ...] = (),
    end: Sequence[str] = (),
    keeps_voice: bool = False,
    goes_on: str = "",
) -> Link:
    """Put together a verb, the verbs that govern it, its particles and what ends the relation.

    Where roles are those of the active voice the verb is too: "is activated by" is "activate".
    Elsewhere the passive is kept: "be treated with".
    """
    verb, particles = clause.predicate, tree.having(clause.predicate, "compound:prt")
    governors = [g for g in clause.governors if tree.lemmas[g] not in RAISING]
    is_participle = keeps_voice and clause.is_passive and not governors
    words = ["be", tree.words[verb]] if is_participle else [tree.verb_lemma(verb)]
    for governor in reversed(governors):
        words = [*_governor_words(tree, governor, verb), *words]
    words += [*(tree.words[particle] for particle in particles), *end]
    trigger = (verb, *clause.governors, *particles, *cases)
    return Link(rule, clause.subjects, target, trigger, " ".join(words), inner, goes_on)


def _governor_words(tree: DependencyTree, governor: int, verb: int) -> list[str]:
    """Words that a governing verb adds to the lemma: "help to", "be used to"."""
    marks = [tree.words[word] for word in range(governor, verb) if tree.deps[word] == "mark"]
    if tree.having(governor, "aux:pass", "nsubj:pass"):
        return ["be", tree.words[governor], *marks[:1]]
    linked = ["be"] if tree.having(governor, "cop") else []
    return [*linked, tree.verb_lemma(governor), *marks[:1]]


def _facts(
    tree: DependencyTree, clause: Clause, link: Link, around: tuple[int, ...]
) -> Iterator[Fact]:
    """Relate each subject with the target; "no" before any word of it denies the relation."""
    is_turned = any(_is_no(tree, word) for word in (link.target.word, *link.trigger))
    for subject, target, trust in pair_up(link.subjects, [link.target]):
        is_denied = is_turned or _is_no(tree, subject)
        yield Fact(
            rule=link.rule,
            subject=subject,
            object=target,
            trigger=link.trigger,
            lemma=link.lemma,
            around=around,
            inner=link.inner,
            negated=clause.negated != is_denied,
            modality=clause.modality,
            trust=trust,
            clause=clause,
        )


def _is_argument(tree: DependencyTree, word: int) -> bool:
    """Say whether a nominal after a preposition names a thing: "in cells", not "in addition"."""
    if tree.upos[word] not in HEADS and not _is_year(tree.words[word]):
        return False
    return tree.lemmas[word] not in CIRCUMSTANCE_NOUNS


def _is_year(text: str) -> bool:
    text = text.rstrip("s")
    return len(text) == 4 and text.isdecimal() and text[0] in "12"


def _is_no(tree: DependencyTree, word: int) -> bool:
    determiners = tree.having(word, "det")
    return bool(determiners) and tree.words[determiners[0]] in ("no", "neither")
