"""The sentences of a knowledge base with their phrases, as synonyms are harvested from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from ..database import Row, as_int
from ..parsing import ParsedSentence
from ..store import GraphStore
from .records import NamedSentence


def stored_sentences(store: GraphStore) -> Iterator[NamedSentence]:
    """Yield every stored sentence, in order of reading, with the places of its phrases."""
    statement = (
        'SELECT s.id, d.key, s.start, s."end", n.text, m.start, m."end" FROM sentence s '
        "JOIN document d ON d.id = s.document_id JOIN node n ON n.id = s.node_id "
        "LEFT JOIN mention m ON m.sentence_id = s.id ORDER BY s.id, m.start"
    )
    for _, rows in groupby(store.database.stream(statement), key=lambda row: row[0]):
        yield _sentence(list(rows))


def _sentence(rows: list[Row]) -> NamedSentence:
    _, document, start, end, text, *_ = rows[0]
    phrases = tuple((as_int(r[5]), as_int(r[6])) for r in rows if r[5] is not None)
    return NamedSentence(str(text), phrases, str(document), as_int(start), as_int(end))


def parsed_names(sentences: Iterable[ParsedSentence]) -> Iterator[NamedSentence]:
    """Yield parsed sentences with the places of their phrases; their offsets are their own."""
    for sentence in sentences:
        phrases = tuple((p.key_start, p.key_end) for p in sentence.noun_phrases if p.key)
        yield NamedSentence(sentence.text, phrases, "", 0, len(sentence.text))
