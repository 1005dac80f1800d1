"""Rules that read relations off clauses: verbs with their objects, and what follows *be*.

Each rule takes a clause and yields facts; its docstring shows a sentence and what it reads there.
Roles come from voice and preposition, never from word order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from ..noun_phrases import HEADS
from .clauses import Argument, Clause, resolve_relative
from .dependency_tree import DependencyTree
from .facts import Fact, pair_up
from .words import (
    CIRCUMSTANCE_NOUNS,
    COMPARISONS,
    LIGHT_VERBS,
    NEGATORS,
    RAISING,
    RECIPROCAL_VERBS,
)

ClauseRule = Callable[[DependencyTree, Clause], Iterator[Fact]]


def verb_object(tree: DependencyTree, clause: Clause) -> Iterator[Fact]:
    """Read an active verb with its object.

    "Aspirin inhibits COX-1" gives (Aspirin, inhibits, COX-1).
    """
    if not clause.is_passive and not tree.having(clause.predicate, "cop"):
        relation = _verb_relation(tree, clause)
        yield from _facts(tree, clause, "verb-object", clause.subjects, clause.objects, relation)


def passive_agent(tree: DependencyTree, clause: Clause) -> Iterator[Fact]:
    """Read a passive verb with its doer.

    "The kinase is activated by p53" gives (p53, is activated by, The kinase), as "activate".
    """
    if not clause.is_passive:
        return
    for preposition, cases, doer in tree.complements(clause.predicate, "obl:agent", "obl"):
        if preposition == "by" and _is_argument(tree, doer):
            relation = _verb_relation(tree, clause, cases=cases)
            doers = [Argument(doer)]
            yield from _facts(tree, clause, "passive-agent", doers, clause.subjects, relation)


def verb_oblique(tree: DependencyTree, clause: Clause) -> Iterator[Fact]:
    """Read a verb with a prepositional argument; the preposition is part of the relation.

    "The drug binds to cells" gives (The drug, binds to, cells).
    "Cells treated with insulin grow" gives (Cells, treated with, insulin), as "be treated with".
    "It reduces pain in adults" gives (It, reduces pain in, adults), as "reduce pain in".
    """
    verb = clause.predicate
    if tree.having(verb, "cop"):
        return
    direct = None if clause.is_passive else tree.first(verb, "obj")
    rule = "verb-oblique" if direct is None else "verb-object-oblique"
    end = [] if direct is None else [tree.lemmas[direct]]
    for preposition, cases, noun in tree.complements(verb, "obl"):
        target = resolve_relative(tree, noun, verb)
        is_doer = clause.is_passive and preposition == "by"
        is_frame = noun < verb and target == noun  # "In mice, the drug acts on cells"
        if target is None or is_doer or is_frame or preposition in COMPARISONS:
            continue
        if _is_argument(tree, target):
            relation = _verb_relation(
                tree, clause, cases=cases, end=[*end, preposition], keeps_voice=True
            )
            targets = [Argument(target)]
            yield from _facts(tree, clause, rule, clause.subjects, targets, relation)


def verb_complement(tree: DependencyTree, clause: Clause) -> Iterator[Fact]:
    """Read a verb that links its subject with a noun without a preposition.

    "The cells become neurons" gives (The cells, become, neurons).
    "The test is called a screen" gives (The test, is called, a screen), as "be called".
    """
    verb = clause.predicate
    if tree.upos[verb] != "VERB" or tree.having(verb, "obj"):
        return
    nouns = [
        Argument(conjunct)
        for child in tree.having(verb, "xcomp")
        if tree.upos[child] in ("NOUN", "PROPN") and not tree.having(child, "cop", "case", "mark")
        for conjunct in tree.conjuncts(child)
    ]
    relation = _verb_relation(tree, clause, keeps_voice=True)
    yield from _facts(tree, clause, "verb-complement", clause.subjects, nouns, relation)


def light_verb(tree: DependencyTree, clause: Clause) -> Iterator[Fact]:
    """Read a verb whose object carries the meaning.

    "Aspirin has an effect on platelets" gives (Aspirin, has an effect on, platelets).
    """
    verb = clause.predicate
    if clause.is_passive or tree.lemmas[verb] not in LIGHT_VERBS:
        return
    for noun in tree.having(verb, "obj"):
        for preposition, cases, target in tree.complements(noun, "nmod"):
            if preposition != "of" and _is_argument(tree, target):
                end = [tree.lemmas[noun], preposition]
                relation = _verb_relation(tree, clause, cases=[noun, *cases], end=end)
                targets = [Argument(target)]
                yield from _facts(tree, clause, "light-verb", clause.subjects, targets, relation)


def reciprocal_verb(tree: DependencyTree, clause: Clause) -> Iterator[Fact]:
    """Read a verb whose coordinated subjects are partners.

    "BRCA1 and BARD1 interact" gives (BRCA1, interact, BARD1).
    """
    verb = clause.predicate
    if tree.verb_lemma(verb) not in RECIPROCAL_VERBS or clause.objects:
        return
    if tree.having(verb, "obl", "obl:agent", "ccomp"):
        return
    relation = _verb_relation(tree, clause)
    for one, other in combinations(clause.subjects[:4], 2):
        yield from _facts(tree, clause, "reciprocal-verb", [one], [other], relation)


def is_a(tree: DependencyTree, clause: Clause) -> Iterator[Fact]:
    """Read what the subject is said to be.

    "Aspirin is an inhibitor of COX" gives (Aspirin, is, an inhibitor of COX), as "be"; the
    inhibition itself is read by `copula_complement`.
    """
    word = clause.predicate
    cops = tree.having(word, "cop")
    if cops and tree.upos[word] in ("NOUN", "PROPN") and not tree.having(word, "case"):
        kinds = [Argument(noun) for noun in tree.conjuncts(word) if _is_argument(tree, noun)]
        yield from _facts(tree, clause, "is-a", clause.subjects, kinds, _Relation(cops, "be"))


def copula_complement(tree: DependencyTree, clause: Clause) -> Iterator[Fact]:
    """Read a noun or adjective after *be* with its prepositional argument.

    "Aspirin is an inhibitor of COX" gives (Aspirin, is an inhibitor of, COX), as "be inhibitor of".
    "Cells are resistant to insulin" gives (Cells, are resistant to, insulin).
    """
    word = clause.predicate
    cops = tree.having(word, "cop")
    if not cops or tree.upos[word] not in ("NOUN", "ADJ") or tree.having(word, "case"):
        return
    for preposition, cases, target in tree.complements(word, "nmod", "obl"):
        if target > word and _is_argument(tree, target):
            lemma = f"be {tree.lemmas[word]} {preposition}"
            relation = _Relation([word, *cops, *cases], lemma)
            targets = [Argument(target)]
            yield from _facts(tree, clause, "copula-complement", clause.subjects, targets, relation)


def copula_oblique(tree: DependencyTree, clause: Clause) -> Iterator[Fact]:
    """Read a prepositional phrase after *be*.

    "The receptor is on the membrane" gives (The receptor, is on, the membrane), as "be on".
    """
    word = clause.predicate
    cops, cases = tree.having(word, "cop"), tree.case_words(word)
    if cops and cases and _is_argument(tree, word):
        relation = _Relation([*cops, *cases], f"be {tree.preposition(word)}")
        targets = [Argument(word)]
        yield from _facts(tree, clause, "copula-oblique", clause.subjects, targets, relation)


CLAUSE_RULES: tuple[ClauseRule, ...] = (
    verb_object,
    passive_agent,
    verb_oblique,
    verb_complement,
    light_verb,
    reciprocal_verb,
    is_a,
    copula_complement,
    copula_oblique,
)


class _Relation(NamedTuple):
    """The words that carry a relation, the main one first, and its normal form."""

    trigger: list[int]
    lemma: str


def _verb_relation(
    tree: DependencyTree,
    clause: Clause,
    *,
    cases: Sequence[int] = (),
    end: Sequence[str] = (),
    keeps_voice: bool = False,
) -> _Relation:
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
    return _Relation([verb, *clause.governors, *particles, *cases], " ".join(words))


def _governor_words(tree: DependencyTree, governor: int, verb: int) -> list[str]:
    """Words that a governing verb adds to the lemma: "help to", "be used to"."""
    marks = [tree.words[word] for word in range(governor, verb) if tree.deps[word] == "mark"]
    if tree.having(governor, "aux:pass", "nsubj:pass"):
        return ["be", tree.words[governor], *marks[:1]]
    linked = ["be"] if tree.having(governor, "cop") else []
    return [*linked, tree.verb_lemma(governor), *marks[:1]]


def _facts(
    tree: DependencyTree,
    clause: Clause,
    rule: str,
    subjects: Sequence[Argument],
    objects: Sequence[Argument],
    relation: _Relation,
) -> Iterator[Fact]:
    """Relate each subject with each object; "no" before any word of it denies the relation."""
    for subject, target, trust in pair_up(subjects, objects):
        is_denied = any(_is_no(tree, word) for word in (subject, target, *relation.trigger))
        yield Fact(
            rule=rule,
            subject=subject,
            object=target,
            trigger=tuple(relation.trigger),
            lemma=relation.lemma,
            around=_words_around(tree, clause),
            negated=clause.negated != is_denied,
            modality=clause.modality,
            trust=trust,
        )


def _words_around(tree: DependencyTree, clause: Clause) -> tuple[int, ...]:
    """Auxiliaries, markers and negations of a predicate and its governors."""
    return tuple(
        child
        for word in (*clause.governors, clause.predicate)
        for child in tree.children[word]
        if tree.deps[child] in ("aux", "aux:pass", "cop", "mark")
        or (tree.deps[child] == "advmod" and tree.words[child] in NEGATORS)
    )


def _is_argument(tree: DependencyTree, word: int) -> bool:
    """Say whether a nominal after a preposition names a thing: "in cells", not "in addition"."""
    is_decade = tree.words[word].rstrip("s").isdecimal()
    if is_decade or tree.upos[word] not in HEADS:
        return False
    return tree.lemmas[word] not in CIRCUMSTANCE_NOUNS


def _is_no(tree: DependencyTree, word: int) -> bool:
    return any(tree.words[child] in ("no", "neither") for child in tree.having(word, "det"))
