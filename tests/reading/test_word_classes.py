"""Coarse word classes: words by themselves, their places, and both together."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from tailgraph.engine.encoder import Encoder
from tailgraph.errors import ParameterError
from tailgraph.graph.labels.seeds import SeedLabels, read_labels
from tailgraph.reading import word_classes
from tailgraph.reading.reader import Reader
from tailgraph.reading.word_alone import WordsAlone
from tailgraph.reading.word_classes import (
    TaggedWord,
    WordClassTagger,
    find_places,
    pool,
    tag_text,
)

from ..conftest import TINY_TERMS

LISTED = SeedLabels(
    {
        "the": ("DET",),
        "a": ("DET",),
        "of": ("ADP",),
        "in": ("ADP",),
        "to": ("ADP", "CONJ"),
        "and": ("CONJ",),
        "not": ("CONJ",),
        ".": ("PUNCT",),
        "cell": ("NOUN",),
        "gene": ("NOUN",),
        "drug": ("NOUN", "VERB"),
        "binds": ("VERB",),
        "treat": ("VERB",),
        "active": ("ADJ",),
    },
    "a list made for this test",
)
NOUNS = ("cell", "cells", "gene", "genes", "protein", "proteins", "king", "queen", "river")
VERBS = ("binds", "bind", "treats", "treat", "causes", "inhibits", "inhibit")


@pytest.fixture(scope="module")
def planted_encoder(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """Open a tiny BERT in which nouns lie together, and verbs, and pieces of a verb with them."""
    from transformers import BertForMaskedLM

    folder = tmp_path_factory.mktemp("planted") / "bert"
    shutil.copytree(tiny_bert, folder)
    model = BertForMaskedLM.from_pretrained(tiny_bert)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        vectors = model.bert.embeddings.word_embeddings.weight
        for place, group in enumerate((NOUNS, (*VERBS, "##ing"))):
            for term in group:
                noise = 0.05 * torch.randn(vectors.shape[1], generator=generator)
                vectors[TINY_TERMS.index(term)] = noise
                vectors[TINY_TERMS.index(term), place] += 3
    model.save_pretrained(folder)
    return Encoder.from_pretrained(folder, device="cpu")


def classes_of(words: Sequence[TaggedWord]) -> list[str]:
    """Return the classes of words."""
    return [word.word_class for word in words]


# ---- the word by itself


def test_a_listed_word_has_its_classes_in_equal_parts(tiny_encoder: Encoder) -> None:
    """One class is certain; several share alike, whatever the case of the word."""
    the, drug = WordsAlone(tiny_encoder, LISTED).read(["The", "DRUG"], [False, True])
    classes = LISTED.names
    assert dict(zip(classes, the.shares.tolist(), strict=True)) == {
        **dict.fromkeys(classes, 0.0),
        "DET": 1.0,
    }
    assert dict(zip(classes, drug.shares.tolist(), strict=True)) == {
        **dict.fromkeys(classes, 0.0),
        "NOUN": 0.5,
        "VERB": 0.5,
    }
    assert (the.is_certain, drug.is_certain) == (True, False)
    assert (the.source, drug.source) == ("list", "list")


@pytest.mark.parametrize("word", ["cells", "proteins", "Queen", "river"])
def test_a_word_near_listed_nouns_is_a_noun(word: str, planted_encoder: Encoder) -> None:
    """The shares of an unlisted term are those of the listed terms of its planted cluster."""
    [own] = WordsAlone(planted_encoder, LISTED).read([word], [False])
    assert LISTED.names[own.shares.argmax()] == "NOUN"
    assert (own.source, own.is_certain) == ("vector", False)


def test_a_word_of_pieces_takes_after_its_last(planted_encoder: Encoder) -> None:
    """No term is "bcing"; its piece "##ing" lies among the verbs."""
    [own] = WordsAlone(planted_encoder, LISTED).read(["bcing"], [False])
    assert LISTED.names[own.shares.argmax()] == "VERB"
    assert own.source == "pieces"


def test_a_capital_gives_one_part_in_four_to_nouns(planted_encoder: Encoder) -> None:
    """Of a word that is not listed the shares become three quarters, and NOUN has the rest."""
    alone = WordsAlone(planted_encoder, LISTED)
    plain, name = alone.read(["inhibits", "inhibits"], [False, True])
    expected = 0.75 * plain.shares
    expected[LISTED.names.index("NOUN")] += 0.25
    np.testing.assert_allclose(name.shares, expected, rtol=1e-5)


def test_what_the_model_cannot_spell_is_flagged(tiny_encoder: Encoder) -> None:
    """A sign without a piece has its class by rule, a word without one is read by its place."""
    alone = WordsAlone(tiny_encoder, LISTED)
    assert [own.has_unknown for own in alone.read(["☃", "ж", "cell"], [False] * 3)] == [
        True,
        True,
        False,
    ]


# ---- the place, and both together


def tag_by_hand(encoder: Encoder, text: str, start: int, end: int, names: tuple[str, ...]) -> str:
    """Tell the class of a word that may be one of some, from all predictions in its place."""
    [[predictions]] = encoder.predict([text], [[(start, end)]], k=len(encoder.vocabulary))
    votes = dict.fromkeys(names, 0.0)
    total = 0.0
    for prediction in predictions:
        listed = LISTED.labels.get(prediction.term, ())
        if len(listed) == 1:
            total += prediction.probability
            if listed[0] in votes:
                votes[listed[0]] += prediction.probability
    return max(votes, key=lambda name: (votes[name] / total + 0.01) ** 0.5)


@pytest.mark.parametrize(
    "words",
    [
        ["the", "drug", "binds", "to", "the", "cell", "."],
        ["to", "drug", "a", "king", "and", "to", "treat"],
        ["drug", "drug", "to", "to"],
    ],
    ids=" ".join,
)
def test_an_ambiguous_word_is_read_as_in_a_plain_loop(
    words: list[str], tiny_encoder: Encoder
) -> None:
    """The class is that of the possible ones for which the predicted words of one class vote."""
    [tagged] = WordClassTagger.of(tiny_encoder, LISTED).tag_words([words])
    text = " ".join(words)
    for word in tagged:
        names = LISTED.labels.get(word.word, ())
        if len(names) > 1:
            expected = tag_by_hand(tiny_encoder, text, word.start, word.end, names)
            assert word.word_class == expected
            assert {name for name, _ in word.shares} == set(names)
        elif names:
            assert (word.word_class, word.context, word.evidence) == (names[0], (), ())


def test_votes_are_the_softmax_over_the_words_of_one_class(tiny_encoder: Encoder) -> None:
    """They are the model's probabilities of these words, made to add up to 1."""
    tagger = WordClassTagger.of(tiny_encoder, LISTED)
    text = "the cell binds"
    [votes] = tagger.votes(tagger.place_vectors([(text, (4, 8))]))
    [[predictions]] = tiny_encoder.predict([text], [[(4, 8)]], k=len(TINY_TERMS))
    probability = {prediction.row: prediction.probability for prediction in predictions}
    expected = np.array([probability[row] for row in tagger.voters.tolist()])
    np.testing.assert_allclose(votes, expected / expected.sum(), rtol=1e-4)
    voters = {TINY_TERMS[row] for row in tagger.voters}
    assert voters == {term for term, names in LISTED.labels.items() if len(names) == 1}
    [shares] = tagger.context_shares(votes[None])
    nouns = [place for place, row in enumerate(tagger.voters) if TINY_TERMS[row] in NOUNS]
    assert shares[LISTED.names.index("NOUN")] == pytest.approx(votes[nouns].sum(), rel=1e-5)


def test_evidence_is_what_the_voters_of_the_class_gave(tiny_encoder: Encoder) -> None:
    """The words named are of the class, and give their votes, the most first."""
    tagger = WordClassTagger.of(tiny_encoder, LISTED)
    [[_, protein]] = tagger.tag_words([["the", "protein"]])
    [votes] = tagger.votes(tagger.place_vectors([("the protein", (4, 11))]))
    given = {TINY_TERMS[row]: vote for row, vote in zip(tagger.voters, votes, strict=True)}
    terms = [term for term, _ in protein.evidence]
    of_class = [t for t in given if LISTED.labels[t] == (protein.word_class,)]
    assert terms == sorted(of_class, key=given.__getitem__, reverse=True)[:5]
    assert [share for _, share in protein.evidence] == pytest.approx([given[t] for t in terms])


def test_pooling_keeps_out_what_the_word_cannot_be() -> None:
    """Own shares are multiplied by the root of the context's, and made to add up to 1."""
    own = np.array([0.5, 0.5, 0.0], dtype=np.float32)
    context = np.array([0.15, 0.03, 0.82], dtype=np.float32)
    # The roots of .16 and .04 are .4 and .2.
    np.testing.assert_allclose(pool(own, context), [2 / 3, 1 / 3, 0], rtol=1e-5)


def test_sentences_are_tagged_alike_alone_and_together(
    tiny_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The blocks that sentences are read in change nothing."""
    tagger = WordClassTagger.of(tiny_encoder, LISTED)
    sentences = [["drug", "the", "king"], [], ["the", "protein", "binds", "to", "drug"]]
    together = tagger.tag_words(sentences)
    monkeypatch.setattr(word_classes, "_BLOCK_SENTENCES", 1)
    assert list(map(classes_of, tagger.tag_words(sentences))) == list(map(classes_of, together))
    assert together[1] == []
    for words, row in zip(sentences, together, strict=True):
        assert [" ".join(words)[word.start : word.end] for word in row] == words


def test_ten_words_on_either_side_are_read() -> None:
    """A place holds its word and up to ten before and after it, with what is between them."""
    words = [f"w{number}" for number in range(30)]
    text = "  ".join(words)
    ends = np.cumsum([len(word) + 2 for word in words]) - 2
    spans = [(int(end) - len(word), int(end)) for word, end in zip(words, ends, strict=True)]
    for number, (near, (start, end)) in enumerate(find_places(text, spans)):
        assert near == "  ".join(words[max(0, number - 10) : number + 11])
        assert near[start:end] == words[number]


# ---- the embedded model and its list


@pytest.fixture(scope="module")
def reader(default_encoder: Encoder) -> Reader:
    """Read with the embedded model."""
    return Reader(default_encoder, read_labels())


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("She will book a room.", "PRON VERB VERB DET NOUN PUNCT"),
        ("He read the book twice.", "PRON VERB DET NOUN ADV PUNCT"),
        ("This drug lowers the pressure!", "DET NOUN VERB DET NOUN PUNCT"),
        ("We didn't see 25 birds.", "PRON VERB CONJ VERB NUM NOUN PUNCT"),
        ("Aspirin inhibits the enzymes slowly.", "NOUN VERB DET NOUN ADV PUNCT"),
        ("They want to run.", "PRON VERB CONJ VERB PUNCT"),
        ("She ran to the store.", "PRON VERB ADP DET NOUN PUNCT"),
        ("The women glorped happily in Berlin.", "DET NOUN VERB ADV ADP NOUN PUNCT"),
    ],
    ids=lambda value: value if value.endswith((".", "!")) else "",
)
def test_plain_sentences_are_tagged_right(sentence: str, expected: str, reader: Reader) -> None:
    """Words with several classes, unlisted words and unknown words have the class of the sentence.

    "Book" is a verb after "will" and a noun after "the"; "glorped" is no word.
    """
    words = reader.word_classes(sentence)
    assert classes_of(words) == expected.split()
    assert [sentence[word.start : word.end] for word in words] == [word.word for word in words]


def test_offsets_run_over_the_whole_text(reader: Reader) -> None:
    """Words of a later sentence are found in the text, and tagged as in that sentence alone."""
    text = "It rained all day.  The old dog barks at us."
    words = reader.word_classes(text)
    assert [text[word.start : word.end] for word in words] == [word.word for word in words]
    alone = reader.word_classes("The old dog barks at us.")
    assert classes_of(words[-len(alone) :]) == classes_of(alone)


def test_the_list_knows_every_class_and_the_vocabulary(default_encoder: Encoder) -> None:
    """All classes have words, none of which has more than three; most words are terms."""
    seeds = WordClassTagger.of(default_encoder).seeds
    coarse = "ADJ ADP ADV CONJ DET NOUN NUM PRON PUNCT VERB X".split()
    assert list(seeds.names) == coarse
    assert max(map(len, seeds.labels.values())) == 3
    n_known = sum(term in default_encoder.vocabulary for term in seeds.labels)
    assert n_known > 0.9 * len(seeds)


# ---- what is refused


@pytest.mark.parametrize("text", ["", " \n"], ids=repr)
def test_an_empty_text_is_refused(text: str, tiny_encoder: Encoder) -> None:
    """There is nothing to tag."""
    with pytest.raises(ParameterError, match="empty"):
        tag_text(Reader(tiny_encoder, read_labels()), text)


def test_a_blank_word_is_refused(tiny_encoder: Encoder) -> None:
    """The message says which sentence holds it."""
    with pytest.raises(ParameterError, match="sentence 1 is blank"):
        WordClassTagger.of(tiny_encoder, LISTED).tag_words([["the"], ["cell", " "]])


def test_a_list_in_another_language_is_refused(tiny_encoder: Encoder) -> None:
    """Nothing can vote if no word of one class is in the vocabulary."""
    seeds = SeedLabels({"maison": ("NOUN",), "drug": ("NOUN", "VERB")}, "a French list")
    with pytest.raises(ParameterError, match="a French list"):
        WordClassTagger.of(tiny_encoder, seeds)
