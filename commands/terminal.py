"""What the commands about a knowledge base print: tables for a person, JSON for a program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape

from .console import out, print_json, table

if TYPE_CHECKING:
    from ..answers import Description, Hit, Neighbor, RelatedText
    from ..building import BuildReport
    from ..graph.entities import Entity
    from ..graph.facts.aggregation import Fact
    from ..graph.queries import Found, Mention, StoredCluster
    from ..graph.relations.triples import Triple
    from ..graph.verification import Finding
    from ..reading.label_free import FineEntity
    from ..reading.typed_text import TypedText


def show_hits(hits: Sequence[Hit], *, as_json: bool) -> None:
    """Print what a search found, each hit with the words that say why."""
    if as_json:
        return print_json(hits)
    if not hits:
        out.print("nothing found: the knowledge base holds no node of this kind")
    for rank, hit in enumerate(hits, start=1):
        out.print(f"[bold]{rank:>2}  {hit.score:.3f}[/]  {escape(hit.node.text)}")
        why = ", ".join(hit.shared) or ", ".join(mark.term for mark in hit.landmarks[:5])
        reason = "both point at" if hit.shared else "points at"
        if why:
            out.print(f"           [green]{reason}: {escape(why)}[/]")
        if hit.places:
            first = hit.places[0]
            more = f" and {len(hit.places) - 1} more" if len(hit.places) > 1 else ""
            out.print(
                f"           [dim]{escape(first.document)} {first.start}-{first.end}{more}[/]"
            )
    return None


def show_description(found: Description, *, as_json: bool) -> None:
    """Print what a text means to the model."""
    if as_json:
        return print_json(found)
    out.print(f"[bold]{escape(found.text)}[/]")
    if found.has_unknown:
        out.print(
            "[yellow]some of it is unknown to the model: its vector says less than it seems[/]"
        )
    if found.truncated:
        out.print("[yellow]it is longer than the model reads: only its beginning counts[/]")
    marks = (f"{mark.term} [dim]{mark.weight:.1f}[/]" for mark in found.landmarks)
    out.print(f"points at: {', '.join(marks)}")
    if found.standing is not None:
        place = found.standing
        out.print(
            f"a {place.node.kind.name.lower()} of the graph: lists {place.n_out}, is listed by "
            f"{place.n_in}, its tail begins above cosine {place.threshold:.2f}"
        )
        for cluster in place.clusters:
            out.print(
                f"in cluster {escape(cluster.key)}: {escape(', '.join(cluster.members[:12]))}"
            )
    out.print(
        "near phrases: "
        + escape(", ".join(f"{h.node.text} ({h.score:.2f})" for h in found.phrases))
    )
    out.print("near sentences:")
    for hit in found.sentences:
        out.print(f"  {hit.score:.3f}  {escape(hit.node.text)}")
    return None


def show_neighbors(found: Sequence[Neighbor], *, as_json: bool) -> None:
    """Print nodes met on a walk, in the order met."""
    if as_json:
        return print_json(found)
    with_facts = any(near.fact for near in found)
    shown = table("hop", "from", "", "to", "cosine", *(["fact"] if with_facts else []))
    for near in found:
        cells = [str(near.hops), near.parent, _arrow(near), near.node.text]
        if near.fact is None:
            cells.append(f"{near.weight:.3f}")
        else:
            cells += ["", f"{near.weight:.3f}  {fact_support(near.fact)}"]
        shown.add_row(*map(escape, cells))
    out.print(shown if found else "nothing: no edge leads on from here")
    return None


def _arrow(near: Neighbor) -> str:
    """Draw the edge of a step: from the one that lists, or from the subject of the fact."""
    if near.fact is not None:
        return fact_arrow(near.fact, backward=near.incoming)
    return "<->" if near.mutual else "<-" if near.incoming else "->"


def fact_arrow(fact: Fact, *, backward: bool = False) -> str:
    """Draw a fact from its subject to its object, or the other way round."""
    if fact.symmetric:
        return f"<-{fact.relation}->"
    return f"<-{fact.relation}-" if backward else f"-{fact.relation}->"


def fact_support(fact: Fact) -> str:
    """Say what speaks for a fact and against it."""
    n = fact.n_documents
    denied = f", denied {fact.n_negated}" if fact.n_negated else ""
    places = f" in {n} documents" if n > 1 else ""
    return f"support {fact.support}{places}{denied}"


def show_clusters(found: Sequence[StoredCluster], *, as_json: bool) -> None:
    """Print clusters with their pivots and members."""
    if as_json:
        return print_json(found)
    shown = table("pivot", "terms", "strength", "members")
    for cluster in found:
        members = ", ".join(cluster.members[:15]) + (" ..." if len(cluster.members) > 15 else "")
        shown.add_row(
            escape(cluster.key),
            str(len(cluster.members)),
            f"{cluster.strength:.2f}",
            escape(members),
        )
    out.print(shown if found else "no cluster: the term stands alone")
    return None


def show_typed(found: Sequence[TypedText[Entity]], *, as_json: bool) -> None:
    """Print typed phrases with the words that decided."""
    if as_json:
        return print_json(found)
    for sentence in found:
        _show_read(sentence)
        for entity in sentence.entities:
            label = f"{entity.label}.{entity.subtype}" if entity.subtype else entity.label
            other = f" [dim]or[/] {entity.alternative}" if entity.alternative else ""
            why = ", ".join(list(dict.fromkeys(part.term for part in entity.evidence))[:8])
            out.print(
                f"  [bold]{label}[/] {entity.confidence:.2f}{other}  {escape(entity.text)}"
                f"  [dim]{escape(why)}[/]"
            )
    return None


def show_finely_typed(found: Sequence[TypedText[FineEntity]], *, as_json: bool) -> None:
    """Print phrases with the clusters that their contexts ask for."""
    if as_json:
        return print_json(found)
    for sentence in found:
        _show_read(sentence)
        for entity in sentence.entities:
            words = ", ".join(descriptor.term for descriptor in entity.descriptors)
            types = ", ".join(f"{kind.pivot} {kind.cosine:.2f}" for kind in entity.types)
            label = f"{entity.label} {entity.share:.1f}" if entity.label else "no label"
            out.print(f"  [bold]{escape(entity.text)}[/]  {label}")
            out.print(f"    [green]{escape(types)}[/]")
            out.print(f"    [dim]by {escape(entity.pivot)} of {escape(words)}[/]")
    return None


def _show_read(sentence: TypedText[Entity] | TypedText[FineEntity]) -> None:
    """Print a sentence, and what the model could not read of it."""
    out.print(escape(sentence.text))
    if sentence.has_unknown:
        out.print("  [yellow]some of it is unknown to the model: this says less than it seems[/]")


def show_mentions(found: Sequence[Mention], *, as_json: bool) -> None:
    """Print the typed phrases of a knowledge base."""
    if as_json:
        return print_json(found)
    shown = table("label", "phrase", "mentions", "confidence")
    for mention in found:
        shown.add_row(
            f"{mention.label}.{mention.subtype}".rstrip("."),
            escape(mention.text),
            str(mention.n_mentions),
            f"{mention.confidence:.2f}",
        )
    out.print(shown if found else "no mention has this label")
    return None


def show_found(found: Sequence[Found], *, as_json: bool) -> None:
    """Print stored triples with where they stand."""
    if as_json:
        return print_json(found)
    for item in found:
        out.print(_triple_line(item.triple))
        place = item.place
        where = f"{escape(place.document)} {place.start}-{place.end}"
        out.print(f"        [dim]{where}  {escape(place.sentence)}[/]")
    if not found:
        out.print("no triple fits")
    return None


def show_related(found: Sequence[RelatedText], *, as_json: bool) -> None:
    """Print the triples of sentences that are not stored."""
    if as_json:
        return print_json(found)
    for sentence in found:
        out.print(escape(sentence.text))
        for triple in sentence.triples:
            out.print(f"  {_triple_line(triple)}")
    return None


def _triple_line(triple: Triple) -> str:
    marks = [triple.form, *(["negated"] if triple.negated else []), triple.modality]
    marks += ["pronoun"] if triple.subject.is_pronoun or triple.object.is_pronoun else []
    # The doer of a passive is the subject: its own words would then say the opposite.
    is_turned = triple.form == "infix" and triple.object.start < triple.subject.start
    relation = escape(triple.relation_lemma if is_turned else triple.relation.text)
    first, last = escape(triple.subject.text), escape(triple.object.text)
    said = escape(", ".join(mark for mark in marks if mark))
    return f"{triple.confidence:.2f}  {first} [bold]| {relation} |[/] {last}  [dim]{said}[/]"


def show_built(about: dict[str, object], report: BuildReport | None, *, as_json: bool) -> None:
    """Print what a build made, and where the time went."""
    if as_json:
        return print_json({**about, "report": report})
    show_info(about, as_json=False)
    if report is not None:
        spent = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in report.seconds.items())
        out.print(f"seconds: {spent}")
        if not report.n_documents and not report.n_already_present:
            out.print("these sources were read before; bring new text in with `tailgraph add`")
        if report.n_already_present:
            out.print(f"{report.n_already_present} documents were stored already and passed over")
    return None


def show_info(about: dict[str, object], *, as_json: bool) -> None:
    """Print what a knowledge base holds."""
    if as_json:
        return print_json(about)
    counts = about["counts"]
    shown = table("", "")
    if isinstance(counts, dict):
        for name, count in counts.items():
            shown.add_row(name.replace("_", " "), f"{count:,}")
    size = about["bytes"]
    shown.add_row("size", f"{size / 1e6:,.1f} MB" if isinstance(size, int) else "")
    shown.add_row("model", escape(str(about["model_path"])))
    shown.add_row("parser", escape(str(about["parser_path"])))
    out.print(shown)
    return None


def show_findings(findings: Sequence[Finding], digest: str, *, as_json: bool) -> None:
    """Print the outcome of every check, and the hash of the content."""
    if as_json:
        return print_json({"findings": findings, "content_hash": digest})
    for finding in findings:
        mark = "[green]sound[/]" if finding.sound else "[red]WRONG[/]"
        out.print(f"{mark}  {finding.check}: {escape(finding.detail)}")
    out.print(f"content hash {digest}")
    return None
