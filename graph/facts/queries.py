"""What a store answers about its facts: the facts themselves, and the sentences that say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import ParameterError
from ..database import Row, as_float, as_int
from ..queries import Place
from ..store import GraphStore
from ..typed_relations.typed_triple import TypedTriple
from .aggregation import Fact
from .typed_rows import COLUMNS, typed_triple

SEARCH_STEP = "facts"
"""The step whose watermark is the first sentence that was not searched for facts yet."""

_FACT = (
    "f.id, f.subject, f.relation, f.object, f.symmetric, f.support, f.n_documents, f.n_negated, "
    "f.best_confidence, f.confidence"
)

EVIDENCE = (
    "WITH wanted (denials, n) AS (VALUES (?, ?)), ranked AS (SELECT t.*, row_number() OVER "
    "(PARTITION BY fact_id ORDER BY negated <> denials, confidence DESC, id) AS place "
    "FROM typed_triple t, wanted WHERE t.fact_id IN (%s)) "
    f'SELECT t.fact_id, d.key, s.start, s."end", n.text, {COLUMNS} FROM wanted '
    "JOIN ranked t ON t.place <= wanted.n JOIN sentence s ON s.id = t.sentence_id "
    "JOIN document d ON d.id = s.document_id JOIN node n ON n.id = s.node_id "
    "ORDER BY t.fact_id, t.place"
)
"""The statements of facts: whether denials come first, how many of each, and the facts' ids."""


@dataclass(frozen=True)
class Evidence:
    """A typed triple that speaks of a fact, and where; spans count in ``place.sentence``."""

    triple: TypedTriple
    place: Place


@dataclass(frozen=True)
class FoundFact:
    """A fact with sentences that state it, the surest first."""

    fact: Fact
    evidence: tuple[Evidence, ...]


def facts_by_id(store: GraphStore, ids: Sequence[int]) -> dict[int, Fact]:
    """Return facts by their ids."""
    statement = f"SELECT {_FACT} FROM fact f WHERE f.id IN (%s)"
    return {as_int(row[0]): _fact(row) for row in store.database.rows_in(statement, ids)}


def relation_names(store: GraphStore) -> list[str]:
    """Return the relations of which there are facts, in alphabetical order."""
    rows = store.database.rows("SELECT DISTINCT relation FROM fact ORDER BY relation")
    return [str(row[0]) for row in rows]


def check_relations(store: GraphStore, relations: Sequence[str]) -> None:
    """Refuse a relation of which there is no fact.

    Raises
    ------
    ParameterError
        The message names those there are.
    """
    known = relation_names(store)
    if not known:
        raise ParameterError(
            "this knowledge base holds no facts; look for them with `tailgraph facts KB --find`"
        )
    for relation in relations:
        if relation not in known:
            raise ParameterError(
                f"no fact has the relation {relation!r}; there are facts of {', '.join(known)}"
            )


def unsearched(store: GraphStore) -> int:
    """Return how many sentences were not searched for facts yet."""
    return store.database.next_id("sentence") - int(store.watermark(SEARCH_STEP) or "0")


def facts(
    store: GraphStore,
    *,
    about: str = "",
    relations: Sequence[str] = (),
    negated: bool = False,
    limit: int = 20,
    n_evidence: int = 1,
) -> list[FoundFact]:
    """Return facts, the surest first.

    Parameters
    ----------
    about
        Text that an argument must hold, in its canonical form or as a sentence has it; in any case.
    relations
        Only these relations; all if there is none.
    negated
        Only facts that some sentence denies, those denied most often first; the evidence then
        begins with denials.
    n_evidence
        How many sentences to give for each fact at most.
    """
    marks = ", ".join("?" * len(relations))
    statement = (
        f"SELECT {_FACT} FROM fact f WHERE (instr(lower(f.subject), ?) OR instr(lower(f.object), ?)"
        " OR EXISTS (SELECT 1 FROM typed_triple t WHERE t.fact_id = f.id "
        "AND (instr(lower(t.subject), ?) OR instr(lower(t.object), ?)))) "
        f"AND (f.relation IN ({marks}) OR ?) AND (f.n_negated > 0 OR ?) "
        "ORDER BY CASE WHEN ? THEN -f.n_negated ELSE 0 END, f.id LIMIT ?"
    )
    wanted = about.lower()
    parameters = (wanted,) * 4 + (*relations, not relations, not negated, negated, limit)
    chosen = [_fact(row) for row in store.database.rows(statement, parameters)]
    found = _evidence(store, [fact.id for fact in chosen], n_evidence, negated)
    return [FoundFact(fact, tuple(found.get(fact.id, ()))) for fact in chosen]


def _evidence(
    store: GraphStore, ids: Sequence[int], n_evidence: int, denials_first: bool
) -> dict[int, list[Evidence]]:
    """Return the evidence of each fact: the surest statement first, ties in order of reading."""
    found: dict[int, list[Evidence]] = {}
    for row in store.database.rows_in(EVIDENCE, ids, denials_first, n_evidence):
        place = Place(str(row[1]), as_int(row[2]), as_int(row[3]), str(row[4]))
        found.setdefault(as_int(row[0]), []).append(Evidence(typed_triple(row[5:]), place))
    return found


def _fact(row: Row) -> Fact:
    return Fact(
        id=as_int(row[0]),
        subject=str(row[1]),
        relation=str(row[2]),
        object=str(row[3]),
        symmetric=bool(row[4]),
        support=as_int(row[5]),
        n_documents=as_int(row[6]),
        n_negated=as_int(row[7]),
        best_confidence=as_float(row[8]),
        confidence=as_float(row[9]),
    )
