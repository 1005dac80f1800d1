"""Documents of any spaCy pipeline, read as plain sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc
from spacy.vocab import Vocab

from tailgraph.engine.sentences import MAX_SENTENCE_CHARS
from tailgraph.errors import ModelError
from tailgraph.graph.dependencies import detect_scheme_of_tree
from tailgraph.graph.doc_trees import read_doc
from tailgraph.graph.noun_phrases import find_noun_phrases
from tailgraph.graph.parsing import Parser

TEXTS = [
    "The old bridge crosses the river.",
    "The kinase (p53) isn't active; T-cell counts fell by 5 %.",
    "no verb here",
]


def by_hand(words: Sequence[str], upos: str, deps: str, heads: Sequence[int]) -> Doc:
    """Make a document of words that stand apart; heads are word indices."""
    vocab = spacy.blank("en").vocab
    return Doc(vocab, words=list(words), pos=upos.split(), deps=deps.split(), heads=list(heads))


@pytest.mark.parametrize("text", TEXTS)
def test_a_document_is_read_as_the_parser_reads_its_sentence(
    default_parser: Parser, text: str
) -> None:
    """The same pipeline gives the same words, tree and noun phrases, in a document of its own."""
    [[expected]] = default_parser.parse([[text]])
    assert read_doc(spacy.load(default_parser.folder)(text)) == [(0, expected)]


def test_white_space_is_no_word() -> None:
    """Heads reach over white space; a word that hangs on white space becomes a root."""
    doc = by_hand(
        ["The", "\n", "drug", "works", "  ", "well"],
        "DET SPACE NOUN VERB SPACE ADV",
        "det dep nsubj ROOT dep advmod",
        [2, 0, 3, 3, 3, 4],
    )
    [(start, sentence)] = read_doc(doc)
    assert start == 0
    assert sentence.words == ("The", "drug", "works", "well")
    assert sentence.heads == (1, 2, 2, 3)
    assert sentence.deps == ("det", "nsubj", "root", "root")
    assert [sentence.text[at : at + 4].strip() for at in sentence.offsets[1:]] == [
        "drug",
        "work",
        "well",
    ]


def test_each_sentence_knows_where_it_begins() -> None:
    """Offsets count from the sentence; its own place in the document is told beside."""
    doc = Doc(
        Vocab(),
        words=["Mice", "sleep", ".", "Rats", "run", "."],
        pos=["NOUN", "VERB", "PUNCT"] * 2,
        deps=["nsubj", "ROOT", "punct"] * 2,
        heads=[1, 1, 1, 4, 4, 4],
        sent_starts=[True, False, False, True, False, False],
    )
    found = read_doc(doc)
    assert [(start, sentence.text) for start, sentence in found] == [
        (0, "Mice sleep ."),
        (13, "Rats run ."),
    ]
    assert [sentence.offsets for _, sentence in found] == [(0, 5, 11), (0, 5, 9)]
    assert [sentence.heads for _, sentence in found] == [(1, 1, 1), (1, 1, 1)]


def test_both_schemes_give_the_same_phrases() -> None:
    """A ClearNLP tree is turned over, a UD tree is taken as it is."""
    words, upos = ["It", "binds", "to", "old", "cells"], "PRON VERB ADP ADJ NOUN"
    [(_, turned)] = read_doc(by_hand(words, upos, "nsubj ROOT prep amod pobj", [1, 1, 1, 4, 2]))
    [(_, given)] = read_doc(by_hand(words, upos, "nsubj ROOT case amod obl", [1, 1, 4, 4, 1]))
    assert turned == given
    assert given.deps == ("nsubj", "root", "case", "amod", "obl")


def test_a_sentence_that_is_too_long_is_read_in_parts() -> None:
    """No part is longer than a sentence may be, unless it is one word; no word is lost."""
    words = ["cell"] * 900 + ["a" * 3000] + ["cell"] * 100
    n_words = len(words)
    doc = by_hand(words, "NOUN " * n_words, "dep " * n_words, [0] * n_words)
    found = read_doc(doc)
    assert [word for _, sentence in found for word in sentence.words] == words
    assert [len(sentence.text) for _, sentence in found] == [1999, 1999, 499, 3000, 499]
    assert all(len(s.text) <= MAX_SENTENCE_CHARS or len(s.words) == 1 for _, s in found)
    assert all(doc.text[start:].startswith(sentence.text) for start, sentence in found)


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_a_document_without_words_has_no_sentence(text: str) -> None:
    """There is nothing to parse, so nothing is missing."""
    assert read_doc(spacy.blank("en")(text)) == []


@pytest.mark.parametrize(
    ("given", "missing"),
    [({"pos": ["NOUN"]}, "dependency parse"), ({"deps": ["ROOT"]}, "parts of speech")],
)
def test_what_is_missing_is_named(given: dict[str, list[str]], missing: str) -> None:
    """A document without a tree or without parts of speech is refused."""
    with pytest.raises(ModelError, match=missing):
        read_doc(Doc(Vocab(), words=["cells"], **given))


@pytest.mark.parametrize(
    ("labels", "message"),
    [(["sb", "oa", "ROOT"], "no known scheme"), (["obj", "pobj"], "two schemes")],
    ids=["German", "mixed"],
)
def test_trees_of_other_schemes_are_refused(labels: Sequence[str], message: str) -> None:
    """The message names the labels."""
    with pytest.raises(ModelError, match=f"{message}.*{labels[0]}"):
        detect_scheme_of_tree(labels)


def test_chains_of_thousands_take_no_time() -> None:
    """Each of 20,000 signs hangs on the one before: every one is a phrase of its own."""
    n_words = 20_000
    heads = np.maximum(np.arange(n_words) - 1, 0).tolist()
    found = find_noun_phrases(["☃"] * n_words, ["NOUN"] * n_words, ["dep"] * n_words, heads)
    assert found == [(word, word + 1, word) for word in range(n_words)]
