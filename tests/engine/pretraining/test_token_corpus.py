"""Tokenized text, held against the tokenizer's own output for each sentence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tokenizers

from tailgraph.engine.corpus import Document
from tailgraph.engine.pretraining.token_corpus import TokenCorpus
from tailgraph.engine.pretraining.word_pieces import SPECIALS, build_tokenizer
from tailgraph.errors import ArtifactError, CorpusError

Nested = list[list[list[int]]]


def nested(corpus: TokenCorpus) -> Nested:
    """Return the tokens of a corpus as documents of sentences."""
    sentences = [
        corpus.ids[start:end].tolist()
        for start, end in zip(corpus.sentences[:-1], corpus.sentences[1:], strict=True)
    ]
    return [
        sentences[first:last]
        for first, last in zip(corpus.documents[:-1], corpus.documents[1:], strict=True)
    ]


def document(*sentences: str) -> Document:
    """Join sentences to a document."""
    ends = np.cumsum([len(sentence) + 1 for sentence in sentences]).tolist()
    spans = [(end - 1 - len(text), end - 1) for text, end in zip(sentences, ends, strict=True)]
    return Document("a", " ".join(sentences), tuple(spans))


def test_every_sentence_holds_the_tokens_of_the_tokenizer(
    documents: list[Document], tokenizer: tokenizers.Tokenizer, corpus: TokenCorpus
) -> None:
    """Documents and sentences keep their order, and nothing is added or lost."""
    expected = [
        [
            tokenizer.encode(doc.text[start:end], add_special_tokens=False).ids
            for start, end in doc.sentences
        ]
        for doc in documents
    ]
    assert nested(corpus) == expected
    assert corpus.ids.dtype == np.uint16
    assert corpus.n_tokens == sum(len(ids) for doc in expected for ids in doc)


def test_many_documents_are_read_in_lots(tokenizer: tokenizers.Tokenizer) -> None:
    """Progress adds up to the documents given, and their order is kept over lots."""
    done: list[int] = []
    texts = [document(f"the cell {number}", "blood") for number in range(600)]
    corpus = TokenCorpus.from_documents(texts, tokenizer, progress=done.append)
    assert sum(done) == 600
    assert nested(corpus)[599][0] == tokenizer.encode("the cell 599", add_special_tokens=False).ids


def test_sentences_and_documents_without_tokens_are_dropped(
    tokenizer: tokenizers.Tokenizer,
) -> None:
    """A lone accent leaves nothing after it is stripped, and no empty sentence."""
    texts = [document("\u0301"), document("cell", "\u0301", "blood"), *[document("the")] * 3]
    found = nested(TokenCorpus.from_documents(texts, tokenizer))
    assert [len(sentences) for sentences in found] == [2, 1, 1, 1]
    assert all(ids for sentences in found for ids in sentences)


def test_a_large_vocabulary_needs_wider_ids() -> None:
    """Ids above 65,535 are kept whole."""
    terms = [*SPECIALS, *(f"w{number}" for number in range(70_000))]
    tokenizer = build_tokenizer(terms, lowercase=True)
    corpus = TokenCorpus.from_documents([document("w69999 w1")] * 4, tokenizer)
    assert corpus.ids.dtype == np.int32
    assert nested(corpus)[0] == [[70_004, 6]]


def test_documents_without_any_token_are_refused(tokenizer: tokenizers.Tokenizer) -> None:
    """There is nothing to train on in a corpus of accents, nor in an empty one."""
    for texts in ([], [document("\u0301")] * 9):
        with pytest.raises(CorpusError, match="no text that the tokenizer makes tokens of"):
            TokenCorpus.from_documents(texts, tokenizer)


@pytest.mark.parametrize("n_documents", [1, 3])
def test_too_few_documents_are_not_split(n_documents: int, tokenizer: tokenizers.Tokenizer) -> None:
    """Pairs of different documents, on both sides, need four."""
    corpus = TokenCorpus.from_documents([document("cell")] * n_documents, tokenizer)
    with pytest.raises(CorpusError, match=f"holds {n_documents} documents with text"):
        corpus.split(0.5)


def test_document_tokens_are_where_documents_begin(corpus: TokenCorpus) -> None:
    """The bounds of documents are those of their first sentences."""
    sizes = [sum(map(len, sentences)) for sentences in nested(corpus)]
    assert corpus.document_tokens.tolist() == [0, *np.cumsum(sizes).tolist()]


@pytest.mark.parametrize(("share", "n_aside"), [(0.001, 2), (0.1, 8), (0.5, 40), (0.9, 40)])
def test_a_split_keeps_documents_whole_and_apart(
    share: float, n_aside: int, corpus: TokenCorpus
) -> None:
    """Every document is on one side, in its order, and those set aside are spread evenly."""
    everything = nested(corpus)
    kept, aside = (nested(part) for part in corpus.split(share))
    assert (len(kept), len(aside)) == (80 - n_aside, n_aside)
    rest, places = iter(kept), []
    for place, sentences in enumerate(everything):
        if len(places) < len(aside) and sentences == aside[len(places)]:
            places.append(place)
        else:
            assert sentences == next(rest)
    assert len(places) == n_aside
    assert np.ptp(np.diff(places)) <= 1


def test_a_saved_corpus_opens_the_same(corpus: TokenCorpus, tmp_path: Path) -> None:
    """All arrays come back with their values and types."""
    corpus.save(tmp_path / "corpus")
    opened = TokenCorpus.open(tmp_path / "corpus")
    for name in ("ids", "sentences", "documents"):
        before, after = getattr(corpus, name), getattr(opened, name)
        np.testing.assert_array_equal(before, after)
        assert before.dtype == after.dtype


@pytest.mark.parametrize("name", ["ids.npy", "sentences.npy", "documents.npy", "shape.json"])
@pytest.mark.parametrize("damage", ["missing", "empty", "short", "garbage"])
def test_a_damaged_corpus_is_refused(
    name: str, damage: str, corpus: TokenCorpus, tmp_path: Path
) -> None:
    """A file that is missing, empty, cut short or something else is told, not read."""
    corpus.save(tmp_path)
    path = tmp_path / name
    whole = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes({"empty": b"", "short": whole[:-9], "garbage": b"[1, 2]"}[damage])
    with pytest.raises(ArtifactError, match="start again"):
        TokenCorpus.open(tmp_path)


def test_arrays_of_another_size_are_refused(corpus: TokenCorpus, tmp_path: Path) -> None:
    """A whole file of another corpus does not pass for this one's."""
    corpus.save(tmp_path)
    shape = json.loads((tmp_path / "shape.json").read_text())
    np.save(tmp_path / "ids.npy", corpus.ids[:-1])
    with pytest.raises(ArtifactError, match="incomplete"):
        TokenCorpus.open(tmp_path)
    assert shape["ids"] == corpus.n_tokens
