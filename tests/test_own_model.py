"""From raw text to answers with a model of one's own: train it, measure it, build with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tailgraph import Encoder, KnowledgeBase
from tailgraph.cards.data import CardData
from tailgraph.cards.model_card import CardSizes, ModelCard, measure_model
from tailgraph.engine.pretraining.config import PRESETS
from tailgraph.engine.pretraining.pretraining import pretrain

from .conftest import SAMPLE

SOURCES = [SAMPLE / f"{name}.txt" for name in ("medicine", "biology", "everyday")]
SIZES = CardSizes(n_rows=60, length=64, n_pairs=60, n_texts=60, n_mentions=20)


@pytest.fixture(scope="module")
def own_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train the tiny preset for a while and return the model's folder."""
    folder = tmp_path_factory.mktemp("own") / "model"
    pretrain(SOURCES, folder, PRESETS["tiny"].replace(total_tokens=100_000), device="cpu")
    return folder


def card_of(model: Path) -> ModelCard:
    """Measure a model on the sample itself: what it has seen, it should know."""
    return measure_model(model, CardData.read(corpus=SOURCES[0]), sizes=SIZES, device="cpu")


def test_a_model_of_ones_own_has_learned_its_text(own_model: Path) -> None:
    """It predicts hidden words better than their frequency does, and its terms are words."""
    card = card_of(own_model)
    assert card.held_out is not None
    assert card.held_out.accuracy > 1.3 * card.held_out.unigram_accuracy
    assert card.held_out.perplexity < 0.75 * card.held_out.unigram_perplexity
    assert card.shape.n_zero_vectors == 0
    terms = Encoder.from_pretrained(own_model, device="cpu").vocabulary.terms
    assert {"insulin", "blood", "protein", "heart"} <= set(terms)


def test_a_knowledge_base_is_built_and_searched_with_it(own_model: Path, tmp_path: Path) -> None:
    """A build takes the model, and the nearest to a sentence is the sentence itself."""
    sentence = "Insulin lowers the level of sugar in the blood."
    (tmp_path / "notes.txt").write_text(
        f"{sentence}\nThe heart pumps blood.\n\nThe train was late.\nIt rained.\n", encoding="utf-8"
    )
    with KnowledgeBase.build([tmp_path / "notes.txt"], tmp_path / "kb", model=own_model) as kb:
        (best, *_) = kb.search(sentence, k=2)
        assert best.node.text == sentence
        assert best.score == pytest.approx(1, abs=1e-4)
        assert all(finding.sound for finding in kb.verify())
