"""The spaCy component ``tailgraph_ner``: names and their types as the entities of a document.

spaCy imports this file whenever it makes a pipeline, so the model's libraries are imported only
when the component itself is made.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, cast

from spacy.language import Language
from spacy.tokens import Doc, Span

from ..errors import ParameterError
from .doc_trees import read_doc

if TYPE_CHECKING:
    from ..engine.encoder import Encoder
    from .entities import Entity, EntityTyper
    from .parsing import ParsedSentence

Sentences = list[tuple[int, "ParsedSentence"]]

_BATCH_SENTENCES = 1024
"""Sentences that are held at one time, however many documents are in a batch."""

_EXTENSIONS: dict[str, object] = {
    "types": {},
    "subtype": "",
    "alternative": "",
    "evidence": (),
    "has_unknown": False,
}


@Language.factory(
    "tailgraph_ner",
    requires=["doc.sents", "token.pos", "token.dep", "token.head"],
    assigns=["doc.ents", *(f"span._.{name}" for name in _EXTENSIONS)],
    default_config={
        "model": None,
        "labels": None,
        "min_confidence": 0.0,
        "keep": [],
        "overwrite": False,
    },
)
def make_tailgraph_ner(
    nlp: Language,
    name: str,
    model: str | None,
    labels: str | None,
    min_confidence: float,
    keep: list[str],
    overwrite: bool,
) -> EntityComponent:
    """Make the component from what a pipeline's configuration says.

    Parameters
    ----------
    model, labels
        Folder or name of a masked language model, and a list of seed labels; the embedded ones
        when None.
    min_confidence, keep, overwrite
        See `EntityComponent`.

    Raises
    ------
    ModelError, ArtifactError
        The model or the list cannot be read.
    ParameterError
        A value is out of its range, no label is called so, or the list is for another vocabulary.
    """
    from ..engine.encoder import Encoder
    from .entities import EntityTyper
    from .labels.entity_vectors import propagate_labels
    from .labels.seeds import check_known, read_labels

    encoder = Encoder.default() if model is None else Encoder.from_pretrained(model)
    seeds = read_labels(labels, vocabulary=encoder.vocabulary)
    vectors = propagate_labels(encoder.vocabulary, seeds)
    try:
        check_known(keep, vectors.labels)
    except ParameterError as error:
        raise ParameterError(f"{name}: keep: {error}") from None
    return EntityComponent(
        encoder,
        EntityTyper.from_parts(encoder, vectors),
        min_confidence=min_confidence,
        keep=keep,
        overwrite=overwrite,
    )


class EntityComponent:
    """Sets ``doc.ents`` to the names that are found, each with the label of its main type.

    An entity also has ``ent._.types``, the share of each main type, the largest first, so that the
    first is the confidence; ``ent._.subtype``; ``ent._.alternative``, another main type that may be
    meant; ``ent._.evidence``, the words that spoke for the label, as dictionaries with the fields
    of `Evidence`; and ``ent._.has_unknown``: the model has no pieces for a part of the sentence, so
    that all of this says less than it seems. Names of which nothing is known are left out.

    Parameters
    ----------
    min_confidence
        Least confidence of an entity, 0 to 1.
    keep
        Labels of the entities to keep, with or without a sub-type; all when empty.
    overwrite
        Whether entities that the document has already make way. They stay otherwise, and names that
        overlap them are left out.
    """

    def __init__(
        self,
        encoder: Encoder,
        typer: EntityTyper,
        *,
        min_confidence: float = 0.0,
        keep: Iterable[str] = (),
        overwrite: bool = False,
    ) -> None:
        if not 0 <= min_confidence <= 1:
            raise ParameterError(f"min_confidence is {min_confidence}; give a share from 0 to 1.")
        self._process = os.getpid()
        self._encoder = encoder
        self._typer = typer
        self._min_confidence = min_confidence
        self._keep = tuple(keep) or ("",)
        self._overwrite = overwrite
        for name, default in _EXTENSIONS.items():
            if not Span.has_extension(name):
                Span.set_extension(name, default=default)

    def __call__(self, doc: Doc) -> Doc:
        """Set the entities of a document.

        Raises
        ------
        ModelError
            The document has no parse or no parts of speech, see `read_doc`.
        """
        return next(self.pipe([doc], batch_size=1))

    def pipe(self, docs: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Set the entities of documents, with the masked sentences of a batch in one.

        Raises
        ------
        ModelError
            As for one document.
        ParameterError
            This is a worker of ``nlp.pipe(n_process=2)`` or more. The model's threads do not
            survive the start of such a process, and the first product would wait for them forever.
        """
        if os.getpid() != self._process:
            raise ParameterError(
                "tailgraph_ner cannot work in several processes; leave n_process at 1: the model "
                "uses all cores as it is."
            )
        batch: list[tuple[Doc, Sentences]] = []
        n_sentences = 0
        for doc in docs:
            batch.append((doc, read_doc(doc)))
            n_sentences += len(batch[-1][1])
            if len(batch) >= batch_size or n_sentences >= _BATCH_SENTENCES:
                yield from self._annotated(batch)
                batch, n_sentences = [], 0
        yield from self._annotated(batch)

    def _annotated(self, batch: list[tuple[Doc, Sentences]]) -> Iterator[Doc]:
        """Find and type the names of a batch, and yield its documents."""
        parsed = [sentence for _, sentences in batch for _, sentence in sentences]
        typed = iter(self._typer.type_sentences(parsed))
        tokenized = self._encoder.tokenizer.tokenize(
            [sentence.text for sentence in parsed], max_length=self._encoder.max_length
        )
        has_unknown = iter(tokenized.has_unknown.tolist())
        for doc, sentences in batch:
            taken = set() if self._overwrite else {word.i for ent in doc.ents for word in ent}
            kept = [] if self._overwrite else list(doc.ents)
            for start, _ in sentences:
                unknown = next(has_unknown)
                for entity in filter(self._is_wanted, next(typed)):
                    span = _span(doc, start, entity, has_unknown=unknown)
                    if taken.isdisjoint(range(span.start, span.end)):
                        kept.append(span)
            doc.set_ents(kept)
            yield doc

    def _is_wanted(self, entity: Entity) -> bool:
        """Tell whether an entity has a type, a label to keep, and the confidence asked for."""
        return (
            bool(entity.types)
            and entity.confidence >= self._min_confidence
            and any(map(entity.has_label, self._keep))
        )


def _span(doc: Doc, start: int, entity: Entity, *, has_unknown: bool) -> Span:
    """Make the span of an entity of the sentence that begins at a character."""
    first, last = start + entity.start, start + entity.end
    # Names consist of words of the document, so there is a span.
    span = cast("Span", doc.char_span(first, last, label=entity.label, alignment_mode="expand"))
    span._.types = dict(entity.types)
    span._.subtype = entity.subtype
    span._.alternative = entity.alternative
    span._.evidence = [asdict(evidence) for evidence in entity.evidence]
    span._.has_unknown = has_unknown
    return span
