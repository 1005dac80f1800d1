"""Vectors of every family of models, held against the logits of transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.mlm_head import TappedModel
from tailgraph.engine.token_sequences import TokenSequences
from tailgraph.errors import ModelError

from ..conftest import TINY_TERMS, randomize, save_tiny_tokenizer

TEXTS = ["BRAF inhibits the kinase.", "cell", "", "The drug treats melanoma in mice (not cells)."]

SMALL = {
    "vocab_size": len(TINY_TERMS),
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": 64,
    "pad_token_id": 0,
    "bos_token_id": 2,
    "eos_token_id": 3,
}
FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "bert": ("bert", {}),
    "bert-gelu_new": ("bert", {"hidden_act": "gelu_new"}),
    "roberta": ("roberta", {}),
    "xlm-roberta": ("xlm-roberta", {}),
    "distilbert": ("distilbert", {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 48}),
    "electra": ("electra", {"embedding_size": 16}),
    "albert": ("albert", {"embedding_size": 16}),
    "deberta": ("deberta", {"relative_attention": True, "pos_att_type": ["c2p", "p2c"]}),
    "deberta-new-head": ("deberta", {"legacy": False}),
    "deberta-v2": ("deberta-v2", {"relative_attention": True, "pos_att_type": ["c2p", "p2c"]}),
    "deberta-v2-new-head": ("deberta-v2", {"legacy": False}),
    "modernbert": ("modernbert", {"cls_token_id": 2, "sep_token_id": 3}),
    "mpnet": ("mpnet", {}),
    "mobilebert": ("mobilebert", {"embedding_size": 16, "intra_bottleneck_size": 16}),
    "convbert": ("convbert", {"embedding_size": 16}),
    "ernie": ("ernie", {}),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_vectors_times_projection_plus_bias_are_the_logits(family: str, tmp_path: Path) -> None:
    """The logits of the whole model are t @ E.T + b in every family."""
    model_type, settings = FAMILIES[family]
    config = transformers.AutoConfig.for_model(model_type, **{**SMALL, **settings})
    randomize(transformers.AutoModelForMaskedLM.from_config(config)).save_pretrained(tmp_path)
    save_tiny_tokenizer(tmp_path)
    model = transformers.AutoModelForMaskedLM.from_pretrained(tmp_path, dtype=torch.float32).eval()

    encoder = Encoder.from_pretrained(tmp_path, device="cpu", backend="transformers")

    for states in encoder.encode_tokens(TEXTS):
        with torch.inference_mode():
            expected = model(input_ids=torch.from_numpy(states.rows)[None]).logits[0].numpy()
        logits = states.vectors @ encoder.vocabulary.vectors.T + encoder.vocabulary.biases
        np.testing.assert_allclose(logits, expected, atol=1e-4)


@pytest.mark.parametrize("family", ["bert", "electra", "albert", "distilbert", "mobilebert"])
def test_states_before_the_head_are_those_of_the_last_layer(family: str, tmp_path: Path) -> None:
    """They have the width of the layers, which need not be that of the head."""
    model_type, settings = FAMILIES[family]
    config = transformers.AutoConfig.for_model(model_type, **{**SMALL, **settings})
    randomize(transformers.AutoModelForMaskedLM.from_config(config)).save_pretrained(tmp_path)
    save_tiny_tokenizer(tmp_path)
    model = transformers.AutoModelForMaskedLM.from_pretrained(tmp_path, dtype=torch.float32).eval()
    ids = list(range(5, 15))
    with torch.inference_mode():
        found = model(input_ids=torch.tensor([ids]), output_hidden_states=True)

    encoder = Encoder.from_pretrained(tmp_path, device="cpu", backend="transformers")

    asked = TokenSequences.from_lists([ids], [range(len(ids))])
    states = encoder.model.vectors(asked, reading="top")
    assert states.shape == (10, 32)
    np.testing.assert_allclose(states, found.hidden_states[-1][0].numpy(), atol=1e-5)


class DoubledLogits(transformers.BertForMaskedLM):
    """A model that does something to its logits after the projection."""

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Double the logits."""
        output = super().forward(*args, **kwargs)
        output.logits = 2 * output.logits
        return output


class NoProjection(transformers.BertForMaskedLM):
    """A model that names no output projection."""

    def get_output_embeddings(self) -> None:
        """Return nothing."""


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (DoubledLogits, "its logits differ from t @ E.T"),
        (NoProjection, "its output projection is a NoneType"),
    ],
)
def test_a_head_that_is_built_otherwise_is_refused(
    model: type[transformers.BertForMaskedLM], reason: str
) -> None:
    """A reading that does not give the model's own logits is never used."""
    with pytest.raises(ModelError, match=rf"{model.__name__} cannot be read: {reason}.*RoBERTa"):
        TappedModel(randomize(model(transformers.BertConfig(**SMALL))))
