"""How many of the seed labels' terms are also entity strings of annotated corpora.

The list was written without these files; common words and names are in both. The figures say how
much of a score could come from looking words up.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from forms.command import add_data, print_figures
from forms.sentences import read_tagged, tag_spans


def main() -> None:
    """Compare the list with each file and print the figures."""
    from tailgraph.graph.labels.seeds import read_labels

    arguments = read_arguments()
    seeds = read_labels(arguments.labels)
    typed = seeds.labels.keys() - seeds.untyped
    files = sorted(arguments.data.glob("*.bio*")) if arguments.data.is_dir() else [arguments.data]
    if not files:
        sys.exit(f"{arguments.data}: no file *.bio or *.bio.xz in this folder")
    print(f"{'file':36}{'strings':>9}{'are seeds':>11}{'mentions':>10}{'of seeds':>10}")
    figures: dict[str, object] = {"typed_seeds": len(typed)}
    found: set[str] = set()
    for path in files:
        strings = entity_strings(path)
        both = strings.keys() & typed
        found |= both
        n_strings, n_mentions = len(strings), strings.total()
        share = len(both) / max(n_strings, 1)
        of_mentions = sum(strings[text] for text in both) / max(n_mentions, 1)
        print(f"{path.name:36}{n_strings:9}{share:11.1%}{n_mentions:10}{of_mentions:10.1%}")
        figures[path.name] = {"strings": round(share, 4), "mentions": round(of_mentions, 4)}
    print_figures({**figures, "seeds_that_are_entities": round(len(found) / len(typed), 4)})


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data(parser)
    parser.add_argument("--labels", type=Path, help="seed labels (default: those of the package)")
    return parser.parse_args()


def entity_strings(path: Path) -> Counter[str]:
    """Count the entity strings of a file, in lower case."""
    return Counter(
        " ".join(sentence.words[span.start : span.stop]).lower()
        for sentence in read_tagged(path)
        for span in tag_spans(sentence.tags)
    )


if __name__ == "__main__":
    main()
