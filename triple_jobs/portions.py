"""Portions: the sentences of a corpus cut into units of work, the same in every run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

from ..engine.corpus import Document, SourceOptions, read_documents
from ..engine.rejects import Reject

GROUP_SENTENCES = 8
"""Neighboring sentences of a document that are parsed together."""

_LINE_BREAKS = str.maketrans("\n\t", "  ")


@dataclass(frozen=True, slots=True)
class Piece:
    """Sentences of one document in order, the first of which is its sentence number `first`.

    Each has the character of the document where it begins, and its text with spaces for line
    breaks and tabs, so that offsets stay as they are. `first` is a multiple of 8: parsing in
    groups does not depend on where a document was cut.
    """

    document: str
    first: int
    sentences: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Portion:
    """A unit of work: its number in the corpus, and pieces of one or more documents."""

    number: int
    pieces: tuple[Piece, ...]

    @property
    def n_sentences(self) -> int:
        """How many sentences it holds."""
        return sum(len(piece.sentences) for piece in self.pieces)

    def digest(self) -> str:
        """Return the sha256 of what it holds, the same in every run."""
        digest = hashlib.sha256()
        for piece in self.pieces:
            sentences = "".join(f"{start} {text}\n" for start, text in piece.sentences)
            digest.update(f"{piece.document}\n{piece.first}\n{sentences}\n".encode())
        return digest.hexdigest()

    def as_plain(self) -> tuple[Any, ...]:
        """Return it as plain values, as `marshal` can carry them."""
        return self.number, tuple((p.document, p.first, p.sentences) for p in self.pieces)

    @classmethod
    def from_plain(cls, plain: tuple[Any, ...]) -> Self:
        """Return the portion that `as_plain` was taken of."""
        number, pieces = plain
        return cls(number, tuple(Piece(*piece) for piece in pieces))


def open_documents(
    sources: Sequence[str], options: SourceOptions, *, reject: Reject | None
) -> Iterator[Document]:
    """Read the documents of several sources as one stream; a key that was taken gets ``~2``.

    Parameters
    ----------
    sources, options, reject
        As for `read_documents`.

    Raises
    ------
    CorpusError
        A source does not exist; said by the call itself.
    """
    streams = [
        read_documents(
            source,
            layout=options.layout,
            text_field=options.text_field,
            id_field=options.id_field,
            reject=reject,
        )
        for source in sources
    ]
    return streams[0] if len(streams) == 1 else _with_own_keys(streams)


def cut_portions(documents: Iterable[Document], size: int) -> Iterator[Portion]:
    """Cut documents into portions of `size` sentences, or a few more where documents end.

    Parameters
    ----------
    documents
        Read as a stream.
    size : int
        How many sentences a portion holds at least, but for the last one.
    """
    pieces: list[Piece] = []
    n_sentences = number = 0
    for document in documents:
        text = document.text.translate(_LINE_BREAKS)
        first, end = 0, len(document.sentences)
        while first < end:
            n_groups = -(-(size - n_sentences) // GROUP_SENTENCES)
            stop = min(end, first + n_groups * GROUP_SENTENCES)
            spans = document.sentences[first:stop]
            pieces.append(Piece(document.key, first, tuple((a, text[a:b]) for a, b in spans)))
            n_sentences += stop - first
            first = stop
            if n_sentences >= size:
                yield Portion(number, tuple(pieces))
                pieces, n_sentences, number = [], 0, number + 1
    if pieces:
        yield Portion(number, tuple(pieces))


def _with_own_keys(streams: Iterable[Iterator[Document]]) -> Iterator[Document]:
    """Give a document of a later source another key where its own is taken."""
    taken: set[bytes] = set()
    for stream in streams:
        for document in stream:
            key, n = document.key, 1
            while (digest := hashlib.blake2b(key.encode(), digest_size=8).digest()) in taken:
                n += 1
                key = f"{document.key}~{n}"
            taken.add(digest)
            yield Document(key, document.text, document.sentences)
