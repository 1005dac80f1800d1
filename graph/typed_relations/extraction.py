"""Typed triples: the relations of a schema between the typed names of parsed sentences.

A pair of names is a candidate where the schema allows their types. The words on the dependency path
between them, and those that hang on it, may name a relation; the vocabulary says which. All of it
is put together in a confidence whose parts are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from ...engine.encoder import Encoder
from ...errors import ParameterError
from ..entities import Entity, EntityTyper
from ..labels.seeds import UNTAGGED
from ..parsing import ParsedSentence
from ..relations.triples import Form, Span
from ..relations.words import NOT_RELATIONAL, RELATIONAL_ENDINGS, RELATIONAL_NOUNS
from .context_check import ContextCheck
from .pairs import Link, PairReader, Place
from .schema import ANY_TYPE, Relation, RelationSchema, read_schema
from .spread_tree import Words
from .statements import Statements
from .triggers import Naming, TriggerLexicon
from .typed_triple import Components, TypedArgument, TypedTriple

MAX_DISTANCE = 40  # words between the heads of a pair
MAX_INNER = 6  # words on the path between them
MIN_CONFIDENCE = 0.6

_MAX_PAIRS = 120  # of a sentence, the nearest first
_LEAST_SHARE = 0.15  # of the types that the schema allows

# How far a trigger in each place can be trusted, and what lowers it.
_PLACE = {"path": 1.0, "case": 0.85, "beside": 0.7, "above": 0.5}
_FAR, _FAR_WORDS = 0.85, 15
_ROLES_UNKNOWN, _ROLES_TURNED = 0.8, 0.3
_BOUND = 3.0  # how surely the preposition of a trigger tells the roles

# How much each component weighs in the geometric mean.
_WEIGHTS = Components(subject_type=0.5, object_type=0.5, trigger=1.5, context=0.5, form=1.5)


@dataclass(frozen=True, slots=True)
class _Name:
    """An argument and its words."""

    argument: TypedArgument
    words: Words


@dataclass(frozen=True, slots=True)
class _Found:
    """A relation that may hold between two names of a sentence, before its context is checked."""

    relation: Relation
    subject: _Name
    object: _Name
    place: Place
    naming: Naming
    form: Form
    trust: float
    shares: tuple[float, float]
    link: Link

    def confidence(self, context: float = 1.0) -> float:
        return confidence_of(self.components(context))

    def components(self, context: float) -> Components:
        return Components(*self.shares, self.naming.score, context, self.trust)


class TypedRelationExtractor:
    """Finds the relations of a schema in parsed sentences.

    Make one with `from_parts`.

    Attributes
    ----------
    schema
        The relations that are looked for.
    min_confidence
        The least confidence of a triple.
    """

    def __init__(
        self,
        schema: RelationSchema,
        lexicon: TriggerLexicon,
        *,
        typer: EntityTyper | None = None,
        check: ContextCheck | None = None,
        min_confidence: float = MIN_CONFIDENCE,
    ) -> None:
        self.schema = schema
        self._lexicon = lexicon
        self._typer = typer
        self._check = check
        self.min_confidence = min_confidence
        self._pairs_allowed = _TypePairs(schema)

    @classmethod
    def from_parts(
        cls,
        encoder: Encoder,
        typer: EntityTyper,
        schema: RelationSchema | None = None,
        *,
        check_context: bool = True,
        min_confidence: float = MIN_CONFIDENCE,
    ) -> TypedRelationExtractor:
        """Make an extractor of a model, what finds and types names with it, and a schema.

        Parameters
        ----------
        schema
            By default the one that comes with the package.
        check_context
            Also ask the model, where a word is no confirmed term of a relation, what it expects in
            that word's place.
        min_confidence
            The least confidence of a triple.
        """
        schema = read_schema() if schema is None else schema
        lexicon = TriggerLexicon(schema, encoder)
        check = ContextCheck(schema, encoder) if check_context else None
        return cls(schema, lexicon, typer=typer, check=check, min_confidence=min_confidence)

    def extract(
        self,
        parsed: Sequence[ParsedSentence],
        arguments: Sequence[Sequence[TypedArgument]] | None = None,
    ) -> list[list[TypedTriple]]:
        """Find the typed triples of sentences.

        Parameters
        ----------
        parsed
            The sentences, as `Parser.parse` gives them.
        arguments
            For each sentence its names and their types, where they are known; by default they are
            found.

        Returns
        -------
        For each sentence its triples, the most confident first; for each relation and ordered pair
        of names at most one.

        Raises
        ------
        ParameterError
            There are no names given and nothing that finds them, or not one list a sentence.
        """
        names = self._find_names(parsed) if arguments is None else arguments
        if len(names) != len(parsed):
            raise ParameterError(
                f"Got {len(parsed)} sentences and {len(names)} lists of names; give each sentence "
                "one list."
            )
        found: list[_Found] = []
        readers: list[PairReader | None] = []
        counts = []
        for sentence, row in zip(parsed, names, strict=True):
            reader, of_sentence = self._read(sentence, row)
            readers.append(reader)
            found += of_sentence
            counts.append(len(of_sentence))
        contexts = self._contexts(parsed, counts, found)
        return self._triples(readers, counts, found, contexts)

    def _find_names(self, parsed: Sequence[ParsedSentence]) -> list[list[TypedArgument]]:
        if self._typer is None:
            raise ParameterError(
                "This extractor has nothing that finds names; give them, or make the extractor "
                "with from_parts."
            )
        return [
            [typed_argument(entity) for entity in row if entity.label != UNTAGGED]
            for row in self._typer.type_sentences(parsed)
        ]

    def _read(
        self, sentence: ParsedSentence, row: Sequence[TypedArgument]
    ) -> tuple[PairReader | None, list[_Found]]:
        if len(row) < 2:
            return None, []
        pairs = [pair for pair in combinations(row, 2) if self._pairs_allowed.either(*pair)]
        if not pairs or sentence.text.rstrip().endswith("?"):
            return None, []
        reader = PairReader(sentence)
        words = {arg.span: reader.spread.words_of(arg.span.start, arg.span.end) for arg in row}
        in_names = frozenset(word for place in words.values() if place for word in range(*place))
        named = [
            (_Name(one, first), _Name(other, second))
            for one, other in pairs
            if (first := words[one.span]) and (second := words[other.span])
        ]
        named.sort(key=lambda pair: abs(pair[0].words[0] - pair[1].words[0]))
        best: dict[tuple[str, Span, Span], _Found] = {}
        for one, other in named[:_MAX_PAIRS]:
            for item in self._read_pair(reader, one, other, in_names):
                key = item.relation.name, item.subject.argument.span, item.object.argument.span
                if key not in best or item.confidence() > best[key].confidence():
                    best[key] = item
        return reader, list(best.values())

    def _read_pair(
        self, reader: PairReader, one: _Name, other: _Name, in_names: frozenset[int]
    ) -> Iterator[_Found]:
        gap = max(one.words[0], other.words[0]) - min(one.words[1], other.words[1])
        if not 0 <= gap <= MAX_DISTANCE:
            return
        link = reader.link(one.words, other.words, max_inner=MAX_INNER)
        if link is None:
            return
        for place in link.places:
            form = form_of(place.word, one.words, other.words)
            trust = place_trust(place, gap)
            for naming in self._namings(reader, place, in_names):
                relation = self.schema.relations[naming.relation]
                if form in relation.forms:
                    turned = _turn(reader, link, place, naming)
                    yield from _directed(relation, one, other, turned, naming, form, trust, link)

    def _namings(
        self, reader: PairReader, place: Place, in_names: frozenset[int]
    ) -> Iterator[Naming]:
        """Yield what a word may name; a part of a name only what the schema lists."""
        tree, word = reader.tree, place.word
        around = reader.words_around(word)
        if tree.upos[word] not in ("NOUN", "VERB", "ADJ", "PROPN"):
            yield from self._lexicon.listed(tree.lemmas[word], around)
            return
        lemma = tree.verb_lemma(word) if tree.upos[word] == "VERB" else tree.lemmas[word]
        may_be_near = word not in in_names and (tree.upos[word] == "VERB" or names_action(lemma))
        yield from self._lexicon.namings(lemma, tree.words[word], around, near=may_be_near)

    def _contexts(
        self, parsed: Sequence[ParsedSentence], counts: Sequence[int], found: Sequence[_Found]
    ) -> list[float]:
        """Check unconfirmed triggers against what the model expects in their place."""
        contexts = [1.0] * len(found)
        if self._check is None:
            return contexts
        owners = [s for s, count in zip(parsed, counts, strict=True) for _ in range(count)]
        unsure = [row for row, item in enumerate(found) if not item.naming.is_confirmed]
        checked = self._check.components(
            [(owners[row], found[row].place.word, found[row].relation.name) for row in unsure]
        )
        for row, context in zip(unsure, checked, strict=True):
            contexts[row] = context
        return contexts

    def _triples(
        self,
        readers: Sequence[PairReader | None],
        counts: Sequence[int],
        found: Sequence[_Found],
        contexts: Sequence[float],
    ) -> list[list[TypedTriple]]:
        triples: list[list[TypedTriple]] = []
        items = iter(zip(found, contexts, strict=True))
        for reader, count in zip(readers, counts, strict=True):
            row: list[TypedTriple] = []
            if reader is not None and count:
                statements = Statements(reader.tree)
                made = (_triple(reader, statements, *next(items)) for _ in range(count))
                row = [t for t in made if t is not None and t.confidence >= self.min_confidence]
                row.sort(key=_by_confidence)
            triples.append(row)
        return triples


def typed_argument(entity: Entity) -> TypedArgument:
    """Make an argument of a typed name."""
    return TypedArgument(Span(entity.start, entity.end, entity.text), entity.types)


def given_argument(text: str, start: int, end: int, *types: str) -> TypedArgument:
    """Make an argument whose types are known, each with a share of 1.

    Examples
    --------
    >>> given_argument("Aspirin helps.", 0, 7, "CHEMICAL").types
    (('CHEMICAL', 1.0),)
    """
    return TypedArgument(Span(start, end, text[start:end]), tuple((t, 1.0) for t in types))


def form_of(trigger: int, one: Words, other: Words) -> Form:
    """Tell where a trigger stands: before both arguments, between them, or after both."""
    if trigger < min(one[0], other[0]):
        return "prefix"
    return "suffix" if trigger >= max(one[1], other[1]) else "infix"


def place_trust(place: Place, gap: int) -> float:
    """Say how far a trigger can be trusted by where it stands and what lies between."""
    return _PLACE[place.where] * place.core * (_FAR if gap > _FAR_WORDS else 1.0)


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
                _meets(r.subject, a) and _meets(r.object, b)
                for r in self._relations
                for a, b in (key, key[::-1])
            )
        return self._remembered[key]


def _likely_types(argument: TypedArgument) -> frozenset[str]:
    return frozenset(name for name, share in argument.types if share >= _LEAST_SHARE)


def _meets(allowed: tuple[str, ...], types: frozenset[str]) -> bool:
    return ANY_TYPE in allowed or not types.isdisjoint(allowed)


def _share(allowed: tuple[str, ...], argument: TypedArgument) -> float:
    """Add up the shares of the types allowed."""
    if ANY_TYPE in allowed:
        return 1.0
    return min(1.0, float(sum(share for name, share in argument.types if name in allowed)))


def names_action(noun: str) -> bool:
    """Tell whether a noun may relate two things, as *blockade* and *synthesis* do.

    Examples
    --------
    >>> names_action("stimulation"), names_action("kidney")
    (True, False)
    """
    if noun in NOT_RELATIONAL:
        return False
    return noun in RELATIONAL_NOUNS or (len(noun) > 5 and noun.endswith(RELATIONAL_ENDINGS))


def _turn(reader: PairReader, link: Link, place: Place, naming: Naming) -> Place:
    """Let the preposition that belongs to a trigger tell the roles: "born in", "part of"."""
    if not naming.others or place.where == "case":
        return place
    for argument, doer in ((link.first, -_BOUND), (link.second, _BOUND)):
        if set(reader.spread.preposition(argument).split()) & set(naming.others):
            return replace(place, doer=-doer if naming.inverse else doer)
    return place


def _directed(
    relation: Relation,
    one: _Name,
    other: _Name,
    place: Place,
    naming: Naming,
    form: Form,
    trust: float,
    link: Link,
) -> Iterator[_Found]:
    """Give a pair its roles: the way that types and syntax allow, the better one of two."""
    doer = -place.doer if naming.inverse else place.doer
    options: list[_Found] = []
    for subject, target, fit in ((one, other, doer), (other, one, -doer)):
        shares = (
            _share(relation.subject, subject.argument),
            _share(relation.object, target.argument),
        )
        if min(shares) < _LEAST_SHARE:
            continue
        if relation.symmetric:
            roles = 1.0
            if subject.words > target.words:
                continue
        elif link.coordinated and place.where != "case":
            continue
        else:
            roles = 1.0 if fit > 0 else _ROLES_UNKNOWN if fit > -0.25 else _ROLES_TURNED
        options.append(
            _Found(relation, subject, target, place, naming, form, trust * roles, shares, link)
        )
    if options:
        yield max(options, key=lambda item: item.confidence())


def _triple(
    reader: PairReader, statements: Statements, found: _Found, context: float
) -> TypedTriple | None:
    """Make a triple; None where it is denied and the relation has no denied ones."""
    heads = reader.spread.head_of(found.subject.words), reader.spread.head_of(found.object.words)
    said = statements.of(found.place.word, *heads)
    if said.negated and found.relation.negation == "drop":
        return None
    components = found.components(context)
    return TypedTriple(
        relation=found.relation.name,
        subject=found.subject.argument,
        object=found.object.argument,
        trigger=_trigger_span(reader, found.place.word),
        form=found.form,
        negated=said.negated,
        modality=said.modality,
        tense=said.tense,
        confidence=confidence_of(components),
        components=components,
        path=reader.tree.path(*heads),
    )


def _trigger_span(reader: PairReader, word: int) -> Span:
    """Cover the word that names the relation, and a particle right behind it."""
    tree, sentence = reader.tree, reader.tree.sentence
    last = word
    if tree.first(word, "compound:prt", "fixed") == word + 1:
        last = word + 1
    start, end = sentence.offsets[word], sentence.offsets[last] + len(sentence.words[last])
    return Span(start, end, sentence.text[start:end])


def _by_confidence(triple: TypedTriple) -> tuple[float, str, int, int]:
    subject, target = triple.subject.span, triple.object.span
    return -triple.confidence, triple.relation, subject.start, target.start
