"""Fixtures that several rooms share: a tiny model on disk, and the model of the package."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch
from torch import nn

from tailgraph.engine.encoder import Encoder

if TYPE_CHECKING:
    from tailgraph.graph.parsing import Parser
    from tailgraph.knowledge_base import KnowledgeBase

SAMPLE = Path(__file__).resolve().parent.parent / "sample"

TINY_TERMS = (
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
    *(".", ",", "-", "(", ")", "'"),
    *("the", "a", "of", "and", "in", "is", "was", "by", "not", "to", "with"),
    *("cell", "cells", "protein", "proteins", "kinase", "gene", "genes", "receptor", "tumor"),
    *("drug", "drugs", "disease", "melanoma", "cancer", "patient", "patients", "mouse", "mice"),
    *("binds", "bind", "treats", "treat", "causes", "inhibits", "inhibit", "active", "cafe"),
    *("braf", "egfr", "tp53", "aspirin", "london", "paris", "king", "queen", "river"),
    *("##s", "##ed", "##ing", "##in", "##or", "##er", "##ase", "##al", "un", "re"),
    *("b", "c", "d", "e", "x", "y", "z", "##b", "##c", "##d", "##e", "##x", "##y", "##z"),
)
"""Terms of the tiny model, in the order of their rows."""


def randomize(model: nn.Module, *, seed: int = 0) -> nn.Module:
    """Give every weight and bias of a model a random value, so that none can be left out unseen."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.normal_(0, 0.3, generator=generator)
            if weight.ndim == 1 and name.endswith("weight"):
                weight.add_(1)
    return model.eval()


def save_tiny_tokenizer(folder: Path) -> None:
    """Save a lower-casing WordPiece tokenizer over `TINY_TERMS`."""
    from transformers import BertTokenizer

    vocabulary = {term: row for row, term in enumerate(TINY_TERMS)}
    BertTokenizer(vocab=vocabulary, do_lower_case=True).save_pretrained(folder)


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save a random BERT of two layers with its tokenizer and return the folder."""
    from transformers import BertConfig, BertForMaskedLM

    folder = tmp_path_factory.mktemp("tiny-bert")
    config = BertConfig(
        vocab_size=len(TINY_TERMS),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=64,
    )
    randomize(BertForMaskedLM(config)).save_pretrained(folder)
    save_tiny_tokenizer(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_encoder(tiny_bert: Path) -> Encoder:
    """Open the tiny BERT."""
    return Encoder.from_pretrained(tiny_bert, device="cpu")


@pytest.fixture(scope="session")
def default_encoder() -> Encoder:
    """Open the model that comes with the package."""
    return Encoder.default(device="cpu")


@pytest.fixture(scope="session")
def default_parser() -> Parser:
    """Open the parser that comes with the package."""
    from tailgraph.graph.parsing import Parser

    return Parser.default()


@pytest.fixture(scope="session")
def sample_kb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """Build a knowledge base of the bundled sample with the embedded model and parser."""
    from tailgraph.knowledge_base import KnowledgeBase

    sources = [SAMPLE / f"{name}.txt" for name in ("medicine", "biology", "everyday")]
    with KnowledgeBase.build(sources, tmp_path_factory.mktemp("sample") / "kb") as built:
        yield built
