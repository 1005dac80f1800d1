"""The commands that make and measure models: arguments in, one call, text or JSON out."""

from __future__ import annotations

import os
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .arguments import IdField, Json, Layout, Sources, TextField, TextLayout, source_options

if TYPE_CHECKING:
    from ..engine.pretraining.config import PretrainingConfig


class Preset(StrEnum):
    """Sizes of model that `pretrain` knows."""

    tiny = "tiny"
    small = "small"
    base = "base"


class Place(StrEnum):
    """Where a model is trained."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


Out = Annotated[Path, typer.Option(help="Folder of the model.")]
OnDevice = Annotated[Place, typer.Option(help="Where to compute.")]
Seed = Annotated[int, typer.Option(min=0, help="Decides everything random.")]


def pretrain(
    sources: Sources,
    out: Out,
    preset: Annotated[Preset, typer.Option(help="Size of the model.")] = Preset.small,
    config: Annotated[
        Path | None, typer.Option(help="JSON file with settings that replace the preset's.")
    ] = None,
    tokens: Annotated[
        int | None, typer.Option(min=1, help="Tokens to train on, instead of the preset's.")
    ] = None,
    vocabulary: Annotated[
        int | None, typer.Option(min=1, help="Terms in the vocabulary, instead of the preset's.")
    ] = None,
    cased: Annotated[bool, typer.Option("--cased", help="Tell upper from lower case.")] = False,
    patience: Annotated[
        int | None,
        typer.Option(min=0, help="Stop after so many held-out measurements without a better one."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Decides everything random, instead of the preset's.")
    ] = None,
    layout: Layout = TextLayout.auto,
    text_field: TextField = "text",
    id_field: IdField = "id",
    device: OnDevice = Place.auto,
    as_json: Json = False,
) -> None:
    """Train a BERT with its own vocabulary on raw text; run it again to go on."""
    from ..engine.pretraining.pretraining import pretrain as train
    from .console import progress_bars
    from .model_reports import show_training

    settings = _settings(preset, config, tokens, vocabulary, cased, patience, seed)
    with progress_bars() as progress:
        result = train(
            sources,
            out,
            settings,
            options=source_options(layout, text_field, id_field),
            device=device.value,
            progress=progress,
        )
    if _is_reporting():
        show_training(out, result, as_json=as_json)


def adapt(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Folder or name of a BERT.")],
    sources: Sources,
    out: Out,
    tokens: Annotated[int, typer.Option(min=1, help="Tokens of masked text to train on.")] = (
        2_000_000
    ),
    words: Annotated[
        float, typer.Option(min=0, help="Weight of the masked words; 0 leaves them out.")
    ] = 1.0,
    contrast: Annotated[
        float, typer.Option(min=0, help="Weight of the contrast of texts; 0 leaves it out.")
    ] = 1.0,
    same: Annotated[
        float,
        typer.Option(min=0, max=1, help="Part of the pairs that hold a text twice, not two texts."),
    ] = 0.5,
    temperature: Annotated[float, typer.Option(help="Divisor of the cosines.")] = 0.05,
    learning_rate: Annotated[float, typer.Option(help="Of AdamW; Muon has twice as much.")] = 2e-4,
    seed: Seed = 0,
    layout: Layout = TextLayout.auto,
    text_field: TextField = "text",
    id_field: IdField = "id",
    device: OnDevice = Place.auto,
    as_json: Json = False,
) -> None:
    """Train a BERT further on documents, and its vectors to tell texts apart."""
    from ..engine.pretraining.adaptation import AdaptationConfig
    from ..engine.pretraining.adaptation import adapt as train
    from .console import progress_bars
    from .model_reports import show_adaptation

    config = AdaptationConfig(
        total_tokens=tokens,
        words_weight=words,
        contrast_weight=contrast,
        same_share=same,
        temperature=temperature,
        learning_rate=learning_rate,
        matrix_learning_rate=2 * learning_rate,
        seed=seed,
    )
    with progress_bars() as progress:
        result = train(
            model,
            sources,
            out,
            config,
            options=source_options(layout, text_field, id_field),
            device=device.value,
            progress=progress,
        )
    if _is_reporting():
        show_adaptation(out, result, as_json=as_json)


def card(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Folder or name of a model.")],
    corpus: Annotated[
        Path | None, typer.Option(help="Text that the model was not trained on.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(help="Words and their classes: word TAB class.")
    ] = None,
    mentions: Annotated[
        Path | None, typer.Option(help="Mentions of known type: token TAB BIO tag.")
    ] = None,
    pairs: Annotated[
        Path | None, typer.Option(help="Graded pairs of texts: score TAB text TAB text.")
    ] = None,
    notes: Annotated[
        Path | None, typer.Option(help="Markdown to stand before the figures.")
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(help="Also show the change from this card.json.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the card and its plots.")] = None,
    seed: Seed = 0,
    device: OnDevice = Place.auto,
    as_json: Json = False,
) -> None:
    """Measure what a model has to pass before its vectors are trusted."""
    from ..cards.data import CardData
    from ..cards.model_card import measure_model
    from ..cards.report import write_card
    from .console import progress_bars
    from .model_reports import show_card

    prose = _read(notes) if notes else ""
    with progress_bars() as progress:
        data = CardData.read(corpus=corpus, labels=labels, mentions=mentions, pairs=pairs)
        found = measure_model(model, data, seed=seed, device=device.value, progress=progress)
    if out is not None:
        write_card(found, out, notes=prose)
    show_card(found, compare, as_json=as_json)


def train_parser(
    treebanks: Annotated[
        list[str], typer.Argument(help="CoNLL-U files to learn from (also .xz, .gz).")
    ],
    out: Annotated[Path, typer.Option(help="Folder of the parser.")],
    vectors_from: Annotated[
        str | None,
        typer.Option(help="BERT whose vocabulary vectors become features of the words."),
    ] = None,
    dev: Annotated[
        list[str] | None,
        typer.Option(help="CoNLL-U file to choose the best epoch by; may be given again."),
    ] = None,
    words: Annotated[
        int | None,
        typer.Option(min=1, help="Words to learn from in all, instead of the recipe's."),
    ] = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Train a dependency parser on treebanks; run it again to go on."""
    from ..graph.parser_training.recipe import ParserTraining
    from ..graph.parser_training.training import train_parser as train
    from .console import progress_bars
    from .model_reports import show_parser

    recipe = ParserTraining(seed=seed)
    with progress_bars() as progress:
        trained = train(
            treebanks,
            out,
            vectors_from=vectors_from,
            config=recipe if words is None else replace(recipe, n_words=words),
            dev=dev or (),
            progress=progress,
        )
    show_parser(trained, as_json=as_json)


def _read(path: Path) -> str:
    """Return the text of a file."""
    from ..errors import ParameterError

    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path} cannot be read as text ({error}).") from error


def _is_reporting() -> bool:
    """Tell whether this process is alone, or the first of those that torchrun started."""
    return os.environ.get("RANK", "0") == "0"


def _settings(
    preset: Preset,
    config: Path | None,
    tokens: int | None,
    vocabulary: int | None,
    cased: bool,
    patience: int | None,
    seed: int | None,
) -> PretrainingConfig:
    """Join a preset, a file and single options; the later ones win."""
    from ..engine.pretraining.config import PRESETS, PretrainingConfig

    settings = PRESETS[preset.value]
    if config is not None:
        settings = PretrainingConfig.read(config, settings)
    chosen = {
        "total_tokens": tokens,
        "n_terms": vocabulary,
        "patience": patience,
        "seed": seed,
        "lowercase": False if cased else None,
    }
    return settings.replace(**{name: value for name, value in chosen.items() if value is not None})
