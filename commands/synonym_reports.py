"""What the synonyms command prints: pairs by kind, with what speaks for them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from rich.markup import escape

from ..graph.synonyms.records import Evidence, Harvest, Synonym
from .console import out, print_json

_CONTEXT = 30
_APART = "apart"
_TITLES = {
    "abbreviation": "abbreviations",
    "alias": "aliases",
    "spelling": "spellings",
    "inflection": "inflections",
    "similar": "similar names: candidates, not proven",
    "antonym": "held apart: antonyms",
    "co-hyponym": "held apart: co-hyponyms",
}


def show_harvest(found: Harvest, kind: str, limit: int, *, as_json: bool) -> None:
    """Print harvested pairs, so many of each kind; or one kind alone, or what is held apart."""
    chosen = Harvest(
        _limited((s for s in found.synonyms if kind in ("", s.kind)), limit),
        _limited(found.apart if kind in ("", _APART) else (), limit),
    )
    if as_json:
        return print_json(chosen)
    if not chosen.synonyms and not chosen.apart:
        out.print("no synonyms found")
    for name, pairs in groupby((*chosen.synonyms, *chosen.apart), key=lambda s: s.kind):
        out.print(f"[bold]{_TITLES[name]}[/]")
        for pair in pairs:
            _show(pair)
    return None


def _limited(found: Iterable[Synonym], limit: int) -> tuple[Synonym, ...]:
    """Keep the first few of each kind."""
    kept: list[Synonym] = []
    ordered = sorted(found, key=lambda s: list(_TITLES).index(s.kind))
    for _, pairs in groupby(ordered, key=lambda s: s.kind):
        kept += list(pairs)[:limit]
    return tuple(kept)


def _show(pair: Synonym) -> None:
    """Print a pair, and what speaks for it."""
    said = ""
    if pair.evidence:
        said = f"{pair.evidence[0].pattern}, {pair.n_evidence}x"
    elif pair.components:
        parts = pair.components
        said = f"letters {parts.letters:.2f}, words {parts.words:.2f}, meaning {parts.meaning:.2f}"
    elif pair.n_evidence:
        said = f"{pair.n_evidence}x"
    names = f"{escape(pair.canonical)}  [bold]{escape(pair.variant)}[/]"
    out.print(f"  {pair.score:.2f}  {names}  [dim]{escape(said)}[/]")
    for place in pair.evidence[:1]:
        out.print(f"        [dim]{_in_context(place)}[/]")
    if pair.contrast and pair.contrast.shared:
        shared = escape(", ".join(pair.contrast.shared))
        out.print(f"        both are described by [green]{shared}[/]")


def _in_context(place: Evidence) -> str:
    """Return the two names of a sentence with a little of the text around, and where it stands."""
    sentence = place.sentence.replace("\n", " ")
    start = min(place.first_span[0], place.second_span[0])
    end = max(place.first_span[1], place.second_span[1])
    first, last = max(0, start - _CONTEXT), min(len(sentence), end + _CONTEXT)
    shown = ("..." if first else "") + sentence[first:last] + ("..." * (last < len(sentence)))
    where = f"{place.document} {place.start}-{place.end}  " if place.document else ""
    return escape(f"{where}{shown}")
