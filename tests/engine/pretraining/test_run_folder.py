"""The folder of a run: states by name, whole checkpoints, the same run or none, the log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import safetensors.torch
import tokenizers
import torch
from torch import Tensor, nn

from tailgraph.engine.pretraining.config import PRESETS, PretrainingConfig
from tailgraph.engine.pretraining.muon import Muon
from tailgraph.engine.pretraining.run_folder import (
    LATEST,
    RunFolder,
    Snapshot,
    named_state,
    restore_state,
)
from tailgraph.engine.pretraining.token_corpus import TokenCorpus
from tailgraph.errors import ArtifactError, ParameterError

CONFIG = PRESETS["tiny"]
SOURCES = {"sources": ["a.txt"], "layout": "auto"}


class Learner:
    """A small module with both optimizers, that takes steps on given inputs."""

    def __init__(self, seed: int) -> None:
        torch.manual_seed(seed)
        self.module = nn.Sequential(nn.Linear(4, 5), nn.LayerNorm(5), nn.Linear(5, 3))
        self.parameters = dict(self.module.named_parameters())
        matrices = [value for value in self.parameters.values() if value.ndim == 2]
        others = [value for value in self.parameters.values() if value.ndim < 2]
        self.optimizers: dict[str, torch.optim.Optimizer] = {
            "muon": Muon(matrices),
            "adamw": torch.optim.AdamW(
                [{"params": others[:2]}, {"params": others[2:], "weight_decay": 0.0}], fused=True
            ),
        }

    def step(self, number: int) -> None:
        """Take a step that the number decides."""
        inputs = torch.randn(6, 4, generator=torch.Generator().manual_seed(number))
        self.module(inputs).square().sum().backward()
        for optimizer in self.optimizers.values():
            optimizer.step()
            optimizer.zero_grad()

    def state(self) -> dict[str, Tensor]:
        """Name what a run goes on from."""
        return named_state(self.parameters, self.optimizers)


def test_a_restored_state_takes_the_same_steps(tmp_path: Path) -> None:
    """Weights and both optimizers come back through a file to the last bit."""
    first, second = Learner(1), Learner(2)
    for number in range(3):
        first.step(number)
    folder = RunFolder(tmp_path)
    folder.save(LATEST, Snapshot(first.state(), {"step": 3, "loss": float("inf")}))
    found = folder.load(LATEST)
    assert found is not None
    assert found.progress == {"step": 3, "loss": float("inf")}
    restore_state(found.tensors, second.parameters, second.optimizers)
    for learner in (first, second):
        learner.step(9)
    assert first.state().keys() == second.state().keys()
    assert len(first.state()) == 6 + 2 + 3 * 4
    for name, value in first.state().items():
        assert torch.equal(value, second.state()[name]), name


def test_a_restored_state_shares_nothing_with_what_it_came_from() -> None:
    """Going on does not change the tensors that were read."""
    first, second = Learner(1), Learner(2)
    first.step(0)
    kept = {name: value.clone() for name, value in first.state().items()}
    restore_state(first.state(), second.parameters, second.optimizers)
    second.step(1)
    assert all(torch.equal(kept[name], value) for name, value in first.state().items())


def test_a_state_without_steps_restores_fresh_optimizers() -> None:
    """A checkpoint from before the first step holds parameters alone."""
    first, second = Learner(1), Learner(2)
    restore_state(first.state(), second.parameters, second.optimizers)
    first.step(0)
    second.step(0)
    for name, value in first.state().items():
        assert torch.equal(value, second.state()[name]), name


def test_there_may_be_no_checkpoint(tmp_path: Path) -> None:
    """A fresh folder has none."""
    assert RunFolder(tmp_path).load(LATEST) is None


def test_a_checkpoint_takes_the_place_of_the_last(tmp_path: Path) -> None:
    """There is one file, the newest, and nothing half-written beside it."""
    folder = RunFolder(tmp_path)
    for step in (1, 2):
        folder.save(LATEST, Snapshot({"a": torch.full((3,), float(step))}, {"step": step}))
    found = folder.load(LATEST)
    assert found is not None
    assert (found.progress["step"], found.tensors["a"].tolist()) == (2, [2.0, 2.0, 2.0])
    assert [path.name for path in tmp_path.iterdir()] == [LATEST]


@pytest.mark.parametrize("damage", ["short", "garbage", "empty", "other"])
def test_a_damaged_checkpoint_is_told(damage: str, tmp_path: Path) -> None:
    """A file that is cut short, something else, or of another maker is not trained from."""
    folder, path = RunFolder(tmp_path), tmp_path / LATEST
    folder.save(LATEST, Snapshot({"a": torch.ones(100)}, {"step": 1}))
    whole = path.read_bytes()
    if damage == "other":
        safetensors.torch.save_file({"a": torch.ones(3)}, path)
    else:
        path.write_bytes({"short": whole[:-50], "garbage": b"x" * 90, "empty": b""}[damage])
    with pytest.raises(ArtifactError, match="cannot be read as a checkpoint"):
        folder.load(LATEST)


def begin(folder: RunFolder, tokenizer: tokenizers.Tokenizer, corpus: TokenCorpus) -> None:
    """Begin a run and keep its text."""
    assert not folder.prepare(CONFIG.as_dict(), SOURCES)
    folder.save_text(tokenizer, *corpus.split(0.1))


@pytest.fixture
def begun(tmp_path: Path, tokenizer: tokenizers.Tokenizer, corpus: TokenCorpus) -> RunFolder:
    """Begin a run."""
    folder = RunFolder(tmp_path / "training")
    begin(folder, tokenizer, corpus)
    return folder


def test_a_run_is_taken_up_with_its_text(begun: RunFolder, corpus: TokenCorpus) -> None:
    """The same settings find the tokenizer and both parts of the text."""
    assert begun.prepare(CONFIG.as_dict(), SOURCES)
    tokenizer, train, held_out = begun.open_text()
    assert tokenizer.get_vocab_size() == 500
    expected = corpus.split(0.1)
    for found, part in zip((train, held_out), expected, strict=True):
        assert found.ids.tolist() == part.ids.tolist()


@pytest.mark.parametrize(
    "changes",
    [
        {"total_tokens": 9_000_000},
        {"batch_tokens": 512},
        {"evaluation_tokens": 7, "checkpoint_tokens": 9, "patience": 3},
    ],
)
def test_length_and_measuring_may_change(changes: dict[str, int], begun: RunFolder) -> None:
    """What does not change the run so far is free."""
    assert begun.prepare(CONFIG.replace(**changes).as_dict(), SOURCES)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (CONFIG.replace(dim=32), "dim=64, and this one has 32"),
        (CONFIG.replace(seed=5), "seed=0, and this one has 5"),
        (CONFIG.replace(lengths=(64, 32, 16)), r"lengths=\[64, 32, 8\]"),
    ],
)
def test_another_run_is_refused_by_the_setting(
    changed: PretrainingConfig, message: str, begun: RunFolder
) -> None:
    """The message names the setting that differs, and both values."""
    with pytest.raises(ParameterError, match=message):
        begun.prepare(changed.as_dict(), SOURCES)
    assert begun.prepare(CONFIG.as_dict(), SOURCES)


def test_other_sources_are_refused(begun: RunFolder) -> None:
    """A run goes on with the text that it began with."""
    with pytest.raises(ParameterError, match=r"sources=\['a.txt'\]"):
        begun.prepare(CONFIG.as_dict(), {**SOURCES, "sources": ["b.txt"]})


def test_what_never_got_its_text_may_be_another_run(tmp_path: Path) -> None:
    """After a mistyped source the next try is not held to it."""
    folder = RunFolder(tmp_path / "training")
    assert not folder.prepare(CONFIG.as_dict(), SOURCES)
    assert not folder.prepare(CONFIG.replace(dim=32).as_dict(), {"sources": ["b.txt"]})


@pytest.mark.parametrize("content", [None, "{", "[]", '{"settings": 3, "sources": {}}', "{}"])
def test_a_run_that_cannot_be_told_is_refused(content: str | None, begun: RunFolder) -> None:
    """Without its settings a text is nobody's."""
    path = begun.path / "config.json"
    path.unlink()
    if content is not None:
        path.write_text(content)
    with pytest.raises(ArtifactError, match="does not tell what run began there"):
        begun.prepare(CONFIG.as_dict(), SOURCES)


def entries(*steps: int) -> list[dict[str, float]]:
    """Make entries of a log."""
    return [{"step": step, "words": 9.0 - step / 100} for step in steps]


def test_the_log_drops_what_was_done_again(tmp_path: Path) -> None:
    """Where a run goes on from an earlier step, its new entries replace the old ones."""
    folder = RunFolder(tmp_path)
    assert folder.read_log() == []
    for entry in (*entries(10, 20, 30), *entries(20)):
        folder.log(entry)
    assert folder.read_log() == entries(10, 20)
    folder.log(entries(30)[0])
    assert folder.read_log() == entries(10, 20, 30)


def test_half_a_line_of_the_log_costs_that_line_alone(tmp_path: Path) -> None:
    """What a killed run left unfinished neither stops a reader nor spoils the next line."""
    folder = RunFolder(tmp_path)
    folder.log(entries(10)[0])
    with (tmp_path / "log.jsonl").open("a") as file:
        file.write('{"step": 20, "wor')
    assert folder.read_log() == entries(10)
    for entry in entries(20, 30):
        folder.log(entry)
    assert folder.read_log() == entries(10, 20, 30)
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in (lines[0], *lines[2:])] == entries(10, 20, 30)


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path, begun: RunFolder) -> None:
    """A new model goes into a new or empty folder; a run may go on in its own."""
    begun.check_place()
    for name in ("new", "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        RunFolder(tmp_path / name / "training").check_place()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").touch()
    for path in (tmp_path / "full", tmp_path / "full" / "notes.txt"):
        with pytest.raises(ParameterError, match="holds something else already"):
            RunFolder(path / "training").check_place()
