"""The encoder at its public door, held against transformers run on ids written by hand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
import transformers

from tailgraph.engine.encoder import Encoder
from tailgraph.errors import ModelError, ParameterError, ShapeError

from ..conftest import TINY_TERMS, save_tiny_tokenizer

MIXED = ["cell", "", "BRAF inhibits the kinase.", "the drug treats mice and not patients", "cells"]


def rows(*terms: str) -> list[int]:
    """Return the ids of terms of the tiny model, between [CLS] and [SEP]."""
    return [TINY_TERMS.index(term) for term in ("[CLS]", *terms, "[SEP]")]


def logits(folder: Path, ids: list[int]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Run a whole masked language model on one sequence of ids."""
    model = transformers.BertForMaskedLM.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.inference_mode():
        return model(input_ids=torch.tensor([ids])).logits[0].numpy()


def tiny_logits(encoder: Encoder, vectors: np.ndarray) -> np.ndarray:
    """Turn vectors into logits with the encoder's vocabulary."""
    return vectors @ encoder.vocabulary.vectors.T + encoder.vocabulary.biases


def test_a_text_is_read_at_its_opening_token(tiny_bert: Path, tiny_encoder: Encoder) -> None:
    """The vector of a text gives the logits of the model at [CLS]."""
    vectors = tiny_encoder.encode(["The drug treats MICE."]).vectors
    expected = logits(tiny_bert, rows("the", "drug", "treats", "mice", "."))[0]
    np.testing.assert_allclose(tiny_logits(tiny_encoder, vectors)[0], expected, atol=1e-4)


@pytest.mark.parametrize("backend", ["packed", "transformers"])
def test_each_text_gets_the_vector_it_gets_alone(backend: str, tiny_bert: Path) -> None:
    """Neither the order, nor copies, nor longer texts beside it change a text's vector."""
    encoder = Encoder.from_pretrained(tiny_bert, device="cpu", backend=backend)  # type: ignore[arg-type] # parametrized
    texts = [*MIXED, *reversed(MIXED), "cell", "cell"]
    alone = np.concatenate([encoder.encode([text]).vectors for text in texts])
    np.testing.assert_allclose(np.asarray(encoder.encode(texts)), alone, atol=1e-5)


def test_both_backends_give_the_same_vectors_and_flags(default_encoder: Encoder) -> None:
    """The packed path of the model of the package agrees with transformers."""
    other = Encoder.default(device="cpu", backend="transformers")
    texts = [*MIXED, "Caf\u00e9 na\u00efve \u4e00", "word " * 400, "x" * 150, "[MASK] of the [SEP]"]
    packed, padded = default_encoder.encode(texts), other.encode(texts)
    cosines = (packed.vectors * padded.vectors).sum(1)
    cosines /= np.linalg.norm(packed.vectors, axis=1) * np.linalg.norm(padded.vectors, axis=1)
    assert cosines.min() > 0.99999
    for name in ("has_unknown", "truncated", "n_tokens"):
        np.testing.assert_array_equal(getattr(packed, name), getattr(padded, name))
    assert default_encoder.fingerprint == other.fingerprint


def test_texts_that_are_not_what_was_asked_for_are_flagged(tiny_encoder: Encoder) -> None:
    """Unknown parts and cut texts are told, and the number of tokens counts the special ones."""
    encoded = tiny_encoder.encode(["the cell", "the \u4e00", "cell " * 62, "cell " * 63, ""])
    assert encoded.has_unknown.tolist() == [False, True, False, False, False]
    assert encoded.truncated.tolist() == [False, False, False, True, False]
    assert encoded.n_tokens.tolist() == [4, 4, 64, 64, 2]


def test_a_long_text_keeps_its_beginning(tiny_encoder: Encoder) -> None:
    """What lies beyond the model's length leaves the vector as it is."""
    cut, fitting = tiny_encoder.encode(["cell " * 62 + "king river", "cell " * 62]).vectors
    np.testing.assert_array_equal(cut, fitting)


def test_a_shorter_length_can_be_asked_for(tiny_bert: Path) -> None:
    """Five tokens leave room for three between the special ones."""
    encoder = Encoder.from_pretrained(tiny_bert, device="cpu", max_length=5)
    encoded = encoder.encode(["the cell binds the drug", "the cell binds"])
    assert encoded.truncated.tolist() == [True, False]
    np.testing.assert_allclose(encoded.vectors[0], encoded.vectors[1], atol=1e-6)


def test_no_texts_give_no_vectors(tiny_encoder: Encoder) -> None:
    """An empty list is allowed everywhere."""
    assert tiny_encoder.encode([]).vectors.shape == (0, 32)
    assert tiny_encoder.mask_states([]).vectors.shape == (0, 32)
    assert tiny_encoder.predict([]) == []
    assert tiny_encoder.encode_tokens([]) == []


def test_progress_counts_every_text_once(
    tiny_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copies count too, and the numbers add up to the texts given."""
    monkeypatch.setattr("tailgraph.engine.head_states._CHUNK", 2)
    done: list[int] = []
    tiny_encoder.encode([*MIXED, *MIXED, "king"], progress=done.append)
    assert (len(done), sum(done)) == (3, 11)


def test_chunks_do_not_show_in_the_result(
    tiny_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts in chunks of two give the vectors of one chunk, for whole texts and for masks."""
    texts = [f"the [MASK] of {text} [MASK]" for text in MIXED] * 2
    whole, masks = tiny_encoder.encode(texts), tiny_encoder.mask_states(texts)
    monkeypatch.setattr("tailgraph.engine.head_states._CHUNK", 2)
    np.testing.assert_allclose(tiny_encoder.encode(texts).vectors, whole.vectors, atol=1e-5)
    again = tiny_encoder.mask_states(texts)
    np.testing.assert_allclose(again.vectors, masks.vectors, atol=1e-5)
    assert again.text.tolist() == masks.text.tolist() == np.repeat(range(10), 2).tolist()


def test_spans_become_one_mask_each(tiny_bert: Path, tiny_encoder: Encoder) -> None:
    """Each span is one mask token, whatever the number of tokens it had."""
    text = "The egfr receptor kinase binds re-ed drugs"
    spans = [
        (text.index("egfr"), text.index(" binds")),
        (text.index("re-ed"), text.index(" drugs")),
    ]
    states = tiny_encoder.mask_states([text], [spans])
    expected = logits(tiny_bert, rows("the", "[MASK]", "binds", "[MASK]", "drugs"))[[2, 4]]
    np.testing.assert_allclose(tiny_logits(tiny_encoder, states.vectors), expected, atol=1e-4)


def test_a_span_inside_a_word_splits_it(tiny_bert: Path, tiny_encoder: Encoder) -> None:
    """What is left of a cut word is tokenized as it is beside a mask: as a word."""
    states = tiny_encoder.mask_states(["unkings"], [[(2, 6)]])
    expected = logits(tiny_bert, rows("un", "[MASK]", "[UNK]"))[2]
    np.testing.assert_allclose(tiny_logits(tiny_encoder, states.vectors)[0], expected, atol=1e-4)
    assert states.has_unknown.tolist() == [True]


def test_a_mask_token_in_the_text_is_no_slot_where_spans_are_given(tiny_encoder: Encoder) -> None:
    """The span alone is read; the literal mask stays what it is."""
    text = "[MASK] binds egfr [MASK]"
    spanned = tiny_encoder.mask_states([text], [[(13, 17)]]).vectors
    literal = tiny_encoder.mask_states(["[MASK] binds [MASK] [MASK]"]).vectors
    assert len(spanned) == 1
    np.testing.assert_allclose(spanned[0], literal[1], atol=1e-6)


def test_masks_are_told_by_text(tiny_encoder: Encoder) -> None:
    """A text without spans has no mask, and the others keep their numbers."""
    texts = ["the cell binds", "king", "the cell binds", "drug"]
    states = tiny_encoder.mask_states(texts, [[(0, 3), (4, 8)], [], [(4, 8)], [(0, 4)]])
    assert states.text.tolist() == [0, 0, 2, 3]
    assert len(states.has_unknown) == 4


def test_a_long_text_keeps_its_masks(tiny_encoder: Encoder) -> None:
    """Masks beyond the length are kept with text on either side, and the cut is flagged."""
    left, right = "cell " * 100, " drug" * 100
    states = tiny_encoder.mask_states([f"{left}[MASK] of [MASK]{right}"])
    kept = tiny_encoder.mask_states(["cell " * 30 + "[MASK] of [MASK]" + " drug" * 29])
    np.testing.assert_allclose(states.vectors, kept.vectors, atol=1e-6)
    assert states.truncated.tolist() == [True]


def test_masks_too_far_apart_are_refused(tiny_encoder: Encoder) -> None:
    """Masks that no part of the model's length holds cannot be read together."""
    with pytest.raises(ParameterError, match="63 tokens apart and only 62 fit"):
        tiny_encoder.mask_states(["[MASK] " + "cell " * 61 + "[MASK]"])


def test_predictions_are_the_models_own(tiny_bert: Path, tiny_encoder: Encoder) -> None:
    """Terms, scores and probabilities are those of the full logits and their softmax."""
    found = tiny_encoder.predict(["the [MASK] treats [MASK]."], k=7)[0]
    expected = torch.from_numpy(logits(tiny_bert, rows("the", "[MASK]", "treats", "[MASK]", ".")))
    for predictions, at_mask in zip(found, expected[[2, 4]], strict=True):
        best = at_mask.topk(7)
        shares = at_mask.softmax(0)[best.indices]
        assert [prediction.row for prediction in predictions] == best.indices.tolist()
        assert [prediction.term for prediction in predictions] == [
            TINY_TERMS[row] for row in best.indices.tolist()
        ]
        scores = [prediction.score for prediction in predictions]
        np.testing.assert_allclose(scores, best.values, atol=1e-4)
        probabilities = [prediction.probability for prediction in predictions]
        np.testing.assert_allclose(probabilities, shares, rtol=1e-4)


def test_predictions_can_be_limited_to_some_terms(tiny_encoder: Encoder) -> None:
    """Only allowed terms are given, in the order and with the shares they have among all."""
    every = tiny_encoder.predict(["the [MASK] binds"], k=len(TINY_TERMS))[0][0]
    allowed = np.zeros(len(TINY_TERMS), dtype=np.bool_)
    allowed[::9] = True
    some = tiny_encoder.predict(["the [MASK] binds"], k=50, allowed=allowed)[0][0]
    assert some == [prediction for prediction in every if allowed[prediction.row]]


def test_token_vectors_come_with_their_characters(tiny_encoder: Encoder) -> None:
    """Tokens tell where they stand in the text, and the first vector is that of the text."""
    text = "The braf-kinase"
    states = tiny_encoder.encode_tokens([text, "king"])[0]
    assert states.tokens == ("[CLS]", "the", "braf", "-", "kinase", "[SEP]")
    spelled = [text[start:end] for start, end in states.offsets.tolist()]
    assert spelled == ["", "The", "braf", "-", "kinase", ""]
    assert states.rows.tolist() == rows("the", "braf", "-", "kinase")
    np.testing.assert_allclose(states.vectors[0], tiny_encoder.encode([text]).vectors[0], atol=1e-5)


def test_tokens_are_flagged_as_their_text_is(tiny_encoder: Encoder) -> None:
    """A text that is unknown in part, or cut, is so for its tokens too."""
    texts = ["king", "the \u2603 king", "mice " * 99]
    encoded, states = tiny_encoder.encode(texts), tiny_encoder.encode_tokens(texts)
    assert [state.has_unknown for state in states] == encoded.has_unknown.tolist()
    assert [state.truncated for state in states] == encoded.truncated.tolist()
    assert encoded.has_unknown.tolist() == [False, True, False]
    assert encoded.truncated.tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("spans", "message"),
    [
        ([[(0, 3)]], "2 texts and 1 lists of spans"),
        ([[(0, 99)], []], "Text 0 of 8 characters"),
        ([[], [(2, 2)]], "not empty"),
        ([[(4, 8), (0, 3)], []], "rise"),
        ([[(0, 5), (4, 8)], []], "do not overlap"),
        (None, r"Text 0 holds no '\[MASK\]'"),
    ],
)
def test_spans_that_do_not_fit_are_refused(
    spans: list[list[tuple[int, int]]] | None, message: str, tiny_encoder: Encoder
) -> None:
    """The message says which text is meant and what spans have to be."""
    with pytest.raises(ParameterError, match=message):
        tiny_encoder.mask_states(["the cell", "[MASK]"], spans)


@pytest.mark.parametrize(
    ("texts", "message"),
    [(["a", None], "Text 1 is a NoneType"), ("cell", "list of texts"), (["\ud800"], "surrogate")],
    ids=["none", "one text", "surrogate"],
)
def test_what_is_no_text_is_refused(texts: list[str], message: str, tiny_encoder: Encoder) -> None:
    """Anything but a list of valid texts is told from one."""
    with pytest.raises(ParameterError, match=message):
        tiny_encoder.encode(texts)


def test_wrong_limits_on_predictions_are_refused(tiny_encoder: Encoder) -> None:
    """At least one term has to be asked for, and the mask has to fit the vocabulary."""
    with pytest.raises(ParameterError, match="at least 1"):
        tiny_encoder.predict(["[MASK]"], k=0)
    with pytest.raises(ShapeError, match="allowed"):
        tiny_encoder.predict(["[MASK]"], allowed=np.ones(3, dtype=np.bool_))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dtype": "float16"}, "'float32' or 'bfloat16'"),
        ({"backend": "onnx"}, "'auto', 'packed' or 'transformers'"),
        ({"device": "tpu"}, "'auto', 'cpu' or 'cuda'"),
        ({"max_length": 65}, "3 to 64 tokens"),
        ({"max_length": 2}, "3 to 64 tokens"),
    ],
)
def test_unknown_options_are_refused(
    options: dict[str, str], message: str, tiny_bert: Path
) -> None:
    """The message names what may be given."""
    with pytest.raises(ParameterError, match=message):
        Encoder.from_pretrained(tiny_bert, **options)  # type: ignore[arg-type] # wrong on purpose


def test_the_fingerprint_is_that_of_the_content(tiny_bert: Path, tmp_path: Path) -> None:
    """A copy elsewhere has the same fingerprint, one with another tokenizer has not."""
    copy = Path(shutil.copytree(tiny_bert, tmp_path / "copy"))
    original = Encoder.from_pretrained(tiny_bert, device="cpu").fingerprint
    assert Encoder.from_pretrained(copy, device="cpu").fingerprint == original
    spelled = (
        (copy / "tokenizer.json").read_text().replace('"lowercase": true', '"lowercase": false')
    )
    (copy / "tokenizer.json").write_text(spelled)
    assert Encoder.from_pretrained(copy, device="cpu").fingerprint != original


@pytest.mark.parametrize("form", ["shards", "pickled", "vocabulary file", "untied names"])
def test_folders_of_other_forms_give_the_same_vectors(
    form: str, tiny_bert: Path, tiny_encoder: Encoder, tmp_path: Path
) -> None:
    """Weights in several files or pickled, and a tokenizer as a word list, are read as well."""
    model = transformers.BertForMaskedLM.from_pretrained(tiny_bert, dtype=torch.float32)
    weights = dict(model.state_dict())
    if form == "shards":
        model.save_pretrained(tmp_path, max_shard_size="20KB")
    elif form == "pickled":
        torch.save(weights, tmp_path / "pytorch_model.bin")
    elif form == "untied names":
        bare = {name.removeprefix("bert."): weight.clone() for name, weight in weights.items()}
        safetensors.torch.save_file(bare, tmp_path / "model.safetensors", {"format": "pt"})
    else:
        model.save_pretrained(tmp_path)
    shutil.copy(tiny_bert / "config.json", tmp_path)
    if form == "vocabulary file":
        (tmp_path / "vocab.txt").write_text("\n".join(TINY_TERMS))
    else:
        save_tiny_tokenizer(tmp_path)
    encoder = Encoder.from_pretrained(tmp_path, device="cpu")
    np.testing.assert_allclose(
        encoder.encode(MIXED).vectors, tiny_encoder.encode(MIXED).vectors, atol=1e-6
    )


def break_folder(folder: Path, damage: str) -> None:
    """Damage a saved model, or put another in its place."""
    config = json.loads((folder / "config.json").read_text())
    small = {"n_embd": 8, "n_layer": 1, "n_head": 2, "vocab_size": 20}
    if damage == "cut weights":
        content = (folder / "model.safetensors").read_bytes()
        (folder / "model.safetensors").write_bytes(content[:5000])
    elif damage == "no weights":
        (folder / "model.safetensors").unlink()
    elif damage == "no config":
        (folder / "config.json").unlink()
    elif damage == "broken config":
        (folder / "config.json").write_text("{")
    elif damage == "broken tokenizer":
        (folder / "tokenizer.json").write_text("{}")
    elif damage == "no head":
        transformers.BertModel(transformers.BertConfig(**config)).save_pretrained(folder)
    elif damage == "causal":
        transformers.GPT2LMHeadModel(transformers.GPT2Config(**small)).save_pretrained(folder)
    elif damage == "decoder":
        (folder / "config.json").write_text('{"model_type": "bart", "is_encoder_decoder": true}')
    elif damage == "larger tokenizer":
        listed = json.loads((folder / "tokenizer.json").read_text())
        listed["model"]["vocab"]["aspirins"] = len(TINY_TERMS)
        (folder / "tokenizer.json").write_text(json.dumps(listed))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("cut weights", "cannot be read as safetensors"),
        ("no weights", r"holds no weights; model\.safetensors was expected"),
        ("no config", r"config\.json is missing"),
        ("broken config", "cannot be read as JSON"),
        ("broken tokenizer", "cannot be read as a tokenizer"),
        ("no head", "without its head"),
        ("causal", "'gpt2' cannot be loaded as a masked language model"),
        ("decoder", "has a decoder"),
        ("larger tokenizer", "do not belong together"),
    ],
)
def test_folders_that_hold_no_masked_language_model_are_refused(
    damage: str, message: str, tiny_bert: Path, tmp_path: Path
) -> None:
    """The message says what was found and what was expected."""
    folder = Path(shutil.copytree(tiny_bert, tmp_path / "model"))
    break_folder(folder, damage)
    with pytest.raises(ModelError, match=message):
        _ = Encoder.from_pretrained(folder, device="cpu").vocabulary


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("no/such-model", r"hf download no/such-model \(in Python, local_files_only=False\)"),
        ("/no/such/folder", r"no folder '/no/such/folder'\. Check the path"),
        ("none such", r"no folder 'none such'\. Check the path"),
    ],
)
def test_a_model_that_is_not_there_is_refused_without_a_download(name: str, advice: str) -> None:
    """The message tells how a download is allowed, where the name could be that of a model."""
    with pytest.raises(ModelError, match=advice):
        Encoder.from_pretrained(name)


@pytest.mark.parametrize("backend", ["packed", "transformers"])
def test_loading_is_silent_and_leaves_settings_alone(
    backend: str, tiny_bert: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing is printed, and transformers reports as much afterwards as before."""
    from transformers.utils import logging

    before = logging.get_verbosity(), logging.is_progress_bar_enabled()
    encoder = Encoder.from_pretrained(tiny_bert, device="cpu", backend=backend)  # type: ignore[arg-type] # parametrized
    encoder.predict(["the [MASK]"])
    assert capfd.readouterr() == ("", "")
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before
