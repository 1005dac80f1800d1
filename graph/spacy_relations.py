"""The spaCy component ``tailgraph_relations``: the relation triples of a document.

spaCy imports this file whenever it makes a pipeline, so it imports little.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from ..errors import ParameterError
from .relations.triples import Adjunct, Span, Triple

_KEY = "tailgraph_triples"
"""Under this the triples of a document are kept, as plain values, so that it can be stored."""


@Language.factory(
    "tailgraph_relations",
    requires=["doc.sents", "token.pos", "token.dep", "token.head"],
    assigns=["doc._.triples"],
    default_config={"min_confidence": 0.0},
)
def make_tailgraph_relations(nlp: Language, name: str, min_confidence: float) -> RelationComponent:
    """Make the component from what a pipeline's configuration says.

    Raises
    ------
    ParameterError
        `min_confidence` is no share from 0 to 1.
    """
    return RelationComponent(min_confidence=min_confidence)


class RelationComponent:
    """Sets ``doc._.triples`` to the triples that the parse of a document states.

    They are `Triple` objects in text order; their spans count characters of the document:
    ``doc.text[span.start:span.end] == span.text``, and ``doc.char_span(span.start, span.end)`` is
    the span of spaCy. Any pipeline with a dependency parse and parts of speech will do, with labels
    of Universal Dependencies or ClearNLP.

    Documents keep them as plain data, so that `Doc.to_bytes`, `DocBin(store_user_data=True)` and
    ``nlp.pipe(n_process=2)`` carry them.

    Parameters
    ----------
    min_confidence
        Least confidence of a triple, 0 to 1.
    """

    def __init__(self, *, min_confidence: float = 0.0) -> None:
        if not 0 <= min_confidence <= 1:
            raise ParameterError(f"min_confidence is {min_confidence}; give a share from 0 to 1.")
        self._min_confidence = min_confidence
        if not Doc.has_extension("triples"):
            Doc.set_extension("triples", getter=_triples_of)

    def __call__(self, doc: Doc) -> Doc:
        """Extract the triples of a document.

        Raises
        ------
        ModelError
            The document has no parse or no parts of speech, or labels of both schemes.
        """
        from .doc_trees import read_doc
        from .relations.extraction import extract_triples

        doc.user_data[_KEY] = [
            asdict(_moved(triple, start))
            for start, sentence in read_doc(doc)
            for triple in extract_triples(sentence)
            if triple.confidence >= self._min_confidence
        ]
        return doc


def _moved(triple: Triple, start: int) -> Triple:
    """Count the characters of a triple from the beginning of the document."""

    def move(span: Span) -> Span:
        return Span(start + span.start, start + span.end, span.text)

    return replace(
        triple,
        subject=move(triple.subject),
        relation=move(triple.relation),
        object=move(triple.object),
        adjuncts=tuple(replace(adjunct, span=move(adjunct.span)) for adjunct in triple.adjuncts),
    )


def _triples_of(doc: Doc) -> list[Triple]:
    """Make the triples that a document keeps; none where the component has not seen it."""
    return [_from_plain(values) for values in doc.user_data.get(_KEY, ())]


def _from_plain(values: dict[str, Any]) -> Triple:
    spans = {name: Span(**values[name]) for name in ("subject", "relation", "object")}
    adjuncts = tuple(Adjunct(item["role"], Span(**item["span"])) for item in values["adjuncts"])
    return Triple(**{**values, **spans, "adjuncts": adjuncts})
