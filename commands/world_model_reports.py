"""What the command `harvest` prints: linking fragments, and hypotheses with what is stated."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rich.markup import escape

from .console import out, print_json, table

if TYPE_CHECKING:
    from ..graph.descriptors import Share
    from ..reading.world_model.harvesting import ExpectedSide, Hypothesis, LinkingFragment
    from ..reading.world_model.relation_names import RelationName

_COLORS = {
    "stated": "green",
    "stated negated": "red",
    "other relation": "yellow",
    "not found": "dim",
}


def show_harvest(
    linking: Sequence[LinkingFragment], hypotheses: Sequence[Hypothesis], *, as_json: bool
) -> None:
    """Print fragments by what they link, and the model's guesses beside them."""
    if as_json:
        return print_json({"fragments": linking, "hypotheses": hypotheses})
    if not linking:
        out.print("no fragment links typed phrases often enough; --min-support asks for less")
        return None
    shown = table(
        "fragment",
        "n",
        "texts",
        "left",
        "bits",
        "right",
        "bits",
        "relation",
        numbers=("n", "texts"),
    )
    for found in linking:
        fragment = found.fragment
        shown.add_row(
            escape(fragment.text),
            str(fragment.support),
            str(fragment.n_documents),
            *_side(fragment.left_types, found.left),
            *_side(fragment.right_types, found.right),
            _relation(found.name),
        )
    out.print(shown)
    if hypotheses:
        out.print("\n[bold]hypotheses[/]: what the model guesses in the brackets; not facts")
    for (guessed, given, fragment_text), group in groupby(hypotheses, key=_question):
        _show_guesses(guessed, given, fragment_text, list(group))
    return None


def _side(types: Sequence[Share], expected: ExpectedSide) -> tuple[str, str]:
    """Return the type most often seen on a side, the one expected if it differs, the entropy."""
    seen = types[0][0] if types else ""
    kinds = seen if expected.type in ("", seen) else f"{seen} / {expected.type}"
    bits = "" if expected.entropy is None else f"{expected.entropy:.1f}"
    return kinds, bits if expected.is_sharp else f"[dim]{bits}[/]"


def _relation(name: RelationName) -> str:
    return f"{name.relation} (turned)" if name.right_is_subject else name.relation


def _question(hypothesis: Hypothesis) -> tuple[str, str, str]:
    given = hypothesis.left if hypothesis.guessed == "right" else hypothesis.right
    return hypothesis.guessed, given, hypothesis.fragment


def _show_guesses(guessed: str, given: str, fragment: str, guesses: Sequence[Hypothesis]) -> None:
    """Print the guesses for one question, then where those that are stated stand."""
    words = ", ".join(
        f"[{_COLORS[h.verdict.status]}]{escape(_guess(h))} {h.probability:.2f}[/]" for h in guesses
    )
    blank = escape("[...]")
    pieces = (escape(given), escape(fragment), blank)
    out.print(" ".join(pieces if guessed == "right" else pieces[::-1]) + f"  {words}")
    for hypothesis in guesses:
        verdict = hypothesis.verdict
        if verdict.facts:
            fact = verdict.facts[0]
            out.print(
                f"    [{_COLORS[verdict.status]}]{escape(_guess(hypothesis))}: {verdict.status}[/] "
                f"[dim]{escape(fact.subject)} | {escape(fact.relation)} | {escape(fact.object)}  "
                f"{escape(fact.document)}[/]"
            )


def _guess(hypothesis: Hypothesis) -> str:
    return hypothesis.right if hypothesis.guessed == "right" else hypothesis.left
