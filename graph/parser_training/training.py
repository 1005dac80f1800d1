"""Training of a parser: treebanks and the vectors of a language model in, a spaCy pipeline out.

Each epoch cuts the treebanks anew into single sentences and small groups of neighbors, for both
will be parsed. A treebank that is much larger than the others gives a part of itself, another one
each time. The weights that are kept are running averages: those of the epoch that did best on the
development treebanks, or of the last epoch where none is given.
"""

from __future__ import annotations

import hashlib
import logging
import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from spacy.language import Language
from thinc.api import Adam, Optimizer

from ...engine.encoder import Encoder
from ...errors import ParameterError
from .batches import EpochBatches
from .card import TreebankCount, write_card
from .checkpoint import TrainingState, Weights, load_checkpoint, save_checkpoint
from .pipeline import (
    PipelineShape,
    WordVectors,
    initialize,
    make_pipeline,
    reduce_vectors,
    save_pipeline,
    seed_generators,
)
from .recipe import ParserTraining
from .scores import ParserScores, score_parses
from .treebank import Treebank, read_treebank
from .treebank_docs import parse_words
from .treebank_words import TreebankSentence
from .updates import PipelineUpdates

Progress = Callable[[str, int, int | None], None]
"""Told the stage, how many words are done, and how many there are."""

_log = logging.getLogger(__name__)

_FINAL_RATE = 0.03  # of the learning rate, at the end of its decay


@dataclass(frozen=True)
class TrainedParser:
    """What a training made.

    Attributes
    ----------
    folder : Path
        The pipeline, which `Parser.from_pretrained` loads.
    treebanks : tuple of TreebankCount
        Sentences and words of each treebank.
    scores : dict of str to ParserScores
        By the name of each development treebank: gold words, one sentence a document.
    n_epochs, n_steps, n_words : int
        Epochs, updates, and words that were learned from.
    kept_epoch : int
        The epoch whose weights were kept.
    cpu_minutes : float
        Processor time, that of interrupted runs up to their last checkpoint included.
    """

    folder: Path
    treebanks: tuple[TreebankCount, ...]
    scores: dict[str, ParserScores]
    n_epochs: int
    n_steps: int
    n_words: int
    kept_epoch: int
    cpu_minutes: float


def train_parser(
    treebanks: Sequence[str | Path],
    out: str | Path,
    *,
    vectors_from: str | Path | None = None,
    config: ParserTraining | None = None,
    dev: Sequence[str | Path] = (),
    progress: Progress | None = None,
) -> TrainedParser:
    """Train a parser and save it as a spaCy pipeline with a model card.

    The same files and settings give the same parser on the same machine. After each epoch a
    checkpoint is written beside `out`; called again with the same arguments, an interrupted
    training goes on from there and ends with exactly the weights that it would have had.

    Parameters
    ----------
    treebanks
        CoNLL-U files, which may be packed as .xz or .gz, to learn from.
    out
        Folder to write; it may not hold anything.
    vectors_from
        A masked language model whose vocabulary vectors become features of the words.
    config
        How to train.
    dev
        CoNLL-U files to score the parser on after each epoch. It does not learn from them, but
        the weights of the best epoch are kept, by the mean of UPOS and LAS over these files.
    progress
        Told the words done, and of how many.

    Raises
    ------
    CorpusError
        A treebank cannot be read or is malformed.
    ModelError
        The vectors cannot be read, or the checkpoint is of another training.
    ParameterError
        There is no treebank, or `out` holds something already.
    """
    config = config or ParserTraining()
    out = Path(out)
    _check_free(out, treebanks)
    banks = [read_treebank(path) for path in treebanks]
    dev_banks = [read_treebank(path) for path in dev]
    vectors = None if vectors_from is None else _read_vectors(vectors_from, config.shape)
    training = _Training(config, banks, dev_banks, vectors, progress)
    checkpoint = out.with_name(f"{out.name}.checkpoint.npz")
    with _own_random_numbers():
        training.run(checkpoint)
        trained = training.finish(out, vectors_from)
    checkpoint.unlink(missing_ok=True)
    return trained


class _Training:
    """A pipeline in training, with what it learns from."""

    def __init__(
        self,
        config: ParserTraining,
        treebanks: Sequence[Treebank],
        dev: Sequence[Treebank],
        vectors: WordVectors | None,
        progress: Progress | None,
    ):
        self._config = config
        self._treebanks = treebanks
        self._batches = EpochBatches(treebanks, config)
        self._dev = dev
        self._vectors = vectors
        self._report = progress or _say_nothing
        self._pipeline: Language = make_pipeline(config.shape, vectors)
        self._optimizer: Optimizer = Adam(
            config.learning_rate,
            beta1=0.9,
            beta2=0.999,
            L2=config.weight_decay,
            L2_is_weight_decay=True,
            grad_clip=1.0,
            use_averages=True,
        )
        self._lemma_rules = b""
        self._state = TrainingState(_identity(config, treebanks, dev, vectors))
        self._kept: Weights = {}

    def run(self, checkpoint: Path) -> None:
        """Learn until all words are done, from the checkpoint on if there is one."""
        begun = time.process_time()
        self._lemma_rules = initialize(
            self._pipeline, self._batches.sentences, seed=self._config.seed
        )
        if checkpoint.exists():
            self._state, self._kept = load_checkpoint(
                checkpoint, self._pipeline, self._optimizer, identity=self._state.identity
            )
            _log.info("going on after epoch %d", self._state.n_epochs)
        while self._state.n_words < self._config.n_words:
            self._learn_epoch()
            ended = time.process_time()
            self._state.cpu_seconds += ended - begun
            begun = ended
            self._keep_if_best()
            save_checkpoint(checkpoint, self._pipeline, self._optimizer, self._state, self._kept)

    def finish(self, out: Path, vectors_from: str | Path | None) -> TrainedParser:
        """Score the weights to keep and save them with a card, all files or none."""
        state = self._state
        with self._pipeline.use_params(self._kept or self._optimizer.averages):
            scores = {bank.name: self._score(bank.sentences) for bank in self._dev}
            trained = TrainedParser(
                folder=out,
                treebanks=tuple(map(_count, self._treebanks)),
                scores=scores,
                n_epochs=state.n_epochs,
                n_steps=state.n_steps,
                n_words=state.n_words,
                kept_epoch=state.kept_epoch or state.n_epochs,
                cpu_minutes=state.cpu_seconds / 60,
            )
            partial = out.with_name(f"{out.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            save_pipeline(self._pipeline, self._vectors, self._lemma_rules, partial)
        write_card(
            partial,
            treebanks=trained.treebanks,
            dev={bank.name: scores[bank.name] for bank in self._dev},
            settings=self._config,
            vectors_from=None if vectors_from is None else Path(vectors_from).resolve().name,
            n_vectors=len(self._vectors.words) if self._vectors else 0,
            n_epochs=state.n_epochs,
            n_words=state.n_words,
            kept_epoch=trained.kept_epoch,
            cpu_minutes=trained.cpu_minutes,
        )
        partial.replace(out)
        return trained

    def _learn_epoch(self) -> None:
        config, state = self._config, self._state
        n_epochs = state.n_epochs + 1
        draw = random.Random(f"{config.seed} {n_epochs}")
        seed_generators(draw.randrange(2**32))  # dropout and oracle cuts of this epoch
        update = PipelineUpdates(
            self._pipeline,
            self._optimizer,
            dropout=config.dropout,
            smoothing=config.label_smoothing,
        )
        groups = self._batches.draw_groups(draw)
        while state.n_words < config.n_words:
            first, last = config.batch_words
            n_words = first + (last - first) * min(1.0, 2 * self._progress())
            vocab = self._pipeline.vocab
            batch = self._batches.next_batch(groups, vocab, n_words=n_words, draw=draw)
            if not batch:
                break
            self._optimizer.learn_rate = self._rate()
            examples, sentences = zip(*batch, strict=True)
            update(examples, sentences)
            state.n_steps += 1
            state.n_words += sum(len(example.predicted) for example in examples)
            self._report("train", min(state.n_words, config.n_words), config.n_words)
        state.n_epochs = n_epochs

    def _progress(self) -> float:
        return self._state.n_words / self._config.n_words

    def _rate(self) -> float:
        warm = min(1.0, (self._state.n_steps + 1) / self._config.warm_up_steps)
        return (
            self._config.learning_rate * warm * min(1.0, max(_FINAL_RATE, 2 - 2 * self._progress()))
        )

    def _keep_if_best(self) -> None:
        """Score the averages of this epoch, and keep them if none was better."""
        state, averages = self._state, self._optimizer.averages or {}
        with self._pipeline.use_params(averages):
            scores = {bank.name: self._score(bank.sentences) for bank in self._dev}
        for name, one in scores.items():
            _log.info(
                "epoch %d, %d words, %.0f CPU-s: %s "
                "UPOS %.2f XPOS %.2f lemma %.2f UAS %.2f LAS %.2f",
                *(state.n_epochs, state.n_words, state.cpu_seconds, name),
                *(100 * share for share in (one.upos, one.xpos, one.lemma, one.uas, one.las)),
            )
        score = sum(one.upos + one.las for one in scores.values())
        if score > state.kept_score:
            state.kept_epoch, state.kept_score = state.n_epochs, score
            self._kept = {key: weights.copy() for key, weights in averages.items()}

    def _score(self, sentences: Sequence[TreebankSentence]) -> ParserScores:
        return score_parses(
            sentences, parse_words(self._pipeline, (sentence.words for sentence in sentences))
        )


def _check_free(out: Path, treebanks: Sequence[str | Path]) -> None:
    if not treebanks:
        raise ParameterError("No treebank was given; expected one CoNLL-U file or more")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ParameterError(f"{out} exists and is not an empty folder; name a new one")


def _read_vectors(path: str | Path, shape: PipelineShape) -> WordVectors:
    vocabulary = Encoder.from_pretrained(path, device="cpu").vocabulary
    return reduce_vectors(vocabulary, dim=shape.vector_dim, max_words=shape.max_vectors)


def _identity(
    config: ParserTraining,
    treebanks: Sequence[Treebank],
    dev: Sequence[Treebank],
    vectors: WordVectors | None,
) -> str:
    """Hash what decides the outcome of a training."""
    digest = hashlib.sha256(repr(config).encode())
    for use, banks in (("train", treebanks), ("dev", dev)):
        digest.update(use.encode())
        for bank in banks:
            digest.update(repr(bank.documents).encode())
    if vectors is not None:
        digest.update("\n".join(vectors.words).encode())
        digest.update(vectors.vectors.tobytes())
    return digest.hexdigest()


def _count(treebank: Treebank) -> TreebankCount:
    return TreebankCount(treebank.name, len(treebank.sentences), treebank.n_words)


def _say_nothing(stage: str, n_done: int, n_total: int | None) -> None:
    """Report to no one."""


@contextmanager
def _own_random_numbers() -> Iterator[None]:
    """Put the global generators back afterwards: spaCy and thinc draw from no others."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
