"""A corpus as token ids, with its sentences and documents, on disk and in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tokenizers

from ...errors import ArtifactError, CorpusError
from ..corpus import Document

IntArray = npt.NDArray[np.int64]
IdArray = npt.NDArray[np.uint16 | np.int32]
Progress = Callable[[int], None]

_LOT = 256
"""Documents tokenized together."""
_ARRAYS = ("ids", "sentences", "documents")


@dataclass(frozen=True, eq=False)
class TokenCorpus:
    """Documents as token ids, end to end.

    Attributes
    ----------
    ids
        uint16 or int32 array of shape (n_tokens,), without special tokens.
    sentences
        int64 array of shape (n_sentences + 1,): sentence s is
        ``ids[sentences[s]:sentences[s + 1]]``; none is empty.
    documents
        int64 array of shape (n_documents + 1,): document d holds the sentences
        ``documents[d]`` to ``documents[d + 1]``; none is empty.
    """

    ids: IdArray
    sentences: IntArray
    documents: IntArray

    @classmethod
    def from_documents(
        cls,
        documents: Iterable[Document],
        tokenizer: tokenizers.Tokenizer,
        *,
        progress: Progress | None = None,
    ) -> TokenCorpus:
        """Tokenize documents.

        Parameters
        ----------
        documents
            Documents with their sentences, in order.
        tokenizer
            Its special tokens are not added.
        progress
            Called with the number of documents done since the last call.

        Raises
        ------
        CorpusError
            If no document holds tokens.
        """
        is_small = tokenizer.get_vocab_size() <= 1 << 16
        dtype: type[np.uint16 | np.int32] = np.uint16 if is_small else np.int32
        ids: list[IdArray] = []
        lengths: list[int] = []
        counts: list[int] = []
        for lot in _lots(documents):
            texts = [doc.text[start:end] for doc in lot for start, end in doc.sentences]
            tokens = _tokenize(texts, tokenizer)
            ids.append(np.fromiter(chain.from_iterable(tokens), dtype=dtype))
            rest = iter(tokens)
            for doc in lot:
                sizes = [len(sentence) for sentence in islice(rest, len(doc.sentences))]
                full = [size for size in sizes if size]
                lengths += full
                counts += [len(full)] if full else []
            if progress is not None:
                progress(len(lot))
        if not counts:
            raise CorpusError("The corpus holds no text that the tokenizer makes tokens of.")
        return cls(np.concatenate(ids), _bounds(lengths), _bounds(counts))

    @property
    def n_tokens(self) -> int:
        """Count the tokens."""
        return len(self.ids)

    @property
    def document_tokens(self) -> IntArray:
        """Where each document begins in `ids`: int64 array of shape (n_documents + 1,)."""
        return self.sentences[self.documents]

    def split(self, share: float) -> tuple[TokenCorpus, TokenCorpus]:
        """Set documents aside, evenly spread over the corpus: the others, and those.

        Parameters
        ----------
        share
            Part of the documents to set aside; at least two, and at most half of them.

        Raises
        ------
        CorpusError
            If there are fewer than four documents: each side needs two, since wrong answers to
            next-sentence questions come from other documents.
        """
        n_documents = len(self.documents) - 1
        if n_documents < 4:
            raise CorpusError(
                f"The corpus holds {n_documents} documents with text; next-sentence training draws "
                "its wrong answers from other documents, so give at least 4. In text files of a "
                "sentence a line, a blank line ends a document."
            )
        n_aside = min(max(2, round(share * n_documents)), n_documents // 2)
        is_aside = np.zeros(n_documents, dtype=np.bool_)
        is_aside[(np.arange(n_aside) * n_documents + n_documents // 2) // n_aside] = True
        return self._take(~is_aside), self._take(is_aside)

    def _take(self, is_taken: npt.NDArray[np.bool_]) -> TokenCorpus:
        """Keep some of the documents."""
        n_sentences, n_tokens = np.diff(self.documents), np.diff(self.document_tokens)
        kept = np.repeat(is_taken, n_sentences)
        return TokenCorpus(
            self.ids[np.repeat(is_taken, n_tokens)],
            _bounds(np.diff(self.sentences)[kept].tolist()),
            _bounds(n_sentences[is_taken].tolist()),
        )

    def save(self, folder: Path) -> None:
        """Write the arrays into a folder, which then can be opened again."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)
        shape = {name: len(getattr(self, name)) for name in _ARRAYS}
        (folder / "shape.json").write_text(json.dumps(shape), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> TokenCorpus:
        """Map saved arrays into memory.

        Raises
        ------
        ArtifactError
            If a file is missing or of another size than it was written with.
        """
        try:
            shape = json.loads((folder / "shape.json").read_text(encoding="utf-8"))
            arrays = [
                np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
                for name in _ARRAYS
            ]
        except (OSError, ValueError, EOFError) as error:
            raise ArtifactError(
                f"{folder} cannot be read as a tokenized corpus ({error}); remove the folder and "
                "start again."
            ) from error
        if shape != {name: len(array) for name, array in zip(_ARRAYS, arrays, strict=True)}:
            raise ArtifactError(f"{folder} is incomplete; remove the folder and start again.")
        return cls(arrays[0], np.asarray(arrays[1]), np.asarray(arrays[2]))


def _tokenize(texts: list[str], tokenizer: tokenizers.Tokenizer) -> list[list[int]]:
    """Tokenize texts; a special token that is spelled out in them is text like any other."""
    before = tokenizer.encode_special_tokens
    tokenizer.encode_special_tokens = True
    encodings = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
    tokenizer.encode_special_tokens = before
    return [encoding.ids for encoding in encodings]


def _lots(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Cut a stream of documents into lots."""
    stream = iter(documents)
    while lot := list(islice(stream, _LOT)):
        yield lot


def _bounds(lengths: list[int]) -> IntArray:
    """Turn lengths into the places where parts begin, the end included."""
    return np.concatenate([[0], np.cumsum(np.array(lengths, dtype=np.int64))]).astype(np.int64)
