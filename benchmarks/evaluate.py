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
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from evaluation_jobs import JOBS
from forms.command import add_data, whole_number
from job import Job

_HERE = Path(__file__).resolve().parent
_README = _HERE.parent / "README.md"
_MARKS = "<!-- quality: made by make eval -->", "<!-- end of quality -->"

Figures = Mapping[str, object]


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
        [sys.executable, str(_HERE / job.script), *job.arguments(root)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    seconds = time.perf_counter() - start
    if done.returncode or not done.stdout.strip():
        return None, seconds, done.stderr or "it printed nothing"
    figures: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    try:
        for key in (job.figure, *job.baselines.values()):
            pick(figures, key)
    except KeyError as error:
        return None, seconds, str(error)
    return figures, seconds, ""


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
            try:
                figure = shown(pick(figures, job.figure))
                baselines = {name: pick(figures, key) for name, key in job.baselines.items()}
            except KeyError as error:
                sys.exit(f"{path} is out of date ({error}); run --only '^{job.name}$' again")
            beside = ", ".join(f"{name} {shown(value)}" for name, value in baselines.items())
            cells = (job.about, f"**{figure}**", beside)
            yield f"| {' | '.join(cells)} | `{result['command']}` | {result['date']} |"


def shown(value: object) -> str:
    """Return a figure as the README shows it: three digits after the point."""
    if not isinstance(value, float):
        return str(value)
    return re.sub(r"^(-?)0\.", r"\1.", f"{value:.3f}")


if __name__ == "__main__":
    main()
