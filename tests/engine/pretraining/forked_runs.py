"""Trains in processes that may be killed: a job a line on standard input, exit codes on the output.

A job is a JSON object with the ``sources``, the folder ``out`` and the ``settings`` of a run, the
number ``n_processes`` that train together and the ``port`` where they meet, and ``kill``: nothing,
or a stage, the progress after which a clock is started, and the seconds after which it kills the
process. Everything is imported once, here, and each process is forked.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from tailgraph.engine.pretraining.config import PRESETS, PretrainingConfig
from tailgraph.engine.pretraining.network import Network, Shape
from tailgraph.engine.pretraining.pretraining import pretrain


def main() -> None:
    """Do one job after the other."""
    Network(Shape(8, 8, 1, 1, 8, 8))  # what transformers imports late
    for line in sys.stdin:
        job = json.loads(line)
        children = [_start(job, rank) for rank in range(job["n_processes"])]
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        sys.stdout.write(json.dumps(codes) + "\n")
        sys.stdout.flush()


def _start(job: dict[str, Any], rank: int) -> int:
    """Train in a new process; return its number."""
    child = os.fork()
    if child:
        return child
    try:
        _train(job, rank)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _train(job: dict[str, Any], rank: int) -> None:
    """Train until the end or until killed, which no handler sees."""
    if job["n_processes"] > 1:
        os.environ |= {"RANK": str(rank), "WORLD_SIZE": str(job["n_processes"])}
        os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(job["port"])}
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "settings.json"
        settings.write_text(json.dumps(job["settings"]))
        config = PretrainingConfig.read(settings, PRESETS["tiny"])

    def watch(stage: str, n_done: int, n_total: int | None) -> None:
        if job["kill"] is None or signal.getitimer(signal.ITIMER_REAL)[0] > 0:
            return
        wanted, n_wanted, seconds = job["kill"]
        if stage == wanted and n_done >= n_wanted:
            if seconds == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            signal.setitimer(signal.ITIMER_REAL, seconds)

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    pretrain(job["sources"], job["out"], config, device="cpu", progress=watch)


if __name__ == "__main__":
    main()
