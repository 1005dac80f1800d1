"""Vocabularies learned from counts written by hand, and from the bundled sample."""

from __future__ import annotations

import re
from collections import Counter

import pytest
import tokenizers

from tailgraph.engine.corpus import Document
from tailgraph.engine.pretraining.word_pieces import (
    OWN_SPECIALS,
    SPECIALS,
    SpecialIds,
    build_tokenizer,
    count_words,
    learn_word_pieces,
)
from tailgraph.errors import CorpusError, ModelError, ParameterError

WORDS = ("cell", "cells", "2009", "1999", "37", "1066", "cd20", "p53", "μg", "β", "細胞", "клетка")
COUNTS = Counter({word: 90 - row for row, word in enumerate(WORDS)})


def terms_of(tokenizer: tokenizers.Tokenizer) -> list[str]:
    """List the terms of a tokenizer by id."""
    ids = tokenizer.get_vocab()
    return sorted(ids, key=lambda term: ids[term])


@pytest.fixture(scope="module")
def counts(documents: list[Document]) -> Counter[str]:
    """Count the words of the sample."""
    return count_words((document.text for document in documents), lowercase=True)


@pytest.mark.parametrize("word", ["cell", "cells", "2009", "1999", "cd20", "p53", "μg", "β"])
def test_words_years_and_mixed_tokens_are_terms(word: str) -> None:
    """Latin and Greek words, years, and tokens of letters and digits get a term of their own."""
    assert word in terms_of(learn_word_pieces(COUNTS, 1000, lowercase=True))


@pytest.mark.parametrize("word", ["37", "1066", "細胞", "клетка"])
def test_numbers_and_other_scripts_are_no_terms(word: str) -> None:
    """A number that is no year, and a word of another script, is left out."""
    assert word not in terms_of(learn_word_pieces(COUNTS, 1000, lowercase=True))


def test_numbers_are_spelled_and_foreign_words_unknown() -> None:
    """What the filter leaves out is read as digits, or not at all."""
    tokenizer = learn_word_pieces(COUNTS, 1000, lowercase=True)
    shown = tokenizer.encode("cells 1066 細胞 клетка", add_special_tokens=False).tokens
    assert shown == ["cells", "1", "##0", "##6", "##6", "[UNK]", "[UNK]", "[UNK]"]


def test_whole_words_come_first_and_in_falling_frequency(counts: Counter[str]) -> None:
    """The words that became terms are the most frequent ones, in that order."""
    wanted = [word for word in counts if word.isascii() and not word.isdigit() and len(word) > 1]
    ranked = sorted(wanted, key=lambda word: (-counts[word], word))
    terms = terms_of(learn_word_pieces(counts, 500, lowercase=True))
    whole = [term for term in terms if term in wanted]
    assert whole == ranked[: len(whole)]
    assert len(whole) > 250


def test_the_vocabulary_is_as_large_as_asked_with_specials_first(counts: Counter[str]) -> None:
    """Special tokens have the first ids, and there is room for all others that fit."""
    terms = terms_of(learn_word_pieces(counts, 500, lowercase=True))
    assert tuple(terms[:5]) == SPECIALS
    assert len(terms) == len(set(terms)) == 500


def test_a_small_corpus_may_not_fill_the_vocabulary() -> None:
    """Words seen less than three times are no terms, whatever room there is."""
    few = Counter({"cell": 9, "cells": 3, "cellar": 2})
    terms = terms_of(learn_word_pieces(few, 5000, lowercase=True))
    assert {"cell", "cells"} <= set(terms)
    assert "cellar" not in terms
    assert len(terms) < 250


def test_unseen_words_are_spelled_by_pieces(tokenizer: tokenizers.Tokenizer) -> None:
    """Any word of known characters comes apart into terms that join to it again."""
    for word in ("zyxwvut", "antimicrobials", "x2y", "qqqqq"):
        tokens = tokenizer.encode(word, add_special_tokens=False).tokens
        assert "".join(token.removeprefix("##") for token in tokens) == word
        assert all(token.startswith("##") for token in tokens[1:])


def test_the_same_counts_give_the_same_vocabulary(counts: Counter[str]) -> None:
    """Neither the order of the words nor a hash decides which pieces are learned."""
    backwards = Counter(dict(reversed(counts.items())))
    first, *others = (
        terms_of(learn_word_pieces(given, 600, lowercase=True))
        for given in (counts, backwards, counts, backwards)
    )
    assert all(other == first for other in others)


def test_folding_case_strips_accents_too() -> None:
    """A vocabulary that folds case reads Café as cafe; the other keeps both apart."""
    text = "Café eGFR EGFR " * 5
    folded = learn_word_pieces(count_words([text], lowercase=True), 500, lowercase=True)
    cased = learn_word_pieces(count_words([text], lowercase=False), 500, lowercase=False)
    assert folded.encode("Café EGFR", add_special_tokens=False).tokens == ["cafe", "egfr"]
    assert cased.encode("Café eGFR EGFR", add_special_tokens=False).tokens == text.split()[:3]


def test_words_are_counted_as_the_tokenizer_cuts_them() -> None:
    """Punctuation and underscores end a word; the normalizer comes first."""
    counted = count_words(["The cell, the CELL_line: naïve.", "T-cell"], lowercase=True)
    assert counted == {"the": 2, "cell": 3, "line": 1, "naive": 1, "t": 1}


def test_too_small_a_vocabulary_is_refused() -> None:
    """A size without room for the characters is an error that names it."""
    with pytest.raises(ParameterError, match="A vocabulary of 100 terms"):
        learn_word_pieces(COUNTS, 100, lowercase=True)


@pytest.mark.parametrize("counted", [Counter(), Counter({"細胞": 5, "12": 9})], ids=["none", "no"])
def test_a_corpus_without_words_is_refused(counted: Counter[str]) -> None:
    """Without a word in a known script there is no vocabulary."""
    with pytest.raises(CorpusError, match="no words in Latin or Greek"):
        learn_word_pieces(counted, 1000, lowercase=True)


def test_special_tokens_frame_one_text_and_two(tokenizer: tokenizers.Tokenizer) -> None:
    """[CLS] opens, [SEP] closes each text, and the second text is the second segment."""
    single, pair = tokenizer.encode("cell"), tokenizer.encode("the cell", "of blood")
    assert single.tokens == ["[CLS]", "cell", "[SEP]"]
    assert pair.tokens == ["[CLS]", "the", "cell", "[SEP]", "of", "blood", "[SEP]"]
    assert pair.type_ids == [0, 0, 0, 0, 1, 1, 1]


def test_special_ids_are_looked_up_by_their_spelling() -> None:
    """A vocabulary with its special tokens elsewhere is read as it is; one without them is not."""
    elsewhere = build_tokenizer(
        ["[UNK]", "cell", "[PAD]", "[MASK]", "[SEP]", "[CLS]"], lowercase=True
    )
    assert SpecialIds.of(elsewhere) == SpecialIds(2, 0, 5, 4, 3)
    assert SpecialIds.of(build_tokenizer([*SPECIALS, "cell"], lowercase=True)) == OWN_SPECIALS
    bare = tokenizers.Tokenizer(tokenizers.models.WordPiece({"[UNK]": 0}, unk_token="[UNK]"))
    with pytest.raises(ModelError, match=re.escape("lacks '[PAD]'")):
        SpecialIds.of(bare)
