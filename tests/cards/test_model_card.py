"""The model card: every part from the function that measures it, and reasons for the rest."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import transformers

from tailgraph.cards.data import CardData, GradedPair
from tailgraph.cards.model_card import CardSizes, ModelCard, measure_model
from tailgraph.cards.report import card_markdown, compare_figures, figures, read_figures, write_card
from tailgraph.engine.checkpoint import Checkpoint
from tailgraph.engine.encoder import Encoder
from tailgraph.engine.held_out import measure_held_out
from tailgraph.engine.masked_types import Mention, measure_masked_types
from tailgraph.engine.next_sentence import NextSentenceHead, measure_next_sentence
from tailgraph.engine.pretraining.token_corpus import TokenCorpus
from tailgraph.engine.similarity import compare_similarities
from tailgraph.engine.text_spread import measure_text_spread, sample_texts
from tailgraph.errors import ArtifactError, MissingDependencyError
from tailgraph.graph.vocabulary_shape import measure_purity, measure_shape, random_vocabulary
from tailgraph.indexers.label_neighbors import measure_label_neighbors

from ..conftest import TINY_TERMS, randomize, save_tiny_tokenizer
from ..held_out_text import random_documents

SIZES = CardSizes(n_rows=20, length=32, n_pairs=20, n_texts=30, n_mentions=4)
LABELS = {
    **dict.fromkeys(("drug", "drugs", "aspirin", "kinase"), "CHEM"),
    **dict.fromkeys(("disease", "melanoma", "cancer", "tumor"), "DIS"),
}
DATA = CardData(
    documents=tuple(random_documents()),
    labels=LABELS,
    mentions=tuple(
        Mention(f"the {word} binds", 4, 4 + len(word), name)
        for word, name in [("drug", "Chemical"), ("tumor", "Disease"), ("x y", "Disease")]
    ),
    pairs=tuple(GradedPair(a, b, n) for n, (a, b) in enumerate(["xy", "yz", "zx", "xx"])),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save a random BERT with both heads of its pretraining."""
    place = tmp_path_factory.mktemp("card") / "both-heads"
    config = transformers.BertConfig(
        vocab_size=len(TINY_TERMS),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=64,
    )
    randomize(transformers.BertForPreTraining(config)).save_pretrained(place)
    save_tiny_tokenizer(place)
    return place


@pytest.fixture(scope="module")
def card(folder: Path) -> ModelCard:
    """Measure everything."""
    return measure_model(folder, DATA, sizes=SIZES, seed=3, device="cpu")


def test_each_part_is_what_its_function_measures(card: ModelCard, folder: Path) -> None:
    """The card adds nothing to the figures and leaves nothing out."""
    encoder = Encoder.from_pretrained(folder, device="cpu")
    corpus = TokenCorpus.from_documents(DATA.documents, encoder.tokenizer.backend)
    head = NextSentenceHead.read(Checkpoint.open(folder, local_files_only=True))
    assert head is not None
    shape, clustering = measure_shape(encoder.vocabulary, seed=3)
    assert card.shape == shape
    assert card.control == measure_shape(random_vocabulary(encoder.vocabulary, seed=3), seed=3)[0]
    assert card.held_out == measure_held_out(encoder, corpus, n_rows=20, length=32, seed=3)
    assert card.next_sentence == measure_next_sentence(
        encoder, head, corpus, n_pairs=20, length=32, seed=3
    )
    texts = sample_texts(DATA.documents, 30, seed=3)
    assert card.spread == measure_text_spread(encoder, texts)
    assert card.label_neighbors == measure_label_neighbors(encoder.vocabulary, LABELS, seed=3)
    assert card.purity == measure_purity(encoder.vocabulary, clustering, LABELS, seed=3)
    assert card.masked_types == measure_masked_types(encoder, DATA.mentions, LABELS)
    assert card.similarities == compare_similarities(
        encoder,
        [pair.first for pair in DATA.pairs],
        [pair.second for pair in DATA.pairs],
        [pair.grade for pair in DATA.pairs],
    )
    assert not card.not_measured


def test_the_same_seed_gives_the_same_card(card: ModelCard, folder: Path) -> None:
    """Nothing depends on anything but the model, the data, the sizes and the seed."""
    assert measure_model(folder, DATA, sizes=SIZES, seed=3, device="cpu") == card


def test_facts_are_those_of_the_checkpoint(card: ModelCard, folder: Path) -> None:
    """The name is that of the folder, and every parameter is counted once."""
    model = transformers.BertForPreTraining.from_pretrained(folder)
    assert card.model.n_parameters == sum(weight.numel() for weight in model.parameters())
    assert (card.model.name, card.model.n_layers, card.model.dim) == ("both-heads", 2, 32)
    assert (card.model.n_terms, card.model.max_length) == (len(TINY_TERMS), 64)


def test_what_lacks_its_data_is_not_measured_and_said(folder: Path) -> None:
    """Without data the card has the vectors alone, and names the option for each other part."""
    card = measure_model(folder, CardData(), device="cpu")
    assert card.shape.n_terms == len(TINY_TERMS)
    assert card.held_out is card.masked_types is card.label_neighbors is None
    assert card.not_measured == {
        "coverage": "not measured: give --corpus",
        "held_out": "not measured: give --corpus",
        "label_neighbors": "not measured: give --labels",
        "masked_types": "not measured: give --mentions",
        "next_sentence": "not measured: give --corpus",
        "purity": "not measured: give --labels",
        "similarities": "not measured: give --pairs",
        "spread": "not measured: give --corpus",
    }
    text = card_markdown(card, {})
    assert "- held out: not measured: give --corpus" in text
    assert "| masked-word accuracy | \N{EN DASH} |  |" in text


def test_what_cannot_be_measured_says_why(tiny_bert: Path) -> None:
    """A model without the head, and mentions without words, are told apart from missing data."""
    data = replace(DATA, labels={})
    card = measure_model(tiny_bert, data, sizes=SIZES, device="cpu")
    assert card.next_sentence is None
    assert card.not_measured["next_sentence"] == (
        "not measured: the checkpoint has no next-sentence head"
    )
    assert card.not_measured["masked_types"].startswith("not measured: give --labels too")
    assert card.held_out is not None


def test_progress_tells_every_part(folder: Path) -> None:
    """Each part is told when it begins and when it is done."""
    told: list[tuple[str, int, int | None]] = []
    measure_model(
        folder,
        DATA,
        sizes=SIZES,
        device="cpu",
        progress=lambda stage, done, total: told.append((stage, done, total)),
    )
    assert told[:3] == [("vocabulary", n, 2) for n in range(3)]
    stages = dict.fromkeys(stage for stage, _, _ in told)
    assert {"held out", "next sentence", "similarities"} <= set(stages)
    assert all((stage, 1, 1) in told for stage in list(stages)[1:])


def test_a_card_is_written_as_json_text_and_plots(card: ModelCard, tmp_path: Path) -> None:
    """JSON holds every number; the text shows each plot; the same card gives the same bytes."""
    files = write_card(card, tmp_path / "a")
    assert [path.name for path in files] == [
        *("card.json", "MODEL_CARD.md", "cosines.png", "tails.png", "similarity.png")
    ]
    stored = json.loads(files[0].read_text())
    shown_figures = stored.pop("figures")
    assert stored == json.loads(json.dumps(card.as_dict()))
    assert [figure["name"] for figure in shown_figures] == [f.name for f in figures(card)]
    assert stored["held_out"]["accuracy"] == card.held_out.accuracy  # type: ignore[union-attr] # measured
    shown = re.findall(r"!\[.+\]\((.+)\)", files[1].read_text())
    assert shown == ["cosines.png", "tails.png", "similarity.png"]
    again = write_card(card, tmp_path / "b")
    assert [path.read_bytes() for path in files] == [path.read_bytes() for path in again]
    assert all(path.read_bytes()[:4] == b"\x89PNG" for path in files[2:])


def test_plots_without_matplotlib_say_what_to_install(
    card: ModelCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing package is told with what to install."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingDependencyError, match="pip install matplotlib"):
        write_card(card, tmp_path)


def test_the_text_shows_every_figure_with_its_baseline(card: ModelCard) -> None:
    """Figures of the card stand in the table as they are, beside what chance gives."""
    text = card_markdown(card, {})
    near, held = card.label_neighbors, card.held_out
    assert near is not None
    assert held is not None
    assert (
        f"| label 5-NN accuracy, centered | {near.centered:.4f} | "
        f"majority {near.majority:.3f}, random {near.random:.3f} |"
    ) in text
    assert f"| masked-word accuracy | {held.accuracy:.4f} | unigram (output biases)" in text
    best = max(score.spearman for score in card.similarities)
    assert f"**{best:.4f}**" in text


def test_two_cards_are_compared_figure_by_figure(card: ModelCard) -> None:
    """The change is that of the figures, in bold where it is for the better."""
    held = card.held_out
    assert held is not None
    better = replace(
        card,
        model=replace(card.model, name="after"),
        held_out=replace(held, accuracy=held.accuracy + 0.25, perplexity=held.perplexity + 10),
        next_sentence=None,
    )
    lines = compare_figures(("old", "new"), figures(card), figures(better)).splitlines()
    assert lines[0] == "| figure | old | new | change |"
    by_name = {line.split(" | ")[0].removeprefix("| "): line for line in lines[2:]}
    assert by_name["masked-word accuracy"].endswith("| **+0.25** |")
    assert by_name["masked-word perplexity"].endswith("| +10 |")
    assert by_name["mean tail length"].endswith("| 0 |")
    assert not any(name.startswith("next-sentence") for name in by_name)
    assert len(by_name) == len(figures(card)) - 2


def test_the_figures_of_a_written_card_can_be_read_again(card: ModelCard, tmp_path: Path) -> None:
    """A card on disk can be compared with a later one."""
    (path, *_) = write_card(card, tmp_path)
    assert read_figures(path) == (card.model.name, figures(card))


@pytest.mark.parametrize("content", ["", "[]", '{"model": {}}'], ids=["empty", "list", "nameless"])
def test_a_file_that_is_no_card_is_refused(content: str, tmp_path: Path) -> None:
    """The message names the file and says what writes such a one."""
    (tmp_path / "card.json").write_text(content, encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"card\.json cannot be read as a model card"):
        read_figures(tmp_path / "card.json")


def test_notes_stand_before_the_figures(card: ModelCard) -> None:
    """What a model was trained on comes first."""
    text = card_markdown(card, {}, notes="Trained on letters.")
    assert text.index("Trained on letters.") < text.index("## Figures")


def test_every_number_of_a_card_is_finite(card: ModelCard) -> None:
    """JSON knows no NaN; figures of tiny data are numbers all the same."""
    assert all(np.isfinite(figure.value) for figure in figures(card) if figure.value is not None)
