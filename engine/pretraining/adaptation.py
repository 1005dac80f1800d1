"""A trained BERT goes on learning from other text, and its text vectors learn to tell texts apart.

Two objectives, alone or mixed: the masked words, next sentences and named words of pretraining,
and a contrast in which a text is nearer to itself, or to the sentence that follows it, than to
other texts. The first keeps the space of the vocabulary usable while the second moves in it.

References
----------
Gururangan et al., "Don't stop pretraining", 2020. Gao, Yao and Chen, "SimCSE: simple contrastive
learning of sentence embeddings", 2021. van den Oord, Li and Vinyals, "Representation learning with
contrastive predictive coding", 2018: the loss.
"""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tokenizers
import torch
from torch import Tensor, nn
from torch.nn import functional

from ...errors import ModelError, ParameterError
from ..checkpoint import Checkpoint
from ..corpus import SourceOptions
from ..model_loading import Device, choose_device
from .config import PretrainingConfig
from .evaluation import Evaluation, evaluate
from .loss_plot import plot_losses
from .model_folder import load_network, save_model
from .network import Network, batch_tensors
from .pretraining import TRAINING, batch_maker, held_out_batches
from .processes import Processes, join_processes
from .run_folder import RunFolder
from .sentence_pairs import PairMaker
from .source_texts import Progress, count_documents, identify_sources, read_sources
from .token_corpus import TokenCorpus
from .trainer import Objective, Trainer, TrainingResult
from .vector_change import VectorChange, compare_networks
from .word_pieces import SpecialIds

REPORT = "adaptation.json"
"""File in the folder of an adapted model that says what has changed."""
_HELD_OUT_SHARE = 0.02
"""Part of the documents that is kept to measure on."""


@dataclass(frozen=True)
class AdaptationConfig:
    """What decides how a model is adapted.

    Attributes
    ----------
    total_tokens, batch_tokens
        Tokens of masked text to train on, and in a step of one process.
    words_weight
        Weight of the objective of pretraining; 0 leaves it out.
    contrast_weight
        Weight of the contrast of text vectors; 0 leaves it out.
    n_pairs
        Pairs of texts in a step; each text is held against all others of the step.
    same_share
        Part of the pairs that hold a text twice, under different dropout; the others hold a
        sentence and the next one of its document.
    max_tokens
        Tokens of a text that the contrast reads.
    temperature
        Divisor of the cosines.
    dropout
        Part of the activations that is dropped in the contrast.
    learning_rate, matrix_learning_rate
        As in pretraining; they fall to zero from the first step on.
    seed
        Decides everything random.
    """

    total_tokens: int = 2_000_000
    batch_tokens: int = 2048
    words_weight: float = 1.0
    contrast_weight: float = 1.0
    n_pairs: int = 64
    same_share: float = 0.5
    max_tokens: int = 48
    temperature: float = 0.05
    dropout: float = 0.1
    learning_rate: float = 2e-4
    matrix_learning_rate: float = 4e-4
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be trained."""
        for name, is_good, expected in (
            ("words_weight", self.words_weight >= 0, "0 or more"),
            ("contrast_weight", self.contrast_weight >= 0, "0 or more"),
            (
                "contrast_weight",
                self.words_weight + self.contrast_weight > 0,
                "above 0 if words_weight is 0",
            ),
            ("n_pairs", self.n_pairs >= 2, "2 or more"),
            ("same_share", 0 <= self.same_share <= 1, "between 0 and 1"),
            ("max_tokens", self.max_tokens >= 3, "3 or more"),
            ("temperature", self.temperature > 0, "above 0"),
            ("dropout", 0 <= self.dropout < 1, "between 0 and 1, without 1"),
        ):
            if not is_good:
                raise ParameterError(f"{name} is {getattr(self, name)!r}; expected {expected}.")

    def training(self, network: Network) -> PretrainingConfig:
        """Return the settings of the trainer for a network."""
        shape = network.shape
        lengths = tuple(length for length in (128, 64, 32) if length <= shape.max_length)
        lengths = lengths or (shape.max_length,)
        return PretrainingConfig(
            n_terms=shape.n_terms,
            dim=shape.dim,
            n_layers=shape.n_layers,
            n_heads=shape.n_heads,
            n_inner=shape.n_inner,
            lengths=lengths,
            length_shares=(1.0,) * len(lengths),
            total_tokens=self.total_tokens,
            batch_tokens=max(self.batch_tokens, *lengths),
            warm_up_tokens=0,
            full_rate_tokens=self.total_tokens,
            decay_share=1.0,
            learning_rate=self.learning_rate,
            matrix_learning_rate=self.matrix_learning_rate,
            evaluation_tokens=max(1, self.total_tokens // 10),
            checkpoint_tokens=max(1, self.total_tokens // 20),
            seed=self.seed,
        )


@dataclass(frozen=True)
class AdaptationResult:
    """What an adaptation did.

    Attributes
    ----------
    training
        The run.
    before, after
        Measurements on held-out text of the corpus.
    change
        How the vectors have moved.
    """

    training: TrainingResult
    before: Evaluation
    after: Evaluation
    change: VectorChange


def adapt(
    model: str | Path,
    sources: Sequence[str | Path],
    out: str | Path,
    config: AdaptationConfig | None = None,
    *,
    options: SourceOptions | None = None,
    device: Device = "auto",
    progress: Progress | None = None,
) -> AdaptationResult:
    """Train a BERT further on unlabelled documents; its vocabulary stays as it is.

    The folder of the new model says in ``adaptation.json`` what was measured before and after.

    Parameters
    ----------
    model
        Folder or name of a BERT masked language model; it is not changed.
    sources, out, options, device, progress
        As in `pretrain`; an interrupted run goes on likewise.
    config
        What decides the new model.

    Raises
    ------
    CorpusError
        If a source cannot be read or is too small.
    ModelError
        If the model is no BERT that can be trained, or training diverges.
    ParameterError
        If `out` holds another run or something else.
    """
    out, config, options = Path(out), config or AdaptationConfig(), options or SourceOptions()
    checkpoint = Checkpoint.open(model, local_files_only=True)
    network, tokenizer = load_network(checkpoint)
    training = config.training(network)
    folder = RunFolder(out / TRAINING)
    settings = {**dataclasses.asdict(config), "model": checkpoint.fingerprint()}
    report = progress or (lambda stage, n_done, n_total: None)
    with join_processes(choose_device(device)) as processes:
        if processes.is_first:
            _prepare(folder, settings, sources, options, tokenizer, report)
        processes.wait()
        _, train, held_out = folder.open_text()
        start = copy.deepcopy(network).to(processes.device)
        network.to(processes.device)
        rows = held_out_batches(tokenizer, held_out, training)
        trainer = Trainer(
            network,
            _objective(network, tokenizer, train, config, processes),
            training,
            held_out=rows,
            folder=folder,
            processes=processes,
        )
        result = trainer.run(progress=lambda done, total: report("train", done, total))
        found = AdaptationResult(
            result,
            evaluate(start, rows, processes.device),
            result.evaluation,
            compare_networks(start, network, held_out, SpecialIds.of(tokenizer), processes.device),
        )
        if processes.is_first:
            save_model(network, tokenizer, out)
            plot_losses(folder.read_log(), out / "loss.png")
            _write_report(found, config, out / REPORT)
        processes.wait()
    return found


def _prepare(
    folder: RunFolder,
    settings: Mapping[str, object],
    sources: Sequence[str | Path],
    options: SourceOptions,
    tokenizer: tokenizers.Tokenizer,
    report: Progress,
) -> None:
    """Tokenize the text, unless that is done."""
    folder.check_place()
    if folder.prepare(settings, identify_sources(sources, options)):
        return
    documents = count_documents(read_sources(sources, options), report, "tokenize")
    text = TokenCorpus.from_documents(documents, tokenizer)
    folder.save_text(tokenizer, *text.split(_HELD_OUT_SHARE))


class _ContrastiveNetwork(nn.Module):
    """A network whose losses have the contrast of text vectors beside them."""

    def __init__(self, network: Network, *, temperature: float, dropout: float) -> None:
        super().__init__()
        self.network = network
        self._temperature = temperature
        self._dropout = dropout

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """Compute the losses of a batch and of the pairs that come after it."""
        *batch, ids, is_token = inputs
        vectors = self.network.text_vectors(
            ids.flatten(0, 1), is_token.flatten(0, 1), dropout=self._dropout
        )
        first, second = functional.normalize(vectors.float(), dim=1).chunk(2)
        return *self.network(*batch), contrast_loss(first, second, self._temperature)


def contrast_loss(first: Tensor, second: Tensor, temperature: float) -> Tensor:
    """Compute how badly each text finds its partner among all, in nats, both ways.

    Parameters
    ----------
    first, second
        Tensors of shape (n_pairs, dim), unit rows.
    temperature
        Divisor of the cosines.
    """
    cosines = first @ second.T / temperature
    partners = torch.arange(len(first), device=first.device)
    there = functional.cross_entropy(cosines, partners)
    return (there + functional.cross_entropy(cosines.T, partners)) / 2


def _objective(
    network: Network,
    tokenizer: tokenizers.Tokenizer,
    corpus: TokenCorpus,
    config: AdaptationConfig,
    processes: Processes,
) -> Objective:
    """Mix the objective of pretraining and the contrast, which costs nothing without weight."""
    training = config.training(network)
    batches = batch_maker(tokenizer, corpus, training)
    weights = {
        "words": config.words_weight,
        "next_sentence": config.words_weight * training.next_sentence_weight,
        "bag": config.words_weight * training.bag_weight,
    }

    def words(step: int, rank: int) -> tuple[Tensor, ...]:
        return batch_tensors(batches.batch(step, rank), processes.device)

    if not config.contrast_weight:
        return Objective(network, weights, words)
    pairs = PairMaker(
        corpus,
        n_pairs=config.n_pairs,
        same_share=config.same_share,
        max_tokens=min(config.max_tokens, network.shape.max_length - 2),
        specials=SpecialIds.of(tokenizer),
        seed=config.seed,
    )

    def words_and_pairs(step: int, rank: int) -> tuple[Tensor, ...]:
        drawn = pairs.pairs(step, rank)
        # The dropout of a step is the same when the run is taken up at it.
        torch.manual_seed(config.seed + 1_000_003 * step + rank)
        return (
            *words(step, rank),
            torch.from_numpy(drawn.ids).to(processes.device),
            torch.from_numpy(drawn.is_token).to(processes.device),
        )

    return Objective(
        _ContrastiveNetwork(network, temperature=config.temperature, dropout=config.dropout),
        {**weights, "contrast": config.contrast_weight},
        words_and_pairs,
    )


def _write_report(found: AdaptationResult, config: AdaptationConfig, path: Path) -> None:
    """Say in the model's folder what was done and what has changed."""
    content = {"settings": dataclasses.asdict(config), **dataclasses.asdict(found)}
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def read_report(folder: Path) -> dict[str, Any] | None:
    """Read what `adapt` wrote in the folder of a model; None for a model of another make.

    Raises
    ------
    ModelError
        If the file is damaged.
    """
    path = folder / REPORT
    if not path.is_file():
        return None
    try:
        report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for part, kind in (("before", Evaluation), ("after", Evaluation), ("change", VectorChange)):
            kind(**report[part])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path} is damaged ({error!r}); adapt the model again.") from error
    return report
