"""Open triples: who does what to whom, read off a dependency tree with character offsets.

The rules are in `clause_rules` and `noun_rules`; here what they find becomes triples: whole noun
phrases as arguments, the smallest span over the words that carry the relation, a confidence.
The three forms of a triple are told by where the relation stands: between its arguments (infix),
before both (prefix) or after both (suffix).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..noun_phrases import phrase_bounds
from ..parsing import ParsedSentence
from .clause_rules import CLAUSE_RULES
from .clauses import find_clauses
from .dependency_tree import DependencyTree
from .facts import Fact
from .noun_rules import NOUN_RULES
from .triples import Form, Span, Triple
from .words import NEVER_ARGUMENTS

# How often a rule is right, roughly; the product with the penalties below is the confidence.
PRIORS = {
    "verb-object": 0.9,
    "passive-agent": 0.9,
    "is-a": 0.85,
    "copula-complement": 0.85,
    "symmetric-noun": 0.85,
    "apposition-complement": 0.8,
    "agent-noun": 0.8,
    "compound-pair": 0.8,
    "hyphenated-participle": 0.8,
    "noun-doer": 0.8,
    "reciprocal-verb": 0.8,
    "such-as": 0.8,
    "verb-oblique": 0.8,
    "verb-complement": 0.75,
    "light-verb": 0.75,
    "apposition": 0.7,
    "copula-oblique": 0.7,
    "noun-means": 0.7,
    "noun-target": 0.7,
    "parenthesis": 0.7,
    "verb-object-oblique": 0.6,
}
_NO_NOUN, _LONG_ARGUMENT, _FAR_APART = 0.6, 0.8, 0.8
_LONG, _FAR = 8, 15  # words
_MAX_APPOSITION_GAP = 2  # words: a comma, a comma and a quotation mark
_MAX_OF = 2  # "the risk of diseases of the heart"


def extract_triples(sentence: ParsedSentence) -> list[Triple]:
    """Extract the open triples of a parsed sentence, in text order.

    Parameters
    ----------
    sentence : ParsedSentence
        As `Parser.parse` gives it.

    Returns
    -------
    list of Triple
        Without duplicates: of triples with the same arguments and relation, the most confident.

    Notes
    -----
    A triple is what a sentence claims, not a fact. Personal pronouns are kept as arguments, with
    less confidence; questions give none.

    References
    ----------
    .. [1] Banko et al. (2007). Open Information Extraction from the Web.

    Examples
    --------
    >>> from tailgraph.graph.parsing import Parser
    >>> [[sentence]] = Parser.default().parse([["Aspirin may inhibit the old enzyme."]])
    >>> [triple] = extract_triples(sentence)
    >>> triple.subject.text, triple.relation.text, triple.object.text
    ('Aspirin', 'may inhibit', 'the old enzyme')
    >>> triple.relation_lemma, triple.modality, triple.path
    ('inhibit', 'may', 'nsubj<inhibit>obj')
    """
    if sentence.text.rstrip().endswith("?"):
        return []
    tree = DependencyTree(sentence)
    best: dict[tuple[int, str, int], Triple] = {}
    for fact in _find_facts(tree):
        triple = _triple(tree, fact)
        if triple is None:
            continue
        key = (triple.subject.start, triple.relation_lemma, triple.object.start)
        if key not in best or triple.confidence > best[key].confidence:
            best[key] = triple
    return sorted(best.values(), key=_in_text_order)


def _in_text_order(triple: Triple) -> tuple[int, int, int, str]:
    return (
        triple.relation.start,
        triple.subject.start,
        triple.object.start,
        triple.relation_lemma,
    )


def _find_facts(tree: DependencyTree) -> Iterator[Fact]:
    for clause in find_clauses(tree):
        for clause_rule in CLAUSE_RULES:
            yield from clause_rule(tree, clause)
    for word, tag in enumerate(tree.upos):
        if tag in ("NOUN", "PROPN", "VERB", "ADJ"):
            for noun_rule in NOUN_RULES:
                yield from noun_rule(tree, word)


def _triple(tree: DependencyTree, fact: Fact) -> Triple | None:
    """Give a fact its spans and confidence; None where they make no triple."""
    if not (_can_be_argument(tree, fact.subject) and _can_be_argument(tree, fact.object)):
        return None
    subject, target = _argument_bounds(tree, fact)
    relation = _relation_span(tree, fact, subject, target)
    if relation is None:
        return None
    return Triple(
        subject=_argument_span(tree, fact.subject, subject),
        relation=relation,
        object=_argument_span(tree, fact.object, target),
        form=_form(fact),
        rule=fact.rule,
        relation_lemma=fact.lemma,
        negated=fact.negated,
        modality=fact.modality,
        confidence=_confidence(tree, fact, subject, target),
        path=tree.path(fact.subject, fact.object),
    )


def _can_be_argument(tree: DependencyTree, word: int) -> bool:
    is_asked = any(tree.words[det] in ("what", "which") for det in tree.having(word, "det"))
    if is_asked or tree.words[word] in NEVER_ARGUMENTS:
        return False
    return any(map(str.isalnum, tree.words[word]))


def argument_words(tree: DependencyTree, head: int) -> tuple[int, int]:
    """Give the words of an argument: the phrase around its head, and what follows with *of*."""
    first, stop = _phrase_words(tree, head)
    for _ in range(_MAX_OF):
        complement = next(
            (
                child
                for child in tree.having(head, "nmod", "obl")
                if child > head and tree.case_words(child) == [stop] and tree.words[stop] == "of"
            ),
            None,
        )
        if complement is None:
            break
        inner_first, inner_stop = _phrase_words(tree, complement)
        if inner_first != stop + 1:
            break
        head, stop = complement, inner_stop
    return first, stop


def _phrase_words(tree: DependencyTree, head: int) -> tuple[int, int]:
    row = tree.phrase_of_head.get(head)
    if row is not None:
        return tree.sentence.noun_phrases[row].words
    return phrase_bounds(head, tree.words, tree.deps, tree.heads)


def _argument_bounds(tree: DependencyTree, fact: Fact) -> tuple[tuple[int, int], tuple[int, int]]:
    """Give the words of both arguments; where both are in one phrase, cut it between them."""
    subject, target = argument_words(tree, fact.subject), argument_words(tree, fact.object)
    if subject[1] <= target[0] or target[1] <= subject[0]:
        return subject, target
    (left_head, left), (right_head, right) = sorted(
        [(fact.subject, subject), (fact.object, target)]
    )
    inner = [word + 1 for word in (left_head, *fact.trigger) if word < right_head]
    first = max(right[0], *inner)
    while first < right_head and tree.deps[first] in ("punct", "cc", "case"):
        first += 1
    left, right = (left[0], left_head + 1), (first, max(right[1], right_head + 1))
    return (left, right) if left_head == fact.subject else (right, left)


def _argument_span(tree: DependencyTree, head: int, bounds: tuple[int, int]) -> Span:
    """Make the span of an argument; one that was cut to a part of a phrase has no row."""
    row = tree.phrase_of_head.get(head, -1)
    is_whole = row >= 0 and tree.sentence.noun_phrases[row].words[0] == bounds[0]
    return _span(tree, *bounds, phrase=row if is_whole else -1)


def _relation_span(
    tree: DependencyTree, fact: Fact, subject: tuple[int, int], target: tuple[int, int]
) -> Span | None:
    """Cover the trigger, word by word as long as no argument is covered with it."""
    if not fact.trigger:
        return _span_between(tree, subject, target)
    heads = (fact.subject, fact.object)
    first = last = fact.trigger[0]
    for word in (*fact.trigger[1:], *fact.around):
        low, high = min(first, word), max(last, word)
        if not any(low <= head <= high for head in heads):
            first, last = low, high
    return _span(tree, first, last + 1)


def _span_between(
    tree: DependencyTree, subject: tuple[int, int], target: tuple[int, int]
) -> Span | None:
    first, stop = min(subject[1], target[1]), max(subject[0], target[0])
    is_sign = 0 < stop - first <= _MAX_APPOSITION_GAP and tree.deps[first] == "punct"
    return _span(tree, first, stop) if is_sign else None


def _span(tree: DependencyTree, first: int, stop: int, *, phrase: int = -1) -> Span:
    sentence = tree.sentence
    start = sentence.offsets[first]
    end = sentence.offsets[stop - 1] + len(sentence.words[stop - 1])
    return Span(start, end, sentence.text[start:end], phrase)


def _form(fact: Fact) -> Form:
    if not fact.trigger:
        return "infix"
    low, high = sorted((fact.subject, fact.object))
    if fact.trigger[0] < low:
        return "prefix"
    return "suffix" if fact.trigger[0] > high else "infix"


def _confidence(
    tree: DependencyTree, fact: Fact, subject: tuple[int, int], target: tuple[int, int]
) -> float:
    confidence = PRIORS[fact.rule] * fact.trust
    for head, (first, stop) in ((fact.subject, subject), (fact.object, target)):
        confidence *= _NO_NOUN if tree.upos[head] not in ("NOUN", "PROPN") else 1.0
        confidence *= _LONG_ARGUMENT if stop - first > _LONG else 1.0
    return confidence * (_FAR_APART if abs(fact.subject - fact.object) > _FAR else 1.0)
