"""The model card of a trained parser: what it learned from, how, and how well it does."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from .recipe import ParserTraining
from .scores import ParserScores

_CARD = "MODEL_CARD.md"


@dataclass(frozen=True)
class TreebankCount:
    """How much a treebank holds."""

    name: str
    n_sentences: int
    n_words: int


def write_card(
    folder: Path,
    *,
    treebanks: Sequence[TreebankCount],
    dev: Mapping[str, ParserScores],
    settings: ParserTraining,
    vectors_from: str | None,
    n_vectors: int,
    n_epochs: int,
    n_words: int,
    kept_epoch: int,
    cpu_minutes: float,
) -> None:
    """Write the card of the parser in a folder, from what was measured."""
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    vectors = (
        f"The vectors of {n_vectors:,} words come from the vocabulary of the masked language model "
        f"`{vectors_from}`, reduced to {settings.shape.vector_dim} dimensions."
        if vectors_from
        else "It has no word vectors."
    )
    kept = (
        f"; the weights are those of epoch {kept_epoch}, the best by the mean of UPOS and LAS below"
        if dev
        else ""
    )
    sections = (
        "# Dependency parser",
        "A spaCy pipeline (tok2vec, tagger, morphologizer, parser, edit-tree lemmatizer) with "
        f"Universal Dependencies v2 labels, {size / 1e6:.1f} MB. {vectors}",
        "## Training",
        _table(
            ("treebank", "sentences", "words"),
            [(bank.name, f"{bank.n_sentences:,}", f"{bank.n_words:,}") for bank in treebanks],
        ),
        f"{n_words:,} words in {n_epochs} epochs, {cpu_minutes:.0f} CPU-minutes, on single "
        f"sentences and on groups of two to four neighbors{kept}:",
        f"    {_command(treebanks, list(dev), vectors_from, folder, settings)}",
        "Settings:",
        _table(("setting", "value"), list(_settings(settings))),
        "## Scores",
        "Gold words, one sentence a document with its end given, labels cut at the colon, all "
        "words counted; each treebank whole.",
        _table(
            ("treebank", "words", "UPOS", "XPOS", "lemma", "UAS", "LAS"),
            [(name, f"{scores.n_words:,}", *_percents(scores)) for name, scores in dev.items()],
        )
        if dev
        else "It was scored on nothing.",
        "## Credits",
        "The parser is made from the treebanks above; their licenses and credits go with it.",
    )
    (folder / _CARD).write_text("\n\n".join(sections) + "\n", encoding="utf-8")


def _percents(scores: ParserScores) -> list[str]:
    shares = (scores.upos, scores.xpos, scores.lemma, scores.uas, scores.las)
    return [f"{100 * share:.1f}" for share in shares]


def _settings(settings: ParserTraining) -> list[tuple[str, str]]:
    values = asdict(settings)
    shape = values.pop("shape")
    return [(name, str(value)) for name, value in (*shape.items(), *values.items())]


def _command(
    treebanks: Sequence[TreebankCount],
    dev: Sequence[str],
    vectors_from: str | None,
    folder: Path,
    settings: ParserTraining,
) -> str:
    options = [option for name in dev for option in ("--dev", name)]
    if vectors_from:
        options += ["--vectors-from", vectors_from]
    words = ["--words", str(settings.n_words), "--seed", str(settings.seed)]
    out = folder.name.removesuffix(".partial")
    return shlex.join(
        ["tailgraph", "train-parser", *(b.name for b in treebanks), *options, *words, "--out", out]
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
