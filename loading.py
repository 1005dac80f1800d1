"""The model, the parser and the sources that a build is asked for, checked before work begins."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from .building import BuildConfig
from .engine.corpus import SourceOptions, read_documents
from .engine.encoder import Encoder
from .errors import ArtifactError, ParameterError
from .graph.parsing import Parser
from .graph.store import GraphStore, SourceRecord
from .opening import FORMAT

EMBEDDED = "embedded default"


def load_encoder(model: str | Path | None) -> Encoder:
    """Load a masked language model, the embedded default when none is named."""
    return Encoder.from_pretrained(model) if model else Encoder.default()


def load_parser(name: str | Path | None) -> Parser:
    """Load a spaCy pipeline, the embedded default when none is named."""
    return Parser.from_pretrained(name) if name else Parser.default()


def new_manifest(
    encoder: Encoder,
    parser: Parser,
    config: BuildConfig,
    model: str | Path | None,
    name: str | Path | None,
) -> dict[str, object]:
    """Return what a knowledge base records of how it was made."""
    return {
        "format": FORMAT,
        "model": {"fingerprint": encoder.fingerprint, "dim": encoder.dim},
        "model_path": str(model or EMBEDDED),
        "parser": {"fingerprint": parser.fingerprint},
        "parser_path": str(name or EMBEDDED),
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
    if "-" in names and len(names) > 1:
        raise ParameterError("standard input (-) is read alone; add the other sources afterwards")
    if len(set(names)) < len(names):
        raise ParameterError("a source was given twice; name each once")
    for name in names:
        if name != "-":
            next(read_documents(name, **asdict(options)), None)
    return names


def begin_build(
    store: GraphStore, manifest: Mapping[str, object], names: Sequence[str], options: SourceOptions
) -> None:
    """Enter the sources of a build, or make sure that they are those of the build to go on with.

    Sources that gave no document yet are forgotten for those named now.

    Raises
    ------
    ArtifactError
        The store holds other sources, or was made with another model, parser or configuration.
    """
    records = store.sources()
    if not records:
        with store.transaction():
            store.put_manifest(manifest)
            _enter(store, names, options)
        return
    made_with = store.manifest()
    for key in ("model", "parser", "config"):
        if made_with[key] != json.loads(json.dumps(manifest[key])):
            raise ArtifactError(
                f"{store.database.path.parent} was begun with another {key} ({made_with[key]}); "
                "build into a new folder, or with what it was begun with"
            )
    held = [record.name for record in records]
    if held != list(names) and not store.database.count("document"):
        with store.transaction():
            store.database.execute("DELETE FROM source")
            _enter(store, names, options)
    elif held != list(names):
        raise ArtifactError(
            f"{store.database.path.parent} is a knowledge base of {', '.join(held)}; "
            "add to it with `tailgraph add`, or build into a new folder"
        )


def begin_addition(store: GraphStore, names: Sequence[str], options: SourceOptions) -> None:
    """Enter the sources of an addition, or go on with the same one if it was interrupted.

    A source that was left because it turned out to be bad is given up: what was read of it stays.

    Raises
    ------
    ArtifactError
        Another build or addition was interrupted and has to be finished first.
    """
    pending = [record for record in store.sources() if not record.done]
    if [record.name for record in pending] == list(names):
        return
    if pending and not store.is_finished():
        raise ArtifactError(
            f"reading {', '.join(record.name for record in pending)} into "
            f"{store.database.path.parent} was interrupted; run that command again first, it goes "
            "on from the last committed step"
        )
    with store.transaction():
        for record in pending:
            store.put_source(replace(record, done=True))
        _enter(store, names, options)


def _enter(store: GraphStore, names: Sequence[str], options: SourceOptions) -> None:
    first = store.database.next_id("source")
    for i, name in enumerate(names):
        record = SourceRecord(first + i, name, **asdict(options), n_read=0, digest="", done=False)
        store.put_source(record)
