"""Candidates: relations that may hold between two names of a sentence, with what speaks for each.

A pair of names is read where the schema allows their types. Each word that may name a relation
gives a candidate for every relation that it may name and that allows the pair and the form.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from ..parsing import ParsedSentence
from ..relations.triples import Form, Span
from .pairs import Link, PairReader, Place
from .schema import ANY_TYPE, Relation, RelationSchema
from .spread_tree import Words
from .triggers import Naming, TriggerLexicon
from .typed_triple import Components, TypedArgument

MAX_DISTANCE = 40  # words between two arguments
MAX_INNER = 6  # words on the path between them

_MAX_PAIRS = 120  # of a sentence, the nearest first
_LEAST_SHARE = 0.15  # of the types that the schema allows

# How far a trigger in each place can be trusted, and what lowers it.
_PLACE = {"path": 1.0, "case": 0.85, "beside": 0.7, "above": 0.5}
_FAR, _FAR_WORDS = 0.85, 15
_VERB_OUTSIDE = 0.6  # a verb before or after both
_OTHER_NAME = 0.7  # for each further name on the path
_ROLES_UNKNOWN, _ROLES_TURNED = 0.8, 0.3
_NO_DOER = 0.4  # "X was seen in Y" tells of no doer, where types allow both ways
_SAME_ROLE = 0.3  # both do it, or neither: "X and Y inhibit Z" says nothing of X and Y
_BOUND = 3.0  # how surely the preposition of a trigger tells the roles

# How much each component weighs in the geometric mean.
_WEIGHTS = Components(subject_type=0.5, object_type=0.5, trigger=1.5, context=0.5, form=1.5)


@dataclass(frozen=True, slots=True)
class Name:
    """An argument and its words."""

    argument: TypedArgument
    words: Words


@dataclass(frozen=True, slots=True)
class Candidate:
    """A relation that may hold between two names, before its context is checked.

    Attributes
    ----------
    relation, subject, object
        Which relation, between which names.
    word
        The word that names it.
    naming
        How surely the word names it.
    form
        Where the word stands.
    trust
        How far the construction can be trusted, in (0, 1].
    shares
        The shares of the types that the relation allows, of subject and object.
    """

    relation: Relation
    subject: Name
    object: Name
    word: int
    naming: Naming
    form: Form
    trust: float
    shares: tuple[float, float]

    def components(self, context: float = 1.0) -> Components:
        """Return what its confidence is made of, given what the context says."""
        return Components(*self.shares, self.naming.score, context, self.trust)


def confidence_of(components: Components) -> float:
    """Return the weighted geometric mean of the components.

    Examples
    --------
    >>> round(confidence_of(Components(1, 1, 0.5, 1, 1)), 3)
    0.794
    """
    product, total = 1.0, 0.0
    for name in ("subject_type", "object_type", "trigger", "context", "form"):
        weight = getattr(_WEIGHTS, name)
        product *= getattr(components, name) ** weight
        total += weight
    return float(product ** (1 / total))


class CandidateFinder:
    """Finds the candidates of sentences.

    Parameters
    ----------
    schema
        The relations.
    lexicon
        Which of them a word may name.
    """

    def __init__(self, schema: RelationSchema, lexicon: TriggerLexicon) -> None:
        self._schema = schema
        self._lexicon = lexicon
        self._type_pairs = _TypePairs(schema)

    def find(
        self, sentence: ParsedSentence, arguments: Sequence[TypedArgument]
    ) -> tuple[PairReader | None, list[Candidate]]:
        """Find the best candidate of each relation and ordered pair of names.

        Returns
        -------
        The reader of the sentence, None where no pair of its names is allowed, and the candidates.
        """
        pairs = [p for p in combinations(arguments, 2) if self._type_pairs.either(*p)]
        if not pairs or sentence.text.rstrip().endswith("?"):
            return None, []
        reader = PairReader(sentence)
        words = {a.span: reader.spread.words_of(a.span.start, a.span.end) for a in arguments}
        in_names = frozenset(word for place in words.values() if place for word in range(*place))
        named = [
            (Name(one, first), Name(other, second))
            for one, other in pairs
            if (first := words[one.span]) and (second := words[other.span])
        ]
        named.sort(key=lambda pair: abs(pair[0].words[0] - pair[1].words[0]))
        said = [tuple(self._namings(reader, w, w in in_names)) for w in range(len(reader.tree))]
        if not any(said):
            return reader, []
        best: dict[tuple[str, Span, Span], Candidate] = {}
        for one, other in named[:_MAX_PAIRS]:
            for found in self._read_pair(reader, one, other, in_names, said):
                key = found.relation.name, found.subject.argument.span, found.object.argument.span
                if key not in best or _strength(found) > _strength(best[key]):
                    best[key] = found
        return reader, list(best.values())

    def _read_pair(
        self,
        reader: PairReader,
        one: Name,
        other: Name,
        in_names: frozenset[int],
        said: Sequence[tuple[Naming, ...]],
    ) -> Iterator[Candidate]:
        gap = max(one.words[0], other.words[0]) - min(one.words[1], other.words[1])
        if not 0 <= gap <= MAX_DISTANCE:
            return
        link = reader.link(
            one.words, other.words, max_inner=MAX_INNER, may_name=lambda word: bool(said[word])
        )
        if link is None:
            return
        for place in link.places:
            form = form_of(place.word, one.words, other.words)
            trust = _trust(reader, link, place, gap, in_names)
            for naming in said[place.word]:
                relation = self._schema.relations[naming.relation]
                if form in relation.forms:
                    sure = trust * _fit(reader, relation, link, place, form)
                    doer = _doer(reader, link, place, naming)
                    is_list = link.coordinated and place.where != "case"
                    ways = list(_roles(relation, one, other, doer, is_list))
                    if ways:
                        subject, target, shares, fit = max(ways, key=lambda way: way[-1])
                        is_told = len(ways) == 1 or place.has_doer or naming.others
                        fit *= 1.0 if is_told or relation.symmetric else _NO_DOER
                        yield Candidate(
                            relation,
                            subject,
                            target,
                            place.word,
                            naming,
                            form,
                            sure * fit,
                            shares,
                        )

    def _namings(self, reader: PairReader, word: int, in_name: bool) -> Iterator[Naming]:
        """Yield what a word may name; only verbs by being near to a term."""
        tree = reader.tree
        around = reader.words_around(word)
        if tree.upos[word] not in ("NOUN", "VERB", "ADJ", "PROPN"):
            yield from self._lexicon.listed(tree.lemmas[word], around)
            return
        lemma = tree.verb_lemma(word) if tree.upos[word] == "VERB" else tree.lemmas[word]
        is_comparative = tree.words[word] == f"{lemma}er"
        text = lemma if is_comparative else tree.words[word]  # "lower than" lowers nothing
        may_be_near = not in_name and tree.upos[word] == "VERB"
        yield from self._lexicon.namings(lemma, text, around, near=may_be_near)


def form_of(trigger: int, one: Words, other: Words) -> Form:
    """Tell where a trigger stands: before both arguments, between them, or after both.

    Examples
    --------
    >>> form_of(0, (2, 3), (4, 5)), form_of(3, (2, 3), (4, 5)), form_of(5, (2, 3), (4, 5))
    ('prefix', 'infix', 'suffix')
    """
    if trigger < min(one[0], other[0]):
        return "prefix"
    return "suffix" if trigger >= max(one[1], other[1]) else "infix"


def allowed_share(allowed: tuple[str, ...], argument: TypedArgument) -> float:
    """Add up the shares of an argument's types that are allowed; without types it may be any."""
    if ANY_TYPE in allowed or not argument.types:
        return 1.0
    return min(1.0, float(sum(share for name, share in argument.types if name in allowed)))


def shared_types(one: TypedArgument, other: TypedArgument) -> float:
    """Say how far two arguments are of the same types, 0 to 1; 1 where those of one are not known.

    Examples
    --------
    >>> from tailgraph.graph.relations.triples import Span
    >>> drug = TypedArgument(Span(0, 4, "drug"), (("CHEMICAL", 0.8), ("GENE", 0.2)))
    >>> kinase = TypedArgument(Span(0, 6, "kinase"), (("GENE", 0.7), ("CHEMICAL", 0.3)))
    >>> round(shared_types(drug, kinase), 2)
    0.5
    """
    if not one.types or not other.types:
        return 1.0
    shares = dict(other.types)
    return min(1.0, float(sum(min(share, shares.get(name, 0.0)) for name, share in one.types)))


def _strength(candidate: Candidate) -> float:
    return confidence_of(candidate.components())


def _trust(
    reader: PairReader, link: Link, place: Place, gap: int, in_names: frozenset[int]
) -> float:
    """Say how far a trigger can be trusted, by where it stands and what is on the way."""
    trust = _PLACE[place.where] * place.core * (_FAR if gap > _FAR_WORDS else 1.0)
    return trust * _OTHER_NAME ** sum(w in in_names for w in link.inner if w != place.word)


def _fit(reader: PairReader, relation: Relation, link: Link, place: Place, form: Form) -> float:
    """Say how well a construction fits a relation: partners need no doer, others do."""
    if relation.symmetric and reader.are_partners(link, place.word):
        return 1.0
    tree, word = reader.tree, place.word
    is_verb = tree.upos[word] == "VERB" and tree.deps[word] not in ("amod", "acl")
    fit = _VERB_OUTSIDE if is_verb and form != "infix" else 1.0
    return fit * (_SAME_ROLE if place.same_role else 1.0)


def _doer(reader: PairReader, link: Link, place: Place, naming: Naming) -> float:
    """Say how much more of a subject the first argument is than the second.

    The preposition that belongs to a trigger tells it first: "born in", "part of".
    """
    doer = place.doer
    if naming.others and place.where != "case":
        for argument, bound in ((link.first, -_BOUND), (link.second, _BOUND)):
            if set(reader.spread.preposition(argument).split()) & set(naming.others):
                doer = bound
                break
    return -doer if naming.inverse else doer


def _roles(
    relation: Relation, one: Name, other: Name, doer: float, is_list: bool
) -> Iterator[tuple[Name, Name, tuple[float, float], float]]:
    """Give a pair the roles that its types allow, with their shares and how far to trust them.

    Two members of a list do nothing to each other. What holds both ways alike goes in text order.
    """
    first, second = sorted((one, other), key=lambda name: name.words)
    for subject, target in ((first, second), (second, first)):
        shares = (
            allowed_share(relation.subject, subject.argument),
            allowed_share(relation.object, target.argument),
        )
        if relation.same_type:
            shared = shared_types(subject.argument, target.argument)
            shares = min(shares[0], shared), min(shares[1], shared)
        if min(shares) < _LEAST_SHARE:
            continue
        if relation.symmetric:
            yield subject, target, shares, 1.0
        elif not is_list:
            more = doer if subject is one else -doer
            fit = 1.0 if more > 0 else _ROLES_UNKNOWN if more == 0 else _ROLES_TURNED
            yield subject, target, shares, fit


class _TypePairs:
    """Which types may stand in one relation, over all relations."""

    def __init__(self, schema: RelationSchema) -> None:
        self._relations = list(schema.relations.values())
        self._remembered: dict[tuple[frozenset[str], frozenset[str]], bool] = {}

    def either(self, one: TypedArgument, other: TypedArgument) -> bool:
        """Tell whether some relation may hold between two names, either way."""
        key = _likely_types(one), _likely_types(other)
        if key not in self._remembered:
            self._remembered[key] = any(
                _meets(relation.subject, a)
                and _meets(relation.object, b)
                and not (relation.same_type and a and b and a.isdisjoint(b))
                for relation in self._relations
                for a, b in (key, key[::-1])
            )
        return self._remembered[key]


def _likely_types(argument: TypedArgument) -> frozenset[str]:
    return frozenset(name for name, share in argument.types if share >= _LEAST_SHARE)


def _meets(allowed: tuple[str, ...], types: frozenset[str]) -> bool:
    return ANY_TYPE in allowed or not types or not types.isdisjoint(allowed)
