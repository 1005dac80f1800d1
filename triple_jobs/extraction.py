"""PortionExtractor: a portion of the corpus to records; what each process of a job has of its own.

The model's libraries are imported only where typed triples are wanted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Generic, Self, TypeVar

from ..engine.rejects import Rejected
from ..graph.parsing import ParsedSentence, Parser
from ..graph.relations.extraction import extract_triples
from ..graph.relations.triples import Triple
from ..graph.typed_relations.typed_triple import TypedTriple
from .options import JobOptions
from .portions import GROUP_SENTENCES, Portion
from .records import Place, Record, open_records, typed_records

T = TypeVar("T", bound=Triple | TypedTriple)


@dataclass
class Extracted:
    """The records of a portion, and the sentences that were passed over."""

    records: list[Record] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


@dataclass(frozen=True)
class Method(Generic[T]):
    """How sentences become triples, and triples records."""

    extract: Callable[[Sequence[ParsedSentence]], list[list[T]]]
    records: Callable[[Place, ParsedSentence, Sequence[T]], Iterator[Record]]


class PortionExtractor:
    """Parses portions and makes records of their triples.

    Attributes
    ----------
    made_by : dict
        Fingerprints of the parser, the rules, the model, the labels and the schema: a job that goes
        on has to go on with the same ones.
    seconds : dict
        Wall time by stage since it was made.
    """

    def __init__(
        self,
        parser: Parser,
        method: Method[Any],
        made_by: dict[str, str],
        *,
        min_confidence: float,
    ) -> None:
        self._parser = parser
        self._method = method
        self._min_confidence = min_confidence
        self.made_by = made_by
        self.seconds: dict[str, float] = {}

    @classmethod
    def load(cls, options: JobOptions) -> Self:
        """Load what the options name.

        Raises
        ------
        ModelError, ArtifactError, ParameterError
            The parser, the model, the labels or the schema cannot be read, or have not what is
            asked for.
        """
        method: Method[Any] = Method(_extract_open, open_records)
        made_by: dict[str, str] = {}
        if options.typed:
            method, made_by = _load_typed(options)
        if options.parser is None:
            parser = Parser.default()
        else:
            parser = Parser.from_pretrained(options.parser)
        made_by |= {"parser": parser.fingerprint, "rules": _rules_fingerprint()}
        return cls(parser, method, made_by, min_confidence=options.min_confidence or 0.0)

    def extract(self, portion: Portion) -> Extracted:
        """Parse a portion and make the records of its triples, sentence by sentence."""
        places = [
            Place(piece.document, piece.first + row, start)
            for piece in portion.pieces
            for row, (start, _) in enumerate(piece.sentences)
        ]
        with self.timed("parse"):
            groups = _groups(portion)
            parsed = [sentence for group in self._parser.parse(groups) for sentence in group]
        return self._records(self._method, places, parsed)

    def _records(
        self, method: Method[T], places: Sequence[Place], parsed: Sequence[ParsedSentence]
    ) -> Extracted:
        done = Extracted()
        with self.timed("extract"):
            found = _extract_each(method.extract, places, parsed, done.rejected)
        with self.timed("records"):
            for place, sentence, triples in zip(places, parsed, found, strict=True):
                kept = [t for t in triples if t.confidence >= self._min_confidence]
                by_id = {record["id"]: record for record in method.records(place, sentence, kept)}
                done.records += by_id.values()
        return done

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the wall time of the block to a stage."""
        start = perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + perf_counter() - start


def _groups(portion: Portion) -> Iterator[list[str]]:
    """Yield up to 8 neighboring sentences of one document."""
    for piece in portion.pieces:
        texts = [text for _, text in piece.sentences]
        for first in range(0, len(texts), GROUP_SENTENCES):
            yield texts[first : first + GROUP_SENTENCES]


def _extract_open(parsed: Sequence[ParsedSentence]) -> list[list[Triple]]:
    return [extract_triples(sentence) for sentence in parsed]


def _extract_each(
    extract: Callable[[Sequence[ParsedSentence]], list[list[T]]],
    places: Sequence[Place],
    parsed: Sequence[ParsedSentence],
    rejected: list[Rejected],
) -> list[list[T]]:
    """Extract the triples of all sentences; should one break the rules, of all the others.

    A job reads millions of sentences for hours: a fault that a single one brings to light is
    reported with its place and must not end it.
    """
    try:
        return extract(parsed)
    except Exception:
        found: list[list[T]] = []
        for place, sentence in zip(places, parsed, strict=True):
            try:
                found += extract([sentence])
            except Exception as error:
                found.append([])
                where = f"{place.document}, sentence {place.number}, characters {place.start}-"
                reason = f"the extraction failed: {type(error).__name__}: {error}"
                rejected.append(Rejected(f"{where}{place.start + len(sentence.text)}", reason))
        return found


def _load_typed(options: JobOptions) -> tuple[Method[TypedTriple], dict[str, str]]:
    """Load the model, the labels and the schema."""
    from ..graph.typed_relations.schema import format_relation, read_schema

    schema = read_schema(options.schema)
    if options.relations:
        schema = schema.only(*options.relations)

    from ..engine.encoder import Encoder
    from ..graph.entities import EntityTyper
    from ..graph.labels.entity_vectors import propagate_labels
    from ..graph.labels.seeds import read_labels
    from ..graph.typed_relations.extraction import MIN_CONFIDENCE, TypedRelationExtractor

    if options.model is None:
        encoder = Encoder.default(device="cpu")
    else:
        encoder = Encoder.from_pretrained(options.model, device="cpu")
    seeds = read_labels(options.labels, vocabulary=encoder.vocabulary)
    typer = EntityTyper.from_parts(encoder, propagate_labels(encoder.vocabulary, seeds))
    least = MIN_CONFIDENCE if options.min_confidence is None else options.min_confidence
    extractor = TypedRelationExtractor.from_parts(encoder, typer, schema, min_confidence=least)
    made_by = {
        "model": encoder.fingerprint,
        "schema": _digest("".join(map(format_relation, schema.relations.values()))),
        "labels": seeds.fingerprint,
    }
    return Method(extractor.extract, typed_records), made_by


def _rules_fingerprint() -> str:
    """Hash the files of code that decide what a parse gives."""
    root = Path(__file__).parent.parent
    folders = ("graph/relations", "graph/typed_relations", "triple_jobs")
    files = sorted(file for folder in folders for file in (root / folder).glob("*.py"))
    return _digest("\0".join(file.read_text(encoding="utf-8") for file in files))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
