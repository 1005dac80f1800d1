"""What the commands print that read a text word by word: senses, prefixes, own tokens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from .console import out, print_json, table

if TYPE_CHECKING:
    from ..engine.landmarks import Landmark
    from ..graph.descriptors import Share
    from ..reading.own_tokens import OwnTokens
    from ..reading.prefixes import PrefixState
    from ..reading.senses import ReadOccurrence, WordSenses

_CONTEXT = 50
_LEAST_SHARE = 0.05


def show_senses(found: Sequence[WordSenses], *, as_json: bool) -> None:
    """Print the senses of words, each with the words expected and typical occurrences."""
    if as_json:
        return print_json(found)
    if not found:
        out.print("no word that says something occurs twice; name one with --word")
    for word in found:
        _show_word(word)
    return None


def _show_word(found: WordSenses) -> None:
    n_read = len(found.occurrences)
    of_all = f" of {found.n_found:,}" if found.n_found > n_read else ""
    count = f"{n_read:,}{of_all} occurrence{'s' if n_read > 1 else ''}"
    out.print(f"[bold]{escape(found.word)}[/]  {count}, senses: {len(found.senses)}")
    if found.alone:
        out.print(f"without context near: {_terms(found.alone)}")
    if any(read.truncated for read in found.occurrences):
        out.print("[yellow]a sentence is longer than the model reads: only a part counts[/]")
    for sense in found.senses:
        out.print(
            f"[bold]sense {sense.number}[/]  {sense.n_occurrences:,} ({sense.share:.0%})  "
            f"[green]{_terms(sense.descriptors)}[/]  [dim]{_types(sense.types)}[/]"
        )
        for place in sense.examples:
            out.print(_in_context(found.occurrences[place]))


def _in_context(read: ReadOccurrence) -> str:
    """Return an occurrence with some of the text on either side, on one line."""
    sentence = read.sentence.replace("\n", " ")
    first, last = max(0, read.start - _CONTEXT), read.end + _CONTEXT
    before = ("..." if first else "") + sentence[first : read.start]
    after = sentence[read.end : last] + ("..." if last < len(sentence) else "")
    word = sentence[read.start : read.end]
    return f"  {escape(before)}[bold]{escape(word)}[/]{escape(after)}"


def show_prefixes(states: Sequence[PrefixState], *, as_json: bool) -> None:
    """Print the state of a text after each word; change points stand out."""
    if as_json:
        return print_json(states)
    if any(state.has_unknown for state in states):
        out.print("[yellow]some of it is unknown to the model: this says less than it seems[/]")
    if any(state.truncated for state in states):
        out.print("[yellow]a window is longer than the model reads: only its beginning counts[/]")
    numbers = ("moved", "change")
    shown = table("word", *numbers, "type", "points at", numbers=numbers)
    for state in states:
        shown.add_row(
            escape(state.word),
            "" if state.displacement is None else f"{state.displacement:.3f}",
            "" if state.change is None else f"{state.change:.1f}",
            _types(state.types[:1]),
            _terms(state.landmarks),
            style="yellow" if state.is_change_point else None,
        )
    out.print(shown)
    points = ", ".join(f"{state.word} ({state.start})" for state in states if state.is_change_point)
    out.print(f"change points: {escape(points) or 'none'}")
    return None


def show_own_tokens(found: OwnTokens, limit: int, *, as_json: bool) -> None:
    """Print the words of a text that each position ranks first."""
    if as_json:
        return print_json(found)
    if found.has_unknown:
        out.print("[yellow]some of it is unknown to the model: this says less than it seems[/]")
    if found.truncated:
        out.print("[yellow]it is longer than the model reads: only its beginning counts[/]")
    if not found.words:
        out.print("no word of it is a term of the vocabulary")
    shown = table("position", "ranked")
    for position in found.positions:
        ranked = ", ".join(
            f"{escape(other.token)} [dim]{other.score:.1f}[/]" for other in position.ranked[:limit]
        )
        shown.add_row(escape(position.token), ranked)
    out.print(shown)
    return None


def plot_own_tokens(found: OwnTokens, path: Path | None) -> None:
    """Draw the heat map, where a file is named."""
    if path is not None:
        from ..reading.own_token_plot import draw_own_tokens

        draw_own_tokens(found, path)


def _terms(marks: Sequence[Landmark]) -> str:
    return escape(", ".join(mark.term for mark in marks))


def _types(types: Sequence[Share]) -> str:
    return ", ".join(f"{name} {share:.2f}" for name, share in types if share >= _LEAST_SHARE)
