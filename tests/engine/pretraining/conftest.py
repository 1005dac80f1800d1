"""A vocabulary and a corpus made from the bundled sample, and a short run on it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import tokenizers
import torch

from tailgraph.engine.corpus import Document, read_documents
from tailgraph.engine.pretraining.config import PretrainingConfig
from tailgraph.engine.pretraining.pretraining import pretrain
from tailgraph.engine.pretraining.token_corpus import TokenCorpus
from tailgraph.engine.pretraining.trainer import TrainingResult
from tailgraph.engine.pretraining.word_pieces import count_words, learn_word_pieces

from ...conftest import SAMPLE

SOURCES = [SAMPLE / f"{name}.txt" for name in ("medicine", "biology", "everyday")]

CONFIG = PretrainingConfig(
    n_terms=500,
    dim=32,
    n_layers=2,
    n_heads=2,
    n_inner=64,
    lengths=(64, 16),
    length_shares=(0.7, 0.3),
    batch_tokens=256,
    total_tokens=10_240,
    warm_up_tokens=1_024,
    full_rate_tokens=4_096,
    evaluation_tokens=2_560,
    checkpoint_tokens=2_560,
    seed=7,
)
"""A run of 40 steps, with an entry of the log, a measurement and a checkpoint after every 10."""


@dataclass(frozen=True)
class Run:
    """A finished run."""

    folder: Path
    result: TrainingResult


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    """Compute on one thread, here and in processes started from here: sums keep their order."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        yield
    torch.set_num_threads(n_threads)


@pytest.fixture(scope="session")
def documents() -> list[Document]:
    """Read the bundled sample: 80 documents of 520 sentences."""
    return [document for source in SOURCES for document in read_documents(source)]


@pytest.fixture(scope="session")
def tokenizer(documents: list[Document]) -> tokenizers.Tokenizer:
    """Learn a vocabulary of 500 terms from the sample."""
    counts = count_words((document.text for document in documents), lowercase=True)
    return learn_word_pieces(counts, 500, lowercase=True)


@pytest.fixture(scope="session")
def corpus(documents: list[Document], tokenizer: tokenizers.Tokenizer) -> TokenCorpus:
    """Tokenize the sample."""
    return TokenCorpus.from_documents(documents, tokenizer)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Train on the sample without a disturbance."""
    folder = tmp_path_factory.mktemp("pretrained") / "model"
    return Run(folder, pretrain(SOURCES, folder, CONFIG, device="cpu"))


@pytest.fixture(scope="session")
def train_apart(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., tuple[list[int], str]]]:
    """Train on the sample in other processes; return their exit codes and what they complained of.

    The options are those of a job in ``forked_runs.py``.
    """
    complaints = tmp_path_factory.mktemp("forked") / "stderr.txt"
    script = Path(__file__).with_name("forked_runs.py")
    with (
        complaints.open("w") as stderr,
        subprocess.Popen(
            [sys.executable, script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        ) as process,
    ):

        def train(
            out: Path,
            config: PretrainingConfig,
            *,
            kill: tuple[str, int, float] | None = None,
            n_processes: int = 1,
            port: int = 0,
        ) -> tuple[list[int], str]:
            job = {
                "sources": [str(source) for source in SOURCES],
                "out": str(out),
                "settings": config.as_dict(),
                "kill": kill,
                "n_processes": n_processes,
                "port": port,
            }
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(job) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline() or "[]"), complaints.read_text()

        yield train
