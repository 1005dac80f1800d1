"""Blanks and what may stand there, held against the model's logits and votes added up by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.pseudo_likelihood import score_pieces
from tailgraph.engine.scoring import decompose_score
from tailgraph.errors import ParameterError
from tailgraph.graph.descriptors import find_descriptors
from tailgraph.graph.labels.seeds import UNTAGGED, main_type
from tailgraph.reading.blanks import fillers
from tailgraph.reading.reader import Reader

TEXT = "the ___ inhibits [MASK] in mice"
READ_AS = "the [MASK] inhibits [MASK] in mice."


def test_candidates_are_the_words_with_the_highest_logits(tiny_reader: Reader) -> None:
    """At each blank they are the predicted words in order, with score and probability."""
    encoder = tiny_reader.encoder
    filled = tiny_reader.fill(TEXT, k=5)
    words = fillers(encoder.vocabulary)
    expected = encoder.predict([READ_AS], k=5, allowed=words)[0]
    vectors = encoder.mask_states([READ_AS]).vectors
    assert filled.read_as == READ_AS
    assert [TEXT[blank.start : blank.end] for blank in filled.blanks] == ["___", "[MASK]"]
    for blank, best, vector in zip(filled.blanks, expected, vectors, strict=True):
        assert [c.pieces for c in blank.candidates] == [(p.term,) for p in best]
        assert all(candidate.is_candidate for candidate in blank.candidates)
        for candidate, prediction in zip(blank.candidates, best, strict=True):
            whole = decompose_score(vector, encoder.vocabulary, prediction.row)
            assert candidate.score is not None
            assert candidate.score.score == pytest.approx(whole.score)
            assert candidate.score.rank_by_score == whole.rank_by_score
            assert math.exp(candidate.log_probability) == pytest.approx(
                prediction.probability, rel=1e-4
            )


def test_pieces_specials_and_punctuation_fill_no_blank(tiny_encoder: Encoder) -> None:
    """What remains are words, single letters among them."""
    allowed = fillers(tiny_encoder.vocabulary)
    for term, is_filler in zip(tiny_encoder.vocabulary.terms, allowed.tolist(), strict=True):
        is_none = term.startswith(("[", "##")) or term in ".,-()'"
        assert is_filler != is_none


def votes_by_hand(reader: Reader, vector: np.ndarray) -> dict[str, float]:
    """Let the 20 best descriptors vote with their margins, word by word."""
    vocabulary, vectors = reader.encoder.vocabulary, reader.entity_vectors
    logits = vocabulary.vectors.astype(np.float64) @ vector + vocabulary.biases
    rows = np.flatnonzero(find_descriptors(vectors)).tolist()
    best = sorted(rows, key=lambda row: -logits[row])[:21]
    shares: dict[str, float] = {}
    for row in best[:20]:
        for label, share in zip(vectors.labels, vectors.distributions[row].tolist(), strict=True):
            if label != UNTAGGED and not vocabulary.is_piece[row]:
                shares[label] = shares.get(label, 0.0) + share * (logits[row] - logits[best[20]])
    total = sum(shares.values())
    return {label: share / total for label, share in shares.items() if share > 0}


def test_the_words_expected_at_a_blank_vote_on_its_type(tiny_reader: Reader) -> None:
    """The shares are those of a loop over the 20 best words, whatever is asked for."""
    vectors = tiny_reader.encoder.mask_states([READ_AS]).vectors
    for k in (1, 5):
        for blank, vector in zip(tiny_reader.fill(TEXT, k=k).blanks, vectors, strict=True):
            expected = votes_by_hand(tiny_reader, vector)
            assert dict(blank.subtypes) == pytest.approx(expected, abs=1e-4)
            mains: dict[str, float] = {}
            for label, share in expected.items():
                mains[main_type(label)] = mains.get(main_type(label), 0.0) + share
            assert dict(blank.types) == pytest.approx(mains, abs=1e-4)
            assert [name for name, _ in blank.types] == sorted(mains, key=lambda m: -mains[m])


def test_candidates_can_be_of_given_types_only(tiny_reader: Reader) -> None:
    """They are the candidates of all types without those of others, in the same order."""
    types = tiny_reader.term_types
    everything = tiny_reader.fill(TEXT, k=500)
    restricted = tiny_reader.fill(TEXT, types=["disease", "CHEMICAL.DRUG"], k=500)
    for every, some in zip(everything.blanks, restricted.blanks, strict=True):
        expected = [
            candidate.text
            for candidate in every.candidates
            if candidate.score is not None
            and types.labels[candidate.score.row] in ("DISEASE", "CHEMICAL.DRUG")
        ]
        assert [candidate.text for candidate in some.candidates] == expected
        assert "melanoma" in expected
        assert every.types == some.types


def test_given_terms_of_any_number_of_pieces_are_ranked_together(tiny_reader: Reader) -> None:
    """The rank is by the sum over the pieces; only a single piece has a score of its own."""
    names = ["drug", "unbinds", "active cells", "Kinase"]
    filled = tiny_reader.fill(TEXT, terms=[*names, " active  cells"], k=1)
    masks = [(4, 10), (20, 26)]
    reference = score_pieces(tiny_reader.encoder, READ_AS, masks, names)
    vectors = tiny_reader.encoder.mask_states([READ_AS]).vectors
    for blank, scores, vector in zip(filled.blanks, reference, vectors, strict=True):
        sums = {
            name: float(score.log_probabilities.sum())
            for name, score in zip(names, scores, strict=True)
        }
        assert [c.text for c in blank.candidates] == sorted(names, key=lambda name: -sums[name])
        for candidate in blank.candidates:
            n_pieces = len(candidate.pieces)
            assert candidate.log_probability == pytest.approx(sums[candidate.text], abs=1e-5)
            assert candidate.mean_log_probability * n_pieces == pytest.approx(
                candidate.log_probability, abs=1e-5
            )
            if n_pieces > 1:
                assert candidate.score is None
            else:
                alone = decompose_score(vector, tiny_reader.encoder.vocabulary, candidate.pieces[0])
                assert candidate.score is not None
                assert candidate.score.score == pytest.approx(alone.score)


def test_phrases_near_the_blank_are_candidates_too(tiny_reader: Reader) -> None:
    """They are looked up by the vector at the blank, where nothing restricts the candidates."""
    stored = {"the drug": 0, "a king": 1, "mice": 2}
    vectors = tiny_reader.encoder.encode(list(stored)).vectors
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def find(vector: np.ndarray, k: int) -> list[tuple[str, float]]:
        cosines = units @ vector / np.linalg.norm(vector)
        return sorted(zip(stored, cosines.tolist(), strict=True), key=lambda p: -p[1])[:k]

    reader = Reader(tiny_reader.encoder, tiny_reader.seeds, find_phrases=find)
    masks = tiny_reader.encoder.mask_states([READ_AS]).vectors
    for blank, vector in zip(reader.fill(TEXT, k=2).blanks, masks, strict=True):
        assert [(p.text, pytest.approx(p.cosine)) for p in blank.phrases] == find(vector, 2)
    assert reader.fill(TEXT, types=["DISEASE"]).blanks[0].phrases == ()


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", {}, "The text is empty"),
        (" \n", {}, "The text is empty"),
        ("the drug __ mice", {}, "no blank; mark one with ___"),
        ("the ___", {"types": ["FOOD"]}, "No label is called FOOD; the labels are CHEMICAL"),
        ("the ___", {"terms": ["drug", "\u2603"]}, "The candidate '\u2603'"),
        ("the ___", {"types": ["DISEASE"], "terms": ["drug"]}, "by one of them"),
        ("the ___", {"k": 0}, "at least 1"),
        ("___ " + "mice " * 10_000 + "___", {}, "tokens apart"),
    ],
    ids=["empty", "blank", "no blank", "no label", "no pieces", "both", "none", "far apart"],
)
def test_what_cannot_be_filled_is_refused(
    text: str, options: dict[str, object], message: str, tiny_reader: Reader
) -> None:
    """The message says what came and what to do."""
    with pytest.raises(ParameterError, match=message):
        tiny_reader.fill(text, **options)  # type: ignore[arg-type] # parametrized


def test_what_the_model_cannot_read_is_flagged(tiny_reader: Reader) -> None:
    """An unknown word and a text that is too long are said beside the answer."""
    assert tiny_reader.fill("\u2603 ___ \u2603").has_unknown
    long = tiny_reader.fill("mice " * 10_000 + "___")
    assert (long.truncated, len(long.blanks)) == (True, 1)
    assert not tiny_reader.fill(TEXT).truncated
