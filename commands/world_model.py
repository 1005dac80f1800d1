"""The command that harvests hypotheses from the words that link typed phrases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .arguments import Json, Limit, Model, ParserName

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..graph.fragments import TypedSentence
    from ..reading.reader import Reader
    from ..reading.world_model.verification import Fact


def harvest(
    source: Annotated[
        str,
        typer.Argument(metavar="KB|FILE", help="A knowledge base, or a text file to read anew."),
    ],
    about: Annotated[
        str, typer.Option(metavar="PHRASE", help="Ask the fragments with this phrase.")
    ] = "",
    fragment: Annotated[
        str, typer.Option(metavar="WORDS", help='Only this fragment, as "is used to treat".')
    ] = "",
    min_support: Annotated[
        int, typer.Option(min=1, metavar="N", help="How often a fragment has to occur.")
    ] = 3,
    guesses: Annotated[int, typer.Option(min=1, metavar="N", help="Guesses for a question.")] = 5,
    schema: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Relations, to name those found; bundled if not given."),
    ] = None,
    limit: Limit = 20,
    model: Model = None,
    parser: ParserName = None,
    as_json: Json = False,
) -> None:
    """Harvest relations that the model may know: hypotheses, looked up among what is stated."""
    from ..graph.typed_relations.schema import read_schema
    from ..reading.world_model.harvesting import (
        HarvestRules,
        find_fragment,
        fitting,
        harvest_fragments,
        propose,
    )
    from ..reading.world_model.relation_names import RelationNamer
    from .world_model_reports import show_harvest

    namer = RelationNamer(read_schema(schema))
    rules = HarvestRules(min_support=min_support, min_documents=min(2, min_support))
    with open_source(source, model=model, parser=parser) as (reader, sentences, facts):
        found = harvest_fragments(reader, sentences, rules=rules, namer=namer)
        chosen = find_fragment(found, fragment) if fragment else found
        if about:
            chosen = fitting(reader, chosen, about)
        chosen = chosen[:limit]
        hypotheses = propose(reader, chosen, about=about, k=guesses, facts=facts)
    show_harvest(chosen, hypotheses, as_json=as_json)


@contextmanager
def open_source(
    source: str, *, model: str | None, parser: str | None
) -> Iterator[tuple[Reader, Iterable[TypedSentence], Iterable[Fact]]]:
    """Yield a reader, typed sentences, and the facts that they state, of a folder or a text."""
    from ..reading.world_model.sources import (
        facts_of,
        read_sentences,
        stored_facts,
        stored_sentences,
    )

    if Path(source).is_dir():
        from ..knowledge_base import KnowledgeBase
        from .console import progress_bars

        with KnowledgeBase.open(source, model=model, parser=parser) as knowledge_base:
            with progress_bars() as progress:
                knowledge_base.type_mentions(progress=progress)
            store = knowledge_base.store
            yield knowledge_base.reader, stored_sentences(store), stored_facts(store)
        return
    from ..engine.corpus import read_documents
    from ..reading.reader import Reader

    documents = read_documents(source)
    reader = Reader.from_pretrained(model, parser=parser)
    read = list(read_sentences(reader, documents))
    yield reader, [sentence for sentence, _ in read], facts_of(read)
