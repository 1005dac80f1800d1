"""Tokens of a byte-level tokenizer, whose words carry marks and whose mask swallows spaces."""

from __future__ import annotations

import pytest
import tokenizers
from tokenizers import models, pre_tokenizers, processors

from tailgraph.engine.tokenizer import Tokenizer
from tailgraph.errors import ModelError, ParameterError

TERMS = (
    *("<s>", "</s>", "<pad>", "<unk>", "<mask>"),
    *("Ġ", "c", "e", "l", "Ã", "Ġc", "el", "Ġcel", "Ġcell"),
)
N_TERMS = len(TERMS)


def byte_level() -> tokenizers.Tokenizer:
    """Make a byte-level tokenizer such as RoBERTa's, with a handful of merges."""
    ids = {term: row for row, term in enumerate(TERMS)}
    merges = [("Ġ", "c"), ("e", "l"), ("Ġc", "el"), ("Ġcel", "l")]
    backend = tokenizers.Tokenizer(models.BPE(vocab=ids, merges=merges, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = tokenizers.decoders.ByteLevel()
    mask = tokenizers.AddedToken("<mask>", lstrip=True, special=True)
    backend.add_special_tokens(["<s>", "</s>", "<pad>", "<unk>", mask])
    backend.post_processor = processors.RobertaProcessing(("</s>", 1), ("<s>", 0))
    return backend


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """Wrap the byte-level tokenizer."""
    return Tokenizer(
        byte_level(), mask_token="<mask>", unknown_token="<unk>", padding_token="<pad>"
    )


def test_terms_without_the_mark_of_a_word_are_pieces(tokenizer: Tokenizer) -> None:
    """A term starts a word if it carries the mark; specials are neither."""
    spelling = tokenizer.spelling(N_TERMS)
    words = [
        term
        for term, piece, special in zip(
            spelling.terms, spelling.is_piece, spelling.is_special, strict=True
        )
        if not piece and not special
    ]
    assert words == ["Ġ", "Ġc", "Ġcel", "Ġcell"]


def test_surfaces_are_readable_text(tokenizer: Tokenizer) -> None:
    """The mark is gone; what is no whole character, or no text, keeps its spelling."""
    spelling = tokenizer.spelling(N_TERMS)
    surfaces = dict(zip(spelling.terms, spelling.surfaces, strict=True))
    assert [surfaces[term] for term in ("Ġcell", "el", "Ġ", "Ã", "<mask>")] == [
        "cell",
        "el",
        "Ġ",
        "Ã",
        "<mask>",
    ]


def test_rows_beyond_the_tokenizer_are_special(tokenizer: Tokenizer) -> None:
    """A model may have more rows than its tokenizer has tokens; they stand for nothing."""
    spelling = tokenizer.spelling(N_TERMS + 2)
    assert spelling.terms[N_TERMS:] == ("[row 14]", "[row 15]")
    assert spelling.is_special[N_TERMS:] == (True, True)


def test_a_mask_that_swallows_a_space_is_found_by_its_characters(tokenizer: Tokenizer) -> None:
    """The span becomes what a mask is there, without the space that would stand before it."""
    masked = tokenizer.tokenize_masked([" cell cell cell"], [[(6, 10)]], max_length=9).sequences
    literal = tokenizer.tokenize([" cell <mask> cell"], max_length=9).sequences
    assert masked.ids.tolist() == literal.ids.tolist() == [0, 13, 4, 13, 1]
    assert masked.wanted.nonzero()[0].tolist() == [2]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("ccc<mask>llll", "ccc<mask>"),
        ("ccccc<mask>llll", "cc<mask>l"),
        ("cccccc<mask>", "ccc<mask>"),
        ("ccccc<mask>l<mask>cc", "c<mask>l<mask>"),
    ],
    ids=["at the beginning", "inside", "at the end", "two"],
)
def test_a_cut_text_keeps_its_masks(text: str, kept: str, tokenizer: Tokenizer) -> None:
    """Of a text that is too long, the part around the masks stays where the beginning has none."""
    cut = tokenizer.tokenize_masked([text], tokenizer.mask_spans([text]), max_length=6)
    whole = tokenizer.tokenize_masked([kept], tokenizer.mask_spans([kept]), max_length=6)
    assert cut.sequences.ids.tolist() == whole.sequences.ids.tolist()
    assert cut.sequences.wanted.tolist() == whole.sequences.wanted.tolist()
    assert (cut.truncated.tolist(), whole.truncated.tolist()) == ([True], [False])


def test_masks_that_cannot_be_kept_together_are_refused(tokenizer: Tokenizer) -> None:
    """A part of four tokens cannot hold masks five tokens apart."""
    text = "<mask>ccc<mask>"
    with pytest.raises(ParameterError, match="5 tokens apart and only 4 fit"):
        tokenizer.tokenize_masked([text], tokenizer.mask_spans([text]), max_length=6)


def test_a_tokenizer_without_a_mask_is_refused() -> None:
    """Nothing can be predicted without a mask token."""
    with pytest.raises(ModelError, match="'<nothing>' as its mask token"):
        Tokenizer(byte_level(), mask_token="<nothing>", unknown_token=None, padding_token=None)


def test_a_tokenizer_without_an_opening_token_is_refused() -> None:
    """Texts are read at their opening token, so there has to be one."""
    backend = byte_level()
    backend.post_processor = processors.ByteLevel()
    with pytest.raises(ModelError, match="0 special tokens around a text"):
        Tokenizer(backend, mask_token="<mask>", unknown_token=None, padding_token=None)
