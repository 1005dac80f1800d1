"""The plots of a model card, drawn with matplotlib."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import MissingDependencyError
from .model_card import ModelCard

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MODEL, _RANDOM = "#1f5f8b", "#b0b0b0"
_SHADES = ("#c6dbef", "#9ecae1", "#4292c6", "#08519c")


def draw_plots(card: ModelCard, folder: Path) -> dict[str, Path]:
    """Draw the plots that a card has figures for, as PNG.

    Parameters
    ----------
    card
        The card.
    folder
        An existing folder; files of the same names are replaced.

    Returns
    -------
    The files by their titles.

    Raises
    ------
    MissingDependencyError
        If matplotlib is not installed.
    """
    drawn = {
        "Cosines of terms": ("cosines.png", _draw_cosines(card)),
        "Lengths of tails": ("tails.png", _draw_tails(card)),
    }
    if card.similarities:
        drawn["Agreement with graded pairs"] = ("similarity.png", _draw_similarities(card))
    for name, figure in drawn.values():
        # Without the version of the software the same card gives the same bytes.
        figure.savefig(folder / name, dpi=120, metadata={"Software": None})
    return {title: folder / name for title, (name, _) in drawn.items()}


def _draw_cosines(card: ModelCard) -> Figure:
    """Draw how many terms lie at each cosine to a word."""
    figure = _new_figure(7, 4)
    axes = figure.add_subplot()
    cosines = np.arange(-100, 101) / 100
    for shape, color, label in ((card.control, _RANDOM, "random"), (card.shape, _MODEL, "model")):
        counts = np.array(shape.histogram)
        seen = counts > 0
        axes.plot(cosines[seen], counts[seen], color=color, label=label)
    axes.set_yscale("log")
    axes.set_xlabel("cosine to a word, in bins of .01")
    axes.set_ylabel("terms, mean over words")
    axes.legend()
    return figure


def _draw_tails(card: ModelCard) -> Figure:
    """Draw the distribution of tail lengths."""
    figure = _new_figure(7, 4)
    axes = figure.add_subplot()
    shares = np.linspace(0, 100, 11)
    for shape, color, label in ((card.control, _RANDOM, "random"), (card.shape, _MODEL, "model")):
        axes.plot(shares, shape.tail_quantiles, color=color, marker="o", label=label)
    axes.set_xlabel("percent of terms with a tail no longer")
    axes.set_ylabel("members of the tail")
    axes.legend()
    return figure


def _draw_similarities(card: ModelCard) -> Figure:
    """Draw the agreement of every way to compare texts."""
    names = list(dict.fromkeys(score.channels for score in card.similarities))
    adjustments = list(dict.fromkeys(score.adjustment for score in card.similarities))
    values = {(score.channels, score.adjustment): score.spearman for score in card.similarities}
    figure = _new_figure(7, 1.5 + 0.3 * len(names))
    axes = figure.add_subplot()
    for adjustment, color in zip(adjustments, _SHADES, strict=True):
        scores = [values[name, adjustment] for name in names]
        axes.plot(scores, names, "o", color=color, label=adjustment.replace("_", " "))
    axes.invert_yaxis()
    axes.grid(visible=True, axis="x", alpha=0.4)
    axes.set_xlabel("Spearman correlation with the grades")
    figure.legend(loc="outside lower center", ncols=len(adjustments))
    return figure


def _new_figure(width: float, height: float) -> Figure:
    """Make a figure of a size in inches, without touching the process's backend."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingDependencyError(
            "The plots of a model card need matplotlib, which is not installed; run "
            "`pip install matplotlib`."
        ) from error
    return Figure(figsize=(width, height), layout="constrained")
