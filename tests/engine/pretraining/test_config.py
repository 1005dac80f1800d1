"""Settings of a run: what is refused, what a file may hold, and the learning rate."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from tailgraph.engine.pretraining.config import PRESETS, PretrainingConfig
from tailgraph.errors import ParameterError

SMALL = PRESETS["small"]
BAD = [
    *((name, 0) for name in ("n_terms", "dim", "n_layers", "n_heads", "n_inner", "batch_tokens")),
    *((name, 0) for name in ("total_tokens", "full_rate_tokens", "evaluation_tokens")),
    *((name, 0) for name in ("checkpoint_tokens", "learning_rate", "matrix_learning_rate")),
    *((name, -1) for name in ("warm_up_tokens", "patience", "seed")),
    *((name, -0.1) for name in ("decay_share", "balance", "next_sentence_weight", "bag_weight")),
    *((name, 1.1) for name in ("decay_share", "balance")),
    *((name, 0.0) for name in ("mask_share", "held_out_share")),
    *((name, 0.6) for name in ("mask_share", "held_out_share")),
    *((name, math.nan) for name in ("learning_rate", "mask_share", "bag_weight")),
    ("dim", 255),
    ("lengths", ()),
    ("lengths", (256, 128, 64, 32, 16, 3)),
    ("length_shares", (1.0,)),
    ("length_shares", (0.0,) * 6),
    ("length_shares", (1.0, 1.0, 1.0, 1.0, 1.0, -0.1)),
    ("batch_tokens", 255),
    ("seed", 1 << 63),
    ("dim", "wide"),
    ("dim", 64.0),
    ("dim", True),
    ("lowercase", 1),
    ("learning_rate", "1e-3"),
    ("lengths", 64),
    ("lengths", ("64",)),
    ("lengths", (64.5,)),
    ("length_shares", (True,)),
]


@pytest.mark.parametrize(("name", "value"), BAD, ids=[f"{name}={value}" for name, value in BAD])
def test_a_bad_value_is_refused_by_its_name(name: str, value: object) -> None:
    """The message begins with the setting and what came."""
    with pytest.raises(ParameterError) as caught:
        SMALL.replace(**{name: value})
    assert str(caught.value).startswith(f"{name} is {value!r}; expected ")


def test_a_setting_that_does_not_exist_is_refused() -> None:
    """The message lists those that do."""
    with pytest.raises(ParameterError, match=r"no setting 'layers'; there are .*n_layers"):
        SMALL.replace(layers=3)


def test_whole_numbers_pass_for_fractions() -> None:
    """A share or a rate may be written without a point."""
    changed = SMALL.replace(bag_weight=1, length_shares=(1, 1, 0, 0, 0, 0))
    assert changed.bag_weight == 1
    assert changed.length_shares == (1, 1, 0, 0, 0, 0)


def test_a_file_replaces_some_settings(tmp_path: Path) -> None:
    """What the JSON file names is changed, lists become tuples, the rest stays."""
    path = tmp_path / "config.json"
    path.write_text('{"dim": 64, "lengths": [32, 16], "length_shares": [0.5, 0.5]}')
    read = PretrainingConfig.read(path, SMALL)
    assert read == SMALL.replace(dim=64, lengths=(32, 16), length_shares=(0.5, 0.5))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "cannot be read as JSON"),
        ("[1]", "holds no JSON object"),
        ('{"layers": 3}', "no setting 'layers'"),
        ('{"dim": null}', "dim is None"),
        ('{"dim": {}}', "dim is {}"),
        ('{"seed": NaN}', "seed is nan"),
    ],
)
def test_a_bad_file_is_refused(content: str, message: str, tmp_path: Path) -> None:
    """Broken JSON, other JSON and wrong settings are told apart."""
    path = tmp_path / "config.json"
    path.write_text(content)
    with pytest.raises(ParameterError, match=message):
        PretrainingConfig.read(path, SMALL)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The message names the file."""
    with pytest.raises(ParameterError, match=r"nowhere\.json cannot be read"):
        PretrainingConfig.read(tmp_path / "nowhere.json", SMALL)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_go_through_a_file_unchanged(name: str, tmp_path: Path) -> None:
    """Every preset is valid, and its JSON reads back as the same settings."""
    path = tmp_path / "config.json"
    path.write_text(json.dumps(PRESETS[name].as_dict()))
    assert PretrainingConfig.read(path, PRESETS["tiny"]) == PRESETS[name]
    assert PRESETS[name].max_length == max(PRESETS[name].lengths)


RATED = SMALL.replace(
    total_tokens=100_000,
    batch_tokens=1_000,
    lengths=(64,),
    length_shares=(1.0,),
    warm_up_tokens=10_000,
    full_rate_tokens=20_000,
    decay_share=0.4,
)


@pytest.mark.parametrize(
    ("n_tokens", "rate"),
    [
        (0, 0.1),
        (4_000, 0.5),
        (9_000, 1.0),
        (20_000, 1.0),
        (45_000, 2 / 3),
        (60_000, math.sqrt(1 / 3)),
        (80_000, 0.5 * 0.5),
        (99_999, 0.01 * math.sqrt(0.2)),
    ],
)
def test_the_rate_rises_slows_and_ends(n_tokens: int, rate: float) -> None:
    """Warm-up, full rate, inverse square root, and the fall to a hundredth, worked out by hand."""
    assert RATED.rate(n_tokens) == pytest.approx(rate, rel=1e-4)


def test_the_rate_before_the_end_does_not_depend_on_the_length() -> None:
    """A longer run has the same rates up to where the shorter one ends its own."""
    longer = RATED.replace(total_tokens=1_000_000)
    assert RATED.decay_start == 60_000
    for n_tokens in range(0, 60_001, 1_500):
        assert RATED.rate(n_tokens) == longer.rate(n_tokens)
    assert RATED.rate(61_000) < longer.rate(61_000)


def test_without_warm_up_and_decay_the_rate_is_full() -> None:
    """Both parts can be left out."""
    flat = RATED.replace(warm_up_tokens=0, decay_share=0.0, full_rate_tokens=100_000)
    assert {flat.rate(n_tokens) for n_tokens in range(0, 100_000, 999)} == {1.0}
