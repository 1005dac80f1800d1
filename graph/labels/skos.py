"""Labels as a SKOS vocabulary in Turtle: labels and terms are concepts, a term below its labels.

What is read is a subset of Turtle: prefixes, absolute IRIs, prefixed names, strings on one line,
numbers, and lists with ``;`` and ``,``. Blank nodes, collections, long strings and ``@base`` are
refused. Properties other than prefLabel, altLabel and broader are passed over.

References
----------
W3C, "SKOS Simple Knowledge Organization System Reference", 2009; W3C, "RDF 1.1 Turtle", 2014.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from ...errors import ArtifactError
from .seeds import main_type

_SKOS = "http://www.w3.org/2004/02/skos/core#"
_SCHEME = "urn:tailgraph:labels"
_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
      | (?P<prefix>@prefix\b|PREFIX\b)
      | <(?P<iri>[^<>"{}|^`\\\s]*)>
      | (?P<text>"(?:[^"\\\n]|\\.)*"(?!"))(?:@[A-Za-z-]+|\^\^(?:<[^<>\s]*>|[\w-]*:[\w-]*))?
      | (?P<name>[\w-]*:(?:[\w%-](?:[\w.%-]*[\w%-])?)?)
      | (?P<word>a\b|true\b|false\b|[+-]?\d+(?:\.\d+)?)
      | (?P<mark>[.;,])""",
    re.VERBOSE,
)


@dataclass(slots=True)
class _Concept:
    """What is said of a subject, from the line on where it is met first."""

    line: int
    names: list[str] = field(default_factory=list)
    other_names: list[str] = field(default_factory=list)
    broader: list[str] = field(default_factory=list)


def write_terms(labels: Mapping[str, tuple[str, ...]]) -> str:
    r"""Write terms and their labels as Turtle.

    Every term is a concept with its labels as broader ones, and every sub-type has its main type as
    a broader one.

    Examples
    --------
    >>> print(write_terms({"aspirin": ("CHEMICAL.DRUG",)}).split("\n\n")[3])
    <urn:tailgraph:label:CHEMICAL.DRUG> a skos:Concept ;
        skos:inScheme <urn:tailgraph:labels> ;
        skos:prefLabel "CHEMICAL.DRUG" ;
        skos:broader <urn:tailgraph:label:CHEMICAL> .
    """
    used = {name for names in labels.values() for name in names}
    blocks = [f"@prefix skos: <{_SKOS}> .", f"<{_SCHEME}> a skos:ConceptScheme ."]
    for name in sorted(used | {main_type(name) for name in used}):
        above = [] if main_type(name) == name else [_label_iri(main_type(name))]
        blocks.append(_block(_label_iri(name), name, above))
    for term, names in labels.items():
        iri = f"<urn:tailgraph:term:{quote(term, safe='')}>"
        blocks.append(_block(iri, term, [_label_iri(name) for name in names]))
    return "\n\n".join(blocks) + "\n"


def _label_iri(label: str) -> str:
    return f"<urn:tailgraph:label:{label}>"


def _block(iri: str, name: str, broader: list[str]) -> str:
    top = "" if broader else f"    skos:topConceptOf <{_SCHEME}> ;\n"
    above = f" ;\n    skos:broader {', '.join(broader)}" if broader else ""
    return (
        f"{iri} a skos:Concept ;\n    skos:inScheme <{_SCHEME}> ;\n{top}"
        f"    skos:prefLabel {json.dumps(name, ensure_ascii=False)}{above} ."
    )


def read_terms(text: str, source: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Yield the terms of a SKOS vocabulary with their lines and labels.

    A term is a concept that has broader ones and is none itself: each of its names gets the
    preferred names of the broader concepts as labels.

    Parameters
    ----------
    text
        Turtle; see the top of this file for how much of it.
    source
        What messages call it.

    Raises
    ------
    ArtifactError
        If it is not that much of Turtle, or a broader concept has no preferred name.
    """
    concepts = _concepts(text, source)
    inner = {iri for concept in concepts.values() for iri in concept.broader}
    for iri, concept in concepts.items():
        if concept.broader and iri not in inner:
            labels = []
            for above in concept.broader:
                if above not in concepts or not concepts[above].names:
                    raise ArtifactError(
                        f"{source}, line {concept.line}: the broader concept <{above}> has no "
                        "skos:prefLabel, which would be the label"
                    )
                labels.append(concepts[above].names[0])
            for name in (*concept.names, *concept.other_names):
                yield concept.line, name, tuple(labels)


def _concepts(text: str, source: str) -> dict[str, _Concept]:
    """Gather what is said of each subject."""
    concepts: dict[str, _Concept] = {}
    for line, subject, predicate, value in _triples(text, source):
        concept = concepts.setdefault(subject, _Concept(line))
        if predicate == f"{_SKOS}prefLabel":
            concept.names.append(value)
        elif predicate == f"{_SKOS}altLabel":
            concept.other_names.append(value)
        elif predicate == f"{_SKOS}broader":
            concept.broader.append(value)
    return concepts


def _triples(text: str, source: str) -> Iterator[tuple[int, str, str, str]]:
    """Yield line, subject, predicate and object of each statement."""
    tokens = _Tokens(text, source)
    while tokens.kind:
        if tokens.kind == "prefix":
            tokens.read_prefix()
            continue
        line, subject = tokens.line, tokens.take("iri", "name")
        while True:
            predicate = tokens.take("iri", "name", "word")
            while True:
                yield line, subject, predicate, tokens.take("iri", "name", "text", "word")
                if tokens.value != ",":
                    break
                tokens.take("mark")
            while tokens.value == ";":
                tokens.take("mark")
            if tokens.value == ".":
                tokens.take("mark")
                break


class _Tokens:
    """The tokens of a text one by one: the kind, the value and the line of the next."""

    def __init__(self, text: str, source: str) -> None:
        self._text = text
        self._source = source
        self._place = 0
        self._prefixes: dict[str, str] = {}
        self.kind: str | None = None
        self.value = ""
        self.line = 1
        self._next()

    def take(self, *kinds: str) -> str:
        """Return the value of the next token, which has to be of one of these kinds."""
        if self.kind not in kinds:
            raise self._error(f"expected {' or '.join(kinds)}, found {self.value or 'the end'!r}")
        value = self._full_name(self.value) if self.kind == "name" else self.value
        self._next()
        return value

    def read_prefix(self) -> None:
        """Read a whole declaration of a prefix, with or without the dot at its end."""
        self.take("prefix")
        if self.kind != "name" or not self.value.endswith(":"):
            raise self._error(f"expected a prefix with a colon, found {self.value!r}")
        prefix = self.value
        self._next()
        self._prefixes[prefix] = self.take("iri")
        if self.value == ".":
            self.take("mark")

    def _full_name(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        if f"{prefix}:" not in self._prefixes:
            raise self._error(f"the prefix {prefix}: is not declared")
        return self._prefixes[f"{prefix}{colon}"] + local

    def _next(self) -> None:
        while True:
            found = _TOKEN.match(self._text, self._place)
            if found is None:
                self.kind, self.value = None, ""
                if self._place < len(self._text):
                    rest = self._text[self._place :].split("\n", 1)[0][:30]
                    raise self._error(f"cannot read {rest!r}; see docs/format.md for the subset")
                return
            self._place, self.kind = found.end(), found.lastgroup
            if self.kind != "space":
                break
            self.line += found[0].count("\n")
        self.value = found[self.kind or 0]
        if self.kind == "text":
            self.value = self._unescaped(self.value)

    def _unescaped(self, literal: str) -> str:
        try:
            return str(json.loads(literal, strict=False))
        except ValueError as error:
            raise self._error(f"cannot read the string {literal}") from error

    def _error(self, what: str) -> ArtifactError:
        return ArtifactError(f"{self._source}, line {self.line}: {what}")
