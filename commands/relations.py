"""The commands about typed relations, `tailgraph relation ...`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .arguments import Json, Model, ParserName

if TYPE_CHECKING:
    from ..graph.parsing import ParsedSentence
    from ..graph.typed_relations.classification import Pair
    from ..graph.typed_relations.expansion import ProposedTerm

relation_commands = typer.Typer(
    name="relation",
    help="Choose which relations typed triples have, and what names each.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Schema = Annotated[
    Path | None,
    typer.Option(help="Relation schema, a TOML file; the one of the package if not given."),
]
TypeNames = Annotated[str, typer.Option(metavar="TYPES", help="Main types, with commas between.")]


@relation_commands.command("new")
def new_relation(
    name: Annotated[str, typer.Argument(help="Lower-case words joined by hyphens.")],
    seeds: Annotated[
        str, typer.Option(metavar="TERM,TERM...", help="Words that name it, with commas between.")
    ],
    subject: TypeNames = "*",
    object: TypeNames = "*",
    symmetric: Annotated[
        bool, typer.Option("--symmetric", help="It holds both ways alike.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Schema file to add it to; made if missing.")] = Path(
        "relations.toml"
    ),
    limit: Annotated[int, typer.Option("-k", "--limit", min=0, help="Terms to propose.")] = 20,
    yes: Annotated[
        bool, typer.Option("--yes", help="Take all proposed terms, ask nothing.")
    ] = False,
    model: Model = None,
    as_json: Json = False,
) -> None:
    """Propose terms near to the seeds, and add a relation of those that you confirm."""
    from ..engine.encoder import Encoder
    from ..errors import ParameterError
    from ..graph.typed_relations.expansion import check_seeds, propose_terms
    from ..graph.typed_relations.schema import Relation, add_relation
    from .relation_reports import show_new, show_proposed

    encoder = Encoder.from_pretrained(model) if model else Encoder.default()
    own = check_seeds(seeds.split(","))
    proposed = propose_terms(encoder.vocabulary, own, k=limit) if limit else []
    if yes:
        chosen = [term.term for term in proposed]
    elif not sys.stdin.isatty():
        raise ParameterError(
            f"{len(proposed)} terms are proposed, and nobody is there to confirm them: run this on "
            "a terminal, or with --yes to take them all, or with --limit 0 to take none."
        )
    else:
        show_proposed(name, proposed)
        chosen = _confirm(proposed)
    relation = Relation(
        name,
        (*own, *chosen),
        subject=_types(subject),
        object=_types(object),
        symmetric=symmetric,
    )
    add_relation(out, relation)
    show_new(relation, proposed, out, as_json=as_json)


@relation_commands.command("list")
def list_relations(
    file: Annotated[
        Path | None, typer.Argument(help="A schema; the package's if not given.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the relations of a schema."""
    from ..graph.typed_relations.schema import read_schema
    from .relation_reports import show_schema

    show_schema(read_schema(file), as_json=as_json)


@relation_commands.command("show")
def show_one(
    name: Annotated[str, typer.Argument(help="Name of the relation.")],
    schema: Schema = None,
    as_json: Json = False,
) -> None:
    """Show a relation as it stands in its schema."""
    from ..graph.typed_relations.schema import read_schema
    from .relation_reports import show_relation

    show_relation(read_schema(schema).relation(name), as_json=as_json)


@relation_commands.command("classify")
def classify(
    text: Annotated[str, typer.Argument(help="One sentence.")],
    pair: Annotated[
        str,
        typer.Option(
            metavar="START:END,START:END",
            help="Characters of the two names in question; the whole sentence if not given.",
        ),
    ] = "",
    schema: Schema = None,
    limit: Annotated[
        int, typer.Option("-k", "--limit", min=1, help="How many relations at most.")
    ] = 5,
    model: Model = None,
    parser: ParserName = None,
    as_json: Json = False,
) -> None:
    """Say which relation a sentence states between two names, or at all."""
    from ..engine.encoder import Encoder
    from ..graph.parsing import Parser
    from ..graph.typed_relations.classification import RelationClassifier
    from ..graph.typed_relations.schema import read_schema
    from .relation_reports import show_evidence

    encoder = Encoder.from_pretrained(model) if model else Encoder.default()
    own_parser = Parser.from_pretrained(parser) if parser else Parser.default()
    [[sentence]] = own_parser.parse([[text]])
    marked = _pair(sentence, pair) if pair else None
    [found] = RelationClassifier(encoder, read_schema(schema)).classify([sentence], [marked])
    show_evidence(text, found[:limit], as_json=as_json)


def _types(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _pair(sentence: ParsedSentence, text: str) -> Pair:
    """Read two places of a sentence; their types may be any."""
    from ..errors import ParameterError
    from ..graph.typed_relations.extraction import given_argument
    from .arguments import read_span

    spans = [read_span(part) for part in text.split(",")]
    if len(spans) != 2:
        raise typer.BadParameter(f"{text!r} is no pair; give START:END,START:END.")
    for start, end in spans:
        if not start < end <= len(sentence.text):
            raise ParameterError(
                f"The place {start}:{end} is not in the sentence of {len(sentence.text)} "
                "characters; give a start and a later end inside of it."
            )
    one, other = (given_argument(sentence.text, *span) for span in spans)
    return one, other


def _confirm(proposed: list[ProposedTerm]) -> list[str]:
    """Ask which of the proposed terms name the relation: all, none, or a list."""
    from .console import notes

    terms = [term.term for term in proposed]
    notes.print(r"Take them? \[y] all, \[n] none, or numbers and words, with commas between:")
    answer = input().strip().lower()
    if answer in ("y", "yes"):
        return terms
    if answer in ("", "n", "no"):
        return []
    return pick_terms(answer, terms)


def pick_terms(answer: str, terms: list[str]) -> list[str]:
    """Return the terms that an answer names: by number from 1, or as words of one's own.

    Examples
    --------
    >>> pick_terms("2, hinder", ["suppress", "block"])
    ['block', 'hinder']
    """
    picked = []
    for part in (part.strip() for part in answer.split(",")):
        if part.isdecimal():
            if not 1 <= int(part) <= len(terms):
                raise typer.BadParameter(
                    f"There is no term {part}; they go from 1 to {len(terms)}."
                )
            picked.append(terms[int(part) - 1])
        elif part:
            picked.append(part)
    return list(dict.fromkeys(picked))
