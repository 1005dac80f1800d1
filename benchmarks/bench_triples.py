"""How many sentences a second become triples, beside spaCy's parse alone, and where time goes.

Everything but the job is measured in one process with one thread, part by part, in turn. Results
are checked before any figure is printed: the parts give the records that the whole gives, and jobs
with different numbers of processes write the same bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from forms.command import add_data, print_figures, whole_number

if TYPE_CHECKING:
    from tailgraph.graph.parsing import ParsedSentence
    from tailgraph.triple_jobs.portions import Portion

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
LEAST_RATIO = 0.8


@dataclass
class Stopwatch:
    """Wall and processor seconds of each part, run by run."""

    wall: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)

    def time(self, part: str, work: Callable[[], object]) -> None:
        """Do some work and note what it took."""
        start, cpu_start = perf_counter(), process_time()
        work()
        self.cpu.setdefault(part, []).append(process_time() - cpu_start)
        self.wall.setdefault(part, []).append(perf_counter() - start)


def main() -> None:
    """Check, measure, and print the figures."""
    arguments = read_arguments()
    if any(os.environ.get(name) != "1" for name in ONE_THREAD):
        # The libraries read this when they are loaded.
        os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
        os.execv(sys.executable, [sys.executable, *sys.argv])
    from tailgraph.triple_jobs.garbage import collect_seldom

    portions = read_portions(arguments.data, arguments.limit)
    n_sentences = sum(portion.n_sentences for portion in portions)
    parts = open_parts(portions, arguments.data, arguments.limit)
    if arguments.typed:
        parts |= typed_parts(portions)
    collect_seldom()  # as a worker does
    watch = Stopwatch()
    for _ in range(arguments.runs):
        for name, work in parts.items():
            watch.time(name, work)
    figures = {
        "data": Path(arguments.data).name,
        "sentences": n_sentences,
        "documents": len({piece.document for portion in portions for piece in portion.pieces}),
        "runs": arguments.runs,
        "machine": machine(),
        **summary(watch, n_sentences),
    }
    if arguments.workers:
        figures["job"] = jobs(arguments)
    if not arguments.json:
        print_table(figures)
    print_figures(figures)


def read_arguments() -> argparse.Namespace:
    """Return the command line's arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_data(parser)
    parser.add_argument(
        "--limit", type=whole_number, default=50, metavar="N", help="the first N documents (50)"
    )
    parser.add_argument(
        "--runs", type=whole_number, default=5, metavar="N", help="measure so often (5)"
    )
    parser.add_argument("--typed", action="store_true", help="also measure typed triples")
    parser.add_argument(
        "--workers",
        type=whole_number,
        nargs="*",
        default=[],
        metavar="N",
        help="also run the whole job with N processes; several numbers are compared",
    )
    parser.add_argument("--json", action="store_true", help="print no table before the JSON")
    return parser.parse_args()


# ---- what is measured


def read_portions(data: Path, limit: int) -> list[Portion]:
    """Read the first documents as a job does."""
    from tailgraph.engine.corpus import SourceOptions
    from tailgraph.triple_jobs.options import PORTION_SENTENCES
    from tailgraph.triple_jobs.portions import cut_portions, open_documents

    documents = open_documents([str(data)], SourceOptions(), reject=None)
    return list(cut_portions(islice(documents, limit), PORTION_SENTENCES))


def groups_of(portion: Portion) -> Iterator[list[str]]:
    """Yield the groups that a job parses."""
    for piece in portion.pieces:
        texts = [text for _, text in piece.sentences]
        yield from (texts[first : first + 8] for first in range(0, len(texts), 8))


def open_parts(
    portions: Sequence[Portion], data: Path, limit: int
) -> dict[str, Callable[[], object]]:
    """Return what is timed of open triples, once its results are checked."""
    from tailgraph.graph.parsing import Parser, load_pipeline
    from tailgraph.graph.relations.extraction import extract_triples
    from tailgraph.triple_jobs.extraction import PortionExtractor
    from tailgraph.triple_jobs.formats import text_format
    from tailgraph.triple_jobs.options import JobOptions

    options = JobOptions()
    parser, pipeline = Parser.default(), load_pipeline()
    extractor, form = PortionExtractor.load(options), text_format(".jsonl", options.fields)
    texts = [" ".join(group) for portion in portions for group in groups_of(portion)]
    parsed = [
        s for portion in portions for group in parser.parse(groups_of(portion)) for s in group
    ]
    records = [record for portion in portions for record in extractor.extract(portion).records]
    expect_equal(
        "open triples",
        [(r["relation_lemma"], r["subject"]["text"], r["object"]["text"]) for r in records],
        [
            (triple.relation_lemma, triple.subject.text, triple.object.text)
            for sentence in parsed
            for triple in extract_triples(sentence)
        ],
    )
    return {
        "read": lambda: read_portions(data, limit),
        "spaCy's parse alone": lambda: sum(len(d) for d in pipeline.pipe(texts, batch_size=32)),
        "parse": lambda: [list(parser.parse(groups_of(portion))) for portion in portions],
        "rules": lambda: [extract_triples(sentence) for sentence in parsed],
        "write": lambda: form.join([form.encode(record) for record in records]),
        "open triples": lambda: [extractor.extract(portion) for portion in portions],
    }


def typed_parts(portions: Sequence[Portion]) -> dict[str, Callable[[], object]]:
    """Return what is timed of typed triples, once its results are checked."""
    from tailgraph.engine.encoder import Encoder
    from tailgraph.graph.entities import EntityTyper
    from tailgraph.graph.labels.entity_vectors import propagate_labels
    from tailgraph.graph.labels.seeds import UNTAGGED, read_labels
    from tailgraph.graph.parsing import Parser
    from tailgraph.graph.typed_relations.extraction import TypedRelationExtractor, typed_argument
    from tailgraph.triple_jobs.extraction import PortionExtractor
    from tailgraph.triple_jobs.options import JobOptions

    parser, encoder = Parser.default(), Encoder.default(device="cpu")
    typer = EntityTyper.from_parts(
        encoder, propagate_labels(encoder.vocabulary, read_labels(vocabulary=encoder.vocabulary))
    )
    whole = TypedRelationExtractor.from_parts(encoder, typer)
    unchecked = TypedRelationExtractor.from_parts(encoder, typer, check_context=False)
    job = PortionExtractor.load(JobOptions(typed=True))
    parsed: list[list[ParsedSentence]] = [
        [sentence for group in parser.parse(groups_of(portion)) for sentence in group]
        for portion in portions
    ]
    names = [
        [[typed_argument(e) for e in row if e.label != UNTAGGED] for row in typer.type_sentences(p)]
        for p in parsed
    ]
    given = list(zip(parsed, names, strict=True))
    expect_equal(
        "typed triples",
        [(r["name"], r["subject"]["text"]) for p in portions for r in job.extract(p).records],
        [
            (triple.relation, triple.subject.span.text)
            for sentences, arguments in given
            for row in whole.extract(sentences, arguments)
            for triple in row
        ],
    )
    return {
        "typing": lambda: [typer.type_sentences(sentences) for sentences in parsed],
        "pairs and triggers": lambda: [unchecked.extract(*pair) for pair in given],
        "with masking": lambda: [whole.extract(*pair) for pair in given],
        "typed triples": lambda: [job.extract(portion) for portion in portions],
    }


def jobs(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run the job with each number of processes, and check that they write the same bytes."""
    from tailgraph.triple_jobs.job import extract_to_file
    from tailgraph.triple_jobs.options import JobOptions

    figures: dict[str, Any] = {}
    with TemporaryDirectory() as scratch:
        source = Path(scratch) / "source.jsonl"
        write_first(arguments.data, arguments.limit, source)
        outs = []
        for n_workers in arguments.workers:
            outs.append(Path(scratch) / f"{n_workers}.jsonl")
            report = extract_to_file(
                [source],
                outs[-1],
                n_workers=n_workers,
                options=JobOptions(typed=arguments.typed),
            )
            figures[f"{n_workers} processes"] = {
                "sentences_per_second": report.per_second,
                "seconds": report.seconds,
                "peak_bytes": report.peak_bytes,
                "triples": report.n_triples,
            }
        if len({out.read_bytes() for out in outs}) != 1:
            sys.exit("the result is wrong: another number of processes gave another file")
    return figures


def write_first(data: Path, limit: int, path: Path) -> None:
    """Write the first documents as records."""
    from tailgraph.engine.corpus import read_documents

    with path.open("w", encoding="utf-8") as file:
        for document in islice(read_documents(data), limit):
            record = {"id": document.key, "text": document.text}
            file.write(f"{json.dumps(record, ensure_ascii=False)}\n")


def expect_equal(what: str, found: object, expected: object) -> None:
    """End the program where the whole and its parts do not agree."""
    if found != expected:
        sys.exit(f"the result is wrong: {what} differ from those of the parts")


# ---- figures


def summary(watch: Stopwatch, n_sentences: int) -> dict[str, object]:
    """Return rates, the ratio that has a bar, and the milliseconds a sentence of each part."""
    cpu = {part: median(spent) for part, spent in watch.cpu.items()}
    alone = watch.cpu["spaCy's parse alone"]
    ratios = [a / b for a, b in zip(alone, watch.cpu["open triples"], strict=True)]
    return {
        "sentences_per_second": {p: n_sentences / median(s) for p, s in watch.wall.items()},
        "sentences_per_cpu_second": {p: n_sentences / seconds for p, seconds in cpu.items()},
        "cpu_range": {
            p: [n_sentences / max(s), n_sentences / min(s)] for p, s in watch.cpu.items()
        },
        "ratio_to_parse": median(ratios),
        "ratio_range": [min(ratios), max(ratios)],
        "ratio_bar": LEAST_RATIO,
        "cpu_ms_per_sentence": shares(cpu, n_sentences),
    }


def shares(cpu: Mapping[str, float], n_sentences: int) -> dict[str, float]:
    """Return where the time goes, in milliseconds of one processor for each sentence."""
    spent = {
        "read": cpu["read"],
        "parse": cpu["spaCy's parse alone"],
        "trees and noun phrases": cpu["parse"] - cpu["spaCy's parse alone"],
        "rules": cpu["rules"],
        "write": cpu["write"],
    }
    if "typing" in cpu:
        spent |= {
            "typing": cpu["typing"],
            "pairs and triggers": cpu["pairs and triggers"],
            "masking of triggers": cpu["with masking"] - cpu["pairs and triggers"],
        }
    return {part: 1000 * seconds / n_sentences for part, seconds in spent.items()}


def machine() -> dict[str, object]:
    """Return what the figures were taken on."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "processors": len(os.sched_getaffinity(0)),
        "load": os.getloadavg()[0],
    }


def print_table(figures: Mapping[str, Any]) -> None:
    """Print the rates and where the time goes."""
    print(f"{figures['sentences']:,} sentences of {figures['data']}, {figures['runs']} runs")
    print(f"\n{'sentences in a second':<26}{'wall':>9}{'processor':>11}")
    for part, rate in figures["sentences_per_second"].items():
        print(f"{part:<26}{rate:>9,.0f}{figures['sentences_per_cpu_second'][part]:>11,.0f}")
    print(f"\nopen triples / spaCy's parse alone: {figures['ratio_to_parse']:.2f}", end=" ")
    print(f"(at least {LEAST_RATIO})\n\nmilliseconds a sentence")
    for part, spent in figures["cpu_ms_per_sentence"].items():
        print(f"{part:<26}{spent:>9.3f}")
    for name, job in figures.get("job", {}).items():
        rate, peak = job["sentences_per_second"], job["peak_bytes"] / 1e6
        print(f"the job, {name:<17}{rate:>9,.0f} sentences/s, {peak:,.0f} MB")


if __name__ == "__main__":
    main()
