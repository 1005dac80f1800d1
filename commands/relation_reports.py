"""What the commands about typed relations print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from .console import notes, out, print_json, table

if TYPE_CHECKING:
    from ..graph.typed_relations.classification import Evidence
    from ..graph.typed_relations.expansion import ProposedTerm
    from ..graph.typed_relations.schema import Relation, RelationSchema


def show_proposed(name: str, proposed: Sequence[ProposedTerm]) -> None:
    """Print the terms that a person is to confirm, on standard error."""
    shown = table("", "term", "cosine", "to seed", "seeds", numbers=("", "cosine", "seeds"))
    for number, term in enumerate(proposed, start=1):
        shown.add_row(
            str(number),
            escape(term.term),
            f"{term.cosine:.2f}",
            escape(term.seed),
            str(term.n_seeds),
        )
    notes.print(f"terms near to the seeds of {name}:")
    notes.print(shown)


def show_new(
    relation: Relation, proposed: Sequence[ProposedTerm], file: Path, *, as_json: bool
) -> None:
    """Print a relation that was added, and what had been proposed for it."""
    if as_json:
        return print_json({"relation": relation, "proposed": proposed, "file": str(file)})
    _print_relation(relation)
    out.print(f"[dim]added to {escape(str(file))}[/]")
    return None


def show_schema(schema: RelationSchema, *, as_json: bool) -> None:
    """Print the relations of a schema, one a line."""
    if as_json:
        return print_json(list(schema.relations.values()))
    shown = table("relation", "subject", "", "object", "triggers")
    for relation in schema.relations.values():
        terms = ", ".join(relation.triggers[:5]) + (" ..." if len(relation.triggers) > 5 else "")
        shown.add_row(
            escape(relation.name),
            escape(_types(relation.subject)),
            "<->" if relation.symmetric else "->",
            escape(_types(relation.object)),
            escape(terms),
        )
    out.print(shown)
    return None


def _types(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (" ..." if len(names) > 3 else "")


def show_relation(relation: Relation, *, as_json: bool) -> None:
    """Print a relation as its schema has it."""
    if as_json:
        return print_json(relation)
    _print_relation(relation)
    return None


def _print_relation(relation: Relation) -> None:
    from ..graph.typed_relations.schema import format_relation

    out.print(escape(format_relation(relation).rstrip("\n")))


def show_evidence(text: str, found: Sequence[Evidence], *, as_json: bool) -> None:
    """Print the shares of relations and what speaks for each."""
    if as_json:
        return print_json({"text": text, "relations": found})
    out.print(escape(text))
    shown = table(
        "share", "relation", "word", "trigger", "near word", "examples", "context",
        numbers=("share", "trigger", "near word", "examples", "context"),
    )  # fmt: skip
    for one in found:
        parts = (one.trigger, one.near_word, one.examples, one.context)
        shown.add_row(
            f"{one.share:.2f}",
            escape(one.relation),
            escape(one.word),
            *(f"{part:.2f}" for part in parts),
        )
    out.print(shown)
    return None
