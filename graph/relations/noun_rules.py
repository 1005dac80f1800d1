"""Rules that read relations off noun phrases: nominalizations, appositions, compounds.

Each rule takes a noun or participle and yields facts; its docstring shows what it reads. Prefix
forms ("treatment of asthma with steroids") and suffix forms ("the BRCA1-BARD1 interaction") are
found here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from ..noun_phrases import HEADS
from .clauses import Argument
from .dependency_tree import NOMINAL, DependencyTree
from .facts import Fact, pair_up
from .words import (
    ABSENCE,
    AGENT_NOUNS,
    CAUSED_BY,
    CIRCUMSTANCE_NOUNS,
    NOT_RELATIONAL,
    PAIR_NOUNS,
    PREPOSITION_OF_PARTICIPLE,
    REFERENCE_NOUNS,
    RELATIONAL_ENDINGS,
    RELATIONAL_NOUNS,
    SYMMETRIC_NOUNS,
)

NounRule = Callable[[DependencyTree, int], Iterator[Fact]]

_TAGS = frozenset({"NOUN", "PROPN", "VERB", "ADJ"})
_MEANS = ("with", "via", "through", "using")
_PARTNERS = frozenset(("with", noun) for noun in SYMMETRIC_NOUNS)
_BETWEEN = ("between", "among")
_TARGET_PREPOSITIONS = ("on", "in", "to", "for", "from", "into", "against", "toward", "towards")
_PAIR_SIGNS = ("-", "\u2010", "\u2013", "/")


def read_noun_phrases(tree: DependencyTree) -> Iterator[Fact]:
    """Read all facts off the noun phrases of a sentence."""
    deps, words = tree.deps, tree.words
    for word, tag in enumerate(tree.upos):
        if tag not in _TAGS:
            continue
        if tree.children[word]:
            labels = {deps[child] for child in tree.children[word]}
            for needed, rule in NOUN_RULES:
                if not needed.isdisjoint(labels):
                    yield from rule(tree, word)
        if deps[word] == "appos":
            yield from apposition(tree, word)
        if word and words[word - 1] in _PAIR_SIGNS:
            yield from hyphenated_participle(tree, word)


def noun_with_doer(tree: DependencyTree, noun: int) -> Iterator[Fact]:
    """Read a noun that names an action, with its theme and who or what does it.

    "inhibition of COX by aspirin" gives (aspirin, inhibition of, COX).
    "COX inhibition by aspirin" gives (aspirin, inhibition, COX), as "inhibition of".
    "treatment of asthma with steroids" gives (steroids, treatment of, asthma).
    "aspirin's inhibition of COX" gives (aspirin, inhibition of, COX).
    """
    complements = _action_complements(tree, noun)
    themes: list[tuple[tuple[int, ...], int]] = [
        ((noun, *cases), word) for prep, cases, word in complements if prep == "of"
    ]
    owners = tree.having(noun, "nmod:poss")
    for trigger, theme in themes:
        for owner in owners:
            yield from _relate(tree, "noun-doer", noun, owner, theme, trigger, "of")
    themes = themes or [((noun,), word) for word in tree.having(noun, "compound")[-1:]]
    for preposition, _, doer in complements:
        if preposition == "by":
            rule = "noun-doer"
        elif preposition in _MEANS and (preposition, tree.lemmas[noun]) not in _PARTNERS:
            rule = "noun-means"
        else:
            continue
        for trigger, theme in themes:
            yield from _relate(tree, rule, noun, doer, theme, trigger, "of")


def noun_with_target(tree: DependencyTree, noun: int) -> Iterator[Fact]:
    """Read a noun that names an action, with what it comes from and what it goes to.

    "the effect of aspirin on platelets" gives (aspirin, effect, platelets), as "effect on".
    "aspirin's effect on platelets" gives (aspirin, effect on, platelets).
    """
    complements = _action_complements(tree, noun)
    for preposition, cases, target in complements:
        if preposition not in _TARGET_PREPOSITIONS or tree.lemmas[target] in CIRCUMSTANCE_NOUNS:
            continue
        sources: list[tuple[tuple[int, ...], int]] = [
            ((noun,), word) for prep, _, word in complements if prep == "of"
        ]
        sources += [((noun, *cases), word) for word in tree.having(noun, "nmod:poss")]
        for trigger, source in sources:
            yield from _relate(tree, "noun-target", noun, source, target, trigger, preposition)


def symmetric_noun(tree: DependencyTree, noun: int) -> Iterator[Fact]:
    """Read a noun that relates partners.

    "interaction between BRCA1 and BARD1" gives (BRCA1, interaction between, BARD1).
    "association of smoking with cancer" gives (smoking, association, cancer).
    """
    if tree.lemmas[noun] not in SYMMETRIC_NOUNS:
        return
    complements = list(tree.complements(noun, "nmod"))
    between = [(cases, word) for prep, cases, word in complements if prep in _BETWEEN][:4]
    for (cases, one), (_, other) in combinations(between, 2):
        yield from _relate(tree, "symmetric-noun", noun, one, other, (noun, *cases), "")
    sources = [word for prep, _, word in complements if prep == "of"]
    sources += tree.having(noun, "nmod:poss")
    for preposition, _, other in complements:
        for one in sources if preposition == "with" else ():
            yield from _relate(tree, "symmetric-noun", noun, one, other, (noun,), "")


def compound_pair(tree: DependencyTree, noun: int) -> Iterator[Fact]:
    """Read partners joined by a hyphen before the noun that relates them.

    "the BRCA1-BARD1 interaction" gives (BRCA1, interaction, BARD1).
    """
    if tree.lemmas[noun] not in SYMMETRIC_NOUNS:
        return
    for second in tree.having(noun, "compound", "nmod", "nmod:desc"):
        first = second - 2
        if first < 0 or tree.words[second - 1] not in _PAIR_SIGNS:
            continue
        is_pair = tree.upos[first] in NOMINAL and tree.heads[first] in (second, noun)
        if is_pair and (tree.lemmas[noun] in PAIR_NOUNS or _are_names(tree, first, second)):
            yield from _relate(tree, "compound-pair", noun, first, second, (noun,), "")


def agent_noun(tree: DependencyTree, noun: int) -> Iterator[Fact]:
    """Read a noun that names a doer, with what it acts on before it.

    "the COX inhibitor aspirin", "aspirin, a COX inhibitor" and "aspirin is a COX inhibitor" all
    give (aspirin, inhibitor, COX), as "be inhibitor of".
    """
    if tree.lemmas[noun] not in AGENT_NOUNS:
        return
    themes = [word for word in tree.having(noun, "compound") if tree.upos[word] in NOMINAL]
    if not themes:
        return
    bearers = [Argument(word) for word in tree.having(noun, "appos", "flat", "nmod:desc")]
    if tree.deps[noun] in ("appos", "compound", "nmod:desc"):
        bearers.append(Argument(tree.heads[noun]))
    if tree.having(noun, "cop"):
        bearers += [Argument(w) for s in tree.having(noun, "nsubj") for w in tree.conjuncts(s)]
    denied = _is_denied(tree, noun)
    for bearer, theme, trust in pair_up(bearers, [Argument(themes[-1])]):
        lemma = f"be {tree.lemmas[noun]} of"
        yield Fact("agent-noun", bearer, theme, (noun,), lemma, negated=denied, trust=trust)


def apposition(tree: DependencyTree, noun: int) -> Iterator[Fact]:
    """Read a noun set beside another, and its complement.

    "aspirin, an old drug" gives (aspirin, ",", an old drug), as "be".
    "aspirin, an inhibitor of COX" also gives (aspirin, inhibitor of, COX), as "be inhibitor of".
    """
    head = tree.heads[noun]
    if tree.deps[noun] != "appos" or head > noun or tree.upos[noun] not in ("NOUN", "PROPN"):
        return
    if tree.lemmas[noun] in REFERENCE_NOUNS:
        return
    in_brackets = any(tree.words[word] in ("(", "[") for word in range(head + 1, noun))
    is_place = tree.upos[head] == tree.upos[noun] == "PROPN" and not tree.having(noun, "det")
    if in_brackets or not is_place:  # "Lyon, France" says where, not what
        rule = "parenthesis" if in_brackets else "apposition"
        yield Fact(rule, head, noun, (), "be", implied="is")
    if tree.upos[noun] != "NOUN":
        return
    for preposition, cases, target in tree.complements(noun, "nmod"):
        if preposition in ("of", "for", "to", "in", "with", "by") and target > noun:
            lemma = f"be {tree.lemmas[noun]} {preposition}"
            trigger = (noun, *cases)
            yield Fact("apposition-complement", head, target, trigger, lemma, implied="is")


def possessive(tree: DependencyTree, noun: int) -> Iterator[Fact]:
    """Read what someone or something has; a noun that names an action is read by other rules.

    "the firm's workers" gives (the firm, 's, workers), as "have".
    """
    if tree.upos[noun] not in ("NOUN", "PROPN") or _is_relational(tree, noun):
        return
    for owner in tree.having(noun, "nmod:poss"):
        signs = tree.having(owner, "case")
        if signs and tree.upos[owner] in ("NOUN", "PROPN"):
            yield Fact("possessive", owner, noun, (signs[0],), "have", implied="has")


def such_as(tree: DependencyTree, noun: int) -> Iterator[Fact]:
    """Read examples of a kind.

    "drugs such as aspirin and ibuprofen" gives (aspirin, such as, drugs) and
    (ibuprofen, such as, drugs), as "be".
    """
    if tree.deps[noun] != "nmod" or tree.preposition(noun) not in ("such as", "including"):
        return
    kind, cases = tree.heads[noun], tree.case_words(noun)
    if tree.upos[kind] == "NOUN":
        for example in tree.conjuncts(noun):
            yield Fact("such-as", example, kind, tuple(cases), "be")


def hyphenated_participle(tree: DependencyTree, participle: int) -> Iterator[Fact]:
    """Read a hyphenated participle before a noun.

    "TNF-induced apoptosis" gives (TNF, induced, apoptosis), as "induce".
    "stress-related disease" gives (disease, related, stress), as "be related to".
    """
    first = participle - 2
    if first < 0 or tree.words[participle - 1] not in _PAIR_SIGNS:
        return
    noun, text = tree.heads[participle], tree.words[participle]
    is_joined = tree.heads[first] in (participle, noun) and tree.upos[first] in NOMINAL
    if noun <= participle or not is_joined or tree.upos[noun] not in ("NOUN", "PROPN"):
        return
    rule = "hyphenated-participle"
    if text in CAUSED_BY:
        yield Fact(rule, first, noun, (participle,), tree.verb_lemma(participle))
    elif text in PREPOSITION_OF_PARTICIPLE:
        lemma = f"be {text} {PREPOSITION_OF_PARTICIPLE[text]}"
        yield Fact(rule, noun, first, (participle,), lemma)


_COMPLEMENTS = frozenset({"nmod", "nmod:poss", "compound"})

NOUN_RULES: tuple[tuple[frozenset[str], NounRule], ...] = (
    (_COMPLEMENTS, noun_with_doer),
    (frozenset({"nmod"}), noun_with_target),
    (frozenset({"nmod"}), symmetric_noun),
    (_COMPLEMENTS | {"nmod:desc"}, compound_pair),
    (frozenset({"compound"}), agent_noun),
    (frozenset({"nmod:poss"}), possessive),
    (frozenset({"case"}), such_as),
)
"""Rules that read a noun by what hangs under it, each with labels of which it needs one."""


def _are_names(tree: DependencyTree, *words: int) -> bool:
    """Say whether words look like names, not modifiers: "BRCA1-BARD1", unlike "beta-tubulin"."""
    texts = [tree.sentence.words[word] for word in words]
    return all(text[0].isupper() or any(map(str.isdigit, text)) for text in texts)


def _is_relational(tree: DependencyTree, noun: int) -> bool:
    lemma = tree.lemmas[noun]
    if tree.upos[noun] != "NOUN" or lemma in NOT_RELATIONAL:
        return False
    return lemma in RELATIONAL_NOUNS or (len(lemma) > 5 and lemma.endswith(RELATIONAL_ENDINGS))


def _action_complements(tree: DependencyTree, noun: int) -> list[tuple[str, list[int], int]]:
    """Prepositional dependents after a noun that names an action; none for any other noun."""
    if not _is_relational(tree, noun):
        return []
    return [found for found in tree.complements(noun, "nmod") if found[-1] > noun]


def _relate(
    tree: DependencyTree,
    rule: str,
    noun: int,
    subject: int,
    target: int,
    trigger: tuple[int, ...],
    preposition: str,
) -> Iterator[Fact]:
    """Relate two nominals by a noun; numbers and the like are no arguments."""
    if subject != target and tree.upos[subject] in HEADS and tree.upos[target] in HEADS:
        lemma = f"{tree.lemmas[noun]} {preposition}".strip()
        yield Fact(rule, subject, target, trigger, lemma, negated=_is_denied(tree, noun))


def _is_denied(tree: DependencyTree, noun: int) -> bool:
    """Say whether a nominal relation is said not to hold: "no interaction", "lack of binding"."""
    if any(tree.words[word] in ("no", "without") for word in tree.having(noun, "det", "case")):
        return True
    head = tree.heads[noun]
    return tree.deps[noun] == "nmod" and tree.lemmas[head] in ABSENCE
