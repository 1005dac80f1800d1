"""A model card as a reader sees it: what was measured, how, and beside what; cards compared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..engine.similarity import SimilarityScore
from ..errors import ArtifactError
from .model_card import ModelCard
from .plots import draw_plots

_MORE = 1
_MISSING = "\N{EN DASH}"


@dataclass(frozen=True)
class Figure:
    """One number of a card, and what it would be without the model's knowledge.

    Attributes
    ----------
    name
        What it is.
    value
        The number; None where it was not measured.
    baseline
        What it is compared with, in words and numbers.
    better
        1 where more is better, -1 where less is, 0 where neither.
    """

    name: str
    value: float | None
    baseline: str = ""
    better: int = 0


def write_card(card: ModelCard, folder: str | Path, *, notes: str = "") -> list[Path]:
    """Write a card as JSON, as Markdown, and as plots.

    Parameters
    ----------
    card
        The card.
    folder
        Where to; it is made if need be, and files of the same names are replaced.

    Returns
    -------
    The files: ``card.json``, ``MODEL_CARD.md`` and the plots that it shows.

    Raises
    ------
    MissingDependencyError
        If matplotlib is not installed.
    """
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    plots = draw_plots(card, place)
    content = card_json(card)
    as_json, as_text = place / "card.json", place / "MODEL_CARD.md"
    as_json.write_text(content + "\n", encoding="utf-8")
    as_text.write_text(card_markdown(card, plots, notes=notes), encoding="utf-8")
    return [as_json, as_text, *plots.values()]


def card_json(card: ModelCard) -> str:
    """Write a card as JSON: all that was measured, and the figures that are shown."""
    shown = [asdict(figure) for figure in figures(card)]
    content = {**card.as_dict(), "figures": shown}
    return json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False)


def figures(card: ModelCard) -> tuple[Figure, ...]:
    """Return the figures of a card, in the order that it shows them."""
    return (
        *_shape_figures(card),
        *_label_figures(card),
        *_text_figures(card),
        *(
            Figure(f"Spearman, {score.channels}, {score.adjustment}", score.spearman, "", _MORE)
            for score in card.similarities
        ),
    )


def card_markdown(card: ModelCard, plots: Mapping[str, Path], *, notes: str = "") -> str:
    """Write a card as Markdown.

    Parameters
    ----------
    card
        The card.
    plots
        Image files by their titles, in the folder that the text will lie in.
    notes
        Markdown to stand before the figures: what the model was trained on, credits.
    """
    model = card.model
    size = f"{model.n_parameters / 1e6:.1f} million parameters, " if model.n_parameters else ""
    layers = f"{model.n_layers} layers of " if model.n_layers else "width "
    parts = [
        f"# Model card: {model.name}",
        f"{model.model_type}, {layers}{model.dim}, {model.n_terms:,} "
        f"{'uncased' if model.lowercase else 'cased'} terms, {size}texts of up to "
        f"{model.max_length} tokens. Fingerprint `{model.fingerprint[:16]}`. Measured with seed "
        f"{card.seed}.",
        *([notes.strip()] if notes.strip() else []),
        "## Figures",
        _figure_table(card),
        *_similarity_part(card),
        *_adaptation_part(card.adaptation),
        *_missing_part(card.not_measured),
        *(f"![{title}]({path.name})" for title, path in plots.items()),
        "## How it was measured",
        _definitions(card),
    ]
    return "\n\n".join(parts) + "\n"


def read_figures(path: Path) -> tuple[str, tuple[Figure, ...]]:
    """Read the name of a model and its figures from a ``card.json``.

    Raises
    ------
    ArtifactError
        If the file is missing or no card.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return content["model"]["name"], tuple(Figure(**figure) for figure in content["figures"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(
            f"{path} cannot be read as a model card ({error!r}); give a card.json that "
            "`tailgraph card` has written."
        ) from error


def compare_figures(
    names: tuple[str, str], before: Iterable[Figure], after: Iterable[Figure]
) -> str:
    """Put the figures of two cards side by side as a Markdown table: each that both have.

    The last column is the change, in bold where it is for the better.
    """
    old = {figure.name: figure for figure in before}
    rows = []
    for figure in after:
        earlier = old.get(figure.name)
        if earlier is None or earlier.value is None or figure.value is None:
            continue
        change = figure.value - earlier.value
        told = f"{change:+.4g}" if abs(change) >= 5e-5 else "0"
        is_better = figure.better * change > 0 and told != "0"
        rows.append(
            (
                figure.name,
                _number(earlier.value),
                _number(figure.value),
                f"**{told}**" if is_better else told,
            )
        )
    heads = names if names[0] != names[1] else ("before", "after")
    return _table(("figure", *heads, "change"), rows)


def _shape_figures(card: ModelCard) -> tuple[Figure, ...]:
    """Return the figures of the vocabulary's vectors."""
    shape, control = card.shape, card.control
    return (
        Figure("mean cosine of terms", shape.mean_cosine, f"random {control.mean_cosine:.3f}"),
        Figure(
            "standard deviation of those cosines",
            shape.cosine_deviation,
            f"random {control.cosine_deviation:.3f}",
        ),
        Figure(
            "share of cosines within .05 of 0",
            shape.share_orthogonal,
            f"random {control.share_orthogonal:.3f}",
        ),
        Figure("null floor", shape.null_floor, f"random {control.null_floor:.3f}"),
        Figure("zero vectors", shape.n_zero_vectors, "", -1),
        Figure("mean tail length", shape.mean_tail, f"random {control.mean_tail:.1f}"),
        Figure("median tail length", shape.median_tail, f"random {control.median_tail:.1f}"),
        Figure(
            "share of words in clusters of two or more",
            shape.share_clustered,
            f"random {control.share_clustered:.3f}",
        ),
        Figure("clusters", shape.n_clusters, f"random {control.n_clusters:,}"),
    )


def _label_figures(card: ModelCard) -> tuple[Figure, ...]:
    """Return the figures that need words with classes."""
    near, purity, types = card.label_neighbors, card.purity, card.masked_types
    base = f"majority {near.majority:.3f}, random {near.random:.3f}" if near else ""
    return (
        Figure("label 5-NN accuracy, centered", near.centered if near else None, base, _MORE),
        Figure("label 5-NN accuracy, raw", near.raw if near else None, base, _MORE),
        Figure(
            "cluster purity",
            purity.purity if purity else None,
            f"shuffled {purity.shuffled:.3f}" if purity else "",
            _MORE,
        ),
        Figure(
            "masked-mention type accuracy",
            types.accuracy if types else None,
            f"majority {types.majority:.3f}" if types else "",
            _MORE,
        ),
        Figure("masked mentions with a vote", types.coverage if types else None, "", _MORE),
    )


def _text_figures(card: ModelCard) -> tuple[Figure, ...]:
    """Return the figures that need held-out text."""
    held, pair, spread, coverage = card.held_out, card.next_sentence, card.spread, card.coverage
    source = f"unigram ({held.unigram_source})" if held else ""
    return (
        Figure(
            "masked-word accuracy",
            held.accuracy if held else None,
            f"{source} {held.unigram_accuracy:.3f}" if held else "",
            _MORE,
        ),
        Figure("masked-word accuracy, first 5", held.top5_accuracy if held else None, "", _MORE),
        Figure(
            "masked-word accuracy, rare tokens", held.rare_accuracy if held else None, "", _MORE
        ),
        Figure(
            "masked-word perplexity",
            held.perplexity if held else None,
            f"{source} {held.unigram_perplexity:.0f}" if held else "",
            -1,
        ),
        Figure(
            "next-sentence accuracy, other document",
            pair.accuracy if pair else None,
            "guessing .5",
            _MORE,
        ),
        Figure(
            "next-sentence accuracy, same document",
            pair.same_document_accuracy if pair else None,
            "guessing .5",
            _MORE,
        ),
        Figure("mean cosine of texts", spread.mean_cosine if spread else None, "collapsed 1", -1),
        Figure(
            "share of distinct top-10 lists",
            spread.distinct_lists if spread else None,
            "collapsed 0",
            _MORE,
        ),
        Figure("unknown tokens", coverage.unknown_rate if coverage else None, "", -1),
        Figure("pieces a word", coverage.pieces_per_word if coverage else None, "", -1),
    )


def _figure_table(card: ModelCard) -> str:
    """Show the figures but those of similarity."""
    rows = [
        (figure.name, _number(figure.value), figure.baseline if figure.value is not None else "")
        for figure in (*_shape_figures(card), *_label_figures(card), *_text_figures(card))
    ]
    return _table(("figure", "value", "beside"), rows)


def _similarity_part(card: ModelCard) -> list[str]:
    """Show the agreement of every way to compare texts."""
    if not card.similarities:
        return []
    scores = {(score.channels, score.adjustment): score for score in card.similarities}
    adjustments = list(dict.fromkeys(score.adjustment for score in card.similarities))
    best = max(card.similarities, key=lambda score: score.spearman)
    rows = [
        (name, *(_score(scores[name, adjustment], best) for adjustment in adjustments))
        for name in dict.fromkeys(score.channels for score in card.similarities)
    ]
    return [
        "## Similarity of texts",
        f"Spearman correlation with the grades of {card.n_graded_pairs:,} pairs; the best in bold.",
        _table(("vectors", *(name.replace("_", " ") for name in adjustments)), rows),
    ]


def _adaptation_part(report: Mapping[str, Any] | None) -> list[str]:
    """Show what adaptation has changed, as it was measured then."""
    if report is None:
        return []
    before, after, change = report["before"], report["after"], report["change"]
    rows = [
        (f"held-out {name.replace('_', ' ')}", _number(before[name]), _number(after[name]))
        for name in before
    ]
    was, now = change["text_cosine_before"], change["text_cosine_after"]
    rows.append(("cosine of different sentences", _number(was), _number(now)))
    return [
        "## Adaptation",
        "Measured on held-out documents of the text that the model was adapted to. Its terms have "
        f"a mean cosine of {_number(change['term_cosine'])} with what they were, and "
        f"{change['kept_neighbors']:.0%} of their ten neighbors are the same.",
        _table(("figure", "before", "after"), rows),
    ]


def _missing_part(reasons: Mapping[str, str]) -> list[str]:
    """Say what was not measured, and why."""
    if not reasons:
        return []
    lines = [f"- {name.replace('_', ' ')}: {reason}" for name, reason in reasons.items()]
    return ["## Not measured", "\n".join(lines)]


def _definitions(card: ModelCard) -> str:
    """Say what each figure is."""
    sizes, shape = card.sizes, card.shape
    lines = [
        "**Cosines, tails, clusters**: vectors of the output projection, as they are; "
        f"{min(1000, shape.n_words):,} words drawn for the histogram, tails of all terms by the "
        "rule of vocabulary tails, greedy clusters of whole words of three characters or more. "
        "*Random* are normal vectors of the same shape: they have tails too. The *null floor* is "
        "the cosine that 1 in 1,000 pairs exceed when each coordinate is shuffled.",
        "**Label 5-NN**: every word of the list that is a whole term is classified by the 5 "
        "labeled words of the highest cosine, itself left out; the commonest class, then the "
        "highest sum of cosines. *Centered* subtracts the mean of all terms that are not special.",
        "**Cluster purity**: share of labeled members of the commonest class of their cluster, "
        "over clusters with two labeled members; *shuffled* deals the labels out at random.",
        "**Masked-mention types**: one mask in place of the whole mention in its sentence; the 20 "
        "best terms vote with their probabilities for the classes of the list that the mentions "
        f"have; no vote is wrong. At most {sizes.n_mentions:,} mentions.",
        f"**Masked words**: {sizes.n_rows:,} rows of consecutive text of one document, of up to "
        f"{sizes.length} tokens with the special ones; each word is masked with probability .15, "
        "every one of its tokens by one mask. *Rare* tokens have a unigram probability below .001.",
        f"**Next sentence**: {sizes.n_pairs:,} pairs, half of them neighbors: whole sentences that "
        f"fill up to half of {sizes.length} tokens, and whole sentences after them. The others "
        "begin at a random sentence of another document, or elsewhere in the same.",
        f"**Spread of texts**: {sizes.n_texts:,} different texts, half of them sentences, half "
        "one to four neighboring words, at the opening token in the head; lists are the ten best "
        "terms by t · E + b, in order.",
        "**Similarity**: `cls` the opening token, `mean` the mean over tokens, each in the head "
        "or at the top of the layers; `static` the mean of the tokens' own vectors; `sif` weighted "
        "by a / (a + p) with a = .001 and p the softmax of the output biases; `whitened` over the "
        "vocabulary; `terms` the weighted word pieces that two texts share. `a+b` is the mean of "
        "two cosines. Centering, removal of the first principal component and half-whitening are "
        "fitted on the texts of the pairs, without their grades.",
    ]
    return "\n".join(f"- {line}" for line in lines)


def _score(score: SimilarityScore, best: SimilarityScore) -> str:
    """Show a correlation."""
    told = _number(score.spearman)
    return f"**{told}**" if score == best else told


def _number(value: float | None) -> str:
    """Show a number with as many digits as say something."""
    if value is None:
        return _MISSING
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4f}" if abs(value) < 10 else f"{value:,.1f}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay rows out as a Markdown table; the first column is text, the others numbers."""
    lines = [heads, ("---", *("---:" for _ in heads[1:])), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
