"""How fast a knowledge base is built, how much memory it takes, and how large it is on disk.

Each build runs in a fresh process, without progress bars. Its result is checked before any figure
is printed: the store has to verify, and a sample of stored vectors has to equal fresh ones.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import resource
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from forms.command import print_figures, whole_number

if TYPE_CHECKING:
    from tailgraph.knowledge_base import KnowledgeBase

P = ParamSpec("P")
T = TypeVar("T")

# A measured process starts with the peak memory of this one: what is heavy is imported in others.
SAMPLE = Path(__file__).parents[1] / "sample"
N_CHECKED = 50
TOLERANCE = 1e-5


@dataclass(frozen=True)
class BuildRun:
    """What one build took and holds.

    Parameters
    ----------
    seconds
        Wall time by stage.
    cpu_seconds
        Of all threads together, for the whole build.
    peak_bytes
        The largest resident memory until the build was done.
    """

    seconds: dict[str, float]
    cpu_seconds: float
    counts: dict[str, int]
    peak_bytes: int
    n_threads: int


def main() -> None:
    """Build, check, and print the figures."""
    arguments = read_arguments()
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory()))
        source, layout = arguments.data, "auto"
        if arguments.limit is not None:
            source, layout = str(scratch / "first.txt"), "lines"
            write_first(arguments.data, arguments.limit, Path(source))
        runs = []
        for number in range(arguments.runs):
            folder = arguments.out if arguments.out and not number else scratch / f"kb-{number}"
            runs.append(apart(build, source, layout, folder, with_types=arguments.types))
            apart(check, folder)
        figures = {
            "data": arguments.data,
            "limit": arguments.limit,
            **machine(),
            **summary(runs),
            "bytes": bytes_on_disk(folder),
        }
    if not arguments.json:
        print_table(figures)
    print_figures(figures)


def read_arguments() -> argparse.Namespace:
    """Return the command line's arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", default=str(SAMPLE), metavar="SOURCE", help="what to build from (the sample)"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="keep the knowledge base here, a new folder"
    )
    parser.add_argument(
        "--limit", type=whole_number, metavar="N", help="build from the first N documents only"
    )
    parser.add_argument(
        "--runs", type=whole_number, default=1, metavar="N", help="build so often; print medians"
    )
    parser.add_argument("--types", action="store_true", help="also type every mention")
    parser.add_argument("--json", action="store_true", help="print no table before the JSON")
    arguments = parser.parse_args()
    if arguments.out and arguments.out.exists():
        parser.error(f"{arguments.out} exists; name a new folder")
    return arguments


def write_first(source: str, limit: int, path: Path) -> None:
    """Write the first documents of a source as lines, a blank line after each document."""
    from tailgraph.engine.corpus import read_documents

    with path.open("w", encoding="utf-8") as file:
        for document in islice(read_documents(source), limit):
            sentences = (document.text[start:end] for start, end in document.sentences)
            file.writelines(f"{' '.join(sentence.split())}\n" for sentence in sentences)
            file.write("\n")


def apart(function: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """Call a function in a process that has done nothing else."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments, **options).result()


def build(source: str, layout: str, folder: Path, *, with_types: bool) -> BuildRun:
    """Build a knowledge base, perhaps type its mentions, and return what that took."""
    import torch

    from tailgraph.engine.corpus import SourceOptions
    from tailgraph.graph.queries import counts
    from tailgraph.knowledge_base import KnowledgeBase

    start, cpu_start = perf_counter(), process_time()
    options = SourceOptions(layout=layout)  # type: ignore[arg-type]  # "auto" or "lines"
    with KnowledgeBase.build([source], folder, options=options) as knowledge_base:
        total, cpu_seconds = perf_counter() - start, process_time() - cpu_start
        unit = 1 if sys.platform == "darwin" else 1024
        peak_bytes = unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        report = knowledge_base.report
        seconds = {} if report is None else dict(report.seconds)
        seconds["load and the rest"] = total - sum(seconds.values())
        seconds["total"] = total
        if with_types:
            seconds.update(type_mentions(knowledge_base))
        held = counts(knowledge_base.store)
    return BuildRun(seconds, cpu_seconds, held, peak_bytes, torch.get_num_threads())


def type_mentions(knowledge_base: KnowledgeBase) -> dict[str, float]:
    """Type every mention, and return the seconds of loading the typer and of typing."""
    start = perf_counter()
    knowledge_base.reader.typer  # noqa: B018 -- loaded at first sight
    loaded = perf_counter()
    knowledge_base.type_mentions()
    return {"load typer": loaded - start, "types": perf_counter() - loaded}


def check(folder: Path) -> None:
    """End the program unless the store is whole and its vectors are those of a fresh encoder."""
    import numpy as np

    from tailgraph import Encoder, KnowledgeBase
    from tailgraph.graph.queries import nodes
    from tailgraph.graph.schema import NodeKind

    with KnowledgeBase.open(folder) as knowledge_base:
        for finding in knowledge_base.verify():
            if not finding.sound:
                sys.exit(f"the result is wrong: {finding.check}: {finding.detail}")
        ids, vectors = knowledge_base.store.vectors(NodeKind.SENTENCE)
        rng = np.random.default_rng(0)
        rows = rng.choice(len(ids), min(N_CHECKED, len(ids)), replace=False)
        texts = [node.text for node in nodes(knowledge_base.store, ids[rows].tolist())]
    fresh = Encoder.default().encode(texts).vectors
    off = float(np.abs(fresh - vectors[rows]).max())
    if not off <= TOLERANCE:
        sys.exit(f"the result is wrong: sentence vectors are off by {off:.2g}")


def summary(runs: Sequence[BuildRun]) -> dict[str, object]:
    """Return counts, the median seconds of each stage and their range, rates, and peak memory."""
    by_stage = {stage: [run.seconds[stage] for run in runs] for stage in runs[0].seconds}
    seconds = {stage: median(values) for stage, values in by_stage.items()}
    return {
        "threads": runs[0].n_threads,
        "runs": len(runs),
        "counts": runs[0].counts,
        "seconds": seconds,
        "seconds_range": {stage: [min(v), max(v)] for stage, v in by_stage.items()},
        "cpu_seconds": median(run.cpu_seconds for run in runs),
        "per_second": dict(rates(runs[0].counts, seconds)),
        "peak_rss_bytes": max(run.peak_bytes for run in runs),
    }


def rates(counts: Mapping[str, int], seconds: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Yield how many documents, sentences or phrases go through each stage in a second."""
    n_sentences = counts["sentences"]
    parse = seconds["parse"]
    triples = parse + seconds["triples"]
    yield "documents, whole build", counts["documents"] / seconds["total"]
    yield "sentences, whole build", n_sentences / seconds["total"]
    yield "sentences parsed", n_sentences / parse
    yield "sentences to triples, parse included", n_sentences / triples
    yield "sentence vectors", counts["distinct_sentences"] / seconds["encode sentences"]
    yield "phrase vectors", counts["phrase_nodes"] / seconds["encode phrases"]
    if "types" in seconds:
        yield "sentences typed", n_sentences / seconds["types"]
        yield (
            "sentences to typed triples, parse included",
            n_sentences / (triples + seconds["types"]),
        )


def bytes_on_disk(folder: Path) -> dict[str, int]:
    """Return the bytes of each table with its indexes, the database file, and the cache."""
    database = folder / "knowledge.sqlite"
    address = f"{database.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        tables = table_bytes(connection)
    cache = sum(file.stat().st_size for file in (folder / "cache").rglob("*") if file.is_file())
    return {
        **dict(tables.most_common()),
        "knowledge.sqlite": database.stat().st_size,
        "cache": cache,
    }


def table_bytes(connection: sqlite3.Connection) -> Counter[str]:
    """Return the bytes of the pages of each table, or of its values where SQLite has no dbstat."""
    by_page = (
        "SELECT coalesce(m.tbl_name, s.name), sum(s.pgsize) FROM dbstat s "
        "LEFT JOIN sqlite_master m ON m.name = s.name GROUP BY 1"
    )
    try:
        return Counter(dict(connection.execute(by_page)))
    except sqlite3.OperationalError:
        sizes: Counter[str] = Counter()
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
        length = " + ".join(f'coalesce(length(CAST("{c}" AS BLOB)), 0)' for c in columns)
        found = connection.execute(f'SELECT coalesce(sum({length}), 0) FROM "{table}"')
        sizes[table] = found.fetchone()[0]
    return sizes


def machine() -> dict[str, object]:
    """Say what the figures were measured on."""
    cpu, cores = platform.processor() or platform.machine(), os.cpu_count()
    if sys.platform == "linux":
        cores = len(os.sched_getaffinity(0))
        info = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
        names = re.findall(r"^model name\s*: (.+)$", info, re.MULTILINE)
        cpu = names[0] if names else cpu
    return {"cpu": cpu, "cores": cores, "python": platform.python_version()}


def print_table(figures: Mapping[str, object]) -> None:
    """Print the figures for a person, with their units."""
    units = {"counts": "", "seconds": "s", "per_second": "/s", "bytes": "bytes"}
    for name, value in figures.items():
        if name in units and isinstance(value, dict):
            print(f"\n{name.replace('_', ' ')}")
            digits = ".3f" if name == "seconds" else ".1f" if name == "per_second" else ""
            for part, number in value.items():
                print(f"  {part:<44}{number:>16,{digits}} {units[name]}".rstrip())
        elif name != "seconds_range":
            print(f"{name:<46}{value if isinstance(value, str) else json.dumps(value):>16}")


if __name__ == "__main__":
    main()
