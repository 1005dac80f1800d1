"""Whole runs on the sample: interrupted, prolonged, stopped, refused, and in two processes."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import Tensor, nn

from tailgraph.engine.packed_bert import has_bfloat16
from tailgraph.engine.pretraining.batches import Batch
from tailgraph.engine.pretraining.config import PretrainingConfig
from tailgraph.engine.pretraining.evaluation import evaluate
from tailgraph.engine.pretraining.muon import Muon
from tailgraph.engine.pretraining.network import Network, Shape, batch_tensors
from tailgraph.engine.pretraining.pretraining import batch_maker, held_out_batches, pretrain
from tailgraph.engine.pretraining.run_folder import BEFORE_DECAY, LATEST, RunFolder
from tailgraph.errors import CorpusError, ModelError, ParameterError

from .conftest import CONFIG, SOURCES, Run

Apart = Callable[..., tuple[list[int], str]]

CPU = torch.device("cpu")


class Stopped(Exception):
    """Raised by a test to end a run on its way."""


@pytest.fixture
def finished(run: Run, tmp_path: Path) -> Path:
    """Copy the finished run, to go on with."""
    return shutil.copytree(run.folder, tmp_path / "finished")


def train(folder: Path, config: PretrainingConfig, *, until: int | None = None) -> None:
    """Train on the sample, if wanted only until some tokens are seen."""

    def watch(stage: str, n_done: int, n_total: int | None) -> None:
        if until is not None and stage == "train" and n_done >= until:
            raise Stopped

    pretrain(SOURCES, folder, config, device="cpu", progress=watch)


def tensors(folder: Path, name: str = LATEST) -> dict[str, Tensor]:
    """Read the tensors of a checkpoint."""
    return safetensors.torch.load_file(folder / "training" / name)


def assert_same_training(one: Path, other: Path) -> None:
    """Two runs ended with the same bits in weights, optimizers and model files."""
    first, second = tensors(one), tensors(other)
    assert first.keys() == second.keys()
    for name, value in first.items():
        assert torch.equal(value, second[name]), name
    for path in one.glob("*.safetensors"):
        assert path.read_bytes() == (other / path.name).read_bytes()


def log_of(folder: Path) -> list[dict[str, float]]:
    """Read the log of a run."""
    return RunFolder(folder / "training").read_log()


def open_network(folder: Path, config: PretrainingConfig, name: str = LATEST) -> Network:
    """Build a network with the parameters of a checkpoint."""
    n_terms = RunFolder(folder / "training").open_text()[0].get_vocab_size()
    network = Network(
        Shape(
            n_terms, config.dim, config.n_layers, config.n_heads, config.n_inner, config.max_length
        )
    )
    with torch.no_grad():
        state = tensors(folder, name)
        for key, value in network.named_parameters():
            value.copy_(state[f"parameter/{key}"])
    return network


def held_out(folder: Path, config: PretrainingConfig) -> list[Batch]:
    """Make the batches that a run is measured on."""
    tokenizer, _, aside = RunFolder(folder / "training").open_text()
    return held_out_batches(tokenizer, aside, config)


def test_a_run_takes_the_steps_asked_for_and_logs_them(run: Run) -> None:
    """Forty steps of 256 tokens, an entry after every ten, each with a measurement here."""
    assert (run.result.n_steps, run.result.n_tokens) == (40, 10_240)
    assert not run.result.stopped_early
    log = log_of(run.folder)
    assert [(entry["step"], entry["tokens"]) for entry in log] == [
        (step, 256 * step) for step in (10, 20, 30, 40)
    ]
    for entry in log:
        assert entry["rate"] == pytest.approx(CONFIG.rate(int(entry["tokens"])), abs=1e-4)
        assert {"words", "next_sentence", "bag", "loss", "accuracy"} <= entry.keys()


def test_training_lowers_the_held_out_loss(run: Run) -> None:
    """The end is better than the start, and the start than guessing all words alike."""
    before = evaluate(
        open_network(run.folder, CONFIG, BEFORE_DECAY), held_out(run.folder, CONFIG), CPU
    )
    assert run.result.evaluation.loss < before.loss < np.log(500)
    assert log_of(run.folder)[-1]["loss"] == pytest.approx(run.result.evaluation.loss, abs=1e-4)


def test_the_result_is_the_measurement_of_the_weights_kept(run: Run) -> None:
    """Measuring the last checkpoint anew gives the numbers of the result."""
    found = evaluate(open_network(run.folder, CONFIG), held_out(run.folder, CONFIG), CPU)
    assert found == run.result.evaluation


def test_killed_runs_go_on_to_the_same_bits(run: Run, tmp_path: Path, train_apart: Apart) -> None:
    """Killed while reading, at a checkpoint, at random moments and at the end: the same result."""
    rng = np.random.default_rng(11)
    moments = sorted(rng.integers(600, 9_000, size=3).tolist())
    kills = [
        ("count words", 30, 0),
        ("tokenize", 79, 0),
        *(("train", moment, round(rng.uniform(0.001, 0.03), 4)) for moment in moments),
        ("train", 2_560 * 3, 0.002),
        ("train", 10_240, 0.05),
    ]
    for kill in kills:
        (code,), complaints = train_apart(tmp_path / "model", CONFIG, kill=kill)
        assert code in (-signal.SIGKILL, -signal.SIGALRM), complaints
    codes, complaints = train_apart(tmp_path / "model", CONFIG)
    assert codes == [0], complaints
    assert_same_training(tmp_path / "model", run.folder)
    assert log_of(tmp_path / "model") == log_of(run.folder)


def test_a_finished_run_is_not_trained_again(run: Run, finished: Path) -> None:
    """Asking again for what is done gives the same result and changes no weight."""
    again = pretrain(SOURCES, finished, CONFIG, device="cpu")
    assert again == run.result
    assert_same_training(finished, run.folder)


LONGER = CONFIG.replace(total_tokens=15_400)  # no whole number of steps, nor is where rates fall


@pytest.fixture(scope="module")
def longer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train for 61 steps from the start."""
    folder = tmp_path_factory.mktemp("longer") / "model"
    train(folder, LONGER)
    return folder


def test_a_longer_run_goes_on_from_a_finished_shorter_one(longer: Path, finished: Path) -> None:
    """It ends as a run of its length from the start: the shorter one's last part is taken back."""
    seen: list[int] = []
    pretrain(
        SOURCES,
        finished,
        LONGER,
        device="cpu",
        progress=lambda stage, n_done, n_total: seen.append(n_done),
    )
    assert seen[0] == 7_680 + 256
    assert_same_training(finished, longer)
    assert log_of(finished) == log_of(longer)


def test_a_run_may_be_prolonged_before_its_end(longer: Path, tmp_path: Path) -> None:
    """In the part whose rates do not depend on the length, the last checkpoint serves."""
    with pytest.raises(Stopped):
        train(tmp_path / "model", CONFIG, until=6_000)
    train(tmp_path / "model", LONGER)
    assert_same_training(tmp_path / "model", longer)
    assert log_of(tmp_path / "model") == log_of(longer)


def test_a_prolonged_run_that_is_stopped_goes_on(longer: Path, finished: Path) -> None:
    """Also where it had no checkpoint of its own but the one before its rates fall."""
    rare = LONGER.replace(checkpoint_tokens=1_000_000)
    with pytest.raises(Stopped):
        train(finished, rare, until=13_000)
    train(finished, rare)
    for name, value in tensors(finished).items():
        assert torch.equal(value, tensors(longer)[name]), name


def test_too_few_tokens_to_go_on_are_refused(finished: Path) -> None:
    """A run cannot become shorter than where it is; the message says how far it is."""
    with pytest.raises(ParameterError, match=r"gone past 3,840 tokens.*Ask for more"):
        train(finished, CONFIG.replace(total_tokens=5_120))


def test_patience_ends_a_run_that_gets_no_better(tmp_path: Path) -> None:
    """Rates of next to nothing leave the loss as it is; without patience the run goes on."""
    idle = CONFIG.replace(learning_rate=1e-30, matrix_learning_rate=1e-30, patience=2)
    folder = tmp_path / "model"
    result = pretrain(SOURCES, folder, idle, device="cpu")
    assert (result.n_steps, result.stopped_early) == (30, True)
    again = pretrain(SOURCES, folder, idle, device="cpu")
    assert (again.n_steps, again.stopped_early) == (30, True)
    on = pretrain(SOURCES, folder, idle.replace(patience=0), device="cpu")
    assert (on.n_steps, on.stopped_early) == (40, False)


@pytest.mark.parametrize("n_steps", [3, 40])
def test_a_run_that_diverges_is_an_error(n_steps: int, tmp_path: Path) -> None:
    """An absurd rate is told, in a short run too, and no model is written."""
    absurd = CONFIG.replace(
        learning_rate=1e38, warm_up_tokens=0, total_tokens=256 * n_steps, decay_share=0.0
    )
    with pytest.raises(ModelError, match="diverged"):
        train(tmp_path / "model", absurd)
    assert [path.name for path in (tmp_path / "model").iterdir()] == ["training"]


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    """Nothing is read or written before that is clear."""
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ParameterError, match="holds something else already"):
        train(tmp_path, CONFIG)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_another_run_in_the_same_folder_is_refused(run: Run) -> None:
    """The message names the setting that differs."""
    with pytest.raises(ParameterError, match="n_inner=64, and this one has 128"):
        train(run.folder, CONFIG.replace(n_inner=128))


def test_no_sources_standard_input_and_missing_files_are_refused(tmp_path: Path) -> None:
    """A run reads its text twice, so it needs files that are there; the next try is free."""
    out = tmp_path / "model"
    with pytest.raises(ParameterError, match="no sources"):
        pretrain([], out, CONFIG, device="cpu")
    with pytest.raises(ParameterError, match="standard input"):
        pretrain(["-"], out, CONFIG, device="cpu")
    with pytest.raises(CorpusError, match="there is no such file"):
        pretrain([tmp_path / "nowhere.txt"], out, CONFIG, device="cpu")
    with pytest.raises(Stopped):
        train(out, CONFIG, until=1)


def test_rows_longer_than_those_measured_by_default_are_measured_too(tmp_path: Path) -> None:
    """A run of nothing but long rows is measured on its shortest ones."""
    words = np.random.default_rng(3).choice(["cell", "blood", "drug", "river"], size=(12, 300))
    source = tmp_path / "long.txt"
    source.write_text("\n\n".join(f"{' '.join(row)}." for row in words))
    config = CONFIG.replace(
        lengths=(192, 160), length_shares=(0.5, 0.5), total_tokens=512, held_out_share=0.2
    )
    pretrain([source], tmp_path / "model", config, device="cpu")
    assert {batch.ids.shape for batch in held_out(tmp_path / "model", config)} == {(16, 160)}


def averaged_steps(folder: Path, config: PretrainingConfig, n_steps: int) -> dict[str, Tensor]:
    """Take steps in one process, averaging the gradients of two batches by hand.

    The network computes in bfloat16 where the processor is made for it, as in training.
    """
    network = open_network(folder, config, BEFORE_DECAY)
    tokenizer, corpus, _ = RunFolder(folder / "training").open_text()
    maker = batch_maker(tokenizer, corpus, config)
    named = dict(network.named_parameters())
    inner = [value for name, value in named.items() if "encoder.layer" in name and value.ndim == 2]
    is_inner = {id(value) for value in inner}
    outer = [v for v in named.values() if v.ndim == 2 and id(v) not in is_inner]
    flat = [value for value in named.values() if value.ndim < 2]
    optimizers = [
        Muon(inner, lr=config.matrix_learning_rate, weight_decay=0.05),
        torch.optim.AdamW(
            [{"params": outer, "weight_decay": 0.01}, {"params": flat, "weight_decay": 0.0}],
            lr=config.learning_rate,
            betas=(0.9, 0.98),
            eps=1e-6,
        ),
    ]
    full_rates = [group["lr"] for optimizer in optimizers for group in optimizer.param_groups]
    n_tokens = 0
    for step in range(n_steps):
        batches = [maker.batch(step, rank) for rank in range(2)]
        for batch in batches:
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bfloat16()):
                words, pairs, bag = network(*batch_tensors(batch, CPU))
                loss = words + config.next_sentence_weight * pairs + config.bag_weight * bag
            (loss / 2).backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        groups = (group for optimizer in optimizers for group in optimizer.param_groups)
        for group, full in zip(groups, full_rates, strict=True):
            group["lr"] = full * config.rate(n_tokens)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        n_tokens += sum(batch.ids.size for batch in batches)
    assert n_tokens == config.total_tokens
    return {name: value.detach() for name, value in network.named_parameters()}


def free_port() -> int:
    """Find a port that nothing listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_two_processes_take_the_steps_of_one_with_both_batches(
    tmp_path: Path, train_apart: Apart
) -> None:
    """Gradients are averaged over processes, and the first alone writes."""
    # With nothing but the last part, the checkpoint before it holds the start.
    config = CONFIG.replace(total_tokens=10 * 512, decay_share=1.0, checkpoint_tokens=512)
    folder = tmp_path / "model"
    codes, complaints = train_apart(folder, config, n_processes=2, port=free_port())
    assert codes == [0, 0], complaints
    assert len((folder / "training" / "log.jsonl").read_text().splitlines()) == 1
    expected = averaged_steps(folder, config, 10)
    start, found = tensors(folder, BEFORE_DECAY), tensors(folder)
    for name, value in expected.items():
        if name.endswith("key.bias"):
            continue  # it cancels in the softmax, so its gradient is nothing but rounding
        moved = (value - start[f"parameter/{name}"]).norm()
        assert moved > 1e-4
        assert (found[f"parameter/{name}"] - value).norm() < 0.01 * moved, name


@pytest.mark.slow
def test_torchrun_starts_the_processes_and_one_of_them_reports(tmp_path: Path) -> None:
    """The command line works under torch's launcher and prints one result."""
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps(CONFIG.as_dict()))
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command = ["-m", "tailgraph", "pretrain", *SOURCES, "--out", tmp_path / "model"]
    options = ["--config", settings, "--tokens", "5120", "--device", "cpu", "--json"]
    done = subprocess.run(
        [sys.executable, *launcher, *command, *options], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["n_steps"], told["n_tokens"]) == (10, 5_120)
