"""What the commands about predictions print: blanks, scores, explanations, comparisons."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.markup import escape

from .console import out, print_json, table, warn_unread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..reading.blanks import Blank, Candidate, FilledText
    from ..reading.explanations import Explanation, LandmarkGroup
    from ..reading.scores import ScoredPlace, ScoredText
    from ..reading.set_signature import Comparison, SignatureScore

_N_TYPES = 5


def show_filled(filled: FilledText, *, as_json: bool) -> None:
    """Print what may stand at the blanks of a text."""
    if as_json:
        return print_json(filled)
    out.print(f"[bold]{escape(filled.read_as)}[/]")
    warn_unread(filled.has_unknown, filled.truncated)
    for blank in filled.blanks:
        out.print(f"[bold]blank[/] at {blank.start}-{blank.end}")
        _show_types(blank)
        if any(candidate.score is None for candidate in blank.candidates):
            _show_ranked(blank.candidates)
        else:
            _show_scored(blank.candidates)
        if blank.phrases:
            near = ", ".join(f"{phrase.text} ({phrase.cosine:.2f})" for phrase in blank.phrases)
            out.print(f"candidate phrases by cosine: {escape(near)}")
    out.print("[dim]candidates are guesses of the model, not facts[/]")
    return None


def _show_types(blank: Blank) -> None:
    for name, shares in (("types", blank.types), ("labels", blank.subtypes)):
        listed = ", ".join(f"{label} {share:.2f}" for label, share in shares[:_N_TYPES])
        out.print(f"{name}: {listed or 'none of the words has one'}")


def _show_scored(candidates: Sequence[Candidate]) -> None:
    """Print candidates of one piece with the parts of their scores."""
    numbers = ("probability", "n1", "n2", "cos", "bias", "dot", "score", "rank")
    shown = table("candidate", *numbers, numbers=numbers)
    for candidate in candidates:
        score = candidate.score
        if score is None:
            continue
        shown.add_row(
            escape(candidate.text),
            f"{math.exp(candidate.log_probability):.4f}",
            f"{score.vector_norm:.2f}",
            f"{score.term_norm:.3f}",
            f"{score.cosine:.3f}",
            f"{score.bias:.2f}",
            f"{score.dot:.2f}",
            f"{score.score:.2f}",
            f"{score.rank_by_score:,}",
        )
    out.print(shown if candidates else "no candidate is left")


def _show_ranked(candidates: Sequence[Candidate]) -> None:
    """Print candidates of any number of pieces."""
    numbers = ("log probability", "per piece")
    shown = table("candidate", *numbers, "pieces", numbers=numbers)
    for candidate in candidates:
        shown.add_row(
            escape(candidate.text),
            f"{candidate.log_probability:.2f}",
            f"{candidate.mean_log_probability:.2f}",
            escape(" ".join(candidate.pieces)),
        )
    out.print(shown)


def show_scores(scored: ScoredText, *, as_json: bool) -> None:
    """Print the scores of terms at places of a text; what length or bias moved stands out."""
    if as_json:
        return print_json(scored)
    warn_unread(scored.has_unknown, scored.truncated)
    for place in scored.places:
        where = f"at {place.start}-{place.end}" if place.end else "the whole text"
        out.print(f"[bold]{escape(place.token)}[/] {where}")
        _show_place(place)
    return None


def _show_place(place: ScoredPlace) -> None:
    numbers = ("n1", "n2", "cos", "bias", "dot", "score", "#cos", "#dot", "#score")
    shown = table("term", *numbers, "moved by", numbers=numbers)
    for scored in place.terms:
        score = scored.score
        movers = {"length": scored.moved_by_length, "bias": scored.moved_by_bias}
        moved = [name for name, is_so in movers.items() if is_so]
        shown.add_row(
            escape(score.term),
            f"{score.vector_norm:.2f}",
            f"{score.term_norm:.3f}",
            f"{score.cosine:.3f}",
            f"{score.bias:.2f}",
            f"{score.dot:.2f}",
            f"{score.score:.2f}",
            f"{score.rank_by_cosine:,}",
            f"{score.rank_by_dot:,}",
            f"{score.rank_by_score:,}",
            "both" if len(moved) > 1 else "".join(moved),
            style="yellow" if moved else None,
        )
    out.print(shown)


def show_explanation(found: Explanation, *, as_json: bool) -> None:
    """Print what a vector points at."""
    if as_json:
        return print_json(found)
    kind = f" [dim]({found.kind})[/]" if found.kind else ""
    out.print(f"[bold]{escape(found.text)}[/]{kind}")
    warn_unread(found.has_unknown, found.truncated)
    marks = ", ".join(f"{escape(mark.term)} [dim]{mark.weight:.2f}[/]" for mark in found.landmarks)
    out.print(f"{'near' if found.kind == 'term' else 'points at'}: {marks}")
    types = ", ".join(f"{group.name or 'none'} {group.share:.2f}" for group in found.types)
    out.print(f"types: {types}")
    _show_groups("label", found.labels)
    if found.clusters:
        _show_groups("cluster", found.clusters)
    return None


def _show_groups(name: str, groups: Sequence[LandmarkGroup]) -> None:
    shown = table(name, "share", "terms", numbers=["share"])
    for group in groups:
        shown.add_row(
            escape(group.name) if group.name else "[dim]none[/]",
            f"{group.share:.2f}",
            escape(", ".join(group.terms)),
        )
    out.print(shown)


def show_comparison(found: Comparison, *, as_json: bool) -> None:
    """Print how alike two texts are, and the pairs of terms that say so."""
    if as_json:
        return print_json(found)
    warn_unread(any(found.has_unknown), any(found.truncated))
    out.print(f"cosine of the vectors: {found.cosine:.3f}")
    _show_direction("A covered by B", found.forward)
    _show_direction("B covered by A", found.backward)
    return None


def _show_direction(name: str, found: SignatureScore) -> None:
    out.print(
        f"[bold]{name}[/]: {found.score:.3g}, {found.share:.0%} of what the text has with itself"
    )
    numbers = ("cosine", "times", "adds")
    shown = table("term", "nearest", *numbers, numbers=numbers)
    for pair in found.pairs:
        shown.add_row(
            escape(pair.first),
            escape(pair.second),
            f"{pair.cosine:.3f}",
            str(pair.n),
            f"{pair.contribution:.4f}",
        )
    out.print(shown)
