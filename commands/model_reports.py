"""What the commands about models print: trainings, adaptations, cards and parsers."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from .console import out, print_json, table

if TYPE_CHECKING:
    from ..cards.model_card import ModelCard
    from ..engine.pretraining.adaptation import AdaptationResult
    from ..engine.pretraining.trainer import TrainingResult
    from ..graph.parser_training.training import TrainedParser


def show_training(folder: Path, result: TrainingResult, *, as_json: bool) -> None:
    """Print what a training run did."""
    if as_json:
        return print_json({"model": str(folder), **asdict(result)})
    found = result.evaluation
    shown = table("", "")
    shown.add_row("model", escape(str(folder)))
    shown.add_row("tokens", f"{result.n_tokens:,} in {result.n_steps:,} steps")
    shown.add_row("processor", f"{result.cpu_seconds / 60:,.1f} minutes")
    shown.add_row("held out", f"loss {found.loss:.3f}, accuracy {found.accuracy:.3f}")
    shown.add_row("next sentence", f"accuracy {found.next_sentence_accuracy:.3f}")
    out.print(shown)
    if result.stopped_early:
        out.print("stopped early: the held-out loss fell no further")
    return None


def show_adaptation(folder: Path, result: AdaptationResult, *, as_json: bool) -> None:
    """Print what an adaptation did, and what was measured before and after."""
    if as_json:
        return print_json({"model": str(folder), **asdict(result)})
    before, after, change = result.before, result.after, result.change
    shown = table("held-out text of the corpus", "before", "after")
    for name, was, now in (
        ("masked words: loss", before.loss, after.loss),
        ("masked words: accuracy", before.accuracy, after.accuracy),
        ("next sentence: accuracy", before.next_sentence_accuracy, after.next_sentence_accuracy),
        ("cosine of different sentences", change.text_cosine_before, change.text_cosine_after),
    ):
        shown.add_row(name, f"{was:.3f}", f"{now:.3f}")
    out.print(shown)
    out.print(
        f"terms: cosine of before and after {change.term_cosine:.3f}, "
        f"{change.kept_neighbors:.0%} of their ten neighbors kept"
    )
    out.print(f"{result.training.n_tokens:,} tokens; the new model is in {escape(str(folder))}")
    return None


def show_card(card: ModelCard, earlier: Path | None, *, as_json: bool) -> None:
    """Print a model card, and what has changed since an earlier one."""
    from ..cards.report import card_json, card_markdown, compare_figures, figures, read_figures

    if as_json:
        return out.out(card_json(card), highlight=False)
    out.out(card_markdown(card, {}), highlight=False)
    if earlier is not None:
        name, before = read_figures(earlier)
        table = compare_figures((name, card.model.name), before, figures(card))
        out.out(f"## Compared with {name}\n\n{table}", highlight=False)
    return None


def show_parser(trained: TrainedParser, *, as_json: bool) -> None:
    """Print what a parser learned from, and its scores."""
    if as_json:
        return print_json(trained)
    out.print(
        f"{trained.n_words:,} words in {trained.n_epochs} epochs, of which epoch "
        f"{trained.kept_epoch} was kept, "
        f"{trained.cpu_minutes:.1f} minutes of the processor; the parser is in "
        f"{escape(str(trained.folder))}"
    )
    shown = table("treebank", "UPOS", "XPOS", "lemma", "UAS", "LAS")
    for name, scores in trained.scores.items():
        shares = (scores.upos, scores.xpos, scores.lemma, scores.uas, scores.las)
        shown.add_row(escape(name), *(f"{100 * share:.1f}" for share in shares))
    if trained.scores:
        out.print(shown)
    return None
