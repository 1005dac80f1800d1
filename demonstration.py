"""The demo: a knowledge base of the bundled sample, and a tour of what it answers."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

from rich.console import Console

from .commands import terminal
from .commands.console import progress_bars
from .knowledge_base import KnowledgeBase

_out = Console(highlight=False)


def run_demo(out: Path) -> None:
    """Build a knowledge base of the sample in a folder and show what can be asked of it."""
    _out.print(
        "[bold]tailgraph demo[/]: 80 short texts become a knowledge base; no label, no network, "
        "no GPU.\nEach answer below is printed after the command that gives it.\n"
    )
    with as_file(files("tailgraph.sample")) as sample:
        sources = [sample / f"{name}.txt" for name in ("medicine", "biology", "everyday")]
        with progress_bars() as progress:
            knowledge_base = KnowledgeBase.build(sources, out, progress=progress)
    with knowledge_base:
        _tour(knowledge_base, out)


def _tour(kb: KnowledgeBase, out: Path) -> None:
    _step(f"tailgraph info {out}", "what was read, and what was made of it")
    terminal.show_info(kb.info(), as_json=False)

    question = "a blocked artery damages the heart"
    _step(
        f'tailgraph search {out} "{question}" -k 4',
        "sentences near in meaning; the green words are vocabulary terms that the vectors of both "
        "the query and the hit point at, so they say why",
    )
    terminal.show_hits(kb.search(question, k=4), as_json=False)

    _step(
        f'tailgraph describe {out} "high blood pressure"',
        "what a phrase means to the model: terms, phrases and sentences near its vector",
    )
    terminal.show_description(kb.describe("high blood pressure", k=6), as_json=False)

    _step(
        f"tailgraph neighbors {out} insulin -k 8",
        "the term's own tail: where its similarities to all terms thin out. <-> means that the "
        "other lists it too, -> that it does not",
    )
    terminal.show_neighbors(kb.neighbors("insulin", k=8), as_json=False)

    _step(f'tailgraph expand {out} "heart attack" -k 8', "from tail to tail, hop by hop")
    terminal.show_neighbors(kb.expand("heart attack", limit=8), as_json=False)

    _step(f"tailgraph path {out} aspirin london", "the shortest way between two terms")
    terminal.show_neighbors(kb.path("aspirin", "london"), as_json=False)

    _step(f"tailgraph clusters {out} --term insulin", "overlapping clusters of the vocabulary")
    terminal.show_clusters(kb.clusters("insulin"), as_json=False)

    sentence = "Metformin lowers blood sugar in patients with diabetes in London."
    _step(
        f'tailgraph entities {out} "{sentence}"',
        "types without training: each phrase is masked, and the words that the model expects in "
        "its place (shown in grey) vote with the labels spread from a short seed list",
    )
    terminal.show_typed(kb.entities_of(sentence), as_json=False)

    sentence = "Treatment of malaria with artemisinin reduces fever and does not harm the liver."
    _step(f'tailgraph triples {out} "{sentence}"', "who does what to whom, from the parse")
    terminal.show_related(kb.triples_of(sentence), as_json=False)

    _step(f"tailgraph triples {out} --about aspirin", "the stored triples, with their places")
    terminal.show_found(kb.triples(about="aspirin", limit=4), as_json=False)
    _out.print(
        f"\nThe knowledge base stays in [bold]{out}[/]: ask it more with the commands above."
    )


def _step(command: str, meaning: str) -> None:
    _out.print(f"\n[bold cyan]$ {command}[/]\n[italic]{meaning}[/]", highlight=False)
