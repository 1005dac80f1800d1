"""Relation sets as pairs of names in parsed sentences, whatever their form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from forms.chemprot import read_chemprot
from forms.relations import (
    NO_RELATION,
    Abstract,
    RelationPair,
    is_pubtator,
    read_abstracts,
    read_relation_pairs,
)

from tailgraph.engine.sentences import split_sentences
from tailgraph.graph.parsing import MAX_GROUP, ParsedSentence, Parser
from tailgraph.graph.typed_relations.extraction import given_argument
from tailgraph.graph.typed_relations.typed_triple import TypedArgument

Place = tuple[int, TypedArgument, TypedArgument]
"""A sentence, by number, and two names in it."""

_GENE_DISEASE = {"@GENE$": "BRCA1", "@DISEASE$": "carcinoma"}
_CHEMPROT_GROUPS = {
    "cpr-3": "ACTIVATOR UPREGULATOR INDIRECT-UPREGULATOR",
    "cpr-4": "INHIBITOR DOWNREGULATOR INDIRECT-DOWNREGULATOR",
    "cpr-5": "AGONIST AGONIST-ACTIVATOR AGONIST-INHIBITOR",
    "cpr-6": "ANTAGONIST",
    "cpr-9": "SUBSTRATE PRODUCT-OF SUBSTRATE_PRODUCT-OF",
}


@dataclass(frozen=True, slots=True)
class PairItem:
    """A pair of names to judge: its ids, its gold label, and where both stand in one sentence.

    `standing` says how the document stands to the pair, 0 to 1: how often each is named in it, and
    whether in its title.
    """

    ids: tuple[str, ...]
    label: str
    places: tuple[Place, ...]
    standing: float = 0.0


@dataclass(frozen=True)
class RelationSet:
    """A file or folder of pairs.

    Attributes
    ----------
    kind
        The form: "bc5cdr", "chemprot", "chemprot-marked", "ddi", "ppi", "gad" or "sciie".
    sentences
        The parsed sentences.
    names
        The names in each sentence.
    items
        The pairs, in the order of the file.
    no_relation
        The label of pairs without a relation, "" where there are none.
    """

    kind: str
    sentences: list[ParsedSentence]
    names: list[list[TypedArgument]]
    items: list[PairItem]
    no_relation: str


def read_relation_set(path: Path, parser: Parser, *, limit: int | None = None) -> RelationSet:
    """Read and parse a set, its form told by its content; at most `limit` documents or pairs."""
    if path.is_dir():
        return _read_chemprot(path, parser, limit)
    if is_pubtator(path):
        return _read_abstracts(path, parser, limit)
    return _read_marked(path, parser, limit)


@dataclass
class _Sentences:
    """Collects the sentences of documents, then parses them all."""

    texts: list[list[str]] = field(default_factory=list)
    names: list[list[TypedArgument]] = field(default_factory=list)

    def add(
        self, text: str, places: Sequence[tuple[int, int, str]]
    ) -> list[list[tuple[int, TypedArgument]]]:
        """Split a document; tell for each place the sentences that it is in, and its name there."""
        found: list[list[tuple[int, TypedArgument]]] = [[] for _ in places]
        spans = split_sentences(text)
        for start, stop in spans:
            own = []
            for number, (first, last, kind) in enumerate(places):
                if start <= first and last <= stop:
                    name = given_argument(text[start:stop], first - start, last - start, kind)
                    own.append(name)
                    found[number].append((len(self.names), name))
            self.names.append(own)
        self.texts.append([text[start:stop] for start, stop in spans])
        return found

    def parse(self, parser: Parser) -> list[ParsedSentence]:
        """Parse the sentences, neighbors of a document together."""
        groups = (
            document[first : first + MAX_GROUP]
            for document in self.texts
            for first in range(0, len(document), MAX_GROUP)
        )
        return [sentence for group in parser.parse(groups) for sentence in group]


def _read_abstracts(path: Path, parser: Parser, limit: int | None) -> RelationSet:
    sentences, items = _Sentences(), []
    for abstract in islice(read_abstracts(path), limit):
        mentions = [m for m in abstract.mentions if m.type in ("Chemical", "Disease")]
        found = sentences.add(abstract.text, [(m.start, m.stop, m.type.upper()) for m in mentions])
        where: dict[str, list[tuple[int, TypedArgument]]] = {}
        for mention, places in zip(mentions, found, strict=True):
            for name in mention.ids:
                where.setdefault(f"{mention.type} {name}", []).extend(places)
        for chemical, disease in abstract.pairs():
            items.append(
                PairItem(
                    (abstract.id, chemical, disease),
                    "CID" if (chemical, disease) in abstract.relations else NO_RELATION,
                    tuple(_together(where[f"Chemical {chemical}"], where[f"Disease {disease}"])),
                    _standing(abstract, chemical, disease),
                )
            )
    return RelationSet("bc5cdr", sentences.parse(parser), sentences.names, items, NO_RELATION)


def _standing(abstract: Abstract, chemical: str, disease: str) -> float:
    """Say how much an abstract is about two names: title and how often, each a quarter."""
    title_end = split_sentences(abstract.text)[0][1]
    total = 0.0
    for name, kind in ((chemical, "Chemical"), (disease, "Disease")):
        mentions = [m for m in abstract.mentions if m.type == kind]
        counts: dict[str, int] = {}
        for mention in mentions:
            for other in mention.ids:
                counts[other] = counts.get(other, 0) + 1
        in_title = any(name in m.ids and m.start < title_end for m in mentions)
        total += in_title + counts[name] / max(counts.values())
    return total / 4


def _read_chemprot(folder: Path, parser: Parser, limit: int | None) -> RelationSet:
    sentences, items = _Sentences(), []
    for abstract in islice(read_chemprot(folder), limit):
        found = sentences.add(
            abstract.text,
            [(p.start, p.stop, "CHEMICAL" if p.is_chemical else "GENE") for p in abstract.places],
        )
        named = list(zip(abstract.places, found, strict=True))
        for chemical, its_places in named:
            for gene, gene_places in named:
                pair = chemical.id, gene.id
                places = tuple(_together(its_places, gene_places))
                if chemical.is_chemical and not gene.is_chemical and places:
                    label = abstract.relations.get(pair, NO_RELATION)
                    label = label.lower().replace(":", "-")
                    items.append(PairItem((abstract.id, *pair), label, places))
    return RelationSet("chemprot", sentences.parse(parser), sentences.names, items, NO_RELATION)


def _together(
    ones: Sequence[tuple[int, TypedArgument]], others: Sequence[tuple[int, TypedArgument]]
) -> Iterator[Place]:
    """Yield each place where both stand in one sentence."""
    for row, one in ones:
        for other_row, other in others:
            if row == other_row:
                yield row, one, other


def _read_marked(path: Path, parser: Parser, limit: int | None) -> RelationSet:
    pairs = list(islice(read_relation_pairs(path), limit))
    kind = _kind(path, pairs)
    rows: dict[str, int] = {}
    names: list[list[TypedArgument]] = []
    items = []
    for pair in pairs:
        text, ends = _natural(pair) if kind == "gad" else (pair.text, (pair.first, pair.second))
        row = rows.setdefault(text, len(rows))
        if row == len(names):
            names.append([])
        places: tuple[Place, ...] = ()
        if ends[0] is not None and ends[1] is not None:
            one, other = (
                given_argument(text, *end, *types)
                for end, types in zip(ends, _types(kind), strict=True)
                if end is not None
            )
            names[row] += [name for name in (one, other) if name not in names[row]]
            places = ((row, one, other),)
        items.append(PairItem((pair.id,), _label(kind, pair.label), places))
    groups = ([text] for text in rows)
    parsed = [sentence for group in parser.parse(groups) for sentence in group]
    no_relation = {"ddi": NO_RELATION, "ppi": "False", "gad": "0"}.get(kind, "")
    return RelationSet(kind, parsed, names, items, no_relation)


def _kind(path: Path, pairs: Sequence[RelationPair]) -> str:
    """Tell the form of marked pairs by their labels."""
    labels = {pair.label for pair in pairs}
    if ".jsonl" in path.name:
        groups = {label for group in _CHEMPROT_GROUPS.values() for label in group.split()}
        return "chemprot-marked" if labels & groups else "sciie"
    if labels <= {"True", "False"}:
        return "ppi"
    return "gad" if labels <= {"0", "1"} else "ddi"


def _types(kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the types of the first and the second name; none where they may be any."""
    types: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
        "chemprot-marked": (("CHEMICAL",), ("GENE",)),
        "ddi": (("CHEMICAL",), ("CHEMICAL",)),
        "ppi": (("GENE",), ("GENE",)),
        "gad": (("GENE",), ("DISEASE",)),
    }
    return types.get(kind, ((), ()))


def _label(kind: str, label: str) -> str:
    """Return a gold label as the schema of the set calls the relation."""
    if kind == "chemprot-marked":
        groups = {name: group.split() for name, group in _CHEMPROT_GROUPS.items()}
        return next((name for name, group in groups.items() if label in group), label)
    return label.lower() if kind in ("ddi", "sciie") else label


def _natural(pair: RelationPair) -> tuple[str, tuple[tuple[int, int] | None, ...]]:
    """Put names in place of marks, so that the parser reads words."""
    text, ends, moved = pair.text, [pair.first, pair.second], 0
    spans = [(end, number) for number, end in enumerate(ends) if end is not None]
    for (start, stop), number in sorted(spans):
        name = _GENE_DISEASE[pair.text[start:stop]]
        ends[number] = (start + moved, start + moved + len(name))
        text = text[: start + moved] + name + text[stop + moved :]
        moved += len(name) - (stop - start)
    return text, tuple(ends)
