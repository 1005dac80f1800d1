"""Open triples: who does what to whom, read off a dependency tree with character offsets.

The rules are in `clause_rules` and `noun_rules`; here what they find becomes triples: whole noun
phrases as arguments, the smallest span over the words that carry the relation, a confidence.
The three forms of a triple are told by where the relation stands: between its arguments (infix),
before both (prefix) or after both (suffix).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..parsing import ParsedSentence
from .adjuncts import Place, find_adjuncts
from .argument_spans import Bounds, argument_words, joined, span_of
from .clause_rules import read_clause
from .clauses import Clause, find_clauses
from .confidence import triple_confidence
from .dependency_tree import DependencyTree
from .facts import Fact
from .noun_rules import read_noun_phrases
from .triples import Adjunct, Form, Span, Triple
from .words import NEVER_ARGUMENTS

_MAX_APPOSITION_GAP = 2  # words: a comma, a comma and a quotation mark


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
    if sentence.is_question:
        return []
    tree = DependencyTree(sentence)
    maker = _TripleMaker(tree)
    best: dict[tuple[int, str, int], Triple] = {}
    for fact in _find_facts(tree):
        triple = maker.make(fact)
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
        yield from read_clause(tree, clause)
    yield from read_noun_phrases(tree)


class _TripleMaker:
    """Gives the facts of one sentence their spans; what several facts share is made once."""

    def __init__(self, tree: DependencyTree):
        self._tree = tree
        self._is_argument: dict[int, bool] = {}
        self._bounds: dict[int, Bounds] = {}
        self._spans: dict[tuple[int, Bounds], Span] = {}
        self._adjuncts: dict[int, list[tuple[Place, Adjunct]]] = {}

    def make(self, fact: Fact) -> Triple | None:
        """Give a fact its spans and confidence; None where they make no triple."""
        tree, clause = self._tree, fact.clause
        if not (self._names_something(fact.subject) and self._names_something(fact.object)):
            return None
        subject, target = self._argument_bounds(fact)
        relation = _relation_span(tree, fact, subject, target)
        if relation is None:
            return None
        return Triple(
            subject=self._argument_span(fact.subject, subject),
            relation=relation,
            object=self._argument_span(fact.object, target),
            form=_form(fact),
            rule=fact.rule,
            relation_lemma=fact.lemma,
            negated=fact.negated,
            modality=fact.modality,
            confidence=triple_confidence(tree, fact, subject, target),
            path=tree.path(fact.subject, fact.object),
            predicate=_predicate(tree, fact),
            tense="" if clause is None else clause.tense,
            adjuncts=() if clause is None else self._adjuncts_of(fact, clause),
            condition="" if clause is None else clause.condition,
            attribution="" if clause is None else clause.attribution,
        )

    def _argument_bounds(self, fact: Fact) -> tuple[Bounds, Bounds]:
        """Give the words of both arguments; where both are in one phrase, cut it between them."""
        subject, target = self._words(fact.subject), self._words(fact.object)
        if subject[1] <= target[0] or target[1] <= subject[0]:
            return subject, target
        (left_head, left), (right_head, right) = sorted(
            [(fact.subject, subject), (fact.object, target)]
        )
        inner = [word + 1 for word in (left_head, *fact.trigger) if word < right_head]
        first = max(right[0], *inner)
        while first < right_head and self._tree.deps[first] in ("punct", "cc", "case"):
            first += 1
        left, right = (left[0], left_head + 1), (first, max(right[1], right_head + 1))
        return (left, right) if left_head == fact.subject else (right, left)

    def _names_something(self, head: int) -> bool:
        if head not in self._is_argument:
            self._is_argument[head] = _can_be_argument(self._tree, head)
        return self._is_argument[head]

    def _words(self, head: int) -> Bounds:
        if head not in self._bounds:
            self._bounds[head] = argument_words(self._tree, head)
        return self._bounds[head]

    def _argument_span(self, head: int, bounds: Bounds) -> Span:
        """Make the span of an argument; one that was cut to a part of a phrase has no row."""
        span = self._spans.get((head, bounds))
        if span is None:
            row = self._tree.phrase_of_head.get(head, -1)
            is_whole = row >= 0 and self._tree.sentence.noun_phrases[row].words[0] == bounds[0]
            span = span_of(self._tree, *bounds, phrase=row if is_whole else -1)
            self._spans[head, bounds] = span
        return span

    def _adjuncts_of(self, fact: Fact, clause: Clause) -> tuple[Adjunct, ...]:
        """Give what a clause says besides this fact."""
        known = self._adjuncts.get(clause.predicate)
        if known is None:
            known = self._adjuncts[clause.predicate] = [
                (place, Adjunct(place.role, span_of(self._tree, *place.words)))
                for place in find_adjuncts(self._tree, clause)
            ]
        if not known:
            return ()
        taken = {fact.subject, fact.object, *fact.trigger, *fact.inner}
        return tuple(made for place, made in known if taken.isdisjoint(range(*place.words)))


def _can_be_argument(tree: DependencyTree, word: int) -> bool:
    is_asked = any(tree.words[det] in ("what", "which") for det in tree.having(word, "det"))
    if is_asked or tree.words[word] in NEVER_ARGUMENTS:
        return False
    return any(map(str.isalnum, tree.words[word]))


def _relation_span(
    tree: DependencyTree, fact: Fact, subject: Bounds, target: Bounds
) -> Span | None:
    """Cover the trigger, word by word as long as no argument is covered with it."""
    if not fact.trigger:
        return _span_between(tree, subject, target)
    one, other = fact.subject, fact.object
    first = last = fact.trigger[0]
    for word in (*fact.trigger[1:], *fact.around):
        low, high = (word, last) if word < first else (first, max(last, word))
        if not (low <= one <= high or low <= other <= high):
            first, last = low, high
    return span_of(tree, first, last + 1)


def _span_between(tree: DependencyTree, subject: Bounds, target: Bounds) -> Span | None:
    first, stop = min(subject[1], target[1]), max(subject[0], target[0])
    is_sign = 0 < stop - first <= _MAX_APPOSITION_GAP and tree.deps[first] == "punct"
    return span_of(tree, first, stop) if is_sign else None


def _predicate(tree: DependencyTree, fact: Fact) -> str:
    """Write the relation's own words; a preposition that stands before all comes last."""
    words = {*fact.trigger, *fact.around, *fact.inner}
    if fact.implied:
        words = {word for word in words if tree.upos[word] != "PART"}
        return " ".join(filter(None, [fact.implied, joined(tree, words)]))
    if fact.rule != "verb-frame":
        return joined(tree, words)
    late = {word for word in fact.trigger if word < fact.object}
    return f"{joined(tree, words - late)} {joined(tree, late)}"


def _form(fact: Fact) -> Form:
    if not fact.trigger:
        return "infix"
    low, high = sorted((fact.subject, fact.object))
    if fact.trigger[0] < low:
        return "prefix"
    return "suffix" if fact.trigger[0] > high else "infix"
