"""The model, the parser and the sources that a build is asked for, checked before work begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from .building import BuildConfig, SourceOptions
from .engine.corpus import read_documents
from .engine.encoder import Encoder
from .errors import ArtifactError, ParameterError
from .graph.parsing import Parser
from .opening import FORMAT

EMBEDDED = "embedded default"


def load_encoder(model: str | None) -> Encoder:
    """Load a masked language model, the embedded default when none is named."""
    return Encoder.from_pretrained(model) if model else Encoder.default()


def load_parser(name: str | None) -> Parser:
    """Load a spaCy pipeline, the embedded default when none is named."""
    return Parser.from_pretrained(name) if name else Parser.default()


def new_manifest(
    encoder: Encoder, parser: Parser, config: BuildConfig, model: str | None, name: str | None
) -> dict[str, object]:
    """Return what a knowledge base records of how it was made."""
    return {
        "format": FORMAT,
        "model": {"fingerprint": encoder.fingerprint, "dim": encoder.dim},
        "model_path": model or EMBEDDED,
        "parser": {"fingerprint": parser.fingerprint},
        "parser_path": name or EMBEDDED,
        "config": config.as_json(),
    }


def check_same(folder: Path, part: str, recorded: object, fingerprint: str) -> None:
    """Refuse a model or a parser other than the one that a knowledge base was built with.

    Raises
    ------
    ArtifactError
        The fingerprints differ: vectors of two models cannot be compared.
    """
    expected = recorded.get("fingerprint") if isinstance(recorded, dict) else None
    if expected != fingerprint:
        raise ArtifactError(
            f"{folder} was built with another {part}: its fingerprint is "
            f"{str(expected)[:12]}, the one at hand has {fingerprint[:12]}; name the right one "
            f"with --{part}, or build anew"
        )


def checked_sources(sources: Iterable[str | Path], options: SourceOptions) -> list[str]:
    """Return the sources as text, after opening each and reading its first document.

    Raises
    ------
    CorpusError
        A source is missing, unreadable, empty or not text.
    ParameterError
        There is no source, or standard input is not the only one.
    """
    names = [str(source) for source in sources]
    if not names:
        raise ParameterError(
            "no source was given; name a file, a folder, a pattern, or - for stdin"
        )
    if len(set(names)) < len(names):
        raise ParameterError("a source was given twice; name each once")
    for name in names:
        if name != "-":
            next(read_documents(name, **asdict(options)), None)
    return names
