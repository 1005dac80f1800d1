"""Run every evaluation on development data, keep the figures, and write them into the README.

Each job is one call of a script of this folder. Its figures go to `results/NAME.json` with the
command, the data and the date; the tables between the marks of README.md are made of these files.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from forms.command import add_data, whole_number

_HERE = Path(__file__).resolve().parent
_README = _HERE.parent / "README.md"
_MARKS = "<!-- quality: made by make eval -->", "<!-- end of quality -->"

Figures = Mapping[str, object]


@dataclass(frozen=True)
class Job:
    """One evaluation.

    Attributes
    ----------
    name
        What its results are called.
    script, data, options
        What is run: the script, the data below the data folder, and more options. In these, a part
        that begins with ``@`` is a path below the data folder.
    about
        What the README calls it.
    figure
        The key of the figure that counts, with dots between keys of nested objects.
    baselines
        What stands beside it: names with their keys.
    """

    name: str
    script: str
    data: str
    about: str
    figure: str
    baselines: Mapping[str, str]
    options: tuple[str, ...] = ()

    def command(self, root: Path) -> list[str]:
        """Return the command that runs the job on data below a folder."""
        options = [
            str(root / option[1:]) if option.startswith("@") else option for option in self.options
        ]
        return [str(_HERE / self.script), "--data", str(root / self.data), *options]

    @property
    def shown(self) -> str:
        """The command without the folders of this machine."""
        options = [Path(o).name if o.startswith("@") else o for o in self.options]
        return " ".join([self.script, "--data", Path(self.data).name, *options])


def main() -> None:
    """Run the jobs, two at a time with a thread each, and write the README's tables."""
    arguments = read_arguments()
    jobs = [job for job in JOBS if re.search(arguments.only, job.name)]
    arguments.results.mkdir(parents=True, exist_ok=True)
    failed = []
    with ThreadPoolExecutor(arguments.processes) as pool:
        outcomes = pool.map(lambda job: (job, *run(job, arguments.data)), jobs)
        for job, figures, seconds, complaint in outcomes:
            if figures is None:
                failed.append(job.name)
                print(f"{job.name}: FAILED\n{complaint}", flush=True)
                continue
            print(f"{job.name}: {pick(figures, job.figure)}  ({seconds:.0f} s)", flush=True)
            result = {"command": job.shown, "date": arguments.date, "figures": figures}
            path = arguments.results / f"{job.name}.json"
            path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    write_readme(arguments.readme, arguments.results)
    if failed:
        sys.exit(f"{len(failed)} of {len(jobs)} evaluations failed: {', '.join(failed)}")


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data(parser)
    parser.add_argument("--results", type=Path, default=_HERE / "results", metavar="FOLDER")
    parser.add_argument("--readme", type=Path, default=_README, metavar="FILE")
    parser.add_argument("--only", default="", metavar="REGEX", help="run only jobs of such a name")
    parser.add_argument("--processes", type=whole_number, default=2, metavar="N")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), metavar="YYYY-MM-DD")
    return parser.parse_args()


def run(job: Job, root: Path) -> tuple[Figures | None, float, str]:
    """Run a job: its figures, the seconds that it took, and what it said where it failed."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *job.command(root)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        return None, seconds, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), seconds, ""


def pick(figures: Figures, key: str) -> object:
    """Return a figure by its key, a dot between keys of nested objects.

    Examples
    --------
    >>> pick({"all": {"f1": 0.5}}, "all.f1")
    0.5
    """
    value: object = figures
    for part in key.split("."):
        if not isinstance(value, Mapping) or part not in value:
            raise KeyError(f"no figure {key}; there are {', '.join(figures)}")
        value = value[part]
    return value


def write_readme(readme: Path, results: Path) -> None:
    """Put the table of all kept results between the marks of a README."""
    text = readme.read_text(encoding="utf-8")
    begin, end = _MARKS
    if begin not in text or end not in text:
        sys.exit(f"{readme}: the marks {begin} and {end} are not there; put them where it belongs")
    before, rest = text.split(begin, 1)
    _, after = rest.split(end, 1)
    table = "\n".join(table_lines(results))
    readme.write_text(f"{before}{begin}\n{table}\n{end}{after}", encoding="utf-8")


def table_lines(results: Path) -> Iterator[str]:
    """Yield the lines of the table: a row for each job that has results."""
    yield "| what | figure | beside it | command | date |"
    yield "| --- | ---: | --- | --- | --- |"
    for job in JOBS:
        path = results / f"{job.name}.json"
        if path.exists():
            result = json.loads(path.read_text(encoding="utf-8"))
            figures = result["figures"]
            beside = ", ".join(
                f"{name} {shown(pick(figures, key))}" for name, key in job.baselines.items()
            )
            cells = (job.about, f"**{shown(pick(figures, job.figure))}**", beside)
            yield f"| {' | '.join(cells)} | `{result['command']}` | {result['date']} |"


def shown(value: object) -> str:
    """Return a figure as the README shows it: three digits after the point."""
    return f"{value:.3f}".lstrip("0") if isinstance(value, float) else str(value)


def ner_jobs(name: str, data: str, about: str, only: str = "") -> Sequence[Job]:
    """Return the evaluations of one set of named entities: own spans first, then gold spans."""
    more = ("--only", only) if only else ()
    path = f"eval/ner/{data}"
    own = Job(
        name=f"ner-{name}",
        script="eval_ner.py",
        data=path,
        about=f"names and types, {about}: strict F1, own spans",
        figure="strict_f1",
        baselines={"majority": "majority_f1", "nearest label": "nearest_label_f1"},
        options=("--limit", "1000", *more),
    )
    gold = Job(
        name=f"ner-{name}-gold",
        script="eval_ner.py",
        data=path,
        about=f"types of given names, {about}: lenient F1",
        figure="lenient_f1",
        baselines={
            "either of two": "lenient_either_f1",
            "exact": "gold_span_f1",
            "majority": "majority_lenient_f1",
            "nearest label": "nearest_label_lenient_f1",
        },
        options=("--spans", "gold", "--limit", "1000", *more),
    )
    return own, gold


JOBS: Sequence[Job] = (
    *ner_jobs("bc5cdr", "bc5cdr-dev.bio.xz", "BC5CDR"),
    *ner_jobs("bc5cdr-chemical", "bc5cdr-dev.bio.xz", "BC5CDR chemicals", "Chemical"),
    *ner_jobs("bc5cdr-disease", "bc5cdr-dev.bio.xz", "BC5CDR diseases", "Disease"),
    *ner_jobs("ncbi-disease", "ncbi-disease-dev.bio.xz", "NCBI diseases"),
    *ner_jobs("jnlpba", "jnlpba-dev.bio.xz", "JNLPBA"),
    *ner_jobs("bc2gm", "bc2gm-dev.bio.xz", "BC2GM"),
    *ner_jobs("linnaeus", "linnaeus-dev.bio.xz", "Linnaeus"),
    *ner_jobs("anatem", "anatem-dev.bio.xz", "AnatEM"),
    *ner_jobs("wnut17", "wnut17-dev.bio", "WNUT 2017"),
    *ner_jobs("wikiann", "wikiann-en-dev.bio.xz", "WikiANN English"),
)
"""Every evaluation, in the order of the README's table."""


if __name__ == "__main__":
    main()
