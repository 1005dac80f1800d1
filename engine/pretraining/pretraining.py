"""From raw text to a model folder: vocabulary, tokenized text, starting point, training.

References
----------
Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
2019.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tokenizers
import torch

from ..corpus import SourceOptions
from ..model_loading import Device, choose_device
from .batches import Batch, BatchMaker
from .config import PRESETS, PretrainingConfig
from .cooccurrence import cooccurrence_vectors
from .loss_plot import plot_losses
from .model_folder import save_model
from .network import Network, Shape, batch_tensors
from .processes import Processes, join_processes
from .run_folder import LATEST, RunFolder
from .source_texts import Progress, count_documents, identify_sources, read_sources
from .starting_point import start_from_counts
from .token_corpus import TokenCorpus
from .trainer import Objective, Trainer, TrainingResult
from .word_pieces import SpecialIds, count_words, learn_word_pieces

TRAINING = "training"
"""Folder within a model folder that training goes on from; a finished model needs it no more."""
_HELD_OUT_ROWS = 128
_HELD_OUT_MASKS = 0.15
_log = logging.getLogger(__name__)


def pretrain(
    sources: Sequence[str | Path],
    out: str | Path,
    config: PretrainingConfig = PRESETS["small"],
    *,
    options: SourceOptions | None = None,
    device: Device = "auto",
    progress: Progress | None = None,
) -> TrainingResult:
    """Train a BERT from scratch on raw text, with a vocabulary made from the same text.

    A run that was interrupted goes on where it was: on a processor to the same bits as if it had
    not been. A run with the same settings and more `total_tokens` goes on from a shorter one.

    Parameters
    ----------
    sources
        Files, folders or patterns, as in `read_documents`. Next-sentence training needs documents
        with their sentences in order.
    out
        Folder of the model; its training is kept in ``training`` below it.
    config
        What decides the model.
    options
        How the sources are read.
    device
        ``"auto"`` takes CUDA where there is any. Started by ``torchrun``, all processes train
        together.
    progress
        Called with a stage, what is done of it, and of how much.

    Raises
    ------
    CorpusError
        If a source cannot be read or is too small.
    ParameterError
        If `out` holds another run or something else, or a setting does not fit.
    ModelError
        If the training diverges.
    """
    out = Path(out)
    folder = RunFolder(out / TRAINING)
    report = progress or (lambda stage, n_done, n_total: None)
    with join_processes(choose_device(device)) as processes:
        if processes.is_first:
            _prepare(folder, sources, config, options or SourceOptions(), report)
        processes.wait()
        tokenizer, train, held_out = folder.open_text()
        network = _start(tokenizer, train, config, folder, processes)
        trainer = Trainer(
            network,
            words_objective(network, batch_maker(tokenizer, train, config), config, processes),
            config,
            held_out=held_out_batches(tokenizer, held_out, config),
            folder=folder,
            processes=processes,
        )
        result = trainer.run(progress=lambda done, total: report("train", done, total))
        if processes.is_first:
            save_model(network, tokenizer, out)
            plot_losses(folder.read_log(), out / "loss.png")
        processes.wait()
    return result


def _prepare(
    folder: RunFolder,
    sources: Sequence[str | Path],
    config: PretrainingConfig,
    options: SourceOptions,
    report: Progress,
) -> None:
    """Make the vocabulary and tokenize the text, unless that is done."""
    folder.check_place()
    if folder.prepare(config.as_dict(), identify_sources(sources, options)):
        return
    documents = count_documents(read_sources(sources, options), report, "count words")
    counts = count_words((doc.text for doc in documents), lowercase=config.lowercase)
    tokenizer = learn_word_pieces(counts, config.n_terms, lowercase=config.lowercase)
    _log.info("The vocabulary has %d terms.", tokenizer.get_vocab_size())
    documents = count_documents(read_sources(sources, options), report, "tokenize")
    everything = TokenCorpus.from_documents(documents, tokenizer)
    train, held_out = everything.split(config.held_out_share)
    folder.save_text(tokenizer, train, held_out)


def _start(
    tokenizer: tokenizers.Tokenizer,
    train: TokenCorpus,
    config: PretrainingConfig,
    folder: RunFolder,
    processes: Processes,
) -> Network:
    """Make the network as it is before the first step."""
    n_terms = tokenizer.get_vocab_size()
    shape = Shape(
        n_terms, config.dim, config.n_layers, config.n_heads, config.n_inner, config.max_length
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = Network(shape)
    if processes.is_first and not (folder.path / LATEST).is_file():
        start_from_counts(
            network,
            cooccurrence_vectors(train, n_terms, config.dim, seed=config.seed),
            np.bincount(train.ids, minlength=n_terms),
            generator=torch.Generator().manual_seed(config.seed),
        )
    return network.to(processes.device)


def words_objective(
    network: Network, batches: BatchMaker, config: PretrainingConfig, processes: Processes
) -> Objective:
    """Train on masked words, next sentences, and words named by the opening token."""
    return Objective(
        network,
        {
            "words": 1.0,
            "next_sentence": config.next_sentence_weight,
            "bag": config.bag_weight,
        },
        lambda step, rank: batch_tensors(batches.batch(step, rank), processes.device),
    )


def batch_maker(
    tokenizer: tokenizers.Tokenizer,
    corpus: TokenCorpus,
    config: PretrainingConfig,
    *,
    mask_share: float | None = None,
    balance: float | None = None,
) -> BatchMaker:
    """Make the batches of a corpus by a run's settings."""
    ids = tokenizer.get_vocab()
    terms = sorted(ids, key=lambda term: ids[term])
    return BatchMaker(
        corpus,
        is_piece=np.array([term.startswith("##") for term in terms]),
        is_word=np.array([any(letter.isalpha() for letter in term) for term in terms]),
        lengths=config.lengths,
        shares=config.length_shares,
        batch_tokens=config.batch_tokens,
        mask_share=config.mask_share if mask_share is None else mask_share,
        balance=config.balance if balance is None else balance,
        seed=config.seed,
        specials=SpecialIds.of(tokenizer),
    )


def held_out_batches(
    tokenizer: tokenizers.Tokenizer, corpus: TokenCorpus, config: PretrainingConfig
) -> list[Batch]:
    """Make the rows that a run is measured on: long ones, all words masked alike."""
    maker = batch_maker(tokenizer, corpus, config, mask_share=_HELD_OUT_MASKS, balance=0.0)
    length = max((n for n in maker.lengths if n <= 128), default=min(maker.lengths))
    return [
        maker.rows(length, 16, np.random.default_rng([config.seed, number]))
        for number in range(_HELD_OUT_ROWS // 16)
    ]
