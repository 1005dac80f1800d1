"""What the command about word classes prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape

from .console import out, print_json, table, warn_unread

if TYPE_CHECKING:
    from ..reading.word_classes import TaggedWord

_N_SHARES = 3


def show_word_classes(words: Sequence[TaggedWord], *, as_json: bool) -> None:
    """Print words with their classes, and what speaks for them."""
    if as_json:
        return print_json(words)
    warn_unread(any(word.has_unknown for word in words), truncated=False)
    shown = table("word", "class", "known by", "shares", "expected in its place")
    for word in words:
        shares = [f"{name} {share:.2f}" for name, share in word.shares[:_N_SHARES]]
        shown.add_row(
            escape(word.word),
            f"[bold]{word.word_class}[/]",
            word.source,
            ", ".join(shares) if word.context else "",
            escape(", ".join(term for term, _ in word.evidence)),
        )
    out.print(shown)
    return None
