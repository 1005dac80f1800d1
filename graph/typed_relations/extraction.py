"""Typed triples: the relations of a schema between the typed names of parsed sentences.

The words on the dependency path between two names, and those that hang on it, may name a relation;
the vocabulary says which, and the model whether it fits into its place. All of it is put together
in a confidence whose parts are kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...engine.encoder import Encoder
from ...errors import ParameterError
from ..entities import Entity, EntityTyper
from ..labels.seeds import UNTAGGED
from ..parsing import ParsedSentence
from ..relations.triples import Span
from .candidates import Candidate, CandidateFinder, confidence_of
from .context_check import ContextCheck
from .pairs import OPENING_BRACKETS, PairReader
from .schema import RelationSchema, read_schema
from .short_forms import spelled_out
from .statements import Statements
from .triggers import TriggerLexicon
from .typed_triple import TypedArgument, TypedTriple

MIN_CONFIDENCE = 0.65


class TypedRelationExtractor:
    """Finds the relations of a schema in parsed sentences.

    Make one with `from_parts`; it needs no parser of its own.

    Attributes
    ----------
    schema
        The relations that are looked for.
    min_confidence
        The least confidence of a triple.

    Parameters
    ----------
    lexicon
        Which relations a word may name.
    typer
        What finds and types the names; None where they are always given.
    check
        What asks the model about words that are no confirmed terms; None asks nothing.
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
        self.min_confidence = min_confidence
        self._finder = CandidateFinder(schema, lexicon)
        self._typer = typer
        self._check = check

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
        read = [self._finder.find(*pair) for pair in zip(parsed, names, strict=True)]
        contexts = iter(self._contexts(parsed, [found for _, found in read]))
        return [
            self._triples(reader, [(candidate, next(contexts)) for candidate in found])
            for reader, found in read
        ]

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

    def _contexts(
        self, parsed: Sequence[ParsedSentence], found: Sequence[Sequence[Candidate]]
    ) -> list[float]:
        """Check what is not confirmed, but might be confident enough, against its context."""
        flat = [(s, item) for s, row in zip(parsed, found, strict=True) for item in row]
        contexts = [1.0] * len(flat)
        if self._check is None:
            return contexts
        unsure = [
            row
            for row, (_, item) in enumerate(flat)
            if not item.naming.is_listed and confidence_of(item.components()) >= self.min_confidence
        ]
        checked = self._check.components(
            [(flat[row][0], flat[row][1].word, flat[row][1].relation.name) for row in unsure]
        )
        for row, context in zip(unsure, checked, strict=True):
            contexts[row] = context
        return contexts

    def _triples(
        self, reader: PairReader | None, found: Sequence[tuple[Candidate, float]]
    ) -> list[TypedTriple]:
        if reader is None:
            return []
        statements = Statements(reader.tree)
        triples = [
            triple
            for candidate, context in found
            if confidence_of(candidate.components(context)) >= self.min_confidence
            and (triple := _triple(reader, statements, candidate, context)) is not None
        ]
        return sorted(triples, key=_by_confidence)


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


def _triple(
    reader: PairReader, statements: Statements, found: Candidate, context: float
) -> TypedTriple | None:
    """Make a triple; None where nothing is said.

    That is so where it is denied and the relation has no denied ones, where a bracket that could
    name it holds no short form, and where a thing would do it to itself: "genes of genes".
    """
    heads = reader.spread.head_of(found.subject.words), reader.spread.head_of(found.object.words)
    said = statements.of(found.word, *heads)
    if said.negated and found.relation.negation == "drop":
        return None
    subject, target = found.subject.argument, found.object.argument
    if reader.tree.words[found.word] in OPENING_BRACKETS:
        forms = spelled_out(reader.tree.sentence.text, subject, target)
        if forms is None:
            return None
        subject, target = forms
    if not found.relation.symmetric and _are_same(subject, target):
        return None
    components = found.components(context)
    return TypedTriple(
        relation=found.relation.name,
        subject=subject,
        object=target,
        trigger=_trigger_span(reader, found.word),
        form=found.form,
        negated=said.negated,
        modality=said.modality,
        tense=said.tense,
        confidence=confidence_of(components),
        components=components,
        path=reader.tree.path(*heads),
    )


def _are_same(one: TypedArgument, other: TypedArgument) -> bool:
    return one.span.text.lower() == other.span.text.lower()


def _trigger_span(reader: PairReader, word: int) -> Span:
    """Cover the word that names the relation, and a particle right behind it."""
    tree, sentence = reader.tree, reader.tree.sentence
    last = word + 1 if tree.first(word, "compound:prt", "fixed") == word + 1 else word
    start, end = sentence.offsets[word], sentence.offsets[last] + len(sentence.words[last])
    return Span(start, end, sentence.text[start:end])


def _by_confidence(triple: TypedTriple) -> tuple[float, str, int, int]:
    subject, target = triple.subject.span, triple.object.span
    return -triple.confidence, triple.relation, subject.start, target.start
