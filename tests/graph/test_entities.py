"""Phrases typed by what a masked language model puts in their place."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.errors import ParameterError
from tailgraph.graph.descriptors import find_descriptors
from tailgraph.graph.entities import Entity, EntityTyper, _alternative
from tailgraph.graph.labels.entity_vectors import EntityVectors, propagate_labels
from tailgraph.graph.labels.seeds import UNTAGGED, SeedLabels, main_type, read_labels

SEEDS = SeedLabels(
    {
        "protein": ("GENE",),
        "kinase": ("GENE",),
        "drug": ("CHEMICAL.DRUG",),
        "compound": ("CHEMICAL",),
        "disease": ("DISEASE",),
        "patient": ("PERSON",),
        "king": ("PERSON",),
        "paris": ("PLACE",),
        "not": (UNTAGGED,),
    },
    "tiny",
)
TEXTS = ["the kinase binds egfr in mice .", "aspirin treats melanoma in 12 patients ."]
SPANS = [[(4, 10), (17, 21)], [(0, 7), (15, 23), (27, 29), (27, 38)]]


@pytest.fixture(scope="module")
def tiny_vectors(tiny_encoder: Encoder) -> EntityVectors:
    """Spread a handful of labels over the tiny model's vocabulary."""
    return propagate_labels(tiny_encoder.vocabulary, SEEDS, n_labelled=2)


@pytest.fixture(scope="module")
def tiny_typer(tiny_encoder: Encoder, tiny_vectors: EntityVectors) -> EntityTyper:
    """Type by the tiny model."""
    return EntityTyper.from_parts(tiny_encoder, tiny_vectors)


@pytest.fixture(scope="module")
def default_vectors(default_encoder: Encoder) -> EntityVectors:
    """Spread the labels of the package over its own model's vocabulary."""
    return propagate_labels(default_encoder.vocabulary, read_labels())


@pytest.fixture(scope="module")
def default_typer(default_encoder: Encoder, default_vectors: EntityVectors) -> EntityTyper:
    """Type by the model of the package."""
    return EntityTyper.from_parts(default_encoder, default_vectors)


def all_entities(typer: EntityTyper) -> list[Entity]:
    """Type the phrases of the test sentences."""
    return [entity for row in typer.type_spans(TEXTS, SPANS) for entity in row]


def test_phrases_come_back_in_their_places(tiny_typer: EntityTyper) -> None:
    """Each sentence keeps its phrases, in the order in which they were given."""
    typed = tiny_typer.type_spans(TEXTS, SPANS)
    assert [[(e.start, e.end) for e in row] for row in typed] == SPANS
    assert [[e.text for e in row] for row in typed] == [
        ["kinase", "egfr"],
        ["aspirin", "melanoma", "12", "12 patients"],
    ]


def test_shares_add_up_and_fall(tiny_typer: EntityTyper) -> None:
    """Types, context and phrase are distributions, and the label is the largest share."""
    for entity in all_entities(tiny_typer):
        for shares in (entity.types, entity.context, entity.phrase):
            values = [share for _, share in shares]
            assert sum(values) == pytest.approx(1, abs=1e-5)
            assert values == sorted(values, reverse=True)
        assert entity.types[0] == (entity.label, entity.confidence)


def test_a_third_of_the_type_is_the_context(tiny_typer: EntityTyper) -> None:
    """The pooled share of each type is a third of the context's and two of the phrase's."""
    for entity in all_entities(tiny_typer):
        pooled: dict[str, float] = defaultdict(float)
        for weight, shares in ((1, entity.context), (2, entity.phrase)):
            for name, share in shares:
                pooled[name] += weight * share / 3
        assert dict(entity.types) == pytest.approx(dict(pooled), abs=1e-6)


def test_evidence_adds_up_to_the_confidence(tiny_typer: EntityTyper) -> None:
    """The words that spoke for the label account for all of its share, the strongest first."""
    for entity in all_entities(tiny_typer):
        weights = [piece.weight for piece in entity.evidence]
        assert sum(weights) == pytest.approx(entity.confidence, abs=1e-6)
        assert weights == sorted(weights, reverse=True)
        assert {piece.label for piece in entity.evidence} == {entity.label}


@pytest.mark.parametrize("window", [1, 2, 3])
def test_the_context_is_a_few_words_on_either_side(
    tiny_encoder: Encoder, tiny_vectors: EntityVectors, window: int
) -> None:
    """A phrase is typed in a sentence as in the words next to it alone, and not in fewer."""
    words = "not the drug binds egfr in mice and patients".split()
    typer = EntityTyper.from_parts(tiny_encoder, tiny_vectors, window=window)

    def contexts(n_words: int) -> tuple[tuple[str, float], ...]:
        near = words[max(0, 4 - n_words) : 5 + n_words]
        start = " ".join(near).index("egfr")
        [[entity]] = typer.type_spans([" ".join(near)], [[(start, start + 4)]])
        return entity.context

    assert contexts(len(words)) == contexts(window)
    assert contexts(window - 1) != contexts(window)


def test_a_window_without_words_is_refused(
    tiny_encoder: Encoder, tiny_vectors: EntityVectors
) -> None:
    """A phrase has no context in a window of no words."""
    with pytest.raises(ParameterError, match="window of 0 words"):
        EntityTyper.from_parts(tiny_encoder, tiny_vectors, window=0)


def vote_by_hand(
    encoder: Encoder, vectors: EntityVectors, text: str, span: tuple[int, int]
) -> dict[str, float]:
    """Let the model's predictions for a masked phrase vote, one after the other."""
    [[predictions]] = encoder.predict([text], [[span]], k=21, allowed=find_descriptors(vectors))
    votes: dict[str, float] = defaultdict(float)
    for prediction in predictions[:20]:
        if not vectors.vocabulary.is_piece[prediction.row]:
            margin = prediction.score - predictions[-1].score
            for name, share in zip(
                vectors.labels, vectors.distributions[prediction.row].tolist(), strict=True
            ):
                if name != UNTAGGED:
                    votes[name] += margin * share
    mains: dict[str, float] = defaultdict(float)
    for name, vote in votes.items():
        mains[main_type(name)] += vote / sum(votes.values())
    return {name: share for name, share in mains.items() if share}


def test_the_context_is_the_vote_of_the_words_predicted_in_place(
    tiny_encoder: Encoder, tiny_vectors: EntityVectors, tiny_typer: EntityTyper
) -> None:
    """Twenty words vote by their margins; a word piece takes a place and votes for nothing."""
    for text, spans in zip(TEXTS, SPANS, strict=True):
        for span, entity in zip(spans, tiny_typer.type_spans([text], [spans])[0], strict=True):
            expected = vote_by_hand(tiny_encoder, tiny_vectors, text, span)
            assert dict(entity.context) == pytest.approx(expected, abs=1e-4)


def test_a_known_word_speaks_with_its_own_entity_vector(
    tiny_vectors: EntityVectors, tiny_typer: EntityTyper
) -> None:
    """The phrase side of a single known word is its distribution over the types."""
    [[entity]] = tiny_typer.type_spans(["BRAF drives melanoma"], [[(0, 4)]])
    shares = dict(zip(tiny_vectors.labels, tiny_vectors.look_up("braf").tolist(), strict=True))
    total = 1 - shares.pop(UNTAGGED)
    expected: dict[str, float] = defaultdict(float)
    for name, share in shares.items():
        if share:
            expected[main_type(name)] += share / total
    assert dict(entity.phrase) == pytest.approx(expected, abs=1e-6)
    assert {e.term for e in entity.evidence if e.side == "phrase"} <= {"BRAF"}


def test_a_longer_phrase_is_described_by_three_sources(tiny_typer: EntityTyper) -> None:
    """A phrase whose last word is known gets a third from that word, the rest from predictions."""
    [[entity]] = tiny_typer.type_spans(["the active kinase"], [[(4, 17)]])
    [[word]] = tiny_typer.type_spans(["the active kinase"], [[(11, 17)]])
    own = dict(word.phrase)
    given = [e for e in entity.evidence if e.side == "phrase" and e.score is None]
    expected = own.get(entity.label, 0) / 3 * (2 / 3)
    assert sum(e.weight for e in given) == pytest.approx(expected, abs=1e-6)
    assert {e.term for e in given} <= {"kinase"}


def test_a_number_is_a_measure(default_typer: EntityTyper) -> None:
    """Digits alone say MEASURE and NUMBER, whatever their own entity vector says."""
    [[entity]] = default_typer.type_spans(["We treated 40 patients."], [[(11, 13)]])
    assert entity.phrase == (("MEASURE", 1.0),)
    assert (entity.label, entity.subtype) == ("MEASURE", "NUMBER")


def test_a_number_at_the_end_of_a_phrase_is_not_its_head(default_typer: EntityTyper) -> None:
    """The last word but numbers speaks for a phrase: interleukin in "interleukin 6"."""
    [[entity]] = default_typer.type_spans(["Levels of interleukin 6 rose."], [[(10, 23)]])
    own = {e.term for e in entity.evidence if e.side == "phrase" and e.score is None}
    assert own == {"interleukin"}


def test_remembered_phrases_are_typed_as_at_first(
    tiny_encoder: Encoder, tiny_vectors: EntityVectors
) -> None:
    """A phrase seen before, in any case, and in any company, has the same types."""
    typer = EntityTyper.from_parts(tiny_encoder, tiny_vectors)
    [[first]] = typer.type_spans(["the active kinase binds"], [[(4, 17)]])
    again = typer.type_spans(["the Active  Kinase binds", *TEXTS], [[(4, 18)], *SPANS])[0][0]
    assert dict(again.types) == pytest.approx(dict(first.types), abs=1e-5)
    assert again.phrase == first.phrase


def test_the_result_does_not_depend_on_the_batch(tiny_typer: EntityTyper) -> None:
    """Sentences typed together or one by one have the same types."""
    together = [dict(entity.types) for entity in all_entities(tiny_typer)]
    alone = [
        dict(entity.types)
        for text, spans in zip(TEXTS, SPANS, strict=True)
        for span in spans
        for entity in tiny_typer.type_spans([text], [[span]])[0]
    ]
    assert together == [pytest.approx(types, abs=1e-5) for types in alone]


def test_more_sentences_than_a_block_are_all_typed(tiny_typer: EntityTyper) -> None:
    """Progress counts every sentence once, with and without phrases."""
    done: list[int] = []
    texts, spans = [TEXTS[0], "no phrase", ""] * 100, [SPANS[0], [], []] * 100
    typed = tiny_typer.type_spans(texts, spans, progress=done.append)
    assert [len(row) for row in typed] == [2, 0, 0] * 100
    assert sum(done) == len(texts)
    assert len(done) > 1
    assert tiny_typer.type_spans([], []) == []


def test_a_phrase_that_nothing_is_known_of_is_untagged(tiny_encoder: Encoder) -> None:
    """Without any counts there is no type, no confidence and no evidence."""
    n_terms = len(tiny_encoder.vocabulary)
    nothing = EntityVectors(
        vocabulary=tiny_encoder.vocabulary,
        labels=("GENE", UNTAGGED),
        counts=np.zeros((n_terms, 2), dtype=np.float32),
        given=np.zeros((n_terms, 2), dtype=np.float32),
    )
    for entity in all_entities(EntityTyper.from_parts(tiny_encoder, nothing)):
        assert (entity.label, entity.confidence) == (UNTAGGED, 0.0)
        assert (entity.types, entity.context, entity.phrase, entity.evidence) == ((), (), (), ())


@pytest.mark.parametrize(
    ("texts", "spans"),
    [
        (["kinase"], []),
        (["kinase"], [[(0, 7)]]),
        (["kinase"], [[(3, 3)]]),
        (["kinase"], [[(-2, 3)]]),
        (["a kinase"], [[(1, 2)]]),
    ],
    ids=["too-few", "past-the-end", "empty", "negative", "blank"],
)
def test_spans_that_do_not_fit_are_refused(
    tiny_typer: EntityTyper, texts: list[str], spans: list[list[tuple[int, int]]]
) -> None:
    """A span outside its text, or around nothing, raises before anything is computed."""
    with pytest.raises(ParameterError, match="give"):
        tiny_typer.type_spans(texts, spans)


def test_entity_vectors_of_another_vocabulary_are_refused(
    tiny_vectors: EntityVectors, default_encoder: Encoder
) -> None:
    """A typer needs entity vectors over the terms of its encoder."""
    with pytest.raises(ParameterError, match=r"make them of encoder\.vocabulary"):
        EntityTyper.from_parts(default_encoder, tiny_vectors)


def test_glue_does_not_describe(default_vectors: EntityVectors) -> None:
    """Frequent words describe nothing unless they are seeds with a type; nor do untyped seeds."""
    vocabulary, is_descriptor = default_vectors.vocabulary, find_descriptors(default_vectors)
    for term in ("the", "of", "using", "role", "important", "(", "1990", "x", "[MASK]"):
        assert not is_descriptor[vocabulary.row(term)], term
    for term in ("cells", "gene", "patients", "warfarin", "##s", "p53"):
        assert is_descriptor[vocabulary.row(term)], term


CLEAR = [
    ("[Metformin] is the first drug given to patients with diabetes .", "CHEMICAL.DRUG"),
    ("[Warfarin] should not be taken together with ibuprofen .", "CHEMICAL.DRUG"),
    ("The samples were dissolved in [ethanol] and stored .", "CHEMICAL.COMPOUND"),
    ("[Breast cancer] is the most common cancer among women .", "DISEASE.CANCER"),
    ("She complained of [severe headache] after taking the tablets .", "DISEASE.SYMPTOM"),
    ("Knockdown of [STAT3] inhibited the proliferation of the cells .", "GENE.SYMBOL"),
    ("[Hepatocytes] were isolated from the liver of adult rats .", "CELL.TYPE"),
    ("[Dendritic cells] present antigens to the immune system .", "CELL.TYPE"),
    ("Cystic fibrosis affects the [lungs] and the pancreas .", "ANATOMY.ORGAN"),
    ("[Arabidopsis] plants were grown under long day conditions .", "ORGANISM.PLANT"),
    ("Patients underwent [magnetic resonance imaging] of the brain .", "PROCEDURE.TEST"),
    ("[Apoptosis] is a form of programmed cell death .", "PROCESS.BIOLOGICAL"),
    ("The [captain] ordered his soldiers to cross the bridge .", "PERSON.OCCUPATION"),
    ("John Smith was born in [London] in 1950 .", "PLACE.CITY"),
    ("[Paris] is the capital of France .", "PLACE.CITY"),
    ("The Supreme Court rejected the appeal on [Monday] .", "TIME."),
    ("We ate [bread] and cheese for breakfast .", "FOOD."),
    ("She put the [knife] on the kitchen table .", "OBJECT.WEAPON"),
]


def test_clear_phrases_get_their_types(default_typer: EntityTyper) -> None:
    """What any reader would call a drug, a cell or a place is called so."""
    texts = [text.replace("[", "").replace("]", "") for text, _ in CLEAR]
    spans = [[(text.index("["), text.index("]") - 1)] for text, _ in CLEAR]
    typed = default_typer.type_spans(texts, spans)
    found = [(row[0].text, f"{row[0].label}.{row[0].subtype}") for row in typed]
    assert found == [
        (text[slice(*span)], label)
        for text, [span], (_, label) in zip(texts, spans, CLEAR, strict=True)
    ]


def test_the_same_word_is_typed_by_its_context(default_typer: EntityTyper) -> None:
    """The context tells the country from the man, though the phrase alone says the same."""
    texts = ["They live in a village in Jordan .", "Jordan told his wife that he was ill ."]
    [[place], [person]] = default_typer.type_spans(texts, [[(26, 32)], [(0, 6)]])
    assert (place.context[0][0], person.context[0][0]) == ("PLACE", "PERSON")
    assert place.phrase == person.phrase


@pytest.mark.parametrize(
    ("context", "phrase", "expected"),
    [
        ({"A": 0.9, "B": 0.1}, {"A": 1.0}, ""),
        ({"B": 1.0}, {"A": 1.0}, "B"),
        ({"A": 1.0}, {"B": 1.0}, "A"),
        ({"A": 0.5, "B": 0.4, "C": 0.1}, {"A": 1.0}, "B"),
        ({}, {"A": 1.0}, ""),
    ],
    ids=["agree", "context-differs", "phrase-differs", "second-above-mean", "silent-context"],
)
def test_an_alternative_is_what_one_side_says_otherwise(
    context: dict[str, float], phrase: dict[str, float], expected: str
) -> None:
    """The sides' own first types come first, then a strong second type of the context."""
    label = "B" if expected == "A" else "A"
    sides = [sorted(side.items(), key=lambda item: -item[1]) for side in (context, phrase)]
    assert _alternative(label, *sides) == expected


def test_shares_of_sub_types_add_up_to_their_main_types(tiny_typer: EntityTyper) -> None:
    """The main types are sums over sub-types, and the sub-type is the strongest of its main."""
    for entity in all_entities(tiny_typer):
        sums: dict[str, float] = defaultdict(float)
        for name, share in entity.subtypes:
            sums[main_type(name)] += share
        assert dict(entity.types) == pytest.approx(dict(sums), abs=1e-6)
        own = [name for name, _ in entity.subtypes if main_type(name) == entity.label]
        assert own[0] in (entity.label, f"{entity.label}.{entity.subtype}")


def test_an_entity_is_found_by_its_main_type_and_by_its_sub_type(
    default_typer: EntityTyper,
) -> None:
    """Both names are labels of it, another sub-type is not."""
    [[entity]] = default_typer.type_spans(["They gave warfarin to him."], [[(10, 18)]])
    asked = ["", "CHEMICAL", "CHEMICAL.DRUG", "CHEMICAL.ELEMENT", "DRUG"]
    assert [entity.has_label(label) for label in asked] == [True, True, True, False, False]


def test_the_model_reads_ten_words_on_either_side(tiny_typer: EntityTyper) -> None:
    """What lies further away makes no difference; what lies within does."""
    near = " ".join(f"w{n}" for n in range(10))
    first = f"drug {near} kinase {near} paris"
    other = f"king {near} kinase {near} disease"
    start = first.index("kinase")
    spans = [[(start, start + 6)]]
    [[a]], [[b]] = (tiny_typer.type_spans([text], spans) for text in (first, other))
    assert a.context == b.context
    [[c]] = tiny_typer.type_spans(
        [first.replace("w9 kinase", "the kinase")], [[(start + 1, start + 7)]]
    )
    assert c.context != a.context
