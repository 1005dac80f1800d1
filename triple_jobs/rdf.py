r"""Triples as RDF: N-Triples and JSON-LD that say the same.

Each record is an ``rdf:Statement`` about two phrases and a relation, with its provenance and the
other fields as literals. What the text states plainly (not denied, hedged, conditional or put
in someone's mouth) is also asserted: the triple itself stands beside its statement. Resources are
URNs, so nothing pretends to be found on the web::

    urn:tailgraph:triple:ID         a statement
    urn:tailgraph:phrase:KEY        an argument, by its key, percent-encoded
    urn:tailgraph:relation:LEMMA    a relation, by its lemma or its name in the schema
    urn:tailgraph:vocabulary:NAME   what a statement says of itself: a column of the CSV format
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from .records import COMPONENT_NAMES, Kind, Record, compact_json, flat_columns, flat_values

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_OURS = "urn:tailgraph:"
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f]')
_SHORT = {'"': r"\"", "\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
_NUMBER_COLUMNS = ("confidence", *(f"components_{name}" for name in COMPONENT_NAMES))
_LIST_COLUMNS = ("adjuncts", "subject_types", "object_types")

JSON_LD_HEADER = (
    json.dumps(
        {
            "@version": 1.1,
            "@vocab": f"{_OURS}vocabulary:",
            "rdf": _RDF,
            "xsd": _XSD,
            **{name: {"@type": "xsd:decimal"} for name in _NUMBER_COLUMNS},
            **{name: {"@type": "rdf:JSON"} for name in _LIST_COLUMNS},
        }
    )
    .join(('{"@context": ', ',\n"@graph": [\n'))
    .encode()
)
JSON_LD_FOOTER = b"\n]}\n"


def n_triples_record(fields: Mapping[str, Kind], record: Record) -> bytes:
    """Write a record as lines of N-Triples, one RDF triple each."""
    statement, subject, predicate, target = _resources(record)
    lines = [
        f"<{statement}> <{_RDF}type> <{_RDF}Statement> .",
        f"<{statement}> <{_RDF}subject> <{subject}> .",
        f"<{statement}> <{_RDF}predicate> <{predicate}> .",
        f"<{statement}> <{_RDF}object> <{target}> .",
        *(
            f"<{statement}> <{_OURS}vocabulary:{name}> {_literal(name, value)} ."
            for name, value in _literals(fields, record)
        ),
    ]
    if _is_asserted(record):
        lines.append(f"<{subject}> <{predicate}> <{target}> .")
    return "".join(f"{line}\n" for line in lines).encode()


def json_ld_record(fields: Mapping[str, Kind], record: Record) -> bytes:
    """Write a record as a node of JSON-LD, and what it asserts as another."""
    statement, subject, predicate, target = _resources(record)
    node: dict[str, Any] = {
        "@id": statement,
        "@type": "rdf:Statement",
        "rdf:subject": {"@id": subject},
        "rdf:predicate": {"@id": predicate},
        "rdf:object": {"@id": target},
    }
    for name, value in _literals(fields, record):
        node[name] = value if isinstance(value, (str, bool, int)) else compact_json(value)
    nodes = [node]
    if _is_asserted(record):
        nodes.append({"@id": subject, predicate: {"@id": target}})
    return ",\n".join(json.dumps(item, ensure_ascii=False) for item in nodes).encode()


def _resources(record: Record) -> tuple[str, str, str, str]:
    """Name the statement, its subject, its relation and its object."""
    relation = record["name"] if "name" in record else record["relation_lemma"]
    return (
        f"{_OURS}triple:{record['id']}",
        f"{_OURS}phrase:{quote(record['subject']['key'], safe='')}",
        f"{_OURS}relation:{quote(relation, safe='')}",
        f"{_OURS}phrase:{quote(record['object']['key'], safe='')}",
    )


def _literals(fields: Mapping[str, Kind], record: Record) -> Iterator[tuple[str, Any]]:
    """Yield the columns that say something, each with its value."""
    columns = zip(flat_columns(fields), flat_values(fields, record), strict=True)
    for name, value in columns:
        if name != "id" and value != "" and value != []:
            yield name, value


def _is_asserted(record: Record) -> bool:
    """Tell whether the text itself states the triple, plainly."""
    context = ("negated", "modality", "condition", "attribution")
    return not any(record.get(name) for name in context)


def _literal(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return f'"{compact_json(value)}"^^<{_XSD}boolean>'
    if isinstance(value, int):
        return f'"{value}"^^<{_XSD}integer>'
    if isinstance(value, str):
        return f'"{_escape(value)}"'
    kind = f"{_XSD}decimal" if name in _NUMBER_COLUMNS else f"{_RDF}JSON"
    return f'"{_escape(compact_json(value))}"^^<{kind}>'


def _escape(text: str) -> str:
    """Escape a literal as N-Triples has it."""
    return _ESCAPED.sub(lambda found: _SHORT.get(found[0], f"\\u{ord(found[0]):04X}"), text)
