"""The plots of a model card and of single histograms, drawn with matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..errors import MissingDependencyError, ParameterError
from ..graph.histograms import Bin, CumulativeHistogram, Histogram
from .model_card import ModelCard

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MODEL, _RANDOM = "#1f5f8b", "#b0b0b0"
_LONGEST_NAME = 40
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


def draw_histograms(histograms: Sequence[Histogram] | CumulativeHistogram, file: Path) -> None:
    """Draw histograms of cosines over each other, and that of random vectors, as a PNG file.

    Dashed lines show where tails begin.

    Parameters
    ----------
    histograms
        Those of single vectors, or that of many words.
    file
        Where to; an existing file is replaced.

    Raises
    ------
    MissingDependencyError
        If matplotlib is not installed.
    ParameterError
        If there is no such folder.
    """
    if not file.parent.is_dir():
        raise ParameterError(f"{file}: there is no folder {file.parent}; make it first.")
    drawn: list[tuple[str, Histogram | CumulativeHistogram]]
    if isinstance(histograms, CumulativeHistogram):
        drawn = [(f"mean of {histograms.n_words:,} words", histograms)]
    else:
        drawn = [(f"\u201c{_shortened(h.name)}\u201d", h) for h in histograms]
    figure = _new_figure(7, 4)
    axes = figure.add_subplot()
    cosines = np.arange(-100, 101) / 100
    if drawn:
        counts = _by_bin(drawn[0][1].bins, "n_random")
        axes.plot(cosines, counts, color=_RANDOM, marker=".", label="random")
    for name, histogram in drawn:
        counts = _by_bin(histogram.bins, "n_terms")
        [line] = axes.plot(cosines, counts, marker=".", label=name)
        axes.axvline(histogram.figures.threshold, color=line.get_color(), linestyle="--", lw=0.8)
    axes.set_yscale("log")
    axes.set_xlabel("cosine, in bins of .01")
    axes.set_ylabel("terms")
    axes.legend()
    figure.savefig(file, dpi=120, format="png", metadata={"Software": None})


def _by_bin(bins: Sequence[Bin], side: str) -> npt.NDArray[np.float64]:
    """Lay the counts of bins out from -1.00 to 1.00; not a number, and so not drawn, for none."""
    counts = np.full(201, np.nan)
    for found in bins:
        counts[round(100 * found.cosine) + 100] = getattr(found, side) or np.nan
    return counts


def _shortened(name: str) -> str:
    """Return the beginning of a name as a label that matplotlib does not take for a formula."""
    return name[:_LONGEST_NAME].replace("$", r"\$")


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
            "Plots need matplotlib, which is not installed; run `pip install matplotlib`."
        ) from error
    return Figure(figsize=(width, height), layout="constrained")
