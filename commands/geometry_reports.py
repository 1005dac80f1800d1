"""What the commands about the geometry of a vocabulary print: tables, JSON and plots."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from .console import notes, out, print_json, table, warn_unread

if TYPE_CHECKING:
    from ..graph.histograms import Bin, CumulativeHistogram, Histogram, TailFigures
    from ..reading.arithmetic import Answer, Result
    from ..reading.importance import ExtremeTerms, WeighedWord

_LONGEST_NAME = 60
_NUMBERS = ("cosine", "terms", "random", "importance", "rank", "doc. IDF", "sent. IDF", "bias")


def plot_histograms(found: Sequence[Histogram] | CumulativeHistogram, file: Path | None) -> None:
    """Draw histograms where a file is named, and say so on standard error."""
    if file is None:
        return
    from ..cards.plots import draw_histograms

    draw_histograms(found, file)
    notes.print(f"drawn in {escape(str(file))}")


def show_histograms(found: Sequence[Histogram], *, as_json: bool) -> None:
    """Print histograms, coarsely but for the tail, and the members of the tails."""
    if as_json:
        return print_json(found)
    for histogram in found:
        kind = "" if histogram.kind == "term" else f" [dim]{histogram.kind}[/]"
        out.print(f"[bold]{escape(_shortened(histogram.name))}[/]{kind}")
        warn_unread(histogram.has_unknown, histogram.truncated)
        _show_figures(histogram.figures, histogram.random)
        shown = table("cosine", "terms", "random", numbers=_NUMBERS)
        for cosine, n_terms, n_random in _gathered(histogram.bins):
            shown.add_row(f"{cosine:.1f}", f"{n_terms:,}", f"{n_random:,.1f}")
        out.print(shown)
        members = ", ".join(f"{m.term} ({m.cosine:.2f})" for m in histogram.members)
        out.print(f"tail: {escape(members) or 'empty'}")
    return None


def show_cumulative(found: CumulativeHistogram, *, as_json: bool) -> None:
    """Print the histogram of many words by bands of .1."""
    if as_json:
        return print_json(found)
    out.print(f"[bold]{found.n_words:,} words[/], each with all {found.n_terms:,} terms")
    _show_figures(found.figures, found.random)
    out.print("mean count of the bins of .01 that are occupied, by bands of .1:")
    shown = table("cosine", "terms", "random", numbers=_NUMBERS)
    for band in found.bands:
        shown.add_row(f"{band.cosine:.1f}", f"{band.n_terms:,.1f}", f"{band.n_random:,.1f}")
    out.print(shown)
    return None


def _show_figures(figures: TailFigures, random: TailFigures) -> None:
    out.print(
        f"tail above {figures.threshold:.2f} with {figures.tail_length:,.4g} members "
        f"(random: above {random.threshold:.2f} with {random.tail_length:,.4g}); within .05 of 0: "
        f"{figures.n_zero:,.5g} terms (random: {random.n_zero:,.5g})"
    )


def _gathered(bins: Sequence[Bin]) -> list[tuple[float, int, float]]:
    """Add the bins up by their cosine rounded to .1, the highest first."""
    n_terms: Counter[int] = Counter()
    n_random: dict[int, float] = defaultdict(float)
    for found in bins:
        n_terms[round(10 * found.cosine)] += int(found.n_terms)
        n_random[round(10 * found.cosine)] += found.n_random
    return [(band / 10, n_terms[band], n_random[band]) for band in sorted(n_random, reverse=True)]


def show_weighed(found: Sequence[WeighedWord], *, as_json: bool) -> None:
    """Print the words of a text with their importance, and their IDF where it is known."""
    if as_json:
        return print_json(found)
    has_counts = any(word.counts is not None for word in found)
    columns = ("doc. IDF", "sent. IDF") if has_counts else ()
    shown = table("word", "importance", "rank", *columns, "pieces and biases", numbers=_NUMBERS)
    for word in found:
        pieces = zip(word.pieces, word.biases, strict=True)
        counts = word.counts
        idf = (f"{counts.document_idf:.2f}", f"{counts.sentence_idf:.2f}") if counts else ()
        shown.add_row(
            escape(word.word),
            "[yellow]unknown[/]" if word.has_unknown else f"{word.importance:.2f}",
            "" if word.has_unknown else f"{word.rank:.3f}",
            *idf,
            escape(" ".join(f"{piece} {bias:.2f}" for piece, bias in pieces)),
        )
    out.print(shown)
    return None


def show_extremes(found: ExtremeTerms, *, as_json: bool) -> None:
    """Print the commonest and the rarest terms side by side."""
    if as_json:
        return print_json(found)
    numbers = ("bias", "importance")
    shown = table("commonest", *numbers, "rarest", *numbers, numbers=numbers)
    for common, rare in zip(found.commonest, found.rarest, strict=True):
        shown.add_row(
            *(
                cell
                for term in (common, rare)
                for cell in (escape(term.term), f"{term.bias:.2f}", f"{term.importance:.2f}")
            )
        )
    out.print(shown)
    return None


def show_result(found: Result, *, as_json: bool) -> None:
    """Print what an expression comes to, beside the neighbors of its last positive operand."""
    if as_json:
        return print_json(found)
    for operand in found.operands:
        warn_unread(operand.has_unknown, operand.truncated)
    alone = f"{_shortened(found.alone)} alone"
    shown = table("sum", "cosine", alone, "cosine")
    for best, nearest in zip(found.terms, found.terms_alone, strict=True):
        shown.add_row(*_cells(best), *_cells(nearest))
    out.print(shown)
    if found.phrases:
        near = ", ".join(f"{phrase.text} ({phrase.cosine:.2f})" for phrase in found.phrases)
        out.print(f"near phrases: {escape(near)}")
    return None


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 3]}..."


def _cells(answer: Answer) -> tuple[str, str]:
    return escape(answer.text), f"{answer.cosine:.3f}"
