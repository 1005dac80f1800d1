"""Adaptation: the contrast is the one it says, the model learns, and nothing else is touched."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tailgraph.engine.checkpoint import Checkpoint
from tailgraph.engine.encoder import Encoder
from tailgraph.engine.pretraining.adaptation import (
    AdaptationConfig,
    adapt,
    contrast_loss,
    read_report,
)
from tailgraph.engine.pretraining.model_folder import load_network
from tailgraph.errors import ModelError, ParameterError

SAMPLE = Path(__file__).resolve().parents[3] / "sample"
SOURCES = [SAMPLE / "medicine.txt", SAMPLE / "everyday.txt"]
SHORT = AdaptationConfig(total_tokens=2_000, batch_tokens=256, n_pairs=16)


def test_the_contrast_is_the_cross_entropy_of_finding_the_partner_both_ways() -> None:
    """A slow loop over rows and columns of the cosines gives the same number."""
    rng = np.random.default_rng(0)
    first, second = rng.standard_normal((2, 5, 8))
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second /= np.linalg.norm(second, axis=1, keepdims=True)
    expected = 0.0
    for one, other in ((first, second), (second, first)):
        for number, row in enumerate(one):
            scores = [float(row @ column) / 0.1 for column in other]
            expected += np.log(np.exp(scores).sum()) - scores[number]
    found = contrast_loss(torch.from_numpy(first), torch.from_numpy(second), 0.1)
    assert float(found) == pytest.approx(expected / 10)


def test_vectors_of_texts_are_those_of_the_encoder(tiny_bert: Path) -> None:
    """Without dropout the network that is trained gives the vectors that are searched with."""
    network, tokenizer = load_network(Checkpoint.open(tiny_bert, local_files_only=True))
    texts = ["the kinase binds the receptor", "aspirin"]
    encodings = tokenizer.encode_batch(texts)
    width = max(len(encoding.ids) for encoding in encodings)
    ids = torch.tensor([e.ids + [0] * (width - len(e.ids)) for e in encodings])
    vectors = network.text_vectors(ids, ids != 0).detach().numpy()
    expected = Encoder.from_pretrained(tiny_bert, device="cpu").encode(texts).vectors
    np.testing.assert_allclose(vectors, expected, atol=1e-4)


def test_adapting_tells_texts_apart_and_leaves_the_source_alone(
    tiny_bert: Path, tmp_path: Path
) -> None:
    """The contrast falls, the report has what was measured, and the old model is as it was."""
    before = Checkpoint.open(tiny_bert, local_files_only=True).fingerprint()
    config = AdaptationConfig(total_tokens=10_000, batch_tokens=256, n_pairs=16, learning_rate=2e-3)
    result = adapt(tiny_bert, SOURCES, tmp_path / "new", config)
    log = (tmp_path / "new" / "training" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    losses = [json.loads(line)["contrast"] for line in log]
    assert np.mean(losses[-2:]) < np.mean(losses[:2])
    report = json.loads((tmp_path / "new" / "adaptation.json").read_text(encoding="utf-8"))
    assert report["after"]["loss"] == result.after.loss < result.before.loss
    assert report["settings"]["n_pairs"] == 16
    assert read_report(tmp_path / "new") == report
    assert read_report(tiny_bert) is None
    assert Checkpoint.open(tiny_bert, local_files_only=True).fingerprint() == before
    assert Checkpoint.open(tmp_path / "new", local_files_only=True).fingerprint() != before
    assert Encoder.from_pretrained(tmp_path / "new").encode(["a drug"]).vectors.shape == (1, 32)


def test_a_contrast_without_weight_is_not_computed(tiny_bert: Path, tmp_path: Path) -> None:
    """The words alone are learned, as beside a contrast that counts for next to nothing."""
    logs = []
    short = replace(SHORT, total_tokens=6_000)
    for weight in (0.0, 1e-30):
        out = tmp_path / str(weight)
        adapt(tiny_bert, SOURCES, out, replace(short, contrast_weight=weight))
        log = (out / "training" / "log.jsonl").read_text(encoding="utf-8").splitlines()
        logs.append([json.loads(line) for line in log])
    alone, beside = logs
    assert [entry.pop("contrast") > 0 for entry in beside] == [True] * len(alone)
    assert alone == beside


def test_an_adaptation_gives_the_same_bits_again(tiny_bert: Path, tmp_path: Path) -> None:
    """Two runs write the same weights, dropout included."""
    for name in ("one", "two"):
        adapt(tiny_bert, SOURCES, tmp_path / name, SHORT)
    assert (tmp_path / "one" / "model.safetensors").read_bytes() == (
        tmp_path / "two" / "model.safetensors"
    ).read_bytes()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"words_weight": 0.0, "contrast_weight": 0.0}, "contrast_weight"),
        ({"n_pairs": 1}, "n_pairs"),
        ({"temperature": 0.0}, "temperature"),
        ({"dropout": 1.0}, "dropout"),
        ({"same_share": 1.5}, "same_share"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_setting_out_of_range_is_named(changes: dict[str, float], name: str) -> None:
    """The message says which setting, its value, and what was expected."""
    with pytest.raises(ParameterError, match=rf"^{name} is .*expected"):
        AdaptationConfig(**changes)  # type: ignore[arg-type]


def test_a_model_that_is_no_bert_is_refused(tmp_path: Path) -> None:
    """Only a BERT with its weights and tokenizer can be trained further."""
    (tmp_path / "config.json").write_text('{"model_type": "roberta"}', encoding="utf-8")
    (tmp_path / "model.safetensors").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    with pytest.raises(ModelError, match="no BERT masked language model"):
        adapt(tmp_path, SOURCES, tmp_path / "new", SHORT)


def test_a_folder_that_holds_something_else_is_refused(tiny_bert: Path, tmp_path: Path) -> None:
    """Nothing is written into a folder that is in use."""
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ParameterError, match="holds something else"):
        adapt(tiny_bert, SOURCES, tmp_path, SHORT)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
