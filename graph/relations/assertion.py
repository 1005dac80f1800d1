"""How a clause is said: denied or not, as a possibility, when, under what condition, by whom."""

from __future__ import annotations

from .argument_spans import full_words, phrase_words, span_of
from .dependency_tree import DependencyTree
from .triples import Tense
from .words import (
    CONDITIONAL,
    CONDITIONS,
    FAILING,
    FUTURE_AUXILIARIES,
    HEDGING,
    HEDGING_ADVERBS,
    MODALS,
    NEGATORS,
    PAST_AUXILIARIES,
    PRESENT_AUXILIARIES,
    REPORTING,
)

_SUBJECTS = ("nsubj", "nsubj:pass", "nsubj:outer")
_MAX_DEPTH = 5


def is_negated(tree: DependencyTree, word: int, governors: tuple[int, ...]) -> bool:
    """Count what turns the statement around; "does not fail to" turns it twice."""
    turns = sum(_own_negations(tree, w) for w in (*governors, word))
    turns += sum(tree.lemmas[governor] in FAILING for governor in governors)
    if tree.deps[word] == "conj":
        conjunction = tree.first(word, "cc")
        if conjunction is not None and tree.words[conjunction] in ("or", "nor"):
            turns += _own_negations(tree, tree.heads[word])
            turns -= tree.words[conjunction] == "nor"
    return turns % 2 == 1


def _own_negations(tree: DependencyTree, word: int) -> int:
    plain = sum(
        tree.words[child] in NEGATORS and tree.words[child + 1] not in ("only", "just", "merely")
        for child in tree.having(word, "advmod", "mark", "cc", "cc:preconj", "aux")
        if child + 1 < len(tree)
    )
    return plain + bool(no_longer(tree, word))


def no_longer(tree: DependencyTree, word: int) -> tuple[int, ...]:
    """Give the words of "no longer" under a predicate; none where it does not stand there."""
    return tuple(
        part
        for child in tree.having(word, "advmod")
        if tree.words[child] == "longer" and child and tree.words[child - 1] == "no"
        for part in (child - 1, child)
    )


def read_modality(tree: DependencyTree, word: int, governors: tuple[int, ...]) -> str:
    """Give the nearest word that makes the clause less than a statement."""
    for predicate in (word, *reversed(governors)):
        own = _own_modality(tree, predicate)
        if own:
            return own
        if predicate != word and tree.lemmas[predicate] in HEDGING:
            return tree.lemmas[predicate]
    return _modality_of_governor(tree, governors[0] if governors else word)


def _own_modality(tree: DependencyTree, word: int) -> str:
    for child in tree.children[word]:
        text, dep = tree.words[child], tree.deps[child]
        if (dep == "aux" and text in MODALS) or (dep == "mark" and text in CONDITIONS):
            return text
        if dep == "advmod" and text in HEDGING_ADVERBS:
            return text
    return ""


def _modality_of_governor(tree: DependencyTree, word: int) -> str:
    """Look at what reports the clause: "the data suggest that", "the idea that"."""
    for _ in range(_MAX_DEPTH):
        head, dep = tree.heads[word], tree.deps[word]
        if dep not in ("ccomp", "conj", "acl", "csubj", "parataxis") or head == word:
            return ""
        if dep != "conj" and tree.lemmas[head] in HEDGING:
            return tree.lemmas[head]
        if dep == "conj":
            inherited = _own_modality(tree, head)
            if inherited in MODALS and not tree.having(word, "aux", *_SUBJECTS):
                return inherited
        word = head
    return ""


def read_tense(tree: DependencyTree, word: int, governors: tuple[int, ...]) -> Tense:
    """Tell the tense of the finite verb of a clause; "" for participles and infinitives.

    A verb that shares an auxiliary with the one before it shares its tense: "was sold and renamed".
    """
    verb = governors[0] if governors else word
    for _ in range(_MAX_DEPTH):
        carriers = tree.having(verb, "aux", "aux:pass", "cop")
        if carriers:
            return _tense_of_auxiliary(tree.words[carriers[0]])
        if tree.having(verb, *_SUBJECTS, "expl") or tree.deps[verb] != "conj":
            break
        verb = tree.heads[verb]
    is_finite = tree.deps[verb] not in ("acl", "xcomp") and not tree.having(verb, "mark")
    is_finite = is_finite or bool(tree.having(verb, *_SUBJECTS))
    return _tense_of_form(tree, verb) if is_finite and tree.upos[verb] == "VERB" else ""


def _tense_of_auxiliary(text: str) -> Tense:
    if text in PAST_AUXILIARIES:
        return "past"
    if text in FUTURE_AUXILIARIES:
        return "future"
    return "present" if text in PRESENT_AUXILIARIES else ""


def _tense_of_form(tree: DependencyTree, verb: int) -> Tense:
    text, lemma = tree.words[verb], tree.lemmas[verb]
    if text.endswith("ing"):
        return ""
    if text == lemma or (text.endswith("s") and text[:2] == lemma[:2]):
        return "present"
    return "past"


def read_condition(tree: DependencyTree, word: int, governors: tuple[int, ...]) -> str:
    """Give the clause under which a clause is said to hold: "if the dose is high"; "" for none."""
    for predicate in (word, *governors):
        for clause in tree.having(predicate, "advcl"):
            marks = tree.having(clause, "mark", "advmod", "cc")
            if any(tree.words[mark] in CONDITIONAL for mark in marks):
                return span_of(tree, *full_words(tree, clause, outside=(predicate,))).text
    return ""


def read_attribution(tree: DependencyTree, word: int, governors: tuple[int, ...]) -> str:
    """Say who is said to say so: "Smith reported", "according to the WHO"; "" for no one."""
    clause = governors[0] if governors else word
    for noun in tree.having(clause, "obl"):
        if tree.preposition(noun) == "according to":
            return span_of(tree, *full_words(tree, noun, outside=(clause,))).text
    for _ in range(_MAX_DEPTH):
        head, dep = tree.heads[clause], tree.deps[clause]
        if head == clause or dep not in ("ccomp", "conj", "xcomp"):
            break
        if dep == "ccomp" and tree.lemmas[head] in REPORTING:
            return _reporter(tree, head)
        clause = head
    for inserted in tree.having(clause, "parataxis"):  # "The drug, they say, works."
        if tree.lemmas[inserted] in REPORTING:
            return _reporter(tree, inserted)
    return ""


def _reporter(tree: DependencyTree, verb: int) -> str:
    """Write the subject of a reporting verb and the verb: "the authors suggest"."""
    subject = tree.first(verb, *_SUBJECTS)
    if subject is None:
        return ""
    who = span_of(tree, *phrase_words(tree, subject)).text
    said = [w for w in tree.having(verb, "aux", "aux:pass") if subject < w < verb] + [verb]
    return " ".join([who, *(tree.sentence.words[part] for part in said)])
