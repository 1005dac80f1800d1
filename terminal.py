"""What the command line prints: tables for a person, JSON for a program, progress meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from .answers import Description, Hit, Neighbor, RelatedText, TypedText
    from .building import BuildReport
    from .building import Progress as Report
    from .cards.model_card import ModelCard
    from .engine.pretraining.adaptation import AdaptationResult
    from .engine.pretraining.trainer import TrainingResult
    from .graph.parser_training.training import TrainedParser
    from .graph.queries import Found, Mention, StoredCluster
    from .graph.triples import Triple
    from .graph.verification import Finding

_out = Console(highlight=False, soft_wrap=True)
_notes = Console(stderr=True, highlight=False)


@contextmanager
def progress_bars() -> Iterator[Report]:
    """Show a bar for each stage on standard error; yield what reports to it."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _RateColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    unseen = not _notes.is_terminal
    with Progress(*columns, console=_notes, transient=True, disable=unseen) as bars:
        stages: dict[str, TaskID] = {}

        def report(stage: str, n_done: int, n_total: int | None) -> None:
            if stage not in stages:
                stages[stage] = bars.add_task(stage, total=n_total)
            bars.update(stages[stage], completed=n_done, total=n_total)

        yield report


class _RateColumn(ProgressColumn):
    """How many items are done in a second."""

    def render(self, task: Task) -> Text:
        """Show the rate of a stage, once it is known."""
        return Text(f"{task.speed:,.0f}/s" if task.speed else "", style="dim")


def show_hits(hits: Sequence[Hit], *, as_json: bool) -> None:
    """Print what a search found, each hit with the words that say why."""
    if as_json:
        return _print_json(hits)
    if not hits:
        _out.print("nothing found: the knowledge base holds no node of this kind")
    for rank, hit in enumerate(hits, start=1):
        _out.print(f"[bold]{rank:>2}  {hit.score:.3f}[/]  {escape(hit.node.text)}")
        why = ", ".join(hit.shared) or ", ".join(mark.term for mark in hit.landmarks[:5])
        reason = "both point at" if hit.shared else "points at"
        if why:
            _out.print(f"           [green]{reason}: {escape(why)}[/]")
        if hit.places:
            first = hit.places[0]
            more = f" and {len(hit.places) - 1} more" if len(hit.places) > 1 else ""
            _out.print(
                f"           [dim]{escape(first.document)} {first.start}-{first.end}{more}[/]"
            )
    return None


def show_description(found: Description, *, as_json: bool) -> None:
    """Print what a text means to the model."""
    if as_json:
        return _print_json(found)
    _out.print(f"[bold]{escape(found.text)}[/]")
    if found.has_unknown:
        _out.print(
            "[yellow]some of it is unknown to the model: its vector says less than it seems[/]"
        )
    if found.truncated:
        _out.print("[yellow]it is longer than the model reads: only its beginning counts[/]")
    marks = (f"{mark.term} [dim]{mark.weight:.1f}[/]" for mark in found.landmarks)
    _out.print(f"points at: {', '.join(marks)}")
    if found.standing is not None:
        place = found.standing
        _out.print(
            f"a {place.node.kind.name.lower()} of the graph: lists {place.n_out}, is listed by "
            f"{place.n_in}, its tail begins above cosine {place.threshold:.2f}"
        )
        for cluster in place.clusters:
            _out.print(
                f"in cluster {escape(cluster.key)}: {escape(', '.join(cluster.members[:12]))}"
            )
    _out.print(
        "near phrases: "
        + escape(", ".join(f"{h.node.text} ({h.score:.2f})" for h in found.phrases))
    )
    _out.print("near sentences:")
    for hit in found.sentences:
        _out.print(f"  {hit.score:.3f}  {escape(hit.node.text)}")
    return None


def show_neighbors(found: Sequence[Neighbor], *, as_json: bool) -> None:
    """Print nodes met on a walk, in the order met."""
    if as_json:
        return _print_json(found)
    table = _table("hop", "from", "", "to", "cosine")
    for near in found:
        arrow = "<->" if near.mutual else "->"
        table.add_row(
            str(near.hops), escape(near.parent), arrow, escape(near.node.text), f"{near.weight:.3f}"
        )
    _out.print(table if found else "nothing: the tail is empty")
    return None


def show_clusters(found: Sequence[StoredCluster], *, as_json: bool) -> None:
    """Print clusters with their pivots and members."""
    if as_json:
        return _print_json(found)
    table = _table("pivot", "terms", "strength", "members")
    for cluster in found:
        members = ", ".join(cluster.members[:15]) + (" ..." if len(cluster.members) > 15 else "")
        table.add_row(
            escape(cluster.key),
            str(len(cluster.members)),
            f"{cluster.strength:.2f}",
            escape(members),
        )
    _out.print(table if found else "no cluster: the term stands alone")
    return None


def show_typed(found: Sequence[TypedText], *, as_json: bool) -> None:
    """Print typed phrases with the words that decided."""
    if as_json:
        return _print_json(found)
    for sentence in found:
        _out.print(escape(sentence.text))
        for entity in sentence.entities:
            votes = [part.term for part in entity.evidence if part.label == entity.label]
            why = ", ".join(list(dict.fromkeys(votes))[:8])
            _out.print(
                f"  [bold]{entity.label}[/] {entity.confidence:.2f}  {escape(entity.text)}"
                f"  [dim]{escape(why)}[/]"
            )
    return None


def show_mentions(found: Sequence[Mention], *, as_json: bool) -> None:
    """Print the typed phrases of a knowledge base."""
    if as_json:
        return _print_json(found)
    table = _table("label", "phrase", "mentions", "confidence")
    for mention in found:
        table.add_row(
            mention.label,
            escape(mention.text),
            str(mention.n_mentions),
            f"{mention.confidence:.2f}",
        )
    _out.print(table if found else "no mention has this label")
    return None


def show_found(found: Sequence[Found], *, as_json: bool) -> None:
    """Print stored triples with where they stand."""
    if as_json:
        return _print_json(found)
    for item in found:
        _out.print(_triple_line(item.triple))
        place = item.place
        where = f"{escape(place.document)} {place.start}-{place.end}"
        _out.print(f"        [dim]{where}  {escape(place.sentence)}[/]")
    if not found:
        _out.print("no triple fits")
    return None


def show_related(found: Sequence[RelatedText], *, as_json: bool) -> None:
    """Print the triples of sentences that are not stored."""
    if as_json:
        return _print_json(found)
    for sentence in found:
        _out.print(escape(sentence.text))
        for triple in sentence.triples:
            _out.print(f"  {_triple_line(triple)}")
    return None


def _triple_line(triple: Triple) -> str:
    marks = [triple.form, *(["negated"] if triple.negated else []), triple.modality]
    # The doer of a passive is the subject: its own words would then say the opposite.
    is_turned = triple.form == "infix" and triple.object.start < triple.subject.start
    relation = escape(triple.relation_lemma if is_turned else triple.relation.text)
    first, last = escape(triple.subject.text), escape(triple.object.text)
    said = escape(", ".join(mark for mark in marks if mark))
    return f"{triple.confidence:.2f}  {first} [bold]| {relation} |[/] {last}  [dim]{said}[/]"


def show_built(about: dict[str, object], report: BuildReport | None, *, as_json: bool) -> None:
    """Print what a build made, and where the time went."""
    if as_json:
        return _print_json({**about, "report": report})
    show_info(about, as_json=False)
    if report is not None:
        spent = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in report.seconds.items())
        _out.print(f"seconds: {spent}")
        if not report.n_documents and not report.n_already_present:
            _out.print("these sources were read before; bring new text in with `tailgraph add`")
        if report.n_already_present:
            _out.print(f"{report.n_already_present} documents were stored already and passed over")
    return None


def show_training(folder: Path, result: TrainingResult, *, as_json: bool) -> None:
    """Print what a training run did."""
    if as_json:
        return _print_json({"model": str(folder), **asdict(result)})
    found = result.evaluation
    table = _table("", "")
    table.add_row("model", escape(str(folder)))
    table.add_row("tokens", f"{result.n_tokens:,} in {result.n_steps:,} steps")
    table.add_row("processor", f"{result.cpu_seconds / 60:,.1f} minutes")
    table.add_row("held out", f"loss {found.loss:.3f}, accuracy {found.accuracy:.3f}")
    table.add_row("next sentence", f"accuracy {found.next_sentence_accuracy:.3f}")
    _out.print(table)
    if result.stopped_early:
        _out.print("stopped early: the held-out loss fell no further")
    return None


def show_adaptation(folder: Path, result: AdaptationResult, *, as_json: bool) -> None:
    """Print what an adaptation did, and what was measured before and after."""
    if as_json:
        return _print_json({"model": str(folder), **asdict(result)})
    before, after, change = result.before, result.after, result.change
    table = _table("held-out text of the corpus", "before", "after")
    for name, was, now in (
        ("masked words: loss", before.loss, after.loss),
        ("masked words: accuracy", before.accuracy, after.accuracy),
        ("next sentence: accuracy", before.next_sentence_accuracy, after.next_sentence_accuracy),
        ("cosine of different sentences", change.text_cosine_before, change.text_cosine_after),
    ):
        table.add_row(name, f"{was:.3f}", f"{now:.3f}")
    _out.print(table)
    _out.print(
        f"terms: cosine of before and after {change.term_cosine:.3f}, "
        f"{change.kept_neighbors:.0%} of their ten neighbors kept"
    )
    _out.print(f"{result.training.n_tokens:,} tokens; the new model is in {escape(str(folder))}")
    return None


def show_card(card: ModelCard, earlier: Path | None, *, as_json: bool) -> None:
    """Print a model card, and what has changed since an earlier one."""
    from .cards.report import card_json, card_markdown, compare_figures, figures, read_figures

    if as_json:
        return _out.out(card_json(card), highlight=False)
    _out.out(card_markdown(card, {}), highlight=False)
    if earlier is not None:
        name, before = read_figures(earlier)
        table = compare_figures((name, card.model.name), before, figures(card))
        _out.out(f"## Compared with {name}\n\n{table}", highlight=False)
    return None


def show_parser(trained: TrainedParser, *, as_json: bool) -> None:
    """Print what a parser learned from, and its scores."""
    if as_json:
        return _print_json(trained)
    _out.print(
        f"{trained.n_words:,} words in {trained.n_epochs} epochs, of which epoch "
        f"{trained.kept_epoch} was kept, "
        f"{trained.cpu_minutes:.1f} minutes of the processor; the parser is in "
        f"{escape(str(trained.folder))}"
    )
    table = _table("treebank", "UPOS", "XPOS", "lemma", "UAS", "LAS")
    for name, scores in trained.scores.items():
        shares = (scores.upos, scores.xpos, scores.lemma, scores.uas, scores.las)
        table.add_row(escape(name), *(f"{100 * share:.1f}" for share in shares))
    if trained.scores:
        _out.print(table)
    return None


def show_info(about: dict[str, object], *, as_json: bool) -> None:
    """Print what a knowledge base holds."""
    if as_json:
        return _print_json(about)
    counts = about["counts"]
    table = _table("", "")
    if isinstance(counts, dict):
        for name, count in counts.items():
            table.add_row(name.replace("_", " "), f"{count:,}")
    size = about["bytes"]
    table.add_row("size", f"{size / 1e6:,.1f} MB" if isinstance(size, int) else "")
    table.add_row("model", escape(str(about["model_path"])))
    table.add_row("parser", escape(str(about["parser_path"])))
    _out.print(table)
    return None


def show_findings(findings: Sequence[Finding], digest: str, *, as_json: bool) -> None:
    """Print the outcome of every check, and the hash of the content."""
    if as_json:
        return _print_json({"findings": findings, "content_hash": digest})
    for finding in findings:
        mark = "[green]sound[/]" if finding.sound else "[red]WRONG[/]"
        _out.print(f"{mark}  {finding.check}: {escape(finding.detail)}")
    _out.print(f"content hash {digest}")
    return None


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, show_header=any(columns))
    for column in columns:
        table.add_column(
            column, justify="right" if column in ("cosine", "terms", "hop") else "left"
        )
    return table


def _print_json(value: object) -> None:
    _out.out(json.dumps(_plain(value), ensure_ascii=False, indent=2), highlight=False)


def _plain(value: object) -> object:
    """Return a value as JSON can hold it: dataclasses as objects, enumerations by name."""
    if isinstance(value, Enum):
        return value.name.lower()
    if is_dataclass(value) and not isinstance(value, type):
        shown = (part for part in fields(value) if not part.metadata.get("internal"))
        return {part.name: _plain(getattr(value, part.name)) for part in shown}
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
