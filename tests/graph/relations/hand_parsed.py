"""Sentences parsed by hand, in a notation of one line, and what was read off them."""

from __future__ import annotations

from collections.abc import Sequence

from tailgraph.graph.parsing import ParsedSentence, parsed_sentence
from tailgraph.graph.relations.triples import Triple


def hand_parsed(notation: str) -> ParsedSentence:
    """Build a sentence from ``word[=lemma]/UPOS/label/head``; heads count from 1, 0 is the root."""
    rows = [token.rsplit("/", 3) for token in notation.split()]
    words = [row[0].split("=")[0] for row in rows]
    offsets = [sum(len(word) + 1 for word in words[:row]) for row in range(len(words))]
    return parsed_sentence(
        " ".join(words),
        words,
        offsets,
        [row[0].split("=")[-1].lower() for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [int(row[3]) - 1 if row[3] != "0" else at for at, row in enumerate(rows)],
    )


def told(triples: Sequence[Triple]) -> list[tuple[str, str, str]]:
    """Subject, normalized relation and object of each triple."""
    return [(t.subject.text, t.relation_lemma, t.object.text) for t in triples]
